package resthttp

import (
	"net/http"
	"testing"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// A partition that is being moved: the embedded broker moves none, so its
// answer is made here.
func TestV3Reassignments(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	p.kafka.ControlKey(int16(kmsg.ListPartitionReassignments), func(r kmsg.Request) (kmsg.Response, error, bool) {
		p.kafka.KeepControl()
		asked := r.(*kmsg.ListPartitionReassignmentsRequest)
		answer := asked.ResponseKind().(*kmsg.ListPartitionReassignmentsResponse)
		if len(asked.Topics) == 0 || asked.Topics[0].Topic == "four" {
			moved := kmsg.NewListPartitionReassignmentsResponseTopicPartition()
			moved.Partition, moved.Replicas, moved.AddingReplicas, moved.RemovingReplicas = 2, []int32{0, 1}, []int32{1}, []int32{0}
			topic := kmsg.NewListPartitionReassignmentsResponseTopic()
			topic.Topic, topic.Partitions = "four", append(topic.Partitions, moved)
			answer.Topics = append(answer.Topics, topic)
		}
		return answer, nil, true
	})
	c := p.clusterURL("/v3")
	for path, want := range map[string]int{"/topics/-/partitions/-/reassignment": 1, "/topics/four/partitions/-/reassignment": 1, "/topics/one/partitions/-/reassignment": 0} {
		list := p.object(http.MethodGet, c+path, "", 200)
		if list["kind"] != "KafkaReassignmentList" || len(list["data"].([]any)) != want {
			t.Errorf("%s: %v", path, list)
		}
	}
	one := p.object(http.MethodGet, c+"/topics/four/partitions/2/reassignment", "", 200)
	if one["kind"] != "KafkaReassignment" || one["partition_id"] != 2.0 || one["topic_name"] != "four" ||
		member(t, one, "adding_replicas", 0) != 1.0 || member(t, one, "removing_replicas", 0) != 0.0 || member(t, one, "replicas", "related") != "http://proxy:8082"+c+"/topics/four/partitions/2/replicas" {
		t.Error(one)
	}
	p.expect(http.MethodGet, c+"/topics/four/partitions/1/reassignment", "", 404, `{"error_code":404,...}`)
}
