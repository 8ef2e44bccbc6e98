package conformance

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	tableRow   = regexp.MustCompile(`(?m)^\| (1[89]|B|H)\.(\d+) \| .* \| ([^|]*) \|$`)
	otherRow   = regexp.MustCompile(`(?m)^\| ([ACF]\.\d+) \| .* \| ([^|]*) \|$`)
	quotedName = regexp.MustCompile("`([^`]+)`")
)

// TestNumbers reads the tables of docs/conformance.md: every behaviour of
// registry contract 19, every point of 18, every behaviour of REST contract B
// and every kind of hostile input is there once, and each reference is true. A script has to name the number, and in each flavour ask something
// behind it when it is a point of 18; a test has to exist.
func TestNumbers(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/conformance.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, row := range tableRow.FindAllStringSubmatch(string(text), -1) {
		number := row[1] + "." + row[2]
		seen[number]++
		references := quotedName.FindAllStringSubmatch(row[3], -1)
		if len(references) == 0 {
			t.Errorf("%s is shown by nothing", number)
		}
		for _, r := range references {
			if err := shows(r[1], number); err != nil {
				t.Errorf("%s: %v", number, err)
			}
		}
	}
	for section, count := range map[string]int{"19": 58, "18": 21, "B": 46, "H": 20} {
		for i := 1; i <= count; i++ {
			if number := fmt.Sprintf("%s.%d", section, i); seen[number] != 1 {
				t.Errorf("%s is in the table %d times", number, seen[number])
			}
		}
	}
	if len(seen) != 58+21+46+20 {
		t.Errorf("%d numbers", len(seen))
	}
}

// TestOtherReferences reads the tables whose numbers are not one to a row, and
// the facts about Karapace that the registry's contract counts on: the tests
// that they name exist.
func TestOtherReferences(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/conformance.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, row := range otherRow.FindAllStringSubmatch(string(text), -1) {
		seen[row[1]] = true
		references := quotedName.FindAllStringSubmatch(row[2], -1)
		if len(references) == 0 {
			t.Errorf("%s is shown by nothing", row[1])
		}
		for _, r := range references {
			if err := testExists(r[1]); err != nil {
				t.Errorf("%s: %v", row[1], err)
			}
		}
	}
	for _, number := range []string{"A.10", "C.1", "C.2", "C.3", "F.3", "F.5", "F.6", "F.7"} {
		if !seen[number] {
			t.Errorf("%s is in no table", number)
		}
	}
}

// shows checks that a script names a number, or that a test of a package exists.
func shows(reference, number string) error {
	if strings.HasSuffix(reference, ".test") {
		return scriptShows(reference, number)
	}
	return testExists(reference)
}

// testExists looks for a test, "package.Test", below runtime.
func testExists(reference string) error {
	at := strings.LastIndex(reference, ".")
	if at < 0 {
		return fmt.Errorf("%s is neither a script nor package.Test", reference)
	}
	files, err := filepath.Glob(filepath.Join("../../runtime", reference[:at], "*_test.go"))
	if err != nil {
		return err
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if strings.Contains(string(source), "\nfunc "+reference[at+1:]+"(t *testing.T) {") {
			return nil
		}
	}
	return fmt.Errorf("no test %s", reference)
}

func scriptShows(script, number string) error {
	source, err := os.ReadFile(script)
	if err != nil {
		return err
	}
	named := regexp.MustCompile(`(?m)^#.*\b` + regexp.QuoteMeta(number) + `\b.*$`).FindIndex(source)
	if named == nil {
		return fmt.Errorf("%s does not name it", script)
	}
	if !strings.HasPrefix(number, "18.") {
		return nil
	}
	steps := string(source[named[1]:])
	if next := strings.Index(steps, "\n# 18."); next >= 0 {
		steps = steps[:next]
	}
	for _, flavour := range []string{"karapace", "confluent"} {
		if !strings.Contains(steps, "\nflavour "+flavour+"\n") {
			return fmt.Errorf("%s asks nothing about it in flavour %s", script, flavour)
		}
	}
	return nil
}

// TestFeatures reads the table of docs/features.md: no cell is empty, and the
// tests and scripts that it names are there.
func TestFeatures(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/features.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for _, line := range strings.Split(string(text), "\n") {
		cells := strings.Split(line, "|")
		if len(cells) != 10 || strings.HasPrefix(cells[1], "---") || strings.TrimSpace(cells[1]) == "Feature" {
			continue
		}
		rows++
		for _, cell := range cells[1:9] {
			if strings.TrimSpace(cell) == "" {
				t.Errorf("an empty cell: %s", line)
			}
		}
		for _, name := range quotedName.FindAllStringSubmatch(cells[8], -1) {
			if err := featureShown(name[1]); err != nil {
				t.Errorf("%s: %v", strings.TrimSpace(cells[1]), err)
			}
		}
	}
	if rows < 79 {
		t.Fatalf("%d rows", rows)
	}
}

// featureShown takes the names of the table of features, where tests of
// registryhttp stand without their package.
func featureShown(name string) error {
	switch {
	case strings.HasSuffix(name, ".test"):
		_, err := os.Stat(name)
		return err
	case strings.HasPrefix(name, "Test"):
		return testExists("registryhttp." + name)
	default:
		return testExists(name)
	}
}
