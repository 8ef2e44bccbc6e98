package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/plastron-dev/plastron/runtime/schemacli"
)

// The exit codes of "plastron schema": programs tell a schema that does not
// fit from a call that could not be answered.
const (
	exitRefused  = 1
	exitNoAnswer = 2
)

// exitError ends the process with a code. Without a cause everything was said
// already.
type exitError struct {
	code  int
	cause error
}

func (e *exitError) Error() string {
	if e.cause == nil {
		return ""
	}
	return e.cause.Error()
}

func (e *exitError) Unwrap() error { return e.cause }

// noAnswer marks every error of a command, those of its flags and arguments
// included, as one that gave no answer.
func noAnswer(err error) error {
	if exit := (*exitError)(nil); err == nil || errors.As(err, &exit) {
		return err
	}
	return &exitError{exitNoAnswer, err}
}

func newSchema() *cobra.Command {
	c := &cobra.Command{
		Use:   "schema",
		Short: "Check, format and lint schema files without a server",
		Long: "Works on schema files (.avsc, .json, .proto) and on manifests of kind Subject (.yaml).\n" +
			"Exit codes: 0 fine, 1 incompatible, not formatted or with problems, 2 no answer (wrong use, a file that cannot be read or parsed).",
		Example: "  plastron schema check old.avsc new.avsc --level FULL\n  plastron schema fmt --write schemas/*.avsc\n  plastron schema lint config/samples/*.yaml",
	}
	c.AddCommand(newSchemaCheck(), newSchemaFmt(), newSchemaLint())
	for _, sub := range c.Commands() {
		run, args := sub.RunE, sub.Args
		sub.RunE = func(c *cobra.Command, argv []string) error { return noAnswer(run(c, argv)) }
		sub.Args = func(c *cobra.Command, argv []string) error { return noAnswer(args(c, argv)) }
		sub.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return noAnswer(err) })
	}
	return c
}

// sourceFlags are the flags that say how files are read.
type sourceFlags struct {
	typ        string
	references []string
	limits     []string
}

func (f *sourceFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.typ, "type", "", "type of the schemas: avro, json or protobuf; default by extension")
	c.Flags().StringArrayVar(&f.references, "reference", nil, "NAME=FILE: what stands behind a name that the schemas use; once per name, those that others build on first")
	f.addLimits(c)
}

func (f *sourceFlags) addLimits(c *cobra.Command) {
	c.Flags().StringArrayVar(&f.limits, "limit", nil, "NAME=NUMBER: another limit of what a schema may cost, by the name of its configuration key, as in schema_max_bytes=4194304")
}

func (f *sourceFlags) options() (schemacli.Options, error) {
	var o schemacli.Options
	if f.typ != "" {
		t, err := schemacli.ParseType(f.typ)
		if err != nil {
			return o, err
		}
		o.Type = t
	}
	for _, text := range f.references {
		r, err := schemacli.ParseReference(text)
		if err != nil {
			return o, err
		}
		o.References = append(o.References, r)
	}
	var err error
	o.Limits, err = schemacli.ParseLimits(f.limits)
	return o, err
}

// outputFlag is --output; it reports whether JSON is wanted.
func outputFlag(c *cobra.Command) func() (bool, error) {
	output := c.Flags().String("output", "text", "text or json")
	return func() (bool, error) {
		switch strings.ToLower(*output) {
		case "text":
			return false, nil
		case "json":
			return true, nil
		default:
			return false, fmt.Errorf("output %q is neither text nor json", *output)
		}
	}
}
