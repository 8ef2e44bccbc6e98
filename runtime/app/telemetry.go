package app

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/sync/errgroup"

	"github.com/plastron-dev/plastron/runtime/config"
	"github.com/plastron-dev/plastron/runtime/kafka"
	"github.com/plastron-dev/plastron/runtime/telemetry"
)

// outside is what a process tells to others than those who ask it: receivers
// of traces, metrics and faults. All of it is off unless it is configured.
type outside struct {
	tracing *telemetry.Tracing
	sentry  atomic.Pointer[telemetry.Sentry] // read by the logger, from any goroutine
	statsd  *telemetry.StatsD
	export  *telemetry.MetricsExport
	// state is what StatsD gets of a registry; nil without one.
	state func() telemetry.State
}

// fault hears of lines of the log at error level. Those about a Kafka that is
// away for a while say nothing that its own alerts do not say.
func (p *process) fault(f telemetry.Fault) {
	if p.config.Kafka.SilenceRetriable && f.Cause != nil && kafka.Classify(f.Cause).Temporary() {
		return
	}
	message := f.Message
	if f.Panic {
		message = "panic"
	}
	p.metrics.Fault(message, f.Where)
	p.outside.sentry.Load().Tell(f)
}

// lastSend bounds the wait for the last faults and the last spans to be sent.
const lastSend = 2 * time.Second

// telemetryPart starts and ends what sends. It is the first part, so that it
// hears of the start and of the end of all others.
func (p *process) telemetryPart() part {
	return part{
		name: "telemetry", within: 10 * time.Second,
		open: func(ctx context.Context) error {
			t := p.config.Telemetry
			otel := telemetry.OTel{
				Traces: telemetry.Exporter(t.Traces), Metrics: telemetry.Exporter(t.Metrics), Endpoint: t.Endpoint,
				Service: t.Service, Instance: t.Instance, Version: p.version, Logger: p.log.WithName("telemetry"),
			}
			otel.Headers, otel.CAFile = config.OTLP(config.Environ())
			sentry, err := p.newSentry()
			if err != nil {
				return err
			}
			p.outside.sentry.Store(sentry)
			p.outside.export = telemetry.NewMetricsExport(otel, config.Milliseconds(t.Interval), p.metrics)
			if t.StatsDHost != "" {
				p.outside.statsd = telemetry.NewStatsD(t.StatsDHost, t.StatsDPort, p.config.Tags, p.log.WithName("telemetry"))
				p.metrics.SendTo(p.outside.statsd)
			}
			p.outside.tracing, err = telemetry.StartTracing(otel)
			return err
		},
		run: func(ctx context.Context) error {
			var g errgroup.Group
			if p.outside.statsd != nil {
				g.Go(func() error { return p.outside.statsd.Run(ctx, p.sendState) })
			}
			if p.outside.export != nil {
				g.Go(func() error { return p.outside.export.Run(ctx) })
			}
			g.Go(func() error { <-ctx.Done(); return nil })
			return g.Wait()
		},
		close: func(ctx context.Context) error {
			p.outside.sentry.Swap(nil).Stop(lastSend)
			ctx, cancel := context.WithTimeout(ctx, lastSend)
			defer cancel()
			if err := p.outside.tracing.Stop(ctx); err != nil {
				p.log.V(1).Info("The last traces were not sent", "reason", err.Error())
			}
			return nil // A receiver that is away makes no end a bad one.
		},
	}
}

func (p *process) sendState() {
	if p.outside.state != nil {
		p.metrics.SendState(p.outside.state())
	}
}

// observeState makes the state of a registry one that metrics and StatsD tell.
func (p *process) observeState(state func() telemetry.State) error {
	p.outside.state = state
	return p.metrics.ObserveState(state)
}

// newSentry starts what the key sentry asks for, nil for nothing.
func (p *process) newSentry() (*telemetry.Sentry, error) {
	settings := map[string]string{}
	for name, v := range p.config.Telemetry.Sentry {
		settings[name] = string(v)
	}
	return telemetry.StartSentry(telemetry.SentryConfig{Settings: settings, Version: p.version, Hostname: p.hostname, Clock: p.clock})
}

// run runs the parts of the process behind what every process has.
func (p *process) run(ctx context.Context, parts []part) error {
	first := []part{p.telemetryPart()}
	if address := p.config.Telemetry.Management; address != "" {
		first = append(first, p.managementPart(address))
	}
	return p.lifecycle().run(ctx, append(first, parts...))
}

// produceSpans makes a span of each record that a client of the proxy produces.
func (p *process) produceSpans() []kgo.Opt {
	if p.outside.tracing == nil {
		return nil
	}
	return []kgo.Opt{kgo.WithHooks(produceHook{p.outside.tracing})}
}

// produceHook keeps the span of a record in the context of the record, where
// kgo keeps it until the record is acknowledged. Headers are not touched: they
// are the user's.
type produceHook struct{ tracing *telemetry.Tracing }

var (
	_ kgo.HookProduceRecordBuffered   = produceHook{}
	_ kgo.HookProduceRecordUnbuffered = produceHook{}
)

// OnProduceRecordBuffered implements kgo.HookProduceRecordBuffered.
func (h produceHook) OnProduceRecordBuffered(r *kgo.Record) {
	r.Context, _ = h.tracing.Start(r.Context, "produce", "messaging.system", "kafka", "messaging.destination.name", r.Topic)
}

// OnProduceRecordUnbuffered implements kgo.HookProduceRecordUnbuffered.
func (h produceHook) OnProduceRecordUnbuffered(r *kgo.Record, err error) {
	telemetry.SpanOf(r.Context).End(err)
}
