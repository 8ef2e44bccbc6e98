package protobuf

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var testLimits = Limits{MaxBytes: 2 << 20, MaxDepth: 1024, MaxNodes: 600_000}

func canonical(t testing.TB, text string) string {
	t.Helper()
	got, err := Canonical(text, testLimits)
	if err != nil {
		t.Fatalf("%.300s: %v", text, err)
	}
	return got
}

func TestCanonicalText(t *testing.T) {
	t.Parallel()
	in, err := os.ReadFile("testdata/print.proto")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/print-karapace.golden")
	if err != nil {
		t.Fatal(err)
	}
	got := canonical(t, string(in))
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Fatalf("-want +got:\n%s", diff)
	}
	if again := canonical(t, got); again != got {
		t.Fatalf("the print of the print differs: %s", cmp.Diff(got, again))
	}
}
