package rest

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// ConfigScope says whose configuration is meant.
type ConfigScope int

// The scopes: a topic, one broker, or what all brokers have when they have
// nothing of their own.
const (
	OfTopic ConfigScope = iota
	OfBroker
	OfBrokers
)

// ConfigResource is what has configuration: the topic or broker of that name;
// OfBrokers has none.
type ConfigResource struct {
	Scope ConfigScope
	Name  string
}

// BrokerResource is the resource of one broker.
func BrokerResource(id int32) ConfigResource {
	return ConfigResource{OfBroker, strconv.Itoa(int(id))}
}

func (r ConfigResource) kind() kmsg.ConfigResourceType {
	if r.Scope == OfTopic {
		return kmsg.ConfigResourceTypeTopic
	}
	return kmsg.ConfigResourceTypeBroker
}

// Config is one entry. Value is nil when it is unset or Kafka does not tell it.
type Config struct {
	Name                         string
	Value                        *string
	Default, ReadOnly, Sensitive bool
	Source                       string
	Synonyms                     []ConfigSynonym
}

// ConfigSynonym is where a value is from, or would be from without the one
// before it.
type ConfigSynonym struct {
	Name   string
	Value  *string
	Source string
}

// ConfigChange sets an entry, or resets it to its default.
type ConfigChange struct {
	Name  string
	Value *string
	Reset bool
}

// ConfigEntries is the configuration of one resource, sorted by name.
type ConfigEntries struct {
	Resource ConfigResource
	Entries  []Config
}

// Find returns an entry by its name.
func (c ConfigEntries) Find(name string) (Config, bool) {
	i := slices.IndexFunc(c.Entries, func(e Config) bool { return e.Name == name })
	if i < 0 {
		return Config{}, false
	}
	return c.Entries[i], true
}

// Configs returns the configuration of resources of one scope, in their order.
// Kinds: UnknownTopic, NotFound for a broker that is not there, and those of
// adminFailure.
func (s *Service) Configs(ctx context.Context, resources ...ConfigResource) ([]ConfigEntries, error) {
	if len(resources) == 0 {
		return nil, nil
	}
	return admin(ctx, s, func(ctx context.Context, admin adminClient) ([]ConfigEntries, error) {
		request := kmsg.NewPtrDescribeConfigsRequest()
		request.IncludeSynonyms = true
		for _, r := range resources {
			wanted := kmsg.NewDescribeConfigsRequestResource()
			wanted.ResourceType, wanted.ResourceName = r.kind(), r.Name
			request.Resources = append(request.Resources, wanted)
		}
		answer, err := request.RequestWith(ctx, admin.raw)
		if err != nil {
			return nil, err
		}
		found := make(map[string]kmsg.DescribeConfigsResponseResource, len(answer.Resources))
		for _, a := range answer.Resources {
			found[a.ResourceName] = a
		}
		all := make([]ConfigEntries, 0, len(resources))
		for _, r := range resources {
			a, ok := found[r.Name]
			if !ok {
				return nil, fail(NotFound, "HTTP 404 Not Found")
			}
			if err := refusal(a.ErrorCode, a.ErrorMessage); err != nil {
				return nil, err
			}
			all = append(all, ConfigEntries{r, configsOf(a.Configs)})
		}
		return all, nil
	})
}

func configsOf(in []kmsg.DescribeConfigsResponseResourceConfig) []Config {
	out := make([]Config, 0, len(in))
	for _, c := range in {
		config := Config{
			Name: c.Name, Value: c.Value, ReadOnly: c.ReadOnly, Sensitive: c.IsSensitive,
			Default: c.IsDefault || c.Source == kmsg.ConfigSourceDefaultConfig, Source: sourceName(c.Source),
			Synonyms: make([]ConfigSynonym, 0, len(c.ConfigSynonyms)),
		}
		for _, y := range c.ConfigSynonyms {
			config.Synonyms = append(config.Synonyms, ConfigSynonym{y.Name, y.Value, sourceName(y.Source)})
		}
		out = append(out, config)
	}
	slices.SortFunc(out, func(a, b Config) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// sourceName is the name of a source in REST contract 13.5.
func sourceName(s kmsg.ConfigSource) string {
	switch s {
	case kmsg.ConfigSourceDynamicTopicConfig, kmsg.ConfigSourceDynamicBrokerConfig, kmsg.ConfigSourceDynamicDefaultBrokerConfig,
		kmsg.ConfigSourceStaticBrokerConfig, kmsg.ConfigSourceDefaultConfig, kmsg.ConfigSourceDynamicBrokerLoggerConfig:
		return s.String()
	case kmsg.ConfigSourceGroupConfig:
		return "DYNAMIC_GROUP_CONFIG"
	default:
		return "UNKNOWN"
	}
}

// AlterConfigs changes entries of one resource, all or none; with validateOnly
// it only asks Kafka whether it would. Kinds: Refused, UnknownTopic, and those
// of adminFailure.
func (s *Service) AlterConfigs(ctx context.Context, r ConfigResource, changes []ConfigChange, validateOnly bool) error {
	return s.AlterAllConfigs(ctx, []ConfigResource{r}, [][]ConfigChange{changes}, validateOnly)[0]
}

// AlterAllConfigs is AlterConfigs for several resources at once: changes and
// errors have the places of the resources.
func (s *Service) AlterAllConfigs(ctx context.Context, resources []ConfigResource, changes [][]ConfigChange, validateOnly bool) []error {
	request := kmsg.NewPtrIncrementalAlterConfigsRequest()
	request.ValidateOnly = validateOnly
	for i, r := range resources {
		wanted := kmsg.NewIncrementalAlterConfigsRequestResource()
		wanted.ResourceType, wanted.ResourceName = r.kind(), r.Name
		for _, c := range changes[i] {
			change := kmsg.NewIncrementalAlterConfigsRequestResourceConfig()
			change.Name, change.Value, change.Op = c.Name, c.Value, kmsg.IncrementalAlterConfigOpSet
			if c.Reset {
				change.Op, change.Value = kmsg.IncrementalAlterConfigOpDelete, nil
			}
			wanted.Configs = append(wanted.Configs, change)
		}
		request.Resources = append(request.Resources, wanted)
	}
	failures := make([]error, len(resources))
	answers, err := admin(ctx, s, func(ctx context.Context, admin adminClient) (*kmsg.IncrementalAlterConfigsResponse, error) {
		return request.RequestWith(ctx, admin.raw)
	})
	for i, r := range resources {
		if failures[i] = err; err != nil {
			continue
		}
		for _, a := range answers.Resources {
			if a.ResourceName == r.Name {
				failures[i] = refusal(a.ErrorCode, a.ErrorMessage)
			}
		}
	}
	return failures
}
