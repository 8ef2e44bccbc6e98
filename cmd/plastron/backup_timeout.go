package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// isoDuration is an ISO 8601 duration without years and months, whose length
// nobody knows.
var isoDuration = regexp.MustCompile(`^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:[.,]\d+)?)S)?)?$`)

const year = 365 * 24 * time.Hour

// parsePollTimeout reads an ISO 8601 duration, or Go's own form, of at least a
// second and less than a year.
func parsePollTimeout(text string) (time.Duration, error) {
	seconds, err := isoSeconds(text)
	if err != nil {
		d, goErr := time.ParseDuration(text)
		if goErr != nil {
			return 0, err
		}
		seconds = d.Seconds()
	}
	// The messages of Karapace's tool.
	problem := ""
	switch {
	case seconds < 1:
		problem = "Poll timeout must be at least one second"
	case seconds >= year.Seconds():
		problem = "Poll timeout must be less than one year"
	}
	if problem != "" {
		return 0, fmt.Errorf("%s, got: %s", problem, pythonDuration(seconds))
	}
	return time.Duration(seconds * float64(time.Second)), nil
}

func isoSeconds(text string) (float64, error) {
	m := isoDuration.FindStringSubmatch(text)
	if m == nil || strings.HasSuffix(text, "T") || text == "P" {
		return 0, fmt.Errorf("%q is not an ISO 8601 duration like PT1M or PT30S", text)
	}
	total := 0.0
	for i, unit := range []float64{7 * 86400, 86400, 3600, 60, 1} {
		if m[i+1] == "" {
			continue
		}
		n, err := strconv.ParseFloat(strings.Replace(m[i+1], ",", ".", 1), 64)
		if err != nil {
			return 0, fmt.Errorf("%q is not a duration: %w", text, err)
		}
		total += n * unit
	}
	return total, nil
}

// pythonDuration prints seconds as Karapace's message does: 0:00:00.500000, or
// 366 days, 0:00:00.
func pythonDuration(seconds float64) string {
	micros := int64(min(seconds, 1e12)*1e6 + 0.5)
	days, rest := micros/86400e6, micros%86400e6
	text := fmt.Sprintf("%d:%02d:%02d", rest/3600e6, rest/60e6%60, rest/1e6%60)
	if rest%1e6 != 0 {
		text += fmt.Sprintf(".%06d", rest%1e6)
	}
	switch days {
	case 0:
		return text
	case 1:
		return "1 day, " + text
	default:
		return fmt.Sprintf("%d days, %s", days, text)
	}
}
