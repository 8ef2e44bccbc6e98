package resthttp

import "net/http"

// route3 is one route of version 3, below its prefix. Its name is what the list
// of allowed routes knows it by. What handle returns is sent as JSON; a body of
// nil is none, and a status of 0 says that the answer has been written.
type route3 struct {
	method, path, name string
	handle             func(a *api, c *call3) (int, any, error)
	// anyCluster is set for routes that do not look at the cluster.
	anyCluster bool
}

// prefixes are where version 3 is: alone, and within Confluent's server.
func prefixes() []string { return []string{"/v3", "/kafka/v3"} }

// routes3 is the whole surface of version 3, the busiest first. Routes for all
// of something ("-") come before those for one.
func routes3() []route3 {
	const (
		get, post, put, patch, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete

		cluster   = "/clusters/{cluster:[^/]+}"
		topics    = cluster + "/topics"
		topic     = topics + "/{topic:[^/]+}"
		partition = topic + "/partitions/{partition:[^/]+}"
		brokers   = cluster + "/brokers"
		broker    = brokers + "/{broker:[^/]+}"
		shared    = cluster + "/broker-configs"
		acls      = cluster + "/acls"
		groups    = cluster + "/consumer-groups"
		group     = groups + "/{group:[^/]+}"
		consumer  = group + "/consumers/{consumer:[^/]+}"
		config    = "/{config:[^/]+}"
		byTopic   = "/{topic:[^/]+}/partitions/{partition:[^/]+}"
	)
	return []route3{
		{post, topic + "/records", "api.v3.produce.produce-to-topic", (*api).produce3, true},
		{post, topic + "/records:batch", "api.v3.produce.produce-batch", (*api).produceBatch, true},
		{get, partition + "/records", "api.v3.records.list", (*api).readPartition, false},
		{get, topics, "api.v3.topics.list", (*api).topics3, false},
		{post, topics, "api.v3.topics.create", (*api).createTopic, false},
		{get, topics + "/-/configs", "api.v3.topic-configs.list", (*api).allTopicConfigs, false},
		{post, topics + "/-/configs:alter", "api.v3.topic-configs.alter", (*api).alterTopics, false},
		{get, topics + "/-/partitions/-/reassignment", "api.v3.partition-reassignments.list", (*api).reassignments, false},
		{get, topic, "api.v3.topics.get", (*api).topic3, false},
		{patch, topic, "api.v3.topics.update", (*api).patchTopic, false},
		{del, topic, "api.v3.topics.delete", (*api).deleteTopic, false},
		{get, topic + "/configs", "api.v3.topic-configs.list", (*api).configs, false},
		{post, topic + "/configs:alter", "api.v3.topic-configs.alter", (*api).alterConfigs, false},
		{get, topic + "/configs" + config, "api.v3.topic-configs.get", (*api).config, false},
		{put, topic + "/configs" + config, "api.v3.topic-configs.update", (*api).putConfig, false},
		{del, topic + "/configs" + config, "api.v3.topic-configs.delete", (*api).deleteConfig, false},
		{get, topic + "/partitions", "api.v3.partitions.list", (*api).partitions3, false},
		{get, topic + "/partitions/-/reassignment", "api.v3.partition-reassignments.list", (*api).reassignments, false},
		{get, partition, "api.v3.partitions.get", (*api).partition3, false},
		{get, partition + "/offset", "api.v3.partitions.offset", (*api).offsets3, false},
		{get, partition + "/replicas", "api.v3.replicas.list", (*api).replicas, false},
		{get, partition + "/replicas/{broker:[^/]+}", "api.v3.replicas.get", (*api).replica, false},
		{get, partition + "/reassignment", "api.v3.partition-reassignments.get", (*api).reassignment, false},

		{get, "/clusters", "api.v3.clusters.list", (*api).clusters, false},
		{get, cluster, "api.v3.clusters.get", (*api).getCluster, false},
		{get, brokers, "api.v3.brokers.list", (*api).brokers3, false},
		{get, brokers + "/-/configs", "api.v3.broker-configs.list", (*api).allBrokerConfigs, false},
		{get, broker, "api.v3.brokers.get", (*api).broker3, false},
		{get, broker + "/configs", "api.v3.broker-configs.list", (*api).configs, false},
		{post, broker + "/configs:alter", "api.v3.broker-configs.alter", (*api).alterConfigs, false},
		{get, broker + "/configs" + config, "api.v3.broker-configs.get", (*api).config, false},
		{put, broker + "/configs" + config, "api.v3.broker-configs.update", (*api).putConfig, false},
		{del, broker + "/configs" + config, "api.v3.broker-configs.delete", (*api).deleteConfig, false},
		{get, broker + "/partition-replicas", "api.v3.replicas.list", (*api).brokerReplicas, false},
		{get, shared, "api.v3.cluster-configs.list", (*api).configs, false},
		{post, shared + ":alter", "api.v3.cluster-configs.alter", (*api).alterConfigs, false},
		{get, shared + config, "api.v3.cluster-configs.get", (*api).config, false},
		{put, shared + config, "api.v3.cluster-configs.update", (*api).putConfig, false},
		{del, shared + config, "api.v3.cluster-configs.delete", (*api).deleteConfig, false},

		{get, acls, "api.v3.acls.list", (*api).acls, false},
		{post, acls, "api.v3.acls.create", (*api).createACL, false},
		{post, acls + ":batch", "api.v3.acls.batch", (*api).createACLs, false},
		{del, acls, "api.v3.acls.delete", (*api).deleteACLs, false},

		{get, groups, "api.v3.consumer-groups.list", (*api).groups, false},
		{get, group, "api.v3.consumer-groups.get", (*api).group, false},
		{get, group + "/consumers", "api.v3.consumers.list", (*api).consumers, false},
		{get, consumer, "api.v3.consumers.get", (*api).consumer, false},
		{get, consumer + "/assignments", "api.v3.consumer-assignments.list", (*api).consumerAssignments, false},
		{get, consumer + "/assignments" + byTopic, "api.v3.consumer-assignments.get", (*api).consumerAssignment, false},
		{get, group + "/lag-summary", "api.v3.consumer-group-lag-summary.get", (*api).lagSummary, false},
		{get, group + "/lags", "api.v3.consumer-lags.list", (*api).lags, false},
		{get, group + "/lags" + byTopic, "api.v3.consumer-lags.get", (*api).lag, false},
	}
}

// router3 is version 3 below one of its prefixes.
func (a *api) router3(prefix string) http.Handler {
	m := newRouter()
	for _, r := range routes3() {
		if a.allowed(r.name) {
			m.Handle(prefix+r.path, a.serve3(prefix, r)).Methods(r.method)
		}
	}
	return m
}
