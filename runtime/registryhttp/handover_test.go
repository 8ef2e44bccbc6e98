package registryhttp

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// pair is a primary and a follower behind real listeners.
func pair(t *testing.T) (primary, follower steps) {
	t.Helper()
	shared := &topic{}
	p, f := newNode(t, shared, schema.Karapace), newNode(t, shared, schema.Karapace)
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	f.elect(server.URL, false)
	return steps{t, p}, steps{t, f}
}

func TestFollowerHandsWritesOver(t *testing.T) {
	t.Parallel()
	p, f := pair(t)
	f.do("POST", "/subjects/a%2Fb/versions", recordA, 200, `{"id":1}`, "Content-Type: application/json")
	p.do("GET", "/subjects", "", 200, `["a/b"]`)
	f.do("POST", "/subjects/a%2Fb/versions", recordAX, 200, `{"id":2}`)
	f.do("PUT", "/config/a%2Fb", `{"compatibility":"NONE"}`, 200, `{"compatibility":"NONE"}`)
	f.do("PUT", "/mode", `{"mode":"READWRITE"}`, 200, `{"mode":"READWRITE"}`)
	f.do("DELETE", "/config/a%2Fb", "", 200, `{"compatibility":"BACKWARD","compatibilityLevel":"NONE"}`)
	f.do("DELETE", "/subjects/a%2Fb/versions/1", "", 200, `1`)
	// Errors of the primary come back as they are, and the follower does not
	// judge by itself.
	f.do("DELETE", "/subjects/a%2Fb/versions/1", "", 404, `{"error_code":40406,"message":"Subject 'a/b' Version 1 was soft deleted. Set permanent=true to delete permanently"}`)
	f.do("DELETE", "/subjects/a%2Fb", "", 200, `[2]`)
	f.do("DELETE", "/subjects/a%2Fb?permanent=true", "", 200, `[1,2]`)
	f.do("DELETE", "/subjects/a%2Fb", "", 404, `{"error_code":40401,"message":"Subject 'a/b' not found."}`)
	// The type of the answer and the fields of it are those that were asked for.
	w := f.n.ask("POST", "/subjects/c/versions", recordA, "Accept: application/json", javaHeader)
	if w.Header().Get("Content-Type") != offerCommon || !strings.Contains(w.Body.String(), `"guid"`) {
		t.Fatalf("%v %s", w.Header(), w.Body)
	}
}

// TestFollowerDoesNotJudgeAssociationsAndTags lets a follower lag behind what it
// would need to know.
func TestFollowerDoesNotJudgeAssociationsAndTags(t *testing.T) {
	t.Parallel()
	shared, other := &topic{}, &topic{}
	primary := newNode(t, shared, schema.Karapace)
	server := httptest.NewServer(primary)
	t.Cleanup(server.Close)
	follower := newNode(t, other, schema.Karapace) // It reads nothing of it.
	follower.elect(server.URL, false)
	p, f := steps{t, primary}, steps{t, follower}
	p.do("POST", "/subjects/s/versions", myRecord, 200, `{"id":1}`)

	body := associate(`{"subject":"s","associationType":"value"}`)
	for _, target := range []string{"/associations?dryRun=true", "/associations", "/associations:batchMutate"} {
		in, status := body, 200
		if strings.HasSuffix(target, "Mutate") {
			in, status = `{"requests":[`+body+`]}`, 207
		}
		if w := f.n.ask("POST", target, in); w.Code != status || strings.Contains(w.Body.String(), "error") {
			t.Fatalf("%s: %d %s", target, w.Code, w.Body)
		}
	}
	f.do("POST", "/subjects/s/versions/1/tags", `{"tagsToAdd":`+tagList("myrecord", "sr_record", `"T"`)+`}`, 200, `{"id":2}`)
	f.do("DELETE", "/associations/resources/id-1", "", 204, "")
	f.do("DELETE", "/associations/resources/id-1", "", 404, `{"error_code":40410,"message":"Association for 'id-1' not found."}`)
}

