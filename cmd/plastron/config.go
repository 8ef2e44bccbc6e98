package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/plastron-dev/plastron/runtime/app"
	"github.com/plastron-dev/plastron/runtime/config"
)

func newConfig() *cobra.Command {
	c := &cobra.Command{
		Use:     "config",
		Short:   "Look at the configuration without starting anything",
		Long:    "Shows what holds and from where, finds mistakes, lists the keys, and translates Confluent's files.",
		Example: "  plastron config check --config karapace.config.json\n  plastron config print --config karapace.config.json",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newConfigPrint(), newConfigCheck(), newConfigDocs(), newConfigFromConfluent())
	return c
}

// addLoad adds the flags that say which configuration is meant.
func addLoad(c *cobra.Command) {
	addConfig(c)
	c.Flags().String("for", string(config.RoleAll), "command that the configuration is for: all, registry or rest; some variables mean different keys")
	c.Flags().String("output", "text", "text or json")
}

// load is options for a command that only looks. Its error is that of the
// configuration, after what there is to say in the notes.
func load(c *cobra.Command, args []string) (o app.Options, output string, err error) {
	role, output := c.Flag("for").Value.String(), c.Flag("output").Value.String()
	switch config.Role(role) {
	case config.RoleAll, config.RoleRegistry, config.RoleREST:
	default:
		return o, "", fmt.Errorf("--for %q is not one of all, registry, rest", role)
	}
	if output != "text" && output != "json" {
		return o, "", fmt.Errorf("--output %q is not one of text, json", output)
	}
	o, err = options(c, args, config.Role(role))
	return o, output, err
}

func newConfigPrint() *cobra.Command {
	c := &cobra.Command{
		Use:   "print [FILE]",
		Short: "Show every value and where it is from",
		Long:  "Shows what holds after environment, file and defaults: every key, its value and its source. Secrets are masked.",
		Example: "  plastron config print --config karapace.config.json\n" +
			"  KARAPACE_PORT=9000 plastron config print --output json",
		RunE: func(c *cobra.Command, args []string) error {
			o, output, err := load(c, args)
			if err != nil {
				return err
			}
			settings := o.Config.Settings()
			if output == "json" {
				return writeJSON(c.OutOrStdout(), settings)
			}
			w := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, s := range settings {
				value := s.Value
				if value == "" {
					value = "-"
				}
				fmt.Fprintf(w, "%s\t%s\t%s\n", s.Key, value, s.Source)
			}
			return w.Flush()
		},
	}
	addLoad(c)
	return c
}

// findings is what check has found.
type findings struct {
	Valid    bool          `json:"valid"`
	Problems []string      `json:"problems"`
	Notes    []config.Note `json:"notes"`
}

func newConfigCheck() *cobra.Command {
	c := &cobra.Command{
		Use:   "check [FILE]",
		Short: "Find every mistake in the configuration",
		Long: "Reads the configuration as the program would, certificates and the file of users included, and says everything\n" +
			"that is wrong with it, and which keys have no effect and why. It connects to nothing.\n" +
			"Exit codes: 0 it would start, 1 it would not.",
		Example: "  plastron config check --config karapace.config.json\n" +
			"  KARAPACE_BOOTSTRAP_URI=kafka:9092 plastron config check --for registry --output json",
		RunE: func(c *cobra.Command, args []string) error {
			o, output, err := load(c, args)
			if output == "" {
				return err
			}
			if err == nil {
				err = app.Check(o)
			}
			found := findings{Valid: err == nil, Problems: problems(err), Notes: append([]config.Note{}, o.Notes...)}
			if output == "json" {
				if err := writeJSON(c.OutOrStdout(), found); err != nil {
					return err
				}
			} else {
				tell(c.OutOrStdout(), found)
			}
			if err != nil {
				return &exitError{code: 1}
			}
			return nil
		},
	}
	addLoad(c)
	return c
}

// problems takes joined errors apart.
func problems(err error) []string {
	list := []string{}
	if joined, several := err.(interface{ Unwrap() []error }); several { //nolint:errorlint // only the outermost is a list
		for _, one := range joined.Unwrap() {
			list = append(list, problems(one)...)
		}
		return list
	}
	if err != nil {
		list = append(list, err.Error())
	}
	return list
}

func tell(w io.Writer, found findings) {
	for _, p := range found.Problems {
		fmt.Fprintln(w, "error:", p)
	}
	for _, n := range found.Notes {
		if n.Level == config.Debug {
			continue
		}
		fmt.Fprintf(w, "%s: %s: %s", n.Level, n.Message, n.Key)
		if n.Detail != "" {
			fmt.Fprintf(w, ": %s", n.Detail)
		}
		fmt.Fprintf(w, " (from %s)\n", n.Source)
	}
	if found.Valid {
		fmt.Fprintln(w, "the configuration is in order")
	}
}

func newConfigDocs() *cobra.Command {
	return &cobra.Command{
		Use:     "docs",
		Short:   "Print the documentation of all keys",
		Long:    "Prints the table of all keys with environment variable, type, default, meaning and effect, in Markdown.",
		Example: "  plastron config docs",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := io.WriteString(c.OutOrStdout(), config.Document())
			return err
		},
	}
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
