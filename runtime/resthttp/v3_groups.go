package resthttp

import (
	"net/http"

	"github.com/plastron-dev/plastron/runtime/rest"
)

type group3 struct {
	head3
	ID          string `json:"consumer_group_id"`
	Simple      bool   `json:"is_simple"`
	Assignor    string `json:"partition_assignor"`
	State       string `json:"state"`
	Type        string `json:"type"`
	Mixed       bool   `json:"is_mixed_consumer_group"`
	Coordinator *link3 `json:"coordinator"`
	Consumers   link3  `json:"consumers"`
	LagSummary  link3  `json:"lag_summary"`
}

func (c *call3) groupOf(g *rest.Group) group3 {
	out := group3{
		head3: c.head("KafkaConsumerGroup", c.url("consumer-groups", g.ID), "consumer-group", g.ID),
		ID:    g.ID, Simple: g.Simple, Assignor: g.Assignor, State: g.State, Type: g.Type,
		Consumers: c.link("consumer-groups", g.ID, "consumers"), LagSummary: c.link("consumer-groups", g.ID, "lag-summary"),
	}
	if g.Coordinator >= 0 {
		link := c.link("brokers", decimal(g.Coordinator))
		out.Coordinator = &link
	}
	return out
}

func (a *api) groups(c *call3) (int, any, error) {
	groups, err := a.Service.Groups(c.Context())
	if err != nil {
		return 0, nil, err
	}
	all := make([]group3, 0, len(groups))
	for i := range groups {
		all = append(all, c.groupOf(&groups[i]))
	}
	return list("KafkaConsumerGroup", c.url("consumer-groups"), all)
}

// groupInfo is the group that the path names.
func (a *api) groupInfo(c *call3) (*rest.Group, error) {
	id, err := c.name("group")
	if err != nil {
		return nil, err
	}
	return a.Service.Group(c.Context(), id)
}

func (a *api) group(c *call3) (int, any, error) {
	g, err := a.groupInfo(c)
	if err != nil {
		return 0, nil, err
	}
	return found(c.groupOf(g))
}

type consumer3 struct {
	head3
	Group       string  `json:"consumer_group_id"`
	ID          string  `json:"consumer_id"`
	Instance    *string `json:"instance_id"`
	Client      string  `json:"client_id"`
	Assignments link3   `json:"assignments"`
}

func (c *call3) consumerOf(group string, m rest.Member) consumer3 {
	return consumer3{
		head3: c.head("KafkaConsumer", c.url("consumer-groups", group, "consumers", m.ID), "consumer-group", group, "consumer", m.ID),
		Group: group, ID: m.ID, Instance: m.Instance, Client: m.Client,
		Assignments: c.link("consumer-groups", group, "consumers", m.ID, "assignments"),
	}
}

func (a *api) consumers(c *call3) (int, any, error) {
	g, err := a.groupInfo(c)
	if err != nil {
		return 0, nil, err
	}
	all := make([]consumer3, 0, len(g.Members))
	for _, m := range g.Members {
		all = append(all, c.consumerOf(g.ID, m))
	}
	return list("KafkaConsumer", c.url("consumer-groups", g.ID, "consumers"), all)
}

// memberInfo is the member that the path names, with its group.
func (a *api) memberInfo(c *call3) (*rest.Group, rest.Member, error) {
	g, err := a.groupInfo(c)
	if err != nil {
		return nil, rest.Member{}, err
	}
	id, err := c.name("consumer")
	if err != nil {
		return nil, rest.Member{}, err
	}
	m, ok := g.Member(id)
	if !ok {
		return nil, m, notFound3()
	}
	return g, m, nil
}

func (a *api) consumer(c *call3) (int, any, error) {
	g, m, err := a.memberInfo(c)
	if err != nil {
		return 0, nil, err
	}
	return found(c.consumerOf(g.ID, m))
}

type assignment3 struct {
	head3
	Group     string `json:"consumer_group_id"`
	Consumer  string `json:"consumer_id"`
	Topic     string `json:"topic_name"`
	ID        int32  `json:"partition_id"`
	Partition link3  `json:"partition"`
	Lag       link3  `json:"lag"`
}

func (c *call3) assignmentOf(group, member string, tp rest.TopicPartition) assignment3 {
	p := decimal(tp.Partition)
	return assignment3{
		head3: c.head("KafkaConsumerAssignment", c.url("consumer-groups", group, "consumers", member, "assignments", tp.Topic, "partitions", p),
			"consumer-group", group, "consumer", member, "assignment", tp.Topic, "partition", p),
		Group: group, Consumer: member, Topic: tp.Topic, ID: tp.Partition,
		Partition: c.link("topics", tp.Topic, "partitions", p),
		Lag:       c.link("consumer-groups", group, "lags", tp.Topic, "partitions", p),
	}
}

func (a *api) consumerAssignments(c *call3) (int, any, error) {
	g, m, err := a.memberInfo(c)
	if err != nil {
		return 0, nil, err
	}
	all := make([]assignment3, 0, len(m.Assigned))
	for _, tp := range m.Assigned {
		all = append(all, c.assignmentOf(g.ID, m.ID, tp))
	}
	return list("KafkaConsumerAssignment", c.url("consumer-groups", g.ID, "consumers", m.ID, "assignments"), all)
}