func TestFollowerHoldsTheAnswerUntilItHasReadIt(t *testing.T) {
	t.Parallel()
	shared := &topic{}
	primary := newNode(t, shared, schema.Karapace)
	server := httptest.NewServer(primary)
	t.Cleanup(server.Close)
	asked, read := make(chan int64), make(chan struct{})
	follower := newNode(t, shared, schema.Karapace, func(d *Deps) {
		d.ReadWait = time.Minute
		d.AwaitOffset = func(ctx context.Context, offset int64) error {
			asked <- offset
			select {
			case <-read:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	})
	follower.elect(server.URL, false)
	answer := make(chan *httptest.ResponseRecorder, 1)
	go func() { answer <- follower.ask("POST", "/subjects/a/versions", recordA) }()
	if offset := <-asked; offset != 0 {
		t.Fatalf("asked for offset %d", offset)
	}
	select {
	case w := <-answer:
		t.Fatalf("answered before it was read: %s", w.Body)
	default:
	}
	close(read)
	w := <-answer
	if w.Code != 200 || w.Body.String() != `{"id":1}` || w.Header().Get(OffsetHeader) != "" {
		t.Fatalf("%d %s %v", w.Code, w.Body, w.Header())
	}
	// The offset is between nodes only.
	if w := primary.ask("POST", "/subjects/b/versions", recordA); w.Header().Get(OffsetHeader) != "" {
		t.Fatal(w.Header())
	}
}

func TestFollowerDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	shared := &topic{}
	primary := newNode(t, shared, schema.Karapace)
	server := httptest.NewServer(primary)
	t.Cleanup(server.Close)
	follower := newNode(t, shared, schema.Karapace, func(d *Deps) {
		d.ReadWait = time.Millisecond
		d.AwaitOffset = func(ctx context.Context, _ int64) error {
			<-ctx.Done()
			return ctx.Err()
		}
	})
	follower.elect(server.URL, false)
	steps{t, follower}.do("POST", "/subjects/a/versions", recordA, 200, `{"id":1}`)
}

func TestFollowerAnswersWhatNeedsNoWrite(t *testing.T) {
	t.Parallel()
	p, f := pair(t)
	p.do("POST", "/subjects/a/versions", recordA, 200, `{"id":1}`)
	f.n.elect("", false) // No primary is known.
	f.do("POST", "/subjects/a/versions", recordA, 200, `{"id":1}`)
	f.do("POST", "/subjects/a/versions", `{"schema":"{"}`, 422, `{"error_code":42201,"message":"`+f.message("POST", "/subjects/b/versions", `{"schema":"{"}`)+`"}`)

	const refused = `{"error_code":50003,"message":"Error while forwarding the request to the master."}`
	w := f.n.ask("POST", "/subjects/a/versions", recordAX)
	if w.Code != 500 || w.Body.String() != refused || w.Header().Get("Retry-After") == "" {
		t.Fatalf("%d %s %v", w.Code, w.Body, w.Header())
	}
	f.do("GET", "/master_available", "", 200, `{"master_available":false}`)
}

// TestFact5WriteWaitsForAPrimary: Karapace answers 50003 for a while, under load
// and while the role moves.
func TestFact5WriteWaitsForAPrimary(t *testing.T) {
	t.Parallel()
	n := newNode(t, &topic{}, schema.Karapace)
	n.elect("", false)
	answer := make(chan *httptest.ResponseRecorder)
	go func() { answer <- n.ask("POST", "/subjects/a/versions", recordA) }()
	time.AfterFunc(20*time.Millisecond, func() { n.elect("", true) })
	if w := <-answer; w.Code != 200 || w.Body.String() != `{"id":1}` {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
}

func TestForwardedRequestIsNotForwardedAgain(t *testing.T) {
	t.Parallel()
	_, f := pair(t)
	w := f.n.ask("POST", "/subjects/a/versions", recordA, "X-Forward: true")
	if w.Code != 500 || !strings.Contains(w.Body.String(), `"error_code":50003`) || w.Header().Get("X-Plastron-Not-Primary") == "" {
		t.Fatalf("%d %s %v", w.Code, w.Body, w.Header())
	}
	f.do("GET", "/master_available", "", 200, `{"master_available":false}`, "X-Forward: true")
}

func TestPrimaryAvailable(t *testing.T) {
	t.Parallel()
	p, f := pair(t)
	p.do("GET", "/master_available", "", 200, `{"master_available":true}`)
	f.do("GET", "/master_available", "", 200, `{"master_available":true}`)
	f.n.elect("http://127.0.0.1:1", false)
	f.do("GET", "/master_available", "", 200, `{"master_available":false}`)
}

func TestNodeThatHasNotReadTheLog(t *testing.T) {
	t.Parallel()
	p, f := pair(t)
	p.do("POST", "/subjects/a/versions", recordA, 200, `{"id":1}`)
	f.n.notReady.Store(true)
	f.n.status.Ready = false

	// The primary answers for it.
	f.do("GET", "/schemas/ids/1", "", 200, `{"schema":`+textA+`}`)
	f.do("POST", "/subjects/a", recordA, 200, `{"subject":"a","version":1,"id":1,"schema":`+textA+`}`)
	for path, status := range map[string]int{"/_health": 200, "/_health?ready=false": 200, "/_health?ready=true": 503} {
		if w := f.n.ask("GET", path, ""); w.Code != status || !strings.Contains(w.Body.String(), `"schema_registry_ready":false`) {
			t.Fatalf("%s: %d %s; want %d", path, w.Code, w.Body, status)
		}
	}
	f.do("GET", "/", "", 200, `{}`)

	// Nobody can: neither reads nor writes are guessed.
	f.n.elect("", false)
	const unavailable = `{"error_code":503,"message":"HTTP 503 Service Unavailable"}`
	f.do("GET", "/schemas/ids/1", "", 503, unavailable)
	f.do("POST", "/subjects/a/versions", recordA, 503, unavailable)
	f.do("GET", "/schemas/ids/1", "", 503, unavailable, "X-Forward: true")
}

func TestHealth(t *testing.T) {
	t.Parallel()
	s := newSteps(t, schema.Karapace)
	s.n.status = Status{
		Healthy: true, Ready: true, StartupSeconds: 1.5, Offset: 7, EndOffset: 8, Eligible: true,
		PrimaryURL: "http://a:8081", Coordinating: true, Generation: 3,
	}
	const status = `"status":{"schema_registry_ready":true,"schema_registry_startup_time_sec":1.5,"schema_registry_reader_current_offset":7,"schema_registry_reader_highest_offset":8,"schema_registry_is_primary":false,"schema_registry_is_primary_eligible":true,"schema_registry_primary_url":"http://a:8081","schema_registry_coordinator_running":true,"schema_registry_coordinator_generation_id":3}`
	s.do("GET", "/_health", "", 200, `{"karapace_version":"1.2.3",`+status+`,"healthy":true}`)
	s.do("GET", "/_health?ready=true", "", 200, `{"karapace_version":"1.2.3",`+status+`,"healthy":true}`)
	s.n.status.Draining = true
	s.do("GET", "/_health", "", 503, `{"karapace_version":"1.2.3",`+status+`,"healthy":true}`)
	s.n.status.Draining, s.n.status.Healthy, s.n.status.Problem = false, false, "the topic is gone"
	s.do("GET", "/_health", "", 503, `{"karapace_version":"1.2.3",`+status+`,"healthy":false,"problem":"the topic is gone"}`)
}
