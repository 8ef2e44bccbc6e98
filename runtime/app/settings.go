package app

import (
	"sync"
	"time"

	"github.com/plastron-dev/plastron/runtime/config"
	"github.com/plastron-dev/plastron/runtime/election"
	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/kafka"
	"github.com/plastron-dev/plastron/runtime/rest"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// kafkaOptions says how to reach the cluster that the configuration names.
func (p *process) kafkaOptions(c *config.Config) (kafka.Options, error) {
	brokers, err := kafka.ParseBootstrap(c.Kafka.Bootstrap)
	if err != nil {
		return kafka.Options{}, err
	}
	k := c.Kafka
	return kafka.Options{
		Bootstrap: brokers,
		ClientID:  k.ClientID,
		Security: kafka.Security{
			Protocol: k.Protocol, Mechanism: k.SASLMechanism,
			Username: k.SASLUser, Password: string(k.SASLPassword), PasswordFile: k.SASLPasswordFile, Credentials: p.credentials(c),
			Token: string(k.SASLToken), TokenFile: k.SASLTokenFile, OAuth: kafka.OAuth{
				Endpoint: k.OAuth.Endpoint, ClientID: k.OAuth.ClientID, Secret: string(k.OAuth.ClientSecret),
				SecretFile: k.OAuth.SecretFile, Scope: k.OAuth.Scope, CAFile: k.OAuth.CAFile,
			},
			CAFile: k.CAFile, CertFile: k.CertFile, KeyFile: k.KeyFile, KeyPassword: string(k.KeyPassword),
			CRLFile: k.CRLFile, Ciphers: k.Ciphers, SkipHostnameCheck: !k.CheckHostname,
		},
		IdleTimeout:    config.Milliseconds(k.MaxIdle),
		MetadataMaxAge: config.Milliseconds(k.MetadataMaxAge),
		MetadataMinAge: p.metadataMinAge,
		Logger:         p.log.V(1).WithName("kafka"),
	}, nil
}

// credentials reads user and password from the configuration file again when
// that is where they are from, nil otherwise: a password that was changed there
// holds from the next connection on. While the file is not in order, what was
// read at the start holds, which is told once.
func (p *process) credentials(c *config.Config) func() (string, string, error) {
	if c.Kafka.SASLPasswordFile != "" || !c.FromFile("sasl_plain_password") {
		return nil
	}
	var mu sync.Mutex
	told := ""
	return func() (string, string, error) {
		fresh, err := c.Reload()
		if err == nil {
			return fresh.Kafka.SASLUser, string(fresh.Kafka.SASLPassword), nil
		}
		mu.Lock()
		defer mu.Unlock()
		if text := err.Error(); text != told {
			told = text
			p.log.Info("Configuration file is not in order, going on with the password read at the start", "cause", text)
		}
		return c.Kafka.SASLUser, string(c.Kafka.SASLPassword), nil
	}
}

// identity is how this node presents itself to the election group.
func identity(c *config.Config, hostname, version string, port int) election.Identity {
	host := c.Advertised.Host
	if host == "" {
		host = hostname
	}
	return election.Identity{
		Scheme: c.Advertised.Scheme, Host: host, Port: port, Eligible: c.Registry.Eligible, Version: version,
	}
}

// schemaLimits says what one schema may cost.
func schemaLimits(c *config.Config) format.Limits {
	l := c.Limits
	return format.Limits{
		MaxBytes: l.Bytes, MaxDepth: l.Depth, MaxNodes: l.Nodes,
		MaxSubschemas: l.Subschemas, MaxPatternCost: l.PatternCost,
		MaxReferences: l.References, MaxReferenceDepth: l.ReferenceDepth,
	}
}

// restSettings translates the proxy's keys.
func restSettings(c *config.Config) rest.Settings {
	s := rest.DefaultSettings()
	p, q := c.REST.Producer, c.REST.Consumer
	s.Acks, s.Compression, s.Partitioner = p.Acks, p.Compression, p.Partitioner
	s.Linger = config.Milliseconds(p.Linger)
	s.DeliveryTimeout = config.Milliseconds(p.DeliveryTimeout)
	s.MaxRecordBytes, s.MaxBufferedBytes = p.MaxRequest, p.MaxBuffered
	s.MaxFetchedBytes, s.MaxConsumers = q.MaxFetched, c.REST.MaxConsumers
	s.NameStrategy, s.NameValidation = c.REST.NameStrategy, c.REST.NameValidation
	s.Limits, s.Flavour = schemaLimits(c), schema.Flavour(c.Registry.Flavour)
	s.CachedSchemas = max(s.CachedSchemas, c.REST.ClientCache)
	s.AvroJSON, s.ProtobufJSON = schema.Flavour(c.REST.AvroJSON), schema.Flavour(c.REST.ProtobufJSON)
	s.HideInternal = c.REST.HideInternal
	s.AutoCommit = q.AutoCommit
	s.RequestTimeout = config.Milliseconds(q.RequestTimeout)
	s.RequestMaxBytes = q.MaxBytes
	s.FetchMinBytes, s.SkipUndecodable = max(q.FetchMinBytes, 1), q.SkipBroken
	s.IdleTimeout = time.Duration(q.IdleTimeout) * time.Second
	s.SessionTimeout = config.Milliseconds(c.Kafka.SessionTimeout)
	s.MetadataMaxAge = time.Duration(c.REST.TopicsMaxAge) * time.Second
	return s
}

// maxBody is the bound on request bodies of the proxy (REST contract 2.2): 1
// MiB, or room for the largest allowed record when that is more.
func maxBody(c *config.Config) int64 {
	const usual = 1 << 20
	switch {
	case c.Listener.MaxBody != 0:
		return int64(c.Listener.MaxBody)
	case c.REST.Producer.MaxRequest > usual:
		return int64(c.REST.Producer.MaxRequest) + usual
	default:
		return usual
	}
}
