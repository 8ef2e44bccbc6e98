package resthttp

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
)

// clusterURL is the path of the only cluster below a prefix.
func (p *proxy) clusterURL(prefix string) string {
	p.t.Helper()
	var answer struct {
		Data []struct {
			ID string `json:"cluster_id"`
		} `json:"data"`
	}
	w := p.request(http.MethodGet, prefix+"/clusters", "")
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || len(answer.Data) != 1 {
		p.t.Fatalf("%d %s", w.Code, w.Body)
	}
	return prefix + "/clusters/" + answer.Data[0].ID
}

// object is an exchange whose answer is a JSON object.
func (p *proxy) object(method, path, body string, status int) map[string]any {
	p.t.Helper()
	w := p.request(method, path, body, "Content-Type", "application/json")
	var out map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != status {
		p.t.Fatalf("%s %s %s: %d %s", method, path, body, w.Code, w.Body)
	}
	return out
}

// member walks into an answer by names and indexes.
func member(t *testing.T, v any, path ...any) any {
	t.Helper()
	for _, step := range path {
		switch step := step.(type) {
		case string:
			object, ok := v.(map[string]any)
			if !ok || object[step] == nil {
				t.Fatalf("no %s in %v", step, v)
			}
			v = object[step]
		case int:
			array, ok := v.([]any)
			if !ok || len(array) <= step {
				t.Fatalf("no element %d in %v", step, v)
			}
			v = array[step]
		}
	}
	return v
}

func TestV3TopicsOnBothPrefixes(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	for _, prefix := range prefixes() {
		c := p.clusterURL(prefix)
		self := "http://proxy:8082" + c
		created := p.object(http.MethodPost, c+"/topics", `{"topic_name":"new","partitions_count":2,"replication_factor":1,"configs":[{"name":"cleanup.policy","value":"compact"}]}`, 201)
		if got := member(t, created, "metadata", "self"); got != self+"/topics/new" {
			t.Fatal(got)
		}
		if member(t, created, "partitions_count") != 2.0 || member(t, created, "replication_factor") != 1.0 {
			t.Fatal(created)
		}
		p.expect(http.MethodPost, c+"/topics", `{"topic_name":"new"}`, 400, `{"error_code":40002,"message":..."}`)
		p.expect(http.MethodPost, c+"/topics", `{"topic_name":"a b"}`, 422, `{"error_code":42206,"message":"Payload error. Invalid topic name."}`)
		p.expect(http.MethodPost, c+"/topics", ``, 422, `{"error_code":42206,"message":"Payload error. Request body is empty. Data is required."}`)
		p.expect(http.MethodPost, c+"/topics", `{}`, 422, `{"error_code":422,"message":"topic_name: may not be null"}`)
		p.expect(http.MethodPost, c+"/topics", `{"topic_name":"x","colour":1}`, 422, `{"error_code":422,"message":"Unrecognized field: colour"}`)
		p.expect(http.MethodPost, c+"/topics", `{"topic_name":7}`, 400, `{"error_code":400,"message":"Bad Request: topic_name: a value of another type is expected, not a number"}`)
		p.expect(http.MethodPost, c+"/topics", `{"topic_name":"dry","validate_only":true}`, 200, `{"kind":"KafkaTopic",...}`)
		p.expect(http.MethodGet, c+"/topics/dry", ``, 404, `{"error_code":40403,...}`)

		grown := p.object(http.MethodPatch, c+"/topics/new", `{"partitions_count":3}`, 200)
		if member(t, grown, "partitions_count") != 3.0 {
			t.Fatal(grown)
		}
		p.expect(http.MethodPatch, c+"/topics/new", `{"partitions_count":3}`, 400, `{"error_code":40002,...}`)
		p.expect(http.MethodPatch, c+"/topics/none", `{"partitions_count":3}`, 404, `{"error_code":40403,...}`)
		all := p.object(http.MethodGet, c+"/topics?includeAuthorizedOperations=true", "", 200)
		if member(t, all, "kind") != "KafkaTopicList" || member(t, all, "data", 0, "topic_name") != "four" || len(member(t, all, "data").([]any)) != 5 {
			t.Fatal(all)
		}
		partitions := p.object(http.MethodGet, c+"/topics/new/partitions", "", 200)
		if got := member(t, partitions, "data", 2, "metadata", "resource_name").(string); !strings.HasSuffix(got, "/topic=new/partition=2") || !strings.HasPrefix(got, "crn:///kafka=") {
			t.Fatal(got)
		}
		p.expect(http.MethodGet, c+"/topics/new/partitions/9", "", 404, `{"error_code":404,"message":"HTTP 404 Not Found"}`)
		p.expect(http.MethodGet, c+"/topics/new/partitions/x", "", 404, `{"error_code":404,...}`)
		offsets := p.object(http.MethodGet, c+"/topics/new/partitions/0/offset?offset_type=earliest_and_latest", "", 200)
		if member(t, offsets, "kind") != "KafkaPartitionWithOffsets" || member(t, offsets, "latest_offset") != 0.0 {
			t.Fatal(offsets)
		}
		p.expect(http.MethodGet, c+"/topics/new/partitions/0/offset", "", 400, `{"error_code":400,...}`)
		replicas := p.object(http.MethodGet, c+"/topics/new/partitions/0/replicas", "", 200)
		broker := strings.TrimPrefix(member(t, replicas, "data", 0, "broker", "related").(string), "http://proxy:8082")
		p.object(http.MethodGet, broker, "", 200)
		p.object(http.MethodGet, strings.TrimPrefix(member(t, replicas, "data", 0, "metadata", "self").(string), "http://proxy:8082"), "", 200)
		p.object(http.MethodGet, broker+"/partition-replicas", "", 200)
		for _, path := range []string{"/topics/-/partitions/-/reassignment", "/topics/new/partitions/-/reassignment"} {
			p.expect(http.MethodGet, c+path, "", 200, `{"kind":"KafkaReassignmentList","metadata":{"self":"http://proxy:8082`+c+path+`","next":null},"data":[]}`)
		}
		p.expect(http.MethodGet, c+"/topics/new/partitions/0/reassignment", "", 404, `{"error_code":404,...}`)

		p.expect(http.MethodDelete, c+"/topics/new", "", 204, "")
		p.expect(http.MethodDelete, c+"/topics/new", "", 404, `{"error_code":40403,...}`)
		p.expect(http.MethodGet, prefix+"/clusters/other/topics", "", 404, `{"error_code":404,"message":"Cluster other cannot be found."}`)
	}
}

