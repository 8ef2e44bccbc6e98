package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// mutant is the product without one guard.
type mutant struct {
	// invariant is what the guard protects, and name what is missing.
	invariant, name string
	// file is changed by replacing old, which must be there exactly once.
	file, old, replacement string
	// packages are tested with the change, and run says which tests; empty for
	// all.
	packages []string
	run      string
}

// mutants are the guards that the invariants rest on.
func mutants() []mutant {
	const faults, unit = "./test/faults", "./runtime/registry"
	return []mutant{
		{"I1", "readers accept records of an old primary", "runtime/record/epoch.go",
			"case next.Compare(e) < 0:", "case next.Compare(e) < 0 && false:", []string{faults}, "F05|F06|F16"},
		{"I1", "a new primary writes without a barrier", "runtime/election/promote.go",
			"err := e.onPromote(ctx)", "var err error", []string{"./runtime/election"}, "NoRoleWithoutBarrier|HandOverOnLeave"},
		{"I1", "ids start behind those of the topic only", "runtime/store/store.go",
			"next.maxIDs, next.resets = last.maxIDs, last.resets+1", "next.resets = last.resets + 1", []string{faults}, "F12"},
		{"I2", "a write is answered although it is not in force", "runtime/registry/write.go",
			"case b.plans[i].visible(view) && !(spoilt && c.spoil != nil):", "case i >= 0:", []string{faults}, "F06"},
		{"I3", "a follower answers before it has read what it forwarded", "runtime/registryhttp/handover.go",
			"if err == nil && w.await != nil {", "if err == nil && w.await != nil && offset < 0 {", []string{faults}, "F11"},
		{"I4", "numbers of soft-deleted versions are given again", "runtime/registry/identify.go",
			"e := newest(v.Entries(s))", "e := newest(live(v.Entries(s)))", []string{faults}, "F03|F10"},
		{"I5", "what is registered already is registered again", "runtime/registry/register.go",
			"if e := r.registered(v, p); e != nil && e.ID != out.spoilt {", "if e := r.registered(v, p); e != nil && false {", []string{unit, faults}, "Equal|F10"},
		{"I5", "the next decision does not wait for an unknown outcome", "runtime/registry/write.go",
			"	r.unsettled = true\n	r.unknown()", "	r.unknown()", []string{unit}, ""},
		{"I5", "a barrier keeps the epoch", "runtime/record/epoch.go",
			"Term: max(int64(generation), e.Term+1)", "Term: max(int64(generation), e.Term)", []string{"./runtime/record", "./runtime/schemalog"}, ""},
		{"I6", "compatibility is not checked", "runtime/registry/register.go",
			"	if err := r.compatible(v, p); err != nil {\n		return plan{}, err\n	}\n	version", "	version", []string{faults}, "F03|F10"},
		{"I7", "epochs are not read", "runtime/schemalog/reader.go",
			"Epoch: epochOf(rec.Headers),", "Epoch: record.Epoch{},", []string{faults}, "F01|F05|F06"},
		{"I8", "late records are not repaired", "runtime/schemalog/barrier.go",
			"if len(repairs) == 0 {", "if true {", []string{"./runtime/schemalog", faults}, "Repairs|F05|F06"},
		{"I8", "a key is deleted in its newest form only", "runtime/store/variants.go",
			"	out := make([]record.Record, len(list))\n	for i, form := range list {", "	list = list[len(list)-1:]\n	out := make([]record.Record, len(list))\n	for i, form := range list {", []string{"./runtime/store"}, ""},
		{"I9", "a node writes in the epoch of another one", "runtime/registry/write.go",
			"v.Epoch().Owner == r.owner && !v.Damaged()", "true", []string{faults}, "F06"},
		{"I9", "a record gets the epoch of its append", "runtime/registry/write.go",
			"	last, err := r.log.Append(bounded, b.records)", "	r.stamp(r.views.View(), b.records)\n	last, err := r.log.Append(bounded, b.records)", []string{unit}, ""},
		{"I9", "the lease is not looked at", "runtime/election/election.go",
			"return s.state.Primary && e.lease.Load().holds(e.clock())", "return s.state.Primary", []string{"./runtime/election"}, ""},
		{"I10", "callers wait for a node without its role", "runtime/registry/write.go",
			"			changed = r.role.Changed()\n			if lost", "			changed = nil\n			if true {\n				continue\n			}\n			if lost", []string{unit}, "Nobody"},
		{"I10", "a stopping primary does not ask who follows it", "runtime/election/election.go",
			"	e.handOver(context.WithoutCancel(ctx))\n", "", []string{"./runtime/election"}, "HandOverOnLeave"},
	}
}

