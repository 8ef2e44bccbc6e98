package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/plastron-dev/plastron/controllers/plugin"
)

// offline is a Plugin for commands that need no cluster.
func offline(c *cobra.Command) *plugin.Plugin { return &plugin.Plugin{Out: c.OutOrStdout()} }

// readManifests returns the documents of files, of the *.yaml and *.yml below
// folders, and of the standard input for "-".
func readManifests(paths []string, stdin io.Reader) ([]byte, error) {
	var all bytes.Buffer
	add := func(text []byte) {
		all.WriteString("\n---\n")
		all.Write(text)
	}
	for _, path := range paths {
		if path == "-" {
			text, err := io.ReadAll(stdin)
			if err != nil {
				return nil, fmt.Errorf("reading the standard input: %w", err)
			}
			add(text)
			continue
		}
		err := filepath.WalkDir(path, func(file string, entry fs.DirEntry, err error) error {
			yaml := strings.HasSuffix(file, ".yaml") || strings.HasSuffix(file, ".yml")
			if err != nil || entry.IsDir() || (!yaml && file != path) {
				return err
			}
			text, err := os.ReadFile(file)
			add(text)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("reading manifests: %w", err)
		}
	}
	return all.Bytes(), nil
}

// writeStream writes manifests as documents of one stream.
func writeStream(w io.Writer, files []plugin.File) error {
	for i, f := range files {
		if i > 0 {
			fmt.Fprintln(w, "---")
		}
		if _, err := w.Write(f.Text); err != nil {
			return err
		}
	}
	return nil
}

// writeFolder writes a file per manifest and one that lists them for
// kustomize, and says how many.
func writeFolder(folder string, files []plugin.File, out io.Writer) error {
	list, err := plugin.Kustomization(files)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, f := range append(files, list) {
		if err := os.WriteFile(filepath.Join(folder, f.Name), f.Text, 0o644); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(out, "%d Subjects in %s\n", len(files), folder)
	return err
}