// pathTopicPartition is the partition that the path names, whether it exists
// or not.
func (c *call3) pathTopicPartition() (rest.TopicPartition, error) {
	topic, err := c.name("topic")
	if err != nil {
		return rest.TopicPartition{}, err
	}
	id, err := c.number("partition")
	return rest.TopicPartition{Topic: topic, Partition: id}, err
}

func (a *api) consumerAssignment(c *call3) (int, any, error) {
	g, m, err := a.memberInfo(c)
	if err != nil {
		return 0, nil, err
	}
	wanted, err := c.pathTopicPartition()
	if err != nil {
		return 0, nil, err
	}
	for _, tp := range m.Assigned {
		if tp == wanted {
			return found(c.assignmentOf(g.ID, m.ID, tp))
		}
	}
	return 0, nil, notFound3()
}

type lag3 struct {
	head3
	Group    string  `json:"consumer_group_id"`
	Topic    string  `json:"topic_name"`
	ID       int32   `json:"partition_id"`
	Current  int64   `json:"current_offset"`
	End      int64   `json:"log_end_offset"`
	Lag      int64   `json:"lag"`
	Consumer string  `json:"consumer_id"`
	Instance *string `json:"instance_id"`
	Client   string  `json:"client_id"`
}

func (c *call3) lagOf(group string, l rest.Lag) lag3 {
	p := decimal(l.Partition)
	return lag3{
		head3: c.head("KafkaConsumerLag", c.url("consumer-groups", group, "lags", l.Topic, "partitions", p),
			"consumer-group", group, "lag", l.Topic, "partition", p),
		Group: group, Topic: l.Topic, ID: l.Partition, Current: l.Current, End: l.End, Lag: l.Behind(),
		Consumer: l.Member.ID, Instance: instanceOf(l.Member), Client: l.Member.Client,
	}
}

// instanceOf is the static name of a member: none of a dynamic one, and an
// empty text where there is no member.
func instanceOf(m rest.Member) *string {
	if m.ID == "" {
		return new(string)
	}
	return m.Instance
}

// lagsOf is the group that the path names, with its lags.
func (a *api) lagsOf(c *call3) (group string, lags []rest.Lag, err error) {
	if group, err = c.name("group"); err != nil {
		return "", nil, err
	}
	lags, err = a.Service.Lags(c.Context(), group)
	return group, lags, err
}

func (a *api) lags(c *call3) (int, any, error) {
	group, lags, err := a.lagsOf(c)
	if err != nil {
		return 0, nil, err
	}
	all := make([]lag3, 0, len(lags))
	for _, l := range lags {
		all = append(all, c.lagOf(group, l))
	}
	return list("KafkaConsumerLag", c.url("consumer-groups", group, "lags"), all)
}

func (a *api) lag(c *call3) (int, any, error) {
	group, lags, err := a.lagsOf(c)
	if err != nil {
		return 0, nil, err
	}
	wanted, err := c.pathTopicPartition()
	if err != nil {
		return 0, nil, err
	}
	for _, l := range lags {
		if l.TopicPartition == wanted {
			return found(c.lagOf(group, l))
		}
	}
	return 0, nil, notFound3()
}

type lagSummary3 struct {
	head3
	Group        string  `json:"consumer_group_id"`
	MaxConsumer  string  `json:"max_lag_consumer_id"`
	MaxInstance  *string `json:"max_lag_instance_id"`
	MaxClient    string  `json:"max_lag_client_id"`
	MaxTopic     string  `json:"max_lag_topic_name"`
	MaxPartition int32   `json:"max_lag_partition_id"`
	Max          int64   `json:"max_lag"`
	Total        int64   `json:"total_lag"`
	ConsumerLink link3   `json:"max_lag_consumer"`
	Partition    link3   `json:"max_lag_partition"`
}

func (a *api) lagSummary(c *call3) (int, any, error) {
	group, lags, err := a.lagsOf(c)
	if err != nil {
		return 0, nil, err
	}
	if len(lags) == 0 {
		return 0, nil, wrong(http.StatusNotFound, http.StatusNotFound, "Consumer group offsets could not be found.")
	}
	worst := lags[0] // They are sorted.
	out := lagSummary3{
		head3: c.head("KafkaConsumerGroupLagSummary", c.url("consumer-groups", group, "lag-summary"), "consumer-group", group, "lag-summary"),
		Group: group, MaxConsumer: worst.Member.ID, MaxInstance: instanceOf(worst.Member), MaxClient: worst.Member.Client,
		MaxTopic: worst.Topic, MaxPartition: worst.Partition, Max: worst.Behind(),
		ConsumerLink: c.link("consumer-groups", group, "consumers", worst.Member.ID),
		Partition:    c.link("topics", worst.Topic, "partitions", decimal(worst.Partition)),
	}
	for i := range lags {
		out.Total += lags[i].Behind()
	}
	return found(out)
}
