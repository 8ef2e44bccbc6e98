package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
)

func newBackup(a *access) *cobra.Command {
	c := &cobra.Command{
		Use:   "backup",
		Short: "Save what a registry has, and compare it with what was saved",
		Long: "Saves live versions with their ids, and levels, over HTTP, from any registry. `plastron backup restore` writes them into\n" +
			"an empty topic. Soft-deleted versions are not in it: `plastron backup get` copies the whole topic, and is what to\n" +
			"rely on where Kafka can be reached.",
		Example: "  kubectl plastron backup create --output registry.json\n  kubectl plastron backup compare registry.json",
	}
	c.AddCommand(newBackupCreate(a), newBackupInspect(), newBackupCompare(a))
	return c
}

func newBackupCreate(a *access) *cobra.Command {
	var registry, output string
	c := &cobra.Command{
		Use:     "create",
		Short:   "Save all live versions with their ids, and the levels",
		Example: "  kubectl plastron backup create --registry main --output main.json",
		Args:    cobra.NoArgs,
	}
	registryFlag(c, &registry)
	c.Flags().StringVarP(&output, "output", "o", "", "file, which must not exist; unset means the standard output")
	c.RunE = func(c *cobra.Command, _ []string) error {
		p, err := a.plugin(c)
		if err != nil {
			return err
		}
		return withOutput(output, c.OutOrStdout(), func(w io.Writer) error {
			versions, err := p.Backup(c.Context(), registry, w)
			if err == nil {
				fmt.Fprintf(c.ErrOrStderr(), "%d versions saved\n", versions)
			}
			return err
		})
	}
	return c
}

func newBackupInspect() *cobra.Command {
	return &cobra.Command{
		Use:     "inspect FILE",
		Short:   "Count what a backup has",
		Example: "  kubectl plastron backup inspect main.json",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return withInput(args[0], offline(c).Inspect)
		},
	}
}

func newBackupCompare(a *access) *cobra.Command {
	var registry string
	c := &cobra.Command{
		Use:     "compare FILE",
		Short:   "Look for each version of a backup in a registry",
		Long:    "Exits with 1 when the registry lacks a version of the backup, or has it with another id or text.",
		Example: "  kubectl plastron backup compare main.json --registry main",
		Args:    cobra.ExactArgs(1),
	}
	registryFlag(c, &registry)
	c.RunE = func(c *cobra.Command, args []string) error {
		p, err := a.plugin(c)
		if err != nil {
			return err
		}
		return withInput(args[0], func(in io.Reader) error { return p.Compare(c.Context(), registry, in) })
	}
	return c
}

// withInput reads a file.
func withInput(path string, read func(io.Reader) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return read(f)
}

// withOutput writes a new file, which is gone again when write fails, or to
// otherwise.
func withOutput(path string, otherwise io.Writer, write func(io.Writer) error) error {
	if path == "" {
		return write(otherwise)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		_ = f.Close()
		_ = os.Remove(path)
		return err
	}
	return f.Close()
}
