package resthttp

import (
	"net/http"
	"regexp"
	"strconv"

	"github.com/plastron-dev/plastron/runtime/rest"
)

type topic3 struct {
	head3
	Name              string   `json:"topic_name"`
	Internal          bool     `json:"is_internal"`
	ReplicationFactor int      `json:"replication_factor"`
	PartitionsCount   int      `json:"partitions_count"`
	Partitions        link3    `json:"partitions"`
	Configs           link3    `json:"configs"`
	Reassignments     link3    `json:"partition_reassignments"`
	Operations        []string `json:"authorized_operations"`
}

func (c *call3) topicOf(t rest.TopicInfo) topic3 {
	out := topic3{
		head3: c.head("KafkaTopic", c.url("topics", t.Name), "topic", t.Name),
		Name:  t.Name, Internal: t.Internal, ReplicationFactor: t.ReplicationFactor(), PartitionsCount: len(t.Partitions),
		Partitions: c.link("topics", t.Name, "partitions"), Configs: c.link("topics", t.Name, "configs"),
		Reassignments: c.link("topics", t.Name, "partitions", "-", "reassignment"),
		Operations:    t.Operations,
	}
	if out.Operations == nil {
		out.Operations = []string{}
	}
	return out
}

func (c *call3) flag(name string) bool {
	set, err := strconv.ParseBool(c.URL.Query().Get(name))
	return err == nil && set
}

func (a *api) topics3(c *call3) (int, any, error) {
	topics, err := a.Service.TopicInfos(c.Context(), c.flag("includeAuthorizedOperations"))
	if err != nil {
		return 0, nil, err
	}
	all := make([]topic3, 0, len(topics))
	for _, t := range topics {
		all = append(all, c.topicOf(t))
	}
	return list("KafkaTopic", c.url("topics"), all)
}

// topicInfo is the topic that the path names.
func (a *api) topicInfo(c *call3, operations bool) (rest.TopicInfo, error) {
	name, err := c.name("topic")
	if err != nil {
		return rest.TopicInfo{}, err
	}
	return a.Service.TopicInfo(c.Context(), name, operations)
}

func (a *api) topic3(c *call3) (int, any, error) {
	t, err := a.topicInfo(c, c.flag("include_authorized_operations"))
	if err != nil {
		return 0, nil, err
	}
	return found(c.topicOf(t))
}

// newTopic3 is the body of a creation.
type newTopic3 struct {
	Name              *string            `json:"topic_name"`
	Partitions        *int32             `json:"partitions_count"`
	ReplicationFactor *int16             `json:"replication_factor"`
	Assignments       map[int32][]int32  `json:"replicas_assignments"`
	Configs           []configInNewTopic `json:"configs"`
	ValidateOnly      bool               `json:"validate_only"`
}

type configInNewTopic struct {
	Name  *string `json:"name"`
	Value *string `json:"value"`
}

// topicName is what Kafka accepts as the name of a topic.
var topicName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,249}$`)

func (a *api) createTopic(c *call3) (int, any, error) {
	var body newTopic3
	if err := c.decode(&body); err != nil {
		return 0, nil, err
	}
	if body.Name == nil {
		return 0, nil, required("topic_name")
	}
	name := *body.Name
	if !topicName.MatchString(name) || name == "." || name == ".." {
		return 0, nil, payload("Invalid topic name.")
	}
	wanted := rest.NewTopic{Name: name, Partitions: -1, ReplicationFactor: -1, Assignments: body.Assignments, ValidateOnly: body.ValidateOnly}
	if body.Partitions != nil {
		wanted.Partitions = *body.Partitions
	}
	if body.ReplicationFactor != nil {
		wanted.ReplicationFactor = *body.ReplicationFactor
	}
	for i, config := range body.Configs {
		if config.Name == nil {
			return 0, nil, required("configs[" + strconv.Itoa(i) + "].name")
		}
		wanted.Configs = append(wanted.Configs, rest.ConfigValue{Name: *config.Name, Value: config.Value})
	}
	created, err := a.Service.CreateTopic(c.Context(), wanted)
	if err != nil {
		return 0, nil, err
	}
	t := c.topicOf(rest.TopicInfo{Topic: rest.Topic{Name: name}})
	t.PartitionsCount, t.ReplicationFactor = int(created.Partitions), int(created.ReplicationFactor)
	c.w.Header().Set("Location", t.Metadata.Self)
	if body.ValidateOnly {
		return http.StatusOK, t, nil
	}
	return http.StatusCreated, t, nil
}

func (a *api) deleteTopic(c *call3) (int, any, error) {
	name, err := c.name("topic")
	if err != nil {
		return 0, nil, err
	}
	return http.StatusNoContent, nil, a.Service.DeleteTopic(c.Context(), name)
}

// patchTopic is the growth of a topic.
func (a *api) patchTopic(c *call3) (int, any, error) {
	var body struct {
		Partitions *int32 `json:"partitions_count"`
	}
	if err := c.decode(&body); err != nil {
		return 0, nil, err
	}
	if body.Partitions == nil {
		return 0, nil, required("partitions_count")
	}
	name, err := c.name("topic")
	if err != nil {
		return 0, nil, err
	}
	if err := a.Service.GrowTopic(c.Context(), name, *body.Partitions); err != nil {
		return 0, nil, err
	}
	t, err := a.Service.TopicInfo(c.Context(), name, false)
	if err != nil {
		return 0, nil, err
	}
	out := c.topicOf(t)
	out.PartitionsCount = int(*body.Partitions) // A broker may not have heard of the new ones yet.
	return found(out)
}