func TestV3MediaTypes(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	c := p.clusterURL("/v3")
	p.expect(http.MethodPost, c+"/topics", `{}`, 415, `{"error_code":415,"message":"HTTP 415 Unsupported Media Type"}`, "Content-Type", "text/plain")
	p.expect(http.MethodGet, c+"/topics", "", 406, `{"error_code":406,"message":"HTTP 406 Not Acceptable"}`, "Accept", "text/html")
	p.expect(http.MethodGet, c+"/topics/one", "", 200, `{...}`, "Accept", "text/html, application/json;q=0.5", "Content-Type", "text/plain")
	p.expect(http.MethodPut, c+"/topics/one", "{}", 405, `{"error_code":405,"message":"HTTP 405 Method Not Allowed"}`)
	p.expect(http.MethodGet, c+"/links", "", 404, `{"error_code":404,"message":"HTTP 404 Not Found"}`)
	if allow := p.request(http.MethodPut, c+"/topics/one", "{}").Header().Get("Allow"); allow != "DELETE, GET, PATCH" {
		t.Fatal(allow)
	}
}

func TestV3Configs(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	c := p.clusterURL("/v3")
	broker := member(t, p.object(http.MethodGet, c+"/brokers", "", 200), "data", 0, "broker_id").(float64)
	of := c + "/brokers/" + decimal(int32(broker))
	entry := p.object(http.MethodGet, c+"/topics/one/configs/retention.ms", "", 200)
	if member(t, entry, "kind") != "KafkaTopicConfig" || member(t, entry, "topic_name") != "one" || entry["is_default"] != true {
		t.Fatal(entry)
	}
	p.expect(http.MethodPut, c+"/topics/one/configs/retention.ms", `{"value":"1000"}`, 204, "")
	if entry = p.object(http.MethodGet, c+"/topics/one/configs/retention.ms", "", 200); entry["value"] != "1000" || entry["source"] != "DYNAMIC_TOPIC_CONFIG" {
		t.Fatal(entry)
	}
	p.expect(http.MethodPost, c+"/topics/one/configs:alter", `{"data":[{"name":"retention.ms","value":"2000"},{"name":"none","value":"1"}]}`, 404,
		`{"error_code":404,"message":"Config none cannot be found for TOPIC one in cluster ..."}`)
	p.expect(http.MethodPost, c+"/topics/one/configs:alter", `{"data":[{"name":"retention.ms","value":"2000"}],"validate_only":true}`, 204, "")
	if entry = p.object(http.MethodGet, c+"/topics/one/configs/retention.ms", "", 200); entry["value"] != "1000" {
		t.Fatal(entry)
	}
	p.expect(http.MethodPost, c+"/topics/one/configs:alter", `{"data":[{"name":"retention.ms","operation":"DELETE"},{"name":"max.message.bytes","value":"5000","operation":"SET"}]}`, 204, "")
	if entry = p.object(http.MethodGet, c+"/topics/one/configs/max.message.bytes", "", 200); entry["value"] != "5000" {
		t.Fatal(entry)
	}
	p.expect(http.MethodDelete, c+"/topics/one/configs/max.message.bytes", "", 204, "")
	p.expect(http.MethodPost, c+"/topics/one/configs:alter", `{"data":[{"name":"retention.ms","value":"1","operation":"ADD"}]}`, 400, `{"error_code":400,...}`)
	p.expect(http.MethodGet, c+"/topics/none/configs", "", 404, `{"error_code":40403,...}`)
	p.expect(http.MethodPost, c+"/topics/-/configs:alter", `{"data":[{"topic_name":"one","configs":[{"name":"retention.ms","value":"7"}]},{"topic_name":"none","configs":[{"name":"retention.ms","value":"7"}]}]}`, 207,
		`{"failures":[{"topic_name":"none","error_code":40403,...}]}`)
	p.object(http.MethodGet, c+"/topics/-/configs", "", 200)

	list := p.object(http.MethodGet, of+"/configs", "", 200)
	if member(t, list, "data", 0, "broker_id") != broker || member(t, list, "kind") != "KafkaBrokerConfigList" {
		t.Fatal(list)
	}
	p.object(http.MethodGet, c+"/brokers/-/configs", "", 200)
	p.expect(http.MethodGet, c+"/brokers/99/configs", "", 404, `{"error_code":404,...}`)
	p.expect(http.MethodGet, c+"/group-configs", "", 404, `{"error_code":404,...}`)
	p.expect(http.MethodPut, c+"/broker-configs/log.retention.ms", `{"value":"5"}`, 204, "")
	shared := p.object(http.MethodGet, c+"/broker-configs/log.retention.ms", "", 200)
	if shared["value"] != "5" || shared["config_type"] != "BROKER" || shared["kind"] != "KafkaClusterConfig" {
		t.Fatal(shared)
	}
	p.expect(http.MethodPost, c+"/broker-configs:alter", `{"data":[{"name":"log.retention.ms","operation":"DELETE"}]}`, 204, "")
}

