package backup

import (
	"fmt"
	"testing"

	"github.com/plastron-dev/plastron/runtime/record"
)

// claimed is a record of a process that claimed the log under an epoch.
func claimed(subject string, epoch string) Record {
	r := Record{
		Key:       fmt.Appendf(nil, `{"keytype":"SCHEMA","subject":"%s","version":1,"magic":1}`, subject),
		Value:     fmt.Appendf(nil, `{"subject":"%s","version":1,"id":1,"schema":"x","deleted":false}`, subject),
		Timestamp: 1700000000000, Headers: []Header{{[]byte("b"), []byte{0xff, 0}}},
	}
	if epoch != "" {
		r.Headers = append(r.Headers, Header{[]byte(record.EpochHeader), []byte(epoch)})
	}
	return r
}

// inForce names the subjects whose records count for a reader of the topic.
func inForce(t *testing.T, recs []Record) (subjects []string) {
	t.Helper()
	var highest record.Epoch
	for _, r := range recs {
		var epoch record.Epoch
		for _, h := range r.Headers {
			if string(h.Key) == record.EpochHeader {
				epoch = record.ParseEpoch(h.Value)
			}
		}
		next, void := highest.Admit(epoch)
		highest = next
		k, err := record.ParseKey(r.Key)
		if err != nil {
			t.Fatal(err)
		}
		if !void {
			subjects = append(subjects, string(k.Subject))
		}
	}
	return subjects
}

// A backup of a log with claims is restored behind the records of another log,
// whose claims are higher or lower. What counted there and what counts here both
// count afterwards, and so does what the present writer writes next.
func TestRestoredRecordsClaimNothing(t *testing.T) {
	t.Parallel()
	for _, present := range []string{"9.z", "2.z"} {
		f := newFixture(t)
		f.create(schemasTopic, 1, nil)
		f.produce(schemasTopic, claimed("foreign", ""), claimed("a", "3.a"), claimed("b", "5.b"), claimed("late", "3.a"),
			claimed("c", "5.b"), claimed("odd", "no epoch"))
		f.equal([]string{"foreign", "a", "b", "c", "odd"}, inForce(t, f.dump(schemasTopic)))
		f.get(GetOptions{Location: f.path("b"), V3: true, Replication: 1})
		f.drop(schemasTopic)

		// The same log again keeps its claims.
		f.restore(RestoreOptions{Location: f.path("b")})
		f.equal(6, len(f.dump(schemasTopic)))
		f.equal(record.EpochHeader, string(f.dump(schemasTopic)[1].Headers[1].Key))
		f.drop(schemasTopic)

		f.create(schemasTopic, 1, nil)
		f.produce(schemasTopic, claimed("here", present))
		f.restore(RestoreOptions{Location: f.path("b"), Append: true})
		f.produce(schemasTopic, claimed("next", present))
		got := f.dump(schemasTopic)
		f.equal([]string{"here", "foreign", "a", "b", "c", "odd", "next"}, inForce(t, got))
		f.equal(7, len(got)) // Without the one that was void.
		for _, r := range got[1:6] {
			f.equal([]Header{{[]byte("b"), []byte{0xff, 0}}}, r.Headers)
		}
	}
}
