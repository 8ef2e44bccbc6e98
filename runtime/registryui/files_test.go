package registryui

import (
	"regexp"
	"strings"
	"testing"
)

// The bars on the size of the page: it is one small thing that loads at once.
const (
	maxTotal = 100 << 10
	maxLines = 400
)

func TestFilesStandAlone(t *testing.T) {
	t.Parallel()
	files, err := Files()
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	elsewhere := regexp.MustCompile(`(?i)(https?:)?//[a-z]`)
	for name, f := range files {
		total += len(f.Body)
		text := string(f.Body)
		if f.MediaType == "" {
			t.Errorf("%s has no media type", name)
		}
		if lines := strings.Count(text, "\n"); lines > maxLines {
			t.Errorf("%s: %d lines, at most %d", name, lines, maxLines)
		}
		text = strings.ReplaceAll(text, `xmlns="http://www.w3.org/2000/svg"`, "")
		if found := elsewhere.FindString(text); found != "" {
			t.Errorf("%s names another origin: %s", name, found)
		}
		for _, way := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "DOMParser", "eval(", "new Function", "srcdoc"} {
			if strings.Contains(text, way) {
				t.Errorf("%s turns text into markup or code: %s", name, way)
			}
		}
	}
	if total > maxTotal {
		t.Errorf("%d bytes, at most %d", total, maxTotal)
	}
}

func TestThePageNamesFilesThatExist(t *testing.T) {
	t.Parallel()
	files, err := Files()
	if err != nil {
		t.Fatal(err)
	}
	page := string(files[Index].Body)
	for _, inline := range []string{"<script>", "<style", " style=", " onclick", " onload", "javascript:"} {
		if strings.Contains(page, inline) {
			t.Errorf("the policy refuses what is inline: %s", inline)
		}
	}
	named := regexp.MustCompile(`(?:src|href)="([a-z.]+)"|from "\./([a-z.]+)"`)
	used := map[string]bool{Index: true}
	for name, f := range files {
		for _, match := range named.FindAllStringSubmatch(string(f.Body), -1) {
			target := match[1] + match[2]
			used[target] = true
			if _, ok := files[target]; !ok {
				t.Errorf("%s names %s, which is not there", name, target)
			}
		}
	}
	for name := range files {
		if !used[name] {
			t.Errorf("nothing names %s", name)
		}
	}
}
