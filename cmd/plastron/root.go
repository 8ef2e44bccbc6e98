package main

import (
	"github.com/spf13/cobra"

	"github.com/plastron-dev/plastron/runtime/app"
	"github.com/plastron-dev/plastron/runtime/config"
)

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "plastron",
		Short:         "Schema registry and Kafka REST proxy",
		Long:          "Plastron is a schema registry and a Kafka REST proxy that keep everything in Kafka.\nKarapace's configuration works unchanged: docs/configuration.md lists the keys.",
		Example:       "  plastron dev\n  plastron all --config karapace.config.json",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(newAll(), newRegistry(), newREST(), newDev(), newBackup(), newConfig(), newHealthcheck(), newMkpasswd(), newSchema(), newVersion())
	return root
}

// addConfig adds --config; the file may also be the only argument.
func addConfig(c *cobra.Command) {
	c.Flags().String("config", "", "JSON file with configuration keys; the environment (KARAPACE_*) wins over it")
	c.Args = cobra.MaximumNArgs(1)
}

// options reads the configuration for a role. On an error it holds the notes
// alone.
func options(c *cobra.Command, args []string, role config.Role) (app.Options, error) {
	path, err := c.Flags().GetString("config")
	if err != nil {
		return app.Options{}, err
	}
	if path == "" && len(args) == 1 {
		path = args[0]
	}
	loaded, notes, err := config.Load(config.Input{Role: role, Path: path, Environ: config.Environ()})
	if err != nil {
		return app.Options{Notes: notes}, err
	}
	return app.Options{
		Config: loaded, Notes: notes, Version: version, Log: c.ErrOrStderr(), NotifySocket: config.NotifySocket(config.Environ()),
	}, nil
}
