package resthttp

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/plastron-dev/plastron/runtime/rest"
)

// config3 is an entry; which of the last three members it has depends on whose
// it is.
type config3 struct {
	head3
	Name       string     `json:"name"`
	Value      *string    `json:"value"`
	Default    bool       `json:"is_default"`
	ReadOnly   bool       `json:"is_read_only"`
	Sensitive  bool       `json:"is_sensitive"`
	Source     string     `json:"source"`
	Synonyms   []synonym3 `json:"synonyms"`
	TopicName  string     `json:"topic_name,omitempty"`
	BrokerID   *int32     `json:"broker_id,omitempty"`
	ConfigType string     `json:"config_type,omitempty"`
}

type synonym3 struct {
	Name   string  `json:"name"`
	Value  *string `json:"value"`
	Source string  `json:"source"`
}

// owner3 is whose configuration a request is about.
type owner3 struct {
	rest.ConfigResource
	kind   string   // of its entries
	path   []string // of its collection
	crn    []string
	broker int32
	noun   string // in texts
}

func topicOwner(name string) owner3 {
	return owner3{
		ConfigResource: rest.ConfigResource{Scope: rest.OfTopic, Name: name}, kind: "KafkaTopicConfig",
		path: []string{"topics", name, "configs"}, crn: []string{"topic", name, "config"}, noun: "TOPIC " + name,
	}
}

func brokerOwner(id int32) owner3 {
	text := decimal(id)
	return owner3{
		ConfigResource: rest.BrokerResource(id), kind: "KafkaBrokerConfig", broker: id,
		path: []string{"brokers", text, "configs"}, crn: []string{"broker", text, "config"}, noun: "BROKER " + text,
	}
}

func brokersOwner() owner3 {
	return owner3{
		ConfigResource: rest.ConfigResource{Scope: rest.OfBrokers}, kind: "KafkaClusterConfig",
		path: []string{"broker-configs"}, crn: []string{"broker-config"}, noun: "BROKER ",
	}
}

// owner is whom the path names.
func (c *call3) owner() (owner3, error) {
	switch {
	case c.vars["topic"] != "":
		name, err := c.name("topic")
		return topicOwner(name), err
	case c.vars["broker"] != "":
		b, err := c.broker()
		return brokerOwner(b.ID), err
	default:
		return brokersOwner(), nil
	}
}

func (c *call3) configOf(o owner3, in rest.Config) config3 {
	out := config3{
		head3: c.head(o.kind, c.url(append(o.path[:len(o.path):len(o.path)], in.Name)...), append(o.crn[:len(o.crn):len(o.crn)], in.Name)...),
		Name:  in.Name, Value: in.Value, Default: in.Default, ReadOnly: in.ReadOnly, Sensitive: in.Sensitive, Source: in.Source,
		Synonyms: make([]synonym3, 0, len(in.Synonyms)),
	}
	for _, s := range in.Synonyms {
		out.Synonyms = append(out.Synonyms, synonym3{s.Name, s.Value, s.Source})
	}
	switch o.Scope {
	case rest.OfTopic:
		out.TopicName = o.Name
	case rest.OfBroker:
		out.BrokerID = &o.broker
	case rest.OfBrokers:
		out.ConfigType = "BROKER"
	}
	return out
}

// configLists answers with the entries of several owners of one kind.
func (a *api) configLists(c *call3, self string, kind string, owners []owner3) (int, any, error) {
	resources := make([]rest.ConfigResource, 0, len(owners))
	for _, o := range owners {
		resources = append(resources, o.ConfigResource)
	}
	all, err := a.Service.Configs(c.Context(), resources...)
	if err != nil {
		return 0, nil, err
	}
	var entries []config3
	for i := range all {
		for _, e := range all[i].Entries {
			entries = append(entries, c.configOf(owners[i], e))
		}
	}
	return list(kind, self, entries)
}

func (a *api) configs(c *call3) (int, any, error) {
	o, err := c.owner()
	if err != nil {
		return 0, nil, err
	}
	return a.configLists(c, c.url(o.path...), o.kind, []owner3{o})
}

func (a *api) allBrokerConfigs(c *call3) (int, any, error) {
	var owners []owner3
	for _, b := range c.cluster.Brokers {
		owners = append(owners, brokerOwner(b.ID))
	}
	return a.configLists(c, c.url("brokers", "-", "configs"), "KafkaBrokerConfig", owners)
}

func (a *api) allTopicConfigs(c *call3) (int, any, error) {
	topics, err := a.Service.TopicInfos(c.Context(), false)
	if err != nil {
		return 0, nil, err
	}
	var owners []owner3
	for _, t := range topics {
		owners = append(owners, topicOwner(t.Name))
	}
	return a.configLists(c, c.url("topics", "-", "configs"), "KafkaTopicConfig", owners)
}

// entry finds the entry that the path names, and whose it is.
func (a *api) entry(c *call3) (owner3, rest.Config, error) {
	o, err := c.owner()
	if err != nil {
		return o, rest.Config{}, err
	}
	name, err := c.name("config")
	if err != nil {
		return o, rest.Config{}, err
	}
	entries, err := a.Service.Configs(c.Context(), o.ConfigResource)
	if err != nil {
		return o, rest.Config{}, err
	}
	entry, ok := entries[0].Find(name)
	if !ok {
		return o, entry, c.unknownConfig(o, name)
	}
	return o, entry, nil
}

