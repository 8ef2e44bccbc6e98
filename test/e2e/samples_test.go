//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// What config/samples declares.
const (
	registryName  = "registry"
	proxyName     = "rest"
	ordersSubject = "orders-value"
	registryPort  = 8081
	proxyPort     = 8082
)

// samplesStory applies config/samples as a newcomer does, and carries one
// record from the REST proxy and back with the schema that a Subject declares.
func samplesStory(t *testing.T, k *kubectl) {
	start := time.Now()
	k.run(t, "apply", "-k", "config/samples")
	for _, kind := range []string{"schemaregistry", "restproxy", "subject"} {
		objects := k.list(t, kind)
		if len(objects) == 0 {
			t.Fatalf("config/samples declares no %s", kind)
		}
		for _, o := range objects {
			k.awaitCondition(t, kind, o.Metadata.Name, "Ready", "True", 3*time.Minute)
		}
	}
	t.Logf("all samples Ready after %s", time.Since(start).Round(time.Second))
	if n := len(k.list(t, "subject")); n < 3 {
		t.Fatalf("%d Subjects in config/samples, want at least 3", n)
	}

	proxy := k.forward(t, "svc/"+proxyName, proxyPort)
	id := k.get(t, "subject", ordersSubject).Status.SchemaID
	if id == 0 {
		t.Fatal("the Subject is Ready without a schemaID")
	}
	produceAndConsume(t, proxy, id, "e2e-samples")
}

// orderRecord is a value of the schema that the sample Subject declares.
const orderRecord = `{"id": "o-1", "customer": "c-7", "amount": 12.5}`

func produceAndConsume(t *testing.T, proxy string, schemaID int, group string) {
	t.Helper()
	produce := fmt.Sprintf(`{"value_schema_id": %d, "records": [{"value": %s}]}`, schemaID, orderRecord)
	await(t, "produce through the REST proxy", 30*time.Second, func() string {
		a, err := call(t.Context(), "POST", proxy+"/topics/orders", consumeAvro, produce)
		if err != nil || a.status != 200 || strings.Contains(a.raw, `"error_code":`) && !strings.Contains(a.raw, `"error_code":null`) {
			return fmt.Sprintf("%d %s %v", a.status, a.raw, err)
		}
		return ""
	})

	must(t, "POST", proxy+"/consumers/"+group, proxyJSON,
		`{"name": "one", "format": "avro", "auto.offset.reset": "earliest"}`)
	instance := proxy + "/consumers/" + group + "/instances/one"
	must(t, "POST", instance+"/subscription", proxyJSON, `{"topics": ["orders"]}`)
	await(t, "consume it back", 60*time.Second, func() string {
		a, err := call(t.Context(), "GET", instance+"/records?timeout=2000", consumeAvro, "")
		if err != nil || a.status != 200 {
			return fmt.Sprintf("%d %s %v", a.status, a.raw, err)
		}
		records, _ := a.body.([]any)
		for _, r := range records {
			value, _ := r.(map[string]any)["value"].(map[string]any)
			if value["id"] == "o-1" && value["amount"] == 12.5 {
				return ""
			}
		}
		return "not yet among " + a.raw
	})
	must(t, "DELETE", instance, proxyJSON, "")
}
