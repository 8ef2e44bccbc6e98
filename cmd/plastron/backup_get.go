package main

import (
	"github.com/spf13/cobra"

	"github.com/plastron-dev/plastron/runtime/backup"
)

// getFlags are the flags of both commands that read a topic.
type getFlags struct {
	backup.GetOptions
	pollTimeout string
}

func (f *getFlags) add(c *cobra.Command) {
	c.Flags().String("config", "", "configuration of the registry")
	c.Flags().StringVar(&f.Topic, "topic", "", "topic to read instead of topic_name")
	c.Flags().BoolVar(&f.Overwrite, "overwrite", false, "replace the file at the location; a directory is never replaced")
	c.Flags().StringVar(&f.pollTimeout, "poll-timeout", "PT1M", "how long Kafka may bring nothing, as an ISO 8601 duration or like 90s")
}

func (f *getFlags) run(c *cobra.Command) error {
	var err error
	if f.PollTimeout, err = parsePollTimeout(f.pollTimeout); err != nil {
		return wrongUsef("argument --poll-timeout: %w", err)
	}
	s, err := backupSettings(c)
	if err != nil {
		return err
	}
	f.Location, f.Stdout = location(c), c.OutOrStdout()
	return backup.Get(c.Context(), s, f.GetOptions)
}

func newBackupGet() *cobra.Command {
	var f getFlags
	c := &cobra.Command{
		Use:   "get",
		Short: "Write the topic to a backup",
		Long:  "Writes the records that the topic has when the command starts. V2 is text; V3 keeps every byte, headers and times.",
		Example: "  plastron backup get --config karapace.config.json --location schemas.v2\n" +
			"  plastron backup get --config karapace.config.json --location schemas --use-format-v3 --replication-factor 3",
		RunE: func(c *cobra.Command, _ []string) error {
			if f.V3 && !c.Flag("replication-factor").Changed {
				return wrongUsef("--replication-factor is required with --use-format-v3")
			}
			return f.run(c)
		},
	}
	f.add(c)
	c.Flags().BoolVar(&f.V3, "use-format-v3", false, "write the directory of format V3")
	c.Flags().IntVar(&f.Replication, "replication-factor", 0, "replication factor that a V3 backup is restored with")
	c.Flags().Bool("skip-topic-creation", false, "no effect; Karapace's tool has it")
	return c
}

func newBackupExport() *cobra.Command {
	f := getFlags{GetOptions: backup.GetOptions{Anonymize: true}}
	c := &cobra.Command{
		Use:     "export-anonymized-avro-schemas",
		Short:   "Write the Avro schemas with all names replaced",
		Long:    "Writes a V2 backup in which names, subjects and defaults are hashes and documentation is left out.\nSchemas that are not Avro, and records that are not about schemas, are left out.",
		Example: "  plastron backup export-anonymized-avro-schemas --config karapace.config.json --location anonymous.v2",
		RunE:    func(c *cobra.Command, _ []string) error { return f.run(c) },
	}
	f.add(c)
	c.Flags().Bool("skip-topic-creation", false, "no effect; Karapace's tool has it")
	return c
}