func TestV3ACLs(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	c := p.clusterURL("/v3")
	acl := `{"resource_type":"TOPIC","resource_name":"one","pattern_type":"LITERAL","principal":"User:a","host":"*","operation":"read","permission":"ALLOW"}`
	w := p.request(http.MethodPost, c+"/acls", acl, "Content-Type", "application/json")
	if w.Code != 201 || w.Body.Len() != 0 || !strings.HasPrefix(w.Header().Get("Location"), "http://proxy:8082"+c+"/acls?resource_type=TOPIC&resource_name=one&") {
		t.Fatal(w.Code, w.Body, w.Header())
	}
	p.expect(http.MethodPost, c+"/acls:batch", `{"data":[`+strings.Replace(acl, "read", "WRITE", 1)+`,`+strings.Replace(acl, "read", "DESCRIBE", 1)+`]}`, 204, "")
	p.expect(http.MethodPost, c+"/acls:batch", `{"data":[]}`, 422, `{"error_code":42206,...}`)
	p.expect(http.MethodPost, c+"/acls", strings.Replace(acl, "LITERAL", "MATCH", 1), 400, `{"error_code":400,"message":"pattern_type cannot be MATCH"}`)
	p.expect(http.MethodPost, c+"/acls", strings.Replace(acl, `"host":"*",`, "", 1), 422, `{"error_code":422,"message":"host: may not be null"}`)
	list := p.object(http.MethodGet, c+"/acls?resource_type=topic&resource_name=one", "", 200)
	if data := member(t, list, "data").([]any); len(data) != 3 || member(t, data, 0, "operation") != "DESCRIBE" || member(t, data, 2, "operation") != "WRITE" {
		t.Fatal(list)
	}
	p.expect(http.MethodGet, c+"/acls?operation=fly", "", 404, `{"error_code":404,"message":"The valid values for operation do not include 'fly'"}`)
	p.expect(http.MethodDelete, c+"/acls?resource_name=one", "", 400, `{"error_code":400,"message":"Bad Request: resource_type cannot be unspecified or UNKNOWN"}`)
	gone := p.object(http.MethodDelete, c+"/acls?resource_type=TOPIC&pattern_type=LITERAL&operation=WRITE&permission=ANY", "", 200)
	if data := member(t, gone, "data").([]any); len(data) != 1 {
		t.Fatal(gone)
	}
	if data := p.object(http.MethodGet, c+"/acls", "", 200)["data"].([]any); len(data) != 2 {
		t.Fatal(data)
	}
}

