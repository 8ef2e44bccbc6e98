package rest

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// The texts that Karapace's clients see in produce results.
const (
	textUnknownPartition = "This request is for a topic or partition that does not exist on this broker."
	textTooLarge         = "The server has a configurable maximum message size to avoid unbounded memory allocation. This error is thrown if the client attempt to produce a message larger than this maximum."
	textNotAuthorized    = "Returned by the broker when the client is not authorized to access the requested topic."
	textTimedOut         = "timed out waiting to publish message"
	textQueueFull        = "Local: Queue full"
	// textBatchTooLarge is ours.
	textBatchTooLarge = "The topic takes smaller batches than a moment ago: try again"
)

// deliveryGrace is how much longer than the delivery timeout a request waits:
// the Kafka client looks at that timeout only between its own steps.
const deliveryGrace = time.Second

// delivery collects the outcomes of one request. Promises write it from the
// Kafka client's goroutine; the request reads it when all are there or when it
// gives up, after which promises may still come.
type delivery struct {
	done    chan struct{}
	release func() // called when the last record is settled

	mu       sync.Mutex
	outcomes []Outcome
	left     int
	// settled is set when nobody waits.
	settled func([]Outcome)
}

// deliver sends the records; their outcomes come later. The context of the
// records ends with the delivery timeout, or when all of them are settled, and
// never with the caller's: the end of a record's context cuts the connection
// on which it is under way, together with everybody else's records.
func (s *Service) deliver(ctx context.Context, topic *Topic, records []kgo.Record) (*delivery, error) {
	size, largest := 0, 0
	for i := range records {
		n := waitingBytes(&records[i])
		if size += n; n > waitingBytes(&records[largest]) {
			largest = i
		}
	}
	client, rules, err := s.producer(ctx, topic.Name, &records[largest])
	if err != nil {
		return nil, err
	}
	if err := s.buffer.reserve(topic.Name, size); err != nil {
		s.cluster.leave(client)
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.settings.DeliveryTimeout)
	release := func() {
		cancel()
		s.buffer.release(topic.Name, size)
		s.cluster.leave(client)
	}
	d := &delivery{done: make(chan struct{}), release: release, outcomes: make([]Outcome, len(records)), left: len(records)}
	for i := range records {
		d.outcomes[i] = Outcome{Failure: passing(textTimedOut)}
	}
	now := s.clock()
	for i := range records {
		r := &records[i]
		if !s.hasPartition(ctx, topic, r.Partition) {
			d.settle(i, Outcome{Failure: passing(textUnknownPartition)})
			continue
		}
		if failure := rules.refuses(r, now); failure != nil {
			d.settle(i, Outcome{Failure: failure})
			continue
		}
		client.TryProduce(ctx, r, func(r *kgo.Record, err error) { d.settle(i, s.outcomeOf(r, rules, err)) })
	}
	return d, nil
}

// hasPartition asks Kafka again about a partition that is not in the request's
// view of the topic: it may be younger than that.
func (s *Service) hasPartition(ctx context.Context, topic *Topic, id int32) bool {
	if _, ok := topic.partition(id); ok {
		return true
	}
	_, err := s.Partition(ctx, topic.Name, id)
	return err == nil
}

func (d *delivery) settle(i int, o Outcome) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.outcomes[i] = o
	if d.left--; d.left == 0 {
		d.release()
		close(d.done)
		if d.settled != nil {
			d.settled(d.outcomes)
		}
	}
}

// wait returns the outcomes; those that have not come in time stay what deliver
// made them, a retriable timeout.
func (d *delivery) wait(timeout time.Duration) []Outcome {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case <-d.done:
		return d.outcomes
	case <-timer.C:
		d.mu.Lock()
		defer d.mu.Unlock()
		return append([]Outcome(nil), d.outcomes...)
	}
}

func (s *Service) outcomeOf(r *kgo.Record, rules *rules, err error) Outcome {
	switch {
	case errors.Is(err, kerr.MessageTooLarge) && rules.fits(r):
		// The topic takes less than it did: the others of the batch are too much.
		s.rules.doubt(r.Topic, rules)
		return Outcome{Failure: passing(textBatchTooLarge)}
	case err != nil:
		return Outcome{Failure: failureOf(err)}
	case s.settings.Acks == "0":
		return Outcome{Partition: r.Partition, Offset: -1}
	default:
		return Outcome{Partition: r.Partition, Offset: r.Offset}
	}
}

// failureOf is the table of REST contract 5.3.
func failureOf(err error) *Failure {
	switch {
	case errors.Is(err, kerr.UnknownTopicOrPartition):
		return passing(textUnknownPartition)
	case errors.Is(err, kerr.MessageTooLarge), errors.Is(err, kerr.RecordListTooLarge):
		return &Failure{Kind: TooLarge, Text: textTooLarge}
	case errors.Is(err, kerr.TopicAuthorizationFailed):
		return &Failure{Kind: Forbidden, Text: textNotAuthorized}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, kgo.ErrRecordTimeout), errors.Is(err, kgo.ErrRecordRetries):
		return passing(textTimedOut)
	case errors.Is(err, kgo.ErrMaxBuffered):
		return lasting(textQueueFull)
	}
	broker, ok := errors.AsType[*kerr.Error](err)
	switch {
	case ok && isRetriableCode(broker.Code):
		return passing(broker.Description)
	case ok:
		return lasting(broker.Description)
	default:
		return lasting(err.Error())
	}
}

// passing is a failure that may pass by itself, lasting one that will not.
func passing(text string) *Failure { return &Failure{Retriable: true, Kind: Temporary, Text: text} }

func lasting(text string) *Failure { return &Failure{Kind: Failed, Text: text} }

// isRetriableCode holds the Kafka codes that the contract calls retriable.
func isRetriableCode(code int16) bool {
	switch code {
	case 3, 5, 6, 7, 14, 15, 16, 19, 20, 41, 56:
		return true
	default:
		return false
	}
}
