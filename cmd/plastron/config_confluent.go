package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/plastron-dev/plastron/runtime/config"
)

func newConfigFromConfluent() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "from-confluent FILE",
		Short: "Translate a properties file of Confluent's",
		Long: "Translates schema-registry.properties or kafka-rest.properties to a configuration file and says on standard\n" +
			"error what could not be translated, and why. Passwords in the properties are in the result.",
		Example: "  plastron config from-confluent /etc/schema-registry/schema-registry.properties --out plastron.json\n" +
			"  plastron config check --config plastron.json",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			text, err := os.ReadFile(args[0])
			if err != nil {
				return fmt.Errorf("reading properties: %w", err)
			}
			t, err := config.FromConfluent(text)
			if err != nil {
				return fmt.Errorf("properties file %s: %w", args[0], err)
			}
			file, err := t.File()
			if err != nil {
				return err
			}
			for _, left := range t.Left {
				fmt.Fprintf(c.ErrOrStderr(), "not translated: %s: %s\n", left.Property, left.Reason)
			}
			if out == "" {
				_, err := c.OutOrStdout().Write(file)
				return err
			}
			return writeNew(out, file)
		},
	}
	c.Flags().StringVar(&out, "out", "", "file to write, which must not be there yet; empty is the standard output")
	return c
}

// writeNew writes a file that only its owner may read, and overwrites none.
func writeNew(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("writing --out: %w", err)
	}
	if _, err := f.Write(text); err != nil {
		f.Close()
		return fmt.Errorf("writing --out: %w", err)
	}
	return f.Close()
}
