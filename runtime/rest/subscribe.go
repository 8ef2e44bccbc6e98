package rest

import (
	"context"
	"regexp"
	"slices"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Subscribe makes the group give this instance partitions of topics, which
// need not exist yet. It replaces a subscription or an assignment. Kind:
// UnknownConsumer.
func (c *Consumer) Subscribe(ctx context.Context, topics []string) error {
	topics = slices.Compact(slices.Sorted(slices.Values(topics)))
	return c.subscribe(ctx, topics, "", kgo.ConsumeTopics(topics...))
}

// SubscribePattern subscribes to all topics whose names begin with what the
// regular expression matches, also to those to come. Kinds: InvalidPattern,
// UnknownConsumer.
func (c *Consumer) SubscribePattern(ctx context.Context, pattern string) error {
	anchored := "^(?:" + pattern + ")"
	if _, err := regexp.Compile(anchored); err != nil {
		return fail(InvalidPattern, "Topic pattern is not a regular expression: %s", err.Error())
	}
	return c.subscribe(ctx, nil, pattern, kgo.ConsumeTopics(anchored), kgo.ConsumeRegex())
}

func (c *Consumer) subscribe(ctx context.Context, topics []string, pattern string, opts ...kgo.Opt) error {
	release, err := c.acquire(ctx)
	if err != nil {
		return err
	}
	defer release()
	if c.subscribedTo(topics, pattern) {
		return nil
	}
	c.stop(ctx)

	member, err := c.join(opts...)
	if err != nil {
		return err
	}
	c.mu.Lock()
	deleted := c.closed
	if !deleted {
		c.member, c.topics, c.pattern, c.assigned = member, topics, pattern, false
	}
	c.mu.Unlock()
	if deleted {
		member.Close()
		return unknownConsumer(c.ID)
	}
	return nil
}

// subscribedTo reports whether nothing would change.
func (c *Consumer) subscribedTo(topics []string, pattern string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.member != nil && c.pattern == pattern && slices.Equal(c.topics, topics)
}

// Subscription returns the topics that the instance subscribed to; for a
// pattern those of which it was given partitions. Kind: UnknownConsumer.
func (c *Consumer) Subscription(ctx context.Context) ([]string, error) {
	release, err := c.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pattern == "" {
		return slices.Clone(c.topics), nil
	}
	var topics []string
	for _, tp := range c.partitions() {
		topics = append(topics, tp.Topic)
	}
	return slices.Compact(topics), nil
}

// Unsubscribe ends a subscription or an assignment, if there is one. Kind:
// UnknownConsumer.
func (c *Consumer) Unsubscribe(ctx context.Context) error {
	release, err := c.acquire(ctx)
	if err != nil {
		return err
	}
	defer release()
	c.stop(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.topics, c.pattern, c.assigned = nil, "", false
	return nil
}
