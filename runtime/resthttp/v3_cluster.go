package resthttp

import (
	"strconv"

	"github.com/plastron-dev/plastron/runtime/rest"
)

type cluster3 struct {
	head3
	Controller    *link3 `json:"controller"`
	ACLs          link3  `json:"acls"`
	Brokers       link3  `json:"brokers"`
	BrokerConfigs link3  `json:"broker_configs"`
	Groups        link3  `json:"consumer_groups"`
	Topics        link3  `json:"topics"`
	Reassignments link3  `json:"partition_reassignments"`
}

func (c *call3) clusterOf() cluster3 {
	out := cluster3{
		head3: c.head("KafkaCluster", c.url()),
		ACLs:  c.link("acls"), Brokers: c.link("brokers"), BrokerConfigs: c.link("broker-configs"),
		Groups: c.link("consumer-groups"), Topics: c.link("topics"),
		Reassignments: c.link("topics", "-", "partitions", "-", "reassignment"),
	}
	if id := c.cluster.Controller; id >= 0 {
		link := c.link("brokers", decimal(id))
		out.Controller = &link
	}
	return out
}

func (a *api) clusters(c *call3) (int, any, error) {
	return list("KafkaCluster", c.prefix+"/clusters", []cluster3{c.clusterOf()})
}

func (a *api) getCluster(c *call3) (int, any, error) { return found(c.clusterOf()) }

type broker3 struct {
	head3
	ID       int32   `json:"broker_id"`
	Host     string  `json:"host"`
	Port     int32   `json:"port"`
	Rack     *string `json:"rack"`
	Configs  link3   `json:"configs"`
	Replicas link3   `json:"partition_replicas"`
}

func (c *call3) brokerOf(b rest.Broker) broker3 {
	id := decimal(b.ID)
	return broker3{
		head3: c.head("KafkaBroker", c.url("brokers", id), "broker", id),
		ID:    b.ID, Host: b.Host, Port: b.Port, Rack: b.Rack,
		Configs: c.link("brokers", id, "configs"), Replicas: c.link("brokers", id, "partition-replicas"),
	}
}

func (a *api) brokers3(c *call3) (int, any, error) {
	all := make([]broker3, 0, len(c.cluster.Brokers))
	for _, b := range c.cluster.Brokers {
		all = append(all, c.brokerOf(b))
	}
	return list("KafkaBroker", c.url("brokers"), all)
}

// broker is the broker that the path names.
func (c *call3) broker() (rest.Broker, error) {
	id, err := c.number("broker")
	if err != nil {
		return rest.Broker{}, err
	}
	b, ok := c.cluster.Broker(id)
	if !ok {
		return rest.Broker{}, notFound3()
	}
	return b, nil
}

func (a *api) broker3(c *call3) (int, any, error) {
	b, err := c.broker()
	if err != nil {
		return 0, nil, err
	}
	return found(c.brokerOf(b))
}

func (a *api) brokerReplicas(c *call3) (int, any, error) {
	b, err := c.broker()
	if err != nil {
		return 0, nil, err
	}
	topics, err := a.Service.TopicInfos(c.Context(), false)
	if err != nil {
		return 0, nil, err
	}
	var all []replica3
	for _, t := range topics {
		for _, p := range t.Partitions {
			for _, r := range p.Replicas {
				if r.Broker == b.ID {
					all = append(all, c.replicaOf(t.Name, p.ID, r))
				}
			}
		}
	}
	return list("KafkaReplica", c.url("brokers", decimal(b.ID), "partition-replicas"), all)
}

func decimal(n int32) string { return strconv.Itoa(int(n)) }
