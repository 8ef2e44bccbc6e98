package app

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/go-logr/logr"

	"github.com/plastron-dev/plastron/runtime/config"
	"github.com/plastron-dev/plastron/runtime/telemetry"
)

// Options is what a process is made from.
type Options struct {
	Config *config.Config
	// Notes are what loading the configuration had to say; they are logged.
	Notes   []config.Note
	Version string
	// Log is where log lines go.
	Log io.Writer
	// NotifySocket is where a service manager wants to hear that everything is
	// served (sd_notify(3)); empty without one.
	NotifySocket string
	// OnReady is called once everything is served; may be nil.
	OnReady func(Endpoints)
	// Clock is the clock that decisions go by; nil is time.Now.
	Clock func() time.Time
	// MetadataMinAge is how long what is known of the Kafka cluster is good
	// enough; 0 is the default, which is kind to real brokers.
	MetadataMinAge time.Duration
}

// Endpoints says where a process serves, with the ports that were chosen.
// Parts that the process does not have are empty.
type Endpoints struct {
	Registry, REST string // Registry and REST are URLs
	Kafka          string // Kafka is host:port of an embedded broker
	Management     string // Management is host:port of metrics and profiles
}

// process is what the parts of every process share.
type process struct {
	config         *config.Config
	version        string
	hostname       string
	log            logr.Logger
	out            io.Writer // out is where log lines go, access lines too
	metrics        *telemetry.Metrics
	outside        outside
	notifySocket   string // notifySocket is that of a service manager, see Options
	management     string // management is host:port of metrics and profiles, once it is known
	clock          func() time.Time
	started        time.Time
	metadataMinAge time.Duration // see Options
}

// newProcess makes logger and metrics, and logs what the configuration is.
func newProcess(o Options) (*process, error) {
	metrics, err := telemetry.NewMetrics(o.Config.Tags)
	if err != nil {
		return nil, err
	}
	hostname, err := os.Hostname()
	if err != nil && o.Config.Advertised.Host == "" {
		return nil, fmt.Errorf("finding the name of this machine: %w; set advertised_hostname", err)
	}
	clock := o.Clock
	if clock == nil {
		clock = time.Now
	}
	p := &process{
		config: o.Config, version: o.Version, hostname: hostname,
		out: o.Log, metrics: metrics, clock: clock, started: clock(), metadataMinAge: o.MetadataMinAge,
		notifySocket: o.NotifySocket,
	}
	l := o.Config.Log
	p.log, err = telemetry.NewLogger(o.Log, telemetry.Log{
		Format: telemetry.Format(l.Encoding), Level: l.Level, Pattern: l.Format, Journal: l.Handler == "systemd", Tell: p.fault,
	})
	if err != nil {
		return nil, err
	}
	p.tell(o.Notes)
	return p, nil
}

func (p *process) tell(notes []config.Note) {
	for _, s := range p.config.Changed() {
		p.log.V(1).Info("Configured", "key", s.Key, "value", s.Value, "source", string(s.Source))
	}
	for _, n := range notes {
		log := p.log
		if n.Level == config.Debug {
			log = p.log.V(1)
		}
		log.Info(n.Message, "key", n.Key, "source", string(n.Source), "detail", n.Detail)
	}
}

// lifecycle runs the parts of the process.
func (p *process) lifecycle() lifecycle {
	return lifecycle{log: p.log, clock: p.clock, stopping: func() { p.tellManager(notifyStopping) }}
}

// ready tells the caller of a process that everything is served.
func (p *process) ready(o Options, e Endpoints) error {
	e.Management = p.management
	p.log.Info("Ready", "duration", p.clock().Sub(p.started).String(), "registry", e.Registry, "rest", e.REST, "address", e.Kafka)
	p.tellManager(notifyReady)
	if o.OnReady != nil {
		o.OnReady(e)
	}
	return nil
}
