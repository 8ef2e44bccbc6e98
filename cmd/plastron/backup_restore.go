package main

import (
	"github.com/spf13/cobra"

	"github.com/plastron-dev/plastron/runtime/backup"
)

func newBackupRestore() *cobra.Command {
	var o backup.RestoreOptions
	var empty, correct bool
	c := &cobra.Command{
		Use:   "restore",
		Short: "Write a backup to a topic",
		Long: "Finds the format by itself, checks the whole backup, makes the topic and writes the records in their order.\n" +
			"A topic that holds records is refused, unless --append or --resume says what to do with them.",
		Example: "  plastron backup restore --config karapace.config.json --location schemas.v2\n" +
			"  plastron backup restore --config karapace.config.json --location schemas --override-replication-factor 1",
		RunE: func(c *cobra.Command, _ []string) error {
			if o.Append && o.Resume {
				return wrongUsef("--append and --resume exclude each other")
			}
			if c.Flag("override-replication-factor").Changed && (o.OverrideReplication < 1 || o.OverrideReplication > 32767) {
				return wrongUsef("--override-replication-factor must be 1 to 32767")
			}
			s, err := backupSettings(c)
			if err != nil {
				return err
			}
			s.ForceKeyCorrection = s.ForceKeyCorrection || correct
			if c.Flag("empty-value-as-tombstone").Changed {
				o.EmptyValues = backup.Never
				if empty {
					o.EmptyValues = backup.Always
				}
			}
			o.Location = location(c)
			return backup.Restore(c.Context(), s, o)
		},
	}
	f := c.Flags()
	f.String("config", "", "configuration of the registry")
	f.StringVar(&o.Topic, "topic", "", "topic to write instead of topic_name")
	f.BoolVar(&o.SkipTopicCreation, "skip-topic-creation", false, "restore to a topic that is there and empty")
	f.IntVar(&o.OverrideReplication, "override-replication-factor", 0, "replication factor of the topic instead of that in a V3 backup")
	f.BoolVar(&o.Append, "append", false, "restore to a topic that holds records")
	f.BoolVar(&o.Resume, "resume", false, "continue a restore that was interrupted")
	f.BoolVar(&empty, "empty-value-as-tombstone", true, "write values without a byte as null: all with =true, none with =false, "+
		"without this flag those of a registry's keys")
	f.BoolVar(&correct, "force-key-correction", false, "rewrite keys of old Karapace versions in topics of other names than _schemas too (not V3)")
	return c
}
