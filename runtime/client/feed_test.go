package client

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/runtime/schema"
)

func TestFeed(t *testing.T) {
	t.Parallel()
	log := &exchangeLog{status: 200, answer: `{"cursor":"c2","log":"t","listing":"next","more":true,
		"defaults":{"config":{"compatibilityLevel":"FULL"},"mode":"READWRITE"},"subjects":[
		{"subject":"a","version":2,"id":7,"schemaType":"AVRO","live":1},
		{"subject":"b","version":1,"id":3,"deleted":true},
		{"subject":"c","config":{"compatibilityLevel":"NONE"},"mode":"READONLY"},{"subject":"d"}]}`}
	c := newClient(t, Config{}, log)
	got, err := c.Feed(t.Context(), "c1", 30*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	want := Feed{
		Cursor: "c2", Log: "t", Listing: true, More: true, Defaults: &Settings{Level: schema.Full}, Mode: schema.ReadWrite,
		Subjects: []Standing{
			{Subject: "a", Version: 2, ID: 7, Live: 1},
			{Subject: "b", Version: 1, ID: 3, Deleted: true},
			{Subject: "c", Settings: &Settings{Level: schema.None}, Mode: schema.ReadOnly},
			{Subject: "d"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	log.answer = `{"cursor":"c3","log":"t","listing":"first","more":false,"subjects":[]}`
	if got, err = c.Feed(t.Context(), "", 0); err != nil || !got.First || !got.Listing || got.Defaults != nil {
		t.Errorf("%+v %v", got, err)
	}
	if diff := cmp.Diff([]string{"GET /_operator/v1/subjects?since=c1&wait=30s", "GET /_operator/v1/subjects?wait=0s"}, log.seen); diff != "" {
		t.Error(diff)
	}
}

// TestFeedMayWait: the registry's wait is not the call's time-out.
func TestFeedMayWait(t *testing.T) {
	t.Parallel()
	var left time.Duration
	transport := func(r *http.Request) {
		deadline, _ := r.Context().Deadline()
		left = time.Until(deadline)
	}
	c, err := New(Config{URLs: []string{"http://registry"}, Timeout: time.Second, Transport: watching(transport)})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Feed(context.Background(), "", time.Minute)
	if ClassOf(err) != Unavailable || left < time.Minute-time.Second {
		t.Errorf("%v, %s left", err, left)
	}
}

// watching is a transport that only looks.
type watching func(*http.Request)

func (w watching) RoundTrip(r *http.Request) (*http.Response, error) {
	w(r)
	return nil, errors.New("refused")
}

func TestLatestVersions(t *testing.T) {
	t.Parallel()
	log := &exchangeLog{status: 200, answer: `[{"subject":"a","version":2,"id":7,"schema":"\"int\""},{"subject":"b","version":1,"id":3,"schema":"\"int\""}]`}
	got, err := newClient(t, Config{}, log).LatestVersions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Standing{{Subject: "a", Version: 2, ID: 7}, {Subject: "b", Version: 1, ID: 3}}, got); diff != "" {
		t.Error(diff)
	}
}