func TestV3ConsumerGroups(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	c := p.clusterURL("/v3")
	for range 3 {
		p.produce("one", ctJSON, `{"records":[{"value":1}]}`, 200, `{...}`)
	}
	p.expect(http.MethodGet, c+"/consumer-groups", "", 200, `{"kind":"KafkaConsumerGroupList",...}`)
	p.expect(http.MethodGet, c+"/consumer-groups/none", "", 404, `{"error_code":404,"message":"Consumer Group none could not be found."}`)
	client, err := kgo.NewClient(kgo.SeedBrokers(p.kafka.ListenAddrs()...), kgo.ConsumerGroup("readers"), kgo.ConsumeTopics("one"), kgo.ClientID("me"), kgo.DisableAutoCommit())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.CommitRecords(t.Context(), client.PollRecords(t.Context(), 1).Records()...); err != nil {
		t.Fatal(err)
	}
	g := c + "/consumer-groups/readers"
	group := p.object(http.MethodGet, g, "", 200)
	if group["state"] != "STABLE" || group["type"] == "UNKNOWN" || group["is_simple"] != false || member(t, group, "coordinator", "related") == "" {
		t.Fatal(group)
	}
	consumers := p.object(http.MethodGet, g+"/consumers", "", 200)
	if member(t, consumers, "data", 0, "client_id") != "me" {
		t.Fatal(consumers)
	}
	local := func(v any) string { return strings.TrimPrefix(v.(string), "http://proxy:8082") }
	p.object(http.MethodGet, local(member(t, consumers, "data", 0, "metadata", "self")), "", 200)
	assignments := p.object(http.MethodGet, local(member(t, consumers, "data", 0, "assignments", "related")), "", 200)
	if member(t, assignments, "data", 0, "topic_name") != "one" {
		t.Fatal(assignments)
	}
	p.object(http.MethodGet, local(member(t, assignments, "data", 0, "metadata", "self")), "", 200)
	lag := p.object(http.MethodGet, local(member(t, assignments, "data", 0, "lag", "related")), "", 200)
	if lag["lag"] != 2.0 || lag["current_offset"] != 1.0 || lag["log_end_offset"] != 3.0 || lag["client_id"] != "me" {
		t.Fatal(lag)
	}
	summary := p.object(http.MethodGet, g+"/lag-summary", "", 200)
	if summary["max_lag"] != 2.0 || summary["total_lag"] != 2.0 || summary["kind"] != "KafkaConsumerGroupLagSummary" {
		t.Fatal(summary)
	}
	if data := p.object(http.MethodGet, g+"/lags", "", 200)["data"].([]any); len(data) != 1 {
		t.Fatal(data)
	}
	p.expect(http.MethodGet, g+"/lags/one/partitions/7", "", 404, `{"error_code":404,...}`)
	p.expect(http.MethodGet, g+"/consumers/nobody", "", 404, `{"error_code":404,...}`)
	list := p.object(http.MethodGet, c+"/consumer-groups", "", 200)
	if member(t, list, "data", 0, "consumer_group_id") != "readers" {
		t.Fatal(list)
	}
}
