package app

import (
	"github.com/plastron-dev/plastron/runtime/backup"
)

// Backup translates the configuration of a registry to what the backup tool
// needs to reach its topic.
func Backup(o Options) (backup.Settings, error) {
	p, err := newProcess(o)
	if err != nil {
		return backup.Settings{}, err
	}
	options, err := p.kafkaOptions(o.Config)
	if err != nil {
		return backup.Settings{}, err
	}
	return backup.Settings{
		Kafka: options, Topic: o.Config.Registry.Topic, Replication: o.Config.Registry.Replication,
		ForceKeyCorrection: o.Config.Registry.ForceKeyCorrection, Version: o.Version, Logger: p.log, Now: p.clock,
	}, nil
}
