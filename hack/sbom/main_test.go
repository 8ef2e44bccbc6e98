package main

import (
	"bytes"
	"encoding/json"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestList(t *testing.T) {
	t.Parallel()
	got := list(&debug.BuildInfo{
		GoVersion: "go1.26.8",
		Main:      debug.Module{Path: "example.org/program", Version: "(devel)"},
		Deps: []*debug.Module{
			{Path: "example.org/a", Version: "v1.2.3", Sum: "h1:a="},
			{Path: "example.org/b", Version: "v1.0.0", Replace: &debug.Module{Path: "example.org/fork", Version: "v1.0.1", Sum: "h1:b="}},
		},
		Settings: []debug.BuildSetting{{Key: "GOOS", Value: "linux"}, {Key: "vcs.time", Value: "now"}},
	}, "program")

	part := func(kind, name, version string, properties ...property) component {
		purl := "pkg:golang/" + name + "@" + version
		return component{Type: kind, Ref: purl, Name: name, Version: version, PURL: purl, Properties: properties}
	}
	main := part("application", "example.org/program", "(devel)", property{"go:GOOS", "linux"})
	main.Name = "program"
	want := document{
		Format: "CycloneDX", Spec: "1.5", Version: 1, Metadata: metadata{main},
		Components: []component{
			part("library", "std", "1.26.8"),
			part("library", "example.org/a", "v1.2.3", property{"go:sum", "h1:a="}),
			part("library", "example.org/fork", "v1.0.1", property{"go:sum", "h1:b="}),
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestProgramIsRead(t *testing.T) {
	t.Parallel()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := write(&out, program); err != nil {
		t.Fatal(err)
	}
	var d document
	if err := json.Unmarshal(out.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	if "go"+d.Components[0].Version != runtime.Version() || !strings.HasPrefix(out.String(), "{\n  \"bomFormat\"") {
		t.Errorf("%s", &out)
	}
	if err := write(&out, "main.go"); err == nil {
		t.Error("a text was taken for a program")
	}
}
