package httpserver

import "strings"

// MediaRange is one element of an Accept header.
type MediaRange struct {
	// Type and Subtype are lower case; "*" is the wildcard, and a lone "*" in
	// the header stands for "*/*".
	Type, Subtype string
	// Quality is the weight in thousandths, 1000 when none is given.
	Quality int
}

// ParseAccept reads an Accept header the forgiving way. It understands what
// Java's HttpURLConnection sends, "text/html, image/gif, image/jpeg, *; q=.2,
// */*; q=.2", which RFC 9110 does not. Elements that make no sense are left
// out; a weight that makes none counts as absent.
func ParseAccept(header string) []MediaRange {
	var ranges []MediaRange
	for element := range strings.SplitSeq(header, ",") {
		essence, parameters, _ := strings.Cut(element, ";")
		essence = strings.ToLower(strings.TrimSpace(essence))
		if essence == "" {
			continue
		}
		kind, subtype, slash := strings.Cut(essence, "/")
		if !slash && kind == "*" {
			subtype = "*"
		}
		if kind == "" || subtype == "" {
			continue
		}
		ranges = append(ranges, MediaRange{Type: kind, Subtype: subtype, Quality: quality(parameters)})
	}
	return ranges
}

// quality finds the q parameter; "1", "0.25", ".2" and "1.0" are weights.
func quality(parameters string) int {
	for parameter := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(parameter, "=")
		if !strings.EqualFold(strings.TrimSpace(name), "q") {
			continue
		}
		if q, ok := parseQuality(strings.TrimSpace(value)); ok {
			return q
		}
	}
	return 1000
}

func parseQuality(s string) (int, bool) {
	whole, fraction, _ := strings.Cut(s, ".")
	if whole == "" && fraction == "" {
		return 0, false
	}
	q := 0
	switch whole {
	case "", "0":
	case "1":
		q = 1000
	default:
		return 0, false
	}
	weight := 100
	for i := range len(fraction) {
		digit := fraction[i]
		if digit < '0' || digit > '9' {
			return 0, false
		}
		q += int(digit-'0') * weight
		weight /= 10
	}
	return min(q, 1000), true
}

// Negotiate chooses among the offers, which are in the server's order of
// preference, by the client's weights: the highest weight wins, the server's
// order decides between equals. For one offer the most specific matching range
// gives the weight, and weight 0 excludes. An absent or empty header accepts
// the first offer. The second result is false when nothing fits (406).
func Negotiate(header string, offers ...string) (string, bool) {
	if len(offers) == 0 {
		return "", false
	}
	if header == "" || header == "*/*" || header == offers[0] {
		return offers[0], true // The usual cases, without allocations.
	}
	ranges := ParseAccept(header)
	if len(ranges) == 0 && strings.Trim(header, ", ") == "" {
		return offers[0], true
	}
	best, bestQuality := "", 0
	for _, offer := range offers {
		if q := weightOf(offer, ranges); q > bestQuality {
			best, bestQuality = offer, q
		}
	}
	return best, bestQuality > 0
}

func weightOf(offer string, ranges []MediaRange) int {
	kind, subtype, _ := strings.Cut(offer, "/")
	weight, specificity := 0, 0
	for _, r := range ranges {
		s := r.matches(kind, subtype)
		if s > specificity || s > 0 && s == specificity && r.Quality > weight {
			weight, specificity = r.Quality, s
		}
	}
	return weight
}

// matches returns how specific the match is: 3 exact, 2 type/*, 1 any, 0 none.
// A wildcard type matches whatever subtype follows it ("*/xml"), as both
// Karapace and Confluent's server read it.
func (r MediaRange) matches(kind, subtype string) int {
	switch {
	case r.Type == "*":
		return 1
	case r.Type != kind:
		return 0
	case r.Subtype == "*":
		return 2
	case r.Subtype == subtype:
		return 3
	default:
		return 0
	}
}
