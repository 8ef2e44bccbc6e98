package main

import (
	"github.com/spf13/cobra"

	"github.com/plastron-dev/plastron/runtime/backup"
)

func newBackupInspect() *cobra.Command {
	return &cobra.Command{
		Use:     "inspect",
		Short:   "Show what a backup is",
		Long:    "Prints the format, and the metadata of V3, as JSON. No configuration is needed.",
		Example: "  plastron backup inspect --location schemas",
		RunE: func(c *cobra.Command, _ []string) error {
			return backup.Inspect(location(c), c.OutOrStdout(), c.ErrOrStderr())
		},
	}
}

func newBackupVerify() *cobra.Command {
	var level string
	c := &cobra.Command{
		Use:     "verify",
		Short:   "Check a V3 backup for damage",
		Long:    "Compares the checksums of whole files, or with --level record also decodes every record. No configuration is needed.",
		Example: "  plastron backup verify --location schemas --level record",
		RunE: func(c *cobra.Command, _ []string) error {
			switch l := backup.Level(level); l {
			case backup.FileLevel, backup.RecordLevel:
				return backup.Verify(location(c), l, c.OutOrStdout())
			default:
				return wrongUsef("--level is required and must be file or record")
			}
		},
	}
	c.Flags().StringVar(&level, "level", "", "file or record")
	return c
}
