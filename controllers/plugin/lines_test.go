package plugin

import (
	"regexp"
	"strings"
	"testing"
)

func TestLines(t *testing.T) {
	t.Parallel()
	f := func(a, b, want string) {
		t.Helper()
		got := strings.Join(lines(strings.Fields(a), strings.Fields(b)), " ")
		if got != want {
			t.Errorf("lines(%q, %q) = %q, want %q", a, b, got, want)
		}
	}

	f("a b c", "a b c", " ...")
	f("a b c", "a x c", " a -b +x  c")
	f("", "a", "+a")
	f("a", "", "-a")
	f("1 2 3 4 5 6 7 8 9", "1 2 3 4 5 6 7 8 x", " ...  6  7  8 -9 +x")
	f("a b", "b a", "-a  b +a")
	f(strings.Repeat("a ", maxLines+1), "b", "  3001 and 1 lines, too many to be shown")
}

func TestObjectName(t *testing.T) {
	t.Parallel()
	f := func(subject, want string) {
		t.Helper()
		if got := objectName(subject); got != want {
			t.Errorf("objectName(%q) = %q, want %q", subject, got, want)
		}
	}

	f("orders-value", "orders-value")
	f("payments.order", "payments.order")
	f("Orders", "orders-b7e8acdd")
	f("orders_value", "orders-value-0ae507e6")
	f("a..b", "a.b-f62b4241")
	f(":.ctx:orders", "ctx-orders-d606d77e")
	f("日本", "cf2abf0c")
}

// FuzzObjectName looks for names that Kubernetes refuses, and for two subjects
// of one name.
func FuzzObjectName(f *testing.F) {
	for _, s := range []string{"a", "A", ".", "-", "a.-b", "日本", "é", ":.c:a/b%"} {
		f.Add(s, s+"_")
	}
	allowed := regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)
	f.Fuzz(func(t *testing.T, a, b string) {
		for _, name := range []string{objectName(a), objectName(b)} {
			if !allowed.MatchString(name) || len(name) > 253 {
				t.Fatalf("%q", name)
			}
		}
		if a != b && objectName(a) == objectName(b) {
			t.Fatalf("%q and %q are both %q", a, b, objectName(a))
		}
	})
}

func FuzzReadBackup(f *testing.F) {
	f.Add("[\n[{\"keytype\":\"CONFIG\",\"subject\":null,\"magic\":0},{\"compatibilityLevel\":\"FULL\"}]\n]\n")
	f.Add(`[[{"keytype":"SCHEMA","subject":"s","version":1,"magic":1},{"subject":"s","version":1,"id":1,"schema":"\"int\"","deleted":false}]]`)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := readBackup(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, at := range c.order {
			if _, ok := c.schemas[at]; !ok {
				t.Fatalf("%v is listed and not there", at)
			}
		}
	})
}