// mutantTable runs the tests against every mutant. A survivor is an error.
func mutantTable(ctx context.Context, only string) (string, error) {
	var b strings.Builder
	b.WriteString("| Invariant | Without the guard | In | Noticed by |\n|---|---|---|---|\n")
	survivors := 0
	for _, m := range mutants() {
		if !strings.Contains(m.name, only) {
			continue
		}
		killers, err := m.test(ctx)
		if err != nil {
			return "", fmt.Errorf("mutant %q: %w", m.name, err)
		}
		noticed := strings.Join(killers, ", ")
		if noticed == "" {
			noticed = "NOBODY"
			survivors++
		}
		fmt.Printf("%-4s %-58s %s\n", m.invariant, m.name, noticed)
		fmt.Fprintf(&b, "| %s | %s | `%s` | %s |\n", m.invariant, m.name, m.file, noticed)
	}
	if survivors > 0 {
		return "", fmt.Errorf("%d guards are missed by nobody", survivors)
	}
	return b.String(), nil
}

// test returns the tests that fail with the change.
func (m mutant) test(ctx context.Context) ([]string, error) {
	source, err := os.ReadFile(m.file)
	if err != nil {
		return nil, err
	}
	if n := bytes.Count(source, []byte(m.old)); n != 1 {
		return nil, fmt.Errorf("%q is %d times in %s, not once", m.old, n, m.file)
	}
	dir, err := os.MkdirTemp("", "mutant")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	changed := filepath.Join(dir, filepath.Base(m.file))
	source = bytes.Replace(source, []byte(m.old), []byte(m.replacement), 1)
	if err := os.WriteFile(changed, source, 0o600); err != nil {
		return nil, err
	}
	original, err := filepath.Abs(m.file)
	if err != nil {
		return nil, err
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{original: changed}})
	if err != nil {
		return nil, err
	}
	list := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(list, overlay, 0o600); err != nil {
		return nil, err
	}
	args := append([]string{"test", "-overlay", list, "-vet=off", "-count=1", "-json", "-timeout", "60s", "-run", m.run}, m.packages...)
	out, err := exec.CommandContext(ctx, "go", args...).Output()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return failures(out, err)
}

// hangs matches a test that was running when the time was over.
var hangs = regexp.MustCompile(`^\t\t(Test\w+) \(.*\)\n`)

// failures reads the names of failed tests out of the output of go test -json.
func failures(out []byte, testErr error) ([]string, error) {
	var names []string
	built := true
	for line := range bytes.Lines(out) {
		var event struct {
			Action, Test, Output string
			FailedBuild          string
		}
		if json.Unmarshal(line, &event) != nil {
			continue
		}
		if event.FailedBuild != "" || event.Action == "build-fail" {
			built = false
		}
		if hanging := hangs.FindStringSubmatch(event.Output); hanging != nil {
			event.Action, event.Test = "fail", hanging[1]
		}
		if event.Action != "fail" || event.Test == "" || strings.Contains(event.Test, "/") {
			continue
		}
		if name := "`" + event.Test + "`"; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if !built {
		return nil, fmt.Errorf("it does not build:\n%s", out)
	}
	if testErr != nil && len(names) == 0 {
		return nil, fmt.Errorf("go test failed without a failed test: %w\n%s", testErr, out)
	}
	slices.Sort(names)
	return names, nil
}
