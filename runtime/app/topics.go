package app

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"

	"github.com/plastron-dev/plastron/runtime/kafka"
)

// topic is a topic to create for development.
type topic struct {
	name       string
	partitions int32
}

// parseTopics reads NAME and NAME:PARTITIONS.
func parseTopics(texts []string) ([]topic, error) {
	var topics []topic
	for _, text := range texts {
		name, number, numbered := strings.Cut(text, ":")
		partitions := 1
		var err error
		if numbered {
			partitions, err = strconv.Atoi(number)
		}
		if err != nil || name == "" || partitions < 1 || partitions > 1000 {
			return nil, fmt.Errorf("topic %q is not NAME or NAME:PARTITIONS with 1 to 1000 partitions", text)
		}
		topics = append(topics, topic{name, int32(partitions)})
	}
	return topics, nil
}

// createTopics creates those topics that are not there.
func createTopics(ctx context.Context, options kafka.Options, topics []topic) error {
	if len(topics) == 0 {
		return nil
	}
	client, err := kafka.NewClient(options)
	if err != nil {
		return err
	}
	defer client.Close()
	for _, t := range topics {
		_, err := kadm.NewClient(client).CreateTopic(ctx, t.partitions, 1, nil, t.name)
		if err != nil && !errors.Is(err, kerr.TopicAlreadyExists) {
			return fmt.Errorf("creating topic %s: %w", t.name, err)
		}
	}
	return nil
}
