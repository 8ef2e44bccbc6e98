package main

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDocumentIsUpToDate(t *testing.T) {
	t.Parallel()
	got, err := os.ReadFile("../../" + path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(render(), string(got)); diff != "" {
		t.Fatalf("run go run ./hack/configdocs\n%s", diff)
	}
}
