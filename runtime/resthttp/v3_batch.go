package resthttp

import (
	"encoding/json"
	"net/http"
	"regexp"

	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/rest"
)

// batchEntries is how many records a batch may have.
const batchEntries = 10

// entryID is what may name an entry of a batch.
var entryID = regexp.MustCompile(`^[0-9A-Za-z_-]{1,80}$`)

// batchError is the refusal of a batch as a whole (REST contract 13.8).
func batchError(text string) *wireError {
	return wrong(http.StatusUnprocessableEntity, 42208, text)
}

// produceBatch takes a few records, each with an id, and answers for each of
// them, when all are done.
func (a *api) produceBatch(c *call3) (int, any, error) {
	topic, err := c.name("topic")
	if err != nil {
		return 0, nil, err
	}
	cluster, err := c.name("cluster")
	if err != nil {
		return 0, nil, err
	}
	body, err := c.read(a.MaxBody)
	if err != nil {
		return 0, nil, err
	}
	if body == nil {
		return 0, nil, batchError("Request body is empty. Data is required.")
	}
	entries, err := decodeBatch(body)
	if err != nil {
		return 0, nil, err
	}
	if !a.Rate.take(len(entries), len(body)) {
		return 0, nil, a.tooFast()
	}
	stream, err := a.Service.Stream(topic, shortStream)
	if err != nil {
		return 0, nil, err
	}
	sent := make(chan struct{})
	go func() { // A stream that is full waits for its receipts to be taken.
		defer close(sent)
		defer stream.CloseSend()
		for i := range entries {
			if err := a.sendEntry(c, stream, &entries[i]); err != nil {
				return // The client has gone; what was sent goes on.
			}
		}
	}()
	answer := batchAnswer(stream, cluster, topic, entries)
	<-sent
	httpserver.WriteBody(c.w, plainJSON, http.StatusMultiStatus, answer)
	return 0, nil, nil
}

func (a *api) sendEntry(c *call3, stream *rest.Stream, e *batchEntry) error {
	if e.fault != nil {
		return stream.Fail(c.Context(), e.fault)
	}
	return stream.Send(c.Context(), &e.StreamRecord)
}

// batchEntry is a record of a batch, or what is wrong with it.
type batchEntry struct {
	record3
	id    string
	fault error
}

func decodeBatch(body []byte) ([]batchEntry, error) {
	if !json.Valid(body) || !isObject(body) {
		return nil, badRequest("the request is not a JSON object")
	}
	var list []byte
	err := members(body, func(name string, value []byte) error {
		if name != "entries" {
			return wrong(http.StatusUnprocessableEntity, http.StatusUnprocessableEntity, "Unrecognized field: "+short(name))
		}
		list = value
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case isNull(list):
		return nil, batchError("Empty batch.")
	case !isArray(list):
		return nil, badRequest("entries is not an array")
	}
	var entries []batchEntry
	ids := map[string]bool{}
	err = elements(list, func(value []byte) error {
		if len(entries) == batchEntries {
			return batchError("Too many entries in batch.")
		}
		e := &batchEntry{id: entryIDOf(value)}
		if e.fault = construct("an entry is not an object"); isObject(value) {
			e.fault = e.decode(value, true)
		}
		if !entryID.MatchString(e.id) {
			return batchError("Batch entry identifier is not a valid string.")
		}
		if ids[e.id] {
			return batchError("Batch entry IDs are not distinct.")
		}
		ids[e.id] = true
		entries = append(entries, *e)
		return nil
	})
	if err == nil && len(entries) == 0 {
		err = batchError("Empty batch.")
	}
	// The sides are members of the entries, which have moved.
	for i := range entries {
		entries[i].point()
	}
	return entries, err
}

// entryIDOf is the id of an entry, also of one that is wrong otherwise.
func entryIDOf(object []byte) string {
	id := ""
	if isObject(object) {
		_ = members(object, func(name string, value []byte) error {
			if name == "id" {
				id, _ = stringValue(value)
			}
			return nil
		})
	}
	return id
}

func batchAnswer(stream *rest.Stream, cluster, topic string, entries []batchEntry) []byte {
	var successes, failures []byte
	for i := range entries {
		receipt, more := stream.Next()
		if !more {
			break
		}
		to := &successes
		if code, _ := receiptFailure(&receipt); code != http.StatusOK {
			to = &failures
		}
		if len(*to) > 0 {
			*to = append(*to, ',')
		}
		*to = httpserver.AppendQuoted(append(*to, `{"id":`...), entries[i].id)
		*to = append(appendReceipt(append(*to, ','), cluster, topic, &receipt), '}')
	}
	body := append([]byte(`{"successes":[`), successes...)
	body = append(append(body, `],"failures":[`...), failures...)
	return append(body, "]}"...)
}