func (c *call3) unknownConfig(o owner3, name string) error {
	return wrong(http.StatusNotFound, http.StatusNotFound, fmt.Sprintf("Config %s cannot be found for %s in cluster %s.", short(name), o.noun, c.cluster.ID))
}

func (a *api) config(c *call3) (int, any, error) {
	o, entry, err := a.entry(c)
	if err != nil {
		return 0, nil, err
	}
	return found(c.configOf(o, entry))
}

// putConfig sets an entry. Entries that all brokers share need not be set to
// be known, so only Kafka judges their names.
func (a *api) putConfig(c *call3) (int, any, error) {
	var body struct {
		Value *string `json:"value"`
	}
	if err := c.decode(&body); err != nil {
		return 0, nil, err
	}
	return a.changeConfig(c, func(name string) rest.ConfigChange {
		return rest.ConfigChange{Name: name, Value: body.Value, Reset: body.Value == nil}
	})
}

func (a *api) deleteConfig(c *call3) (int, any, error) {
	return a.changeConfig(c, func(name string) rest.ConfigChange { return rest.ConfigChange{Name: name, Reset: true} })
}

func (a *api) changeConfig(c *call3, change func(name string) rest.ConfigChange) (int, any, error) {
	o, err := c.owner()
	if err != nil {
		return 0, nil, err
	}
	name, err := c.name("config")
	if err != nil {
		return 0, nil, err
	}
	changes := []rest.ConfigChange{change(name)}
	if err := a.knownConfigs(c, o, changes); err != nil {
		return 0, nil, err
	}
	return http.StatusNoContent, nil, a.Service.AlterConfigs(c.Context(), o.ConfigResource, changes, false)
}

// knownConfigs refuses changes of entries that a resource does not have. What
// all brokers share lists only what was set, so there Kafka judges alone.
func (a *api) knownConfigs(c *call3, o owner3, changes []rest.ConfigChange) error {
	if o.Scope == rest.OfBrokers {
		return nil
	}
	entries, err := a.Service.Configs(c.Context(), o.ConfigResource)
	if err != nil {
		return err
	}
	for _, change := range changes {
		if _, ok := entries[0].Find(change.Name); !ok {
			return c.unknownConfig(o, change.Name)
		}
	}
	return nil
}

// change3 is one change of an :alter request.
type change3 struct {
	Name      *string `json:"name"`
	Value     *string `json:"value"`
	Operation *string `json:"operation"`
}

func (in change3) decode() (rest.ConfigChange, error) {
	if in.Name == nil {
		return rest.ConfigChange{}, required("data.name")
	}
	change := rest.ConfigChange{Name: *in.Name, Value: in.Value}
	switch {
	case in.Operation == nil || strings.EqualFold(*in.Operation, "SET"):
		change.Reset = in.Value == nil
	case strings.EqualFold(*in.Operation, "DELETE"):
		change.Reset = true
	default:
		return change, wrong(http.StatusBadRequest, http.StatusBadRequest, "Bad Request: operation has to be SET or DELETE")
	}
	return change, nil
}

func (a *api) alterConfigs(c *call3) (int, any, error) {
	var body struct {
		Data         []change3 `json:"data"`
		ValidateOnly bool      `json:"validate_only"`
	}
	if err := c.decode(&body); err != nil {
		return 0, nil, err
	}
	if body.Data == nil {
		return 0, nil, required("data")
	}
	changes := make([]rest.ConfigChange, 0, len(body.Data))
	for _, in := range body.Data {
		change, err := in.decode()
		if err != nil {
			return 0, nil, err
		}
		changes = append(changes, change)
	}
	o, err := c.owner()
	if err != nil {
		return 0, nil, err
	}
	if err := a.knownConfigs(c, o, changes); err != nil {
		return 0, nil, err
	}
	return http.StatusNoContent, nil, a.Service.AlterConfigs(c.Context(), o.ConfigResource, changes, body.ValidateOnly)
}

// failure3 is what did not become of one topic.
type failure3 struct {
	Topic   string `json:"topic_name"`
	Code    int    `json:"error_code"`
	Message string `json:"message"`
}

// alterTopics changes several topics, each for itself: what fails is told
// beside what does not.
func (a *api) alterTopics(c *call3) (int, any, error) {
	var body struct {
		Data []struct {
			Topic *string   `json:"topic_name"`
			Data  []change3 `json:"configs"`
		} `json:"data"`
		ValidateOnly bool `json:"validate_only"`
	}
	if err := c.decode(&body); err != nil {
		return 0, nil, err
	}
	if len(body.Data) == 0 {
		return 0, nil, payload("Request body is empty. Data is required.")
	}
	resources, changes := make([]rest.ConfigResource, 0, len(body.Data)), make([][]rest.ConfigChange, 0, len(body.Data))
	for _, t := range body.Data {
		if t.Topic == nil {
			return 0, nil, required("data.topic_name")
		}
		var of []rest.ConfigChange
		for _, in := range t.Data {
			change, err := in.decode()
			if err != nil {
				return 0, nil, err
			}
			of = append(of, change)
		}
		resources, changes = append(resources, topicOwner(*t.Topic).ConfigResource), append(changes, of)
	}
	var failures []failure3
	for i, err := range a.Service.AlterAllConfigs(c.Context(), resources, changes, body.ValidateOnly) {
		if err != nil {
			e := onWire3(err)
			failures = append(failures, failure3{resources[i].Name, e.code, e.text})
		}
	}
	if len(failures) == 0 {
		return http.StatusNoContent, nil, nil
	}
	return http.StatusMultiStatus, map[string]any{"failures": failures}, nil
}
