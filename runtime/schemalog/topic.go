package schemalog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"

	"github.com/plastron-dev/plastron/runtime/kafka"
)

// How long and how often to look for a topic that was just made.
const (
	creationTimeout = 20 * time.Second
	creationPoll    = 50 * time.Millisecond
)

// ensureTopic returns the topic. It makes one only if there is none, so that
// rights to describe, read and write are enough once it exists.
func (s *session) ensureTopic(ctx context.Context) (kadm.TopicDetail, error) {
	l := s.log
	topic, err := s.describe(ctx)
	if errors.Is(err, kerr.UnknownTopicOrPartition) {
		if l.visited {
			l.status.problem(problemMissing, fmt.Sprintf("topic %s was deleted while this process ran: restore it from a backup, "+
				"or restart the process to begin with an empty one", l.cfg.Topic))
			return topic, errTopicMissing
		}
		topic, err = s.createTopic(ctx)
	}
	if err != nil {
		return topic, err
	}
	if text := s.partitionProblem(topic); text != "" {
		return topic, fmt.Errorf("%w: %s", ErrTopicLayout, text)
	}
	if text := s.policyProblem(ctx); text != "" && l.cfg.RequireCompact {
		return topic, fmt.Errorf("%w: %s", ErrTopicLayout, text)
	}
	return topic, nil
}

func (s *session) partitionProblem(topic kadm.TopicDetail) string {
	n := len(topic.Partitions)
	if n == 1 {
		return ""
	}
	return fmt.Sprintf("topic %s has %d partitions, but the records of a registry have one order only, so it must have 1: "+
		"copy them to a topic with 1 partition and name that in topic_name", s.log.cfg.Topic, n)
}

func (s *session) describe(ctx context.Context) (kadm.TopicDetail, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	name := s.log.cfg.Topic
	details, err := s.admin.ListTopics(ctx, name)
	if err != nil {
		return kadm.TopicDetail{}, fmt.Errorf("describing topic %s: %w", name, err)
	}
	topic, ok := details[name]
	if !ok {
		return topic, fmt.Errorf("describing topic %s: %w", name, kerr.UnknownTopicOrPartition)
	}
	if topic.Err != nil {
		return topic, fmt.Errorf("describing topic %s: %w", name, topic.Err)
	}
	for _, p := range topic.Partitions {
		if p.Err != nil && !errors.Is(p.Err, kerr.ReplicaNotAvailable) {
			return topic, fmt.Errorf("describing topic %s: %w", name, p.Err)
		}
	}
	return topic, nil
}

// createTopic makes the topic and waits until the brokers know it.
func (s *session) createTopic(ctx context.Context) (kadm.TopicDetail, error) {
	ctx, cancel := context.WithTimeout(ctx, creationTimeout)
	defer cancel()
	name := s.log.cfg.Topic
	replicas, err := s.replicationFactor(ctx)
	if err != nil {
		return kadm.TopicDetail{}, err
	}
	_, err = s.admin.CreateTopic(ctx, 1, replicas, map[string]*string{policyKey: kadm.StringPtr(policyCompact)}, name)
	switch {
	case errors.Is(err, kerr.TopicAlreadyExists): // Another node was faster.
	case err != nil:
		return kadm.TopicDetail{}, fmt.Errorf("creating topic %s with 1 partition and %d replicas: %w", name, replicas, err)
	default:
		s.log.logger.Info("Created the schemas topic", "replicationFactor", replicas)
	}
	ticker := time.NewTicker(creationPoll)
	defer ticker.Stop()
	for {
		topic, err := s.describe(ctx)
		if err == nil && len(topic.Partitions) > 0 {
			return topic, nil
		}
		select {
		case <-ctx.Done():
			return topic, fmt.Errorf("waiting for topic %s, which was created: %w", name, errors.Join(err, ctx.Err()))
		case <-ticker.C:
		}
	}
}

// replicationFactor is what is configured, or three, as far as there are
// brokers for it.
func (s *session) replicationFactor(ctx context.Context) (int16, error) {
	if n := s.log.cfg.ReplicationFactor; n > 0 {
		return n, nil
	}
	brokers, err := s.admin.ListBrokers(ctx)
	if err != nil {
		return 0, fmt.Errorf("counting brokers for the replication factor of topic %s: %w", s.log.cfg.Topic, err)
	}
	return int16(max(1, min(3, len(brokers)))), nil
}

const (
	policyKey     = "cleanup.policy"
	policyCompact = "compact"
)

// policyProblem compares the clean-up policy of the topic: with any other than
// compaction alone, the broker deletes schemas after some time. It notes the
// problem and returns it, or the empty text.
func (s *session) policyProblem(ctx context.Context) string {
	l := s.log
	policy, err := s.policy(ctx)
	if err != nil {
		// Not being allowed to read the configuration is not worth an alarm.
		l.logger.V(1).Info("Did not learn the clean-up policy of the schemas topic", "error", err.Error())
		return ""
	}
	if policy == policyCompact {
		l.status.problem(problemPolicy, "")
		return ""
	}
	text := fmt.Sprintf("topic %s has %s=%s: the broker will delete schemas; set it to %s", l.cfg.Topic, policyKey, policy, policyCompact)
	if l.status.problem(problemPolicy, text) {
		l.logger.Error(nil, "The schemas topic has a clean-up policy that deletes schemas", "policy", policy, "want", policyCompact)
	}
	return text
}

func (s *session) policy(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	configs, err := s.admin.DescribeTopicConfigs(ctx, s.log.cfg.Topic)
	if err != nil {
		return "", err
	}
	config, err := configs.On(s.log.cfg.Topic, nil)
	if err != nil {
		return "", err
	}
	if config.Err != nil {
		return "", config.Err
	}
	for _, c := range config.Configs {
		if c.Key == policyKey {
			return c.MaybeValue(), nil
		}
	}
	return "", errors.New("the broker does not report it")
}

// check looks at the topic now and then: whether it is still the one that is
// read, holds what was applied, and keeps what it holds. It returns an error
// when it is not, and goes on when Kafka does not answer, since reading what is
// in memory does not need Kafka. A layout that is refused at the start is only
// reported here: stopping would not mend it.
func (s *session) check(ctx context.Context) error {
	ticker := time.NewTicker(s.log.cfg.CheckInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
		err := s.checkOnce(ctx)
		if errors.Is(err, errTopicChanged) {
			return err
		}
		if err != nil && ctx.Err() == nil {
			s.log.status.change(func(cur *Status) { cur.LastError = kafka.Explain(err) })
			s.log.retry.failed(err)
		}
	}
}

func (s *session) checkOnce(ctx context.Context) error {
	l := s.log
	topic, err := s.describe(ctx)
	if errors.Is(err, kerr.UnknownTopicOrPartition) || (err == nil && topic.ID != s.topic.ID) {
		return errTopicChanged
	}
	if err != nil {
		return err
	}
	// The position is taken first, so that it cannot be ahead of an end that
	// was true a moment before.
	applied := l.waiters.position()
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	end, err := offsetOf(s.admin.ListEndOffsets(ctx, l.cfg.Topic))
	if err != nil {
		return fmt.Errorf("asking for the end of the schemas topic: %w", err)
	}
	if end < applied+1 {
		return errTopicChanged
	}
	l.status.contact(end)
	if text := s.partitionProblem(topic); l.status.problem(problemLayout, text) && text != "" {
		l.logger.Error(nil, "The schemas topic got more partitions, a restart would refuse it", "partitions", len(topic.Partitions))
	}
	s.policyProblem(ctx)
	return nil
}
