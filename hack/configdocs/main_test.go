package main

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/config"
)

func TestDocumentIsUpToDate(t *testing.T) {
	t.Parallel()
	got, err := os.ReadFile("../../" + path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(config.Document(), string(got)); diff != "" {
		t.Fatalf("run go run ./hack/configdocs\n%s", diff)
	}
}
