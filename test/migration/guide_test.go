package migration

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// step is a block of commands in a guide and what they print.
type step struct {
	heading        string
	commands, want string
}

// readGuide reads the steps of a guide.
func readGuide(t *testing.T, path string) (steps []step) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	heading, fence := "", ""
	for line := range strings.Lines(string(raw)) {
		switch {
		case fence == "" && strings.HasPrefix(line, "## "):
			heading = strings.TrimSpace(line[3:])
		case fence == "" && strings.HasPrefix(line, "```"):
			if fence = strings.TrimSpace(line[3:]); fence == "sh" {
				steps = append(steps, step{heading: heading})
			}
			if fence == "" {
				t.Fatalf("%s: a block without a language under %q", path, heading)
			}
		case strings.HasPrefix(line, "```"):
			fence = ""
		case fence == "sh":
			steps[len(steps)-1].commands += line
		case fence == "text":
			steps[len(steps)-1].want += line
		}
	}
	return steps
}

const mark = "@@@ end of a step"

// prelude makes the commands of a guide work here: names of hosts are resolved
// by a proxy, and what ssh and plastron would do is done by the test.
const prelude = `set -euo pipefail
export http_proxy=$CONTROL no_proxy=
ssh() { curl -sSf --noproxy '*' --data-binary "$*" "$CONTROL/ssh"; }
plastron() { curl -sSf --noproxy '*' --data-binary "$*" "$CONTROL/plastron"; }
`

// follow executes the guide in one shell, like the reader of it.
func (f *fleet) follow(steps []step) {
	f.t.Helper()
	var script strings.Builder
	script.WriteString(prelude)
	for _, s := range steps {
		script.WriteString(s.commands + "\necho '" + mark + "'\n")
	}
	cmd := exec.CommandContext(f.ctx, "bash", "-c", script.String())
	cmd.Dir = f.dir
	cmd.Env = append(os.Environ(), "CONTROL="+f.control.URL)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	failed := cmd.Run()
	got := strings.Split(out.String(), mark+"\n")
	for i, s := range steps {
		if i >= len(got) || i == len(got)-1 && failed != nil {
			f.t.Fatalf("%q ended the shell (%v):\n%s\nprinted: %s\nerrors: %s", s.heading, failed, s.commands, got[len(got)-1], problems.String())
		}
		if f.named(got[i]) != s.want {
			f.t.Errorf("%q printed\n%s\nthe guide says\n%s", s.heading, f.named(got[i]), s.want)
		}
	}
}
