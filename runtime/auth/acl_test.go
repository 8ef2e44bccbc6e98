package auth

import (
	"strings"
	"testing"
	"time"
)

func TestPattern(t *testing.T) {
	t.Parallel()
	f := func(text, resource string, want bool) {
		t.Helper()
		p, err := compilePattern(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.matches(resource); got != want {
			t.Fatalf("%q covers %q: %v; want %v", text, resource, got, want)
		}
	}

	f("Subject:a", "Subject:a", true)
	f("Subject:a", "Subject:abc", true) // No anchor at the end.
	f("Subject:a", "Subject:b", false)
	f("Subject:a$", "Subject:abc", false)
	f("ubject:a", "Subject:a", false) // From the start.
	f("", "Config:", true)
	f(".*", "Subject:x", true)
	f("^Subject:", "Subject:x", true)
	f("Subject:team-.*", "Subject:team-", true)
	f("Subject:team-.*-value$", "Subject:team-x-value", true)
	f("Subject:team-.*-value$", "Subject:team-x-key", false)
	f(`Subject:a\.*`, "Subject:b", false) // The star is of the dot that is none.
	f(`Subject:a\.*$`, "Subject:a..", true)
	f("Subject:(?:a|b)$|Config:", "Config:", true)
	f("a|Subject:b", "xSubject:b", false) // The alternative is not loose.
	f("Subject:(?i)ab", "Subject:AB", true)
	f(`Subject:a\Z`, "Subject:a", true)
	f(`Subject:a\Z`, "Subject:ab", false)
	f("Subject:a{,2}$", "Subject:aa", true)
	f("Subject:[]a]+$", "Subject:a]", true)
	f("Subject:[^]a]+$", "Subject:b", true)
	f("Subject:[{,]$", "Subject:{", true)
	f("Subject:ä.*", "Subject:äb", true)
}

func TestPatternRefused(t *testing.T) {
	t.Parallel()
	f := func(text string) {
		t.Helper()
		if _, err := compilePattern(text); err == nil || !strings.Contains(err.Error(), "pattern") {
			t.Fatalf("%q: %v", text, err)
		}
	}

	f("Subject:(?!secret).*")
	f("(?<=a)b")
	f(`(a)\1`)
	f("(")
	f("[[:alpha:]]")
	f(`\pL`)
	f(`\Qa\E`)
	f("(?>a)")
	f(strings.Repeat("a", maxPattern+1))
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	p := permissions{{Read, mustPattern(t, "Subject:r")}, {Write, mustPattern(t, "Subject:w")}, {Write, mustPattern(t, "Config:")}}
	f := func(op Operation, resource string, want bool) {
		t.Helper()
		if got := p.allow(op, resource); got != want {
			t.Fatalf("%s %s: %v; want %v", op, resource, got, want)
		}
	}

	f(Read, SubjectResource("r"), true)
	f(Write, SubjectResource("r"), false)
	f(Read, SubjectResource("w1"), true) // Write implies Read.
	f(Write, SubjectResource("w1"), true)
	f(Write, GlobalResource, true)
	f(Read, EverySubject, false)
	f("", SubjectResource("r"), false)
	if p.everything(Read) || !(permissions{{Write, mustPattern(t, ".*")}}).everything(Read) {
		t.Fatal("everything")
	}
}

func mustPattern(t *testing.T, text string) pattern {
	t.Helper()
	p, err := compilePattern(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestHostilePatterns are patterns made to cost time, memory or more rights
// than their author had in mind: what is taken is matched in linear time, from
// the start of the whole resource, and what opens more than it says is remarked.
func TestHostilePatterns(t *testing.T) {
	t.Parallel()
	refused := func(name, text string) {
		t.Helper()
		if _, err := compilePattern(text); err == nil || len(err.Error()) > 3*maxPattern {
			t.Errorf("%s: %.200v", name, err)
		}
	}
	refused("a long text", strings.Repeat("a", maxPattern+1))
	refused("repeats of repeats", "Subject:(((a{100}){100}){100}){100}")
	refused("a count that is none", "Subject:a{1001}")
	refused("brackets that open only", strings.Repeat("(", maxPattern))
	refused("nested groups", strings.Repeat("(", maxPattern/2)+strings.Repeat(")", maxPattern/2))
	refused("a conditional", "(a)?b(?(1)c|d)")

	// What a backtracking engine would not finish with.
	long := "Subject:" + strings.Repeat("a", 64<<10) + "!"
	for _, text := range []string{"Subject:(a+)+$", "Subject:(a|aa)+$", "Subject:(a|a?)+$", "Subject:(.*a){20}$", "Subject:([a-z]+)*$", ".*.*.*=.*"} {
		p, err := compilePattern(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		begin := time.Now()
		if p.matches(long) {
			t.Errorf("%s covers a name that ends otherwise", text)
		}
		if took := time.Since(begin); took > time.Minute {
			t.Errorf("%s took %s", text, took)
		}
	}

	// A name cannot step over its end, whatever is in it.
	for text, resource := range map[string]string{
		"Subject:a$": "Subject:a\n", "Subject:a.$": "Subject:a\n", `Subject:[^b]+\Z`: "Subject:a\nb", "(?m)Subject:a$": "Config:\nSubject:a",
	} {
		if p := mustPattern(t, text); p.matches(resource) {
			t.Errorf("%q covers %q", text, resource)
		}
	}
}
