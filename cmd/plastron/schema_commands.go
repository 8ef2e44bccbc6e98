package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/plastron-dev/plastron/runtime/schemacli"
)

func newSchemaCheck() *cobra.Command {
	var source sourceFlags
	var o schemacli.CheckOptions
	var level, flavour, policy string
	c := &cobra.Command{
		Use:   "check OLD... NEW",
		Short: "Check a schema against earlier versions",
		Long: "Compares NEW with the OLD files, the oldest first: with the last of them, or with all under a transitive level.\n" +
			"Subjects in manifests are compared by name, under the level of the manifest unless --level is given.",
		Example: "  plastron schema check old.avsc new.avsc --level FULL --type avro\n" +
			"  plastron schema check v1.proto v2.proto v3.proto --level BACKWARD_TRANSITIVE --flavour confluent\n" +
			"  git show main:orders.yaml > /tmp/old.yaml && plastron schema check /tmp/old.yaml orders.yaml --output json",
		Args: cobra.MinimumNArgs(2),
	}
	asJSON := outputFlag(c)
	source.add(c)
	c.Flags().StringVar(&level, "level", "", "compatibility level; default that of the manifest, else BACKWARD")
	c.Flags().StringVar(&flavour, "flavour", "karapace", "whose rules apply: karapace or confluent")
	c.Flags().StringVar(&policy, "policy", "strict", "how Confluent's registry compares JSON Schemas: strict or lenient")
	c.RunE = func(c *cobra.Command, args []string) error {
		inJSON, err := asJSON()
		if err != nil {
			return err
		}
		if o.Options, err = source.options(); err != nil {
			return err
		}
		if err := parseRules(&o, level, flavour, policy); err != nil {
			return err
		}
		last := len(args) - 1
		results, err := schemacli.Check(args[:last], args[last], o)
		if err != nil {
			return err
		}
		write := schemacli.WriteResults
		if inJSON {
			write = schemacli.WriteJSON[schemacli.Result]
		}
		if err := write(c.OutOrStdout(), results); err != nil {
			return err
		}
		for _, r := range results {
			if !r.Compatible {
				return &exitError{code: exitRefused}
			}
		}
		return nil
	}
	return c
}

// parseRules reads the flags that say by which rules schemas are compared.
func parseRules(o *schemacli.CheckOptions, level, flavour, policy string) error {
	var err error
	if o.Level, err = schemacli.ParseLevel(level); err != nil {
		return err
	}
	if o.Flavour, err = schemacli.ParseFlavour(flavour); err != nil {
		return err
	}
	o.Policy, err = schemacli.ParsePolicy(policy, o.Flavour)
	return err
}

func newSchemaFmt() *cobra.Command {
	var source sourceFlags
	var write, check bool
	c := &cobra.Command{
		Use:   "fmt FILE...",
		Short: "Format schema files",
		Long: "Prints the files formatted: Avro and JSON Schema indented with keys in their order, Protobuf as the registry prints it.\n" +
			"--write rewrites the files instead, --check only names those that would change.",
		Example: "  plastron schema fmt orders.avsc\n  plastron schema fmt --write schemas/*.avsc schemas/*.proto\n  plastron schema fmt --check schemas/*.avsc",
		Args:    cobra.MinimumNArgs(1),
	}
	c.Flags().StringVar(&source.typ, "type", "", "type of the schemas: avro, json or protobuf; default by extension")
	source.addLimits(c)
	c.Flags().BoolVar(&write, "write", false, "rewrite the files and name those that changed")
	c.Flags().BoolVar(&check, "check", false, "name the files that would change and exit with 1 if there are any")
	c.MarkFlagsMutuallyExclusive("write", "check")
	c.RunE = func(c *cobra.Command, args []string) error {
		o, err := source.options()
		if err != nil {
			return err
		}
		unformatted := false
		for _, path := range args {
			text, changed, err := schemacli.Pretty(path, o)
			if err != nil {
				return err
			}
			unformatted = unformatted || changed
			if err := emit(c, path, text, changed, [2]bool{write, check}); err != nil {
				return err
			}
		}
		if check && unformatted {
			return &exitError{code: exitRefused}
		}
		return nil
	}
	return c
}

// emit does with one formatted file what the flags --write and --check ask for.
func emit(c *cobra.Command, path string, text []byte, changed bool, writeCheck [2]bool) error {
	out := c.OutOrStdout()
	if !writeCheck[0] && !writeCheck[1] {
		_, err := out.Write(text)
		return err
	}
	if !changed {
		return nil
	}
	if writeCheck[0] {
		if err := schemacli.Rewrite(path, text); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(out, path)
	return err
}

func newSchemaLint() *cobra.Command {
	var source sourceFlags
	var flavour string
	c := &cobra.Command{
		Use:   "lint FILE...",
		Short: "Find probable mistakes in schemas",
		Long: "Reads each schema as the registry reads a new one and lists what is probably a mistake: defaults that do not fit,\n" +
			"names that other tools refuse, logical types that are ignored. Subjects in manifests find each other by name.",
		Example: "  plastron schema lint orders.avsc --reference com.example.Customer=customer.avsc\n  plastron schema lint config/samples/*.yaml --output json",
		Args:    cobra.MinimumNArgs(1),
	}
	asJSON := outputFlag(c)
	source.add(c)
	c.Flags().StringVar(&flavour, "flavour", "", "karapace or confluent: only what that registry refuses; default everything")
	c.RunE = func(c *cobra.Command, args []string) error {
		inJSON, err := asJSON()
		if err != nil {
			return err
		}
		o, err := source.options()
		if err != nil {
			return err
		}
		problems, err := schemacli.Lint(args, o)
		if err != nil {
			return err
		}
		if flavour != "" {
			if _, err := schemacli.ParseFlavour(flavour); err != nil {
				return err
			}
			problems = schemacli.RefusedBy(problems, strings.ToLower(flavour))
		}
		write := schemacli.WriteProblems
		if inJSON {
			write = schemacli.WriteJSON[schemacli.Problem]
		}
		if err := write(c.OutOrStdout(), problems); err != nil {
			return err
		}
		if len(problems) > 0 {
			return &exitError{code: exitRefused}
		}
		return nil
	}
	return c
}
