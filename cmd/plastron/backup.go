package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/plastron-dev/plastron/runtime/app"
	"github.com/plastron-dev/plastron/runtime/backup"
	"github.com/plastron-dev/plastron/runtime/config"
)

// newBackup takes the arguments and ends with the exit codes of Karapace's
// tool, which a link called karapace_schema_backup replaces.
func newBackup() *cobra.Command {
	c := &cobra.Command{
		Use:   "backup",
		Short: "Back up and restore the topic of the schemas",
		Long: "Copies a topic with one partition to a file and back. Reads the formats V1, V2, V3 and what Kafka's console\n" +
			"consumer prints, writes V2 and V3. A restore checks the whole backup before it writes the first record.\n" +
			"Exit codes: 0 good, 1 failed, 2 wrong arguments or interrupted, 3 failed while records were being written.",
		Example: "  plastron backup get --config karapace.config.json --location schemas.v2\n" +
			"  plastron backup restore --config karapace.config.json --location schemas.v2",
		RunE: func(*cobra.Command, []string) error {
			return wrongUsef("backup takes a command: get, restore, inspect, verify or export-anonymized-avro-schemas")
		},
	}
	c.PersistentFlags().String("location", "", "file, or directory of format V3; empty or - is the standard output")
	c.PersistentFlags().Bool("verbose", false, "log more")
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return wrongUse(err) })
	c.AddCommand(newBackupGet(), newBackupRestore(), newBackupExport(), newBackupInspect(), newBackupVerify())
	withCodes(c)
	for _, sub := range c.Commands() {
		withCodes(sub)
	}
	return c
}

// wrongUse marks a mistake in the arguments.
func wrongUse(err error) error { return &exitError{exitNoAnswer, err} }

func wrongUsef(format string, args ...any) error { return wrongUse(fmt.Errorf(format, args...)) }

// withCodes makes every error of a command carry the exit code of Karapace's
// tool.
func withCodes(c *cobra.Command) {
	run := c.RunE
	c.Args = func(c *cobra.Command, args []string) error {
		if err := cobra.NoArgs(c, args); err != nil {
			return wrongUse(err)
		}
		return nil
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		err := run(c, args)
		if exit := (*exitError)(nil); err == nil || errors.As(err, &exit) {
			return err
		}
		return &exitError{backup.ExitCode(err), err}
	}
}

func location(c *cobra.Command) string { return c.Flag("location").Value.String() }

// backupSettings reads the configuration. A process that is configured by its
// environment alone needs no file.
func backupSettings(c *cobra.Command) (backup.Settings, error) {
	path := c.Flag("config").Value.String()
	environ := config.Environ()
	if path == "" && !slices.ContainsFunc(environ, namesBroker) {
		return backup.Settings{}, wrongUsef("--config is required, unless KARAPACE_BOOTSTRAP_URI is set")
	}
	loaded, notes, err := config.Load(config.Input{Role: config.RoleRegistry, Path: path, Environ: environ})
	if err != nil {
		return backup.Settings{}, err
	}
	loaded.Log.Level = "INFO"
	if c.Flag("verbose").Changed {
		loaded.Log.Level = "DEBUG"
	}
	return app.Backup(app.Options{Config: loaded, Notes: notes, Version: version, Log: c.ErrOrStderr()})
}

func namesBroker(variable string) bool {
	return strings.HasPrefix(strings.ToUpper(variable), "KARAPACE_BOOTSTRAP_URI=")
}
