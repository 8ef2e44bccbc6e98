package devbroker

import (
	"errors"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// renewAfter is after how many metadata requests the function below is
// installed anew.
const renewAfter = 256

// autoCreate makes topics that a client names in a metadata request with
// permission to create them. kfake can do that itself, but it writes such a
// topic to disk only at a clean stop, so its records were lost by kill -9;
// topics made by CreateTopic are written at once. TestKill fails without this.
//
// The function runs beside the cluster's loop, which serves CreateTopic while
// it waits for the function to end.
func (b *Broker) autoCreate(partitions int32) {
	calls := 0
	b.cluster.ControlKey(int16(kmsg.Metadata), func(kreq kmsg.Request) (kmsg.Response, error, bool) {
		// kfake remembers the last request of every connection for as long as
		// the function is installed, closed connections included.
		if calls++; calls == renewAfter {
			b.cluster.DropControl()
			b.autoCreate(partitions)
		}
		req, ok := kreq.(*kmsg.MetadataRequest)
		if !ok || !req.AllowAutoTopicCreation {
			return nil, nil, false
		}
		for _, topic := range req.Topics {
			if topic.Topic != nil && *topic.Topic != "" && b.cluster.TopicInfo(*topic.Topic) == nil {
				b.createTopic(*topic.Topic, partitions)
			}
		}
		return nil, nil, false
	})
}

// createTopic leaves errors to the answer of the metadata request, which says
// that there is no such topic; a bad name is the only one to expect.
func (b *Broker) createTopic(name string, partitions int32) {
	err := b.cluster.CreateTopic(name, partitions, nil)
	if err != nil && !errors.Is(err, kerr.TopicAlreadyExists) {
		brokerLogger{b.log}.Logf(kfake.LogLevelWarn, "topic %q was not created: %v", name, err)
	}
}
