package backup

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestProgress gives long work a clock that runs fast.
func TestProgress(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(schemasTopic, 1, map[string]string{"cleanup.policy": "compact"})
	recs := make([]Record, 5000)
	for i := range recs {
		recs[i] = Record{Key: fmt.Appendf(nil, `{"keytype":"SCHEMA","subject":"s","version":%d,"magic":1}`, i+1), Value: []byte("{}"), Timestamp: 1700000000000}
	}
	f.produce(schemasTopic, recs...)
	began := time.Now()
	var asked atomic.Int64
	run := func(advance time.Duration, do func(Settings) error) string {
		t.Helper()
		f.log.Reset()
		s := f.settings()
		s.Now = func() time.Time { return began.Add(time.Duration(asked.Add(1)) * advance) }
		if err := do(s); err != nil {
			t.Fatal(err)
		}
		return f.log.String()
	}
	get := func(to string) func(Settings) error {
		return func(s Settings) error {
			return Get(f.ctx, s, GetOptions{Location: f.path(to), PollTimeout: 10 * time.Second})
		}
	}
	restore := func(s Settings) error { return Restore(f.ctx, s, RestoreOptions{Location: f.path("slow")}) }

	if log := run(2*progressEvery, get("slow")); !strings.Contains(log, `"records"=1024`) || !strings.Contains(log, `"left"=`) {
		t.Errorf("a slow backup says %s", log)
	}
	if log := run(0, get("fast")); strings.Contains(log, `"left"=`) {
		t.Errorf("a fast backup says %s", log)
	}
	f.drop(schemasTopic)
	if log := run(2*progressEvery, restore); strings.Count(log, `"Restoring" "records"=`) != 4 || !strings.Contains(log, `"total"=5000`) {
		t.Errorf("a slow restore says %s", log)
	}
}

// TestForceKeyCorrection restores to a topic of another name.
func TestForceKeyCorrection(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	location := f.write("b", "/V2\n"+strings.ToUpper(fmt.Sprintf("%x\t%x\n", `{"subject":"s","version":1,"magic":1,"keytype":"SCHEMA"}`, `{}`)))
	run := func(topic string, force bool, want string) {
		t.Helper()
		s := f.settings()
		s.Topic, s.ForceKeyCorrection = topic, force
		if err := Restore(f.ctx, s, RestoreOptions{Location: location}); err != nil {
			t.Fatal(err)
		}
		if got := f.dump(topic); len(got) != 1 || string(got[0].Key) != want {
			t.Errorf("%s, forced %t: %+v", topic, force, got)
		}
	}
	run("left", false, `{"subject":"s","version":1,"magic":1,"keytype":"SCHEMA"}`)
	run("corrected", true, `{"keytype":"SCHEMA","subject":"s","version":1,"magic":1}`)
}
