package backup

import (
	"fmt"
	"testing"
)

const benchmarked = 100_000

func filled(b *testing.B) *fixture {
	b.Helper()
	f := newFixture(b)
	f.create(schemasTopic, 1, map[string]string{"cleanup.policy": "compact"})
	recs := make([]Record, benchmarked)
	for i := range recs {
		recs[i] = Record{
			Key: fmt.Appendf(nil, `{"keytype":"SCHEMA","subject":"subject-%d-value","version":1,"magic":1}`, i),
			Value: fmt.Appendf(nil, `{"subject":"subject-%d-value","version":1,"id":%d,"schema":"{\"fields\":[{\"name\":\"id\",\"type\":\"long\"},`+
				`{\"name\":\"name\",\"type\":\"string\"},{\"name\":\"amount\",\"type\":[\"null\",\"double\"]}],\"name\":\"Order%d\",\"type\":\"record\"}","deleted":false}`, i, i+1, i),
			Headers: []Header{{[]byte("X-Registry-Version"), []byte("test")}}, Timestamp: 1700000000000,
		}
	}
	f.produce(schemasTopic, recs...)
	return f
}

// The figures of the project are for 100,000 schemas: a backup takes at most
// 10 s, a restore at most 20 s.
func BenchmarkGet(b *testing.B) {
	for _, v3 := range []bool{false, true} {
		b.Run(fmt.Sprintf("v3=%t", v3), func(b *testing.B) {
			f := filled(b)
			for i := 0; b.Loop(); i++ {
				f.get(GetOptions{Location: f.path(fmt.Sprint(i)), V3: v3, Replication: 1})
			}
		})
	}
}

func BenchmarkRestore(b *testing.B) {
	for _, v3 := range []bool{false, true} {
		b.Run(fmt.Sprintf("v3=%t", v3), func(b *testing.B) {
			f := filled(b)
			f.get(GetOptions{Location: f.path("b"), V3: v3, Replication: 1})
			for b.Loop() {
				f.drop(schemasTopic)
				f.restore(RestoreOptions{Location: f.path("b")})
			}
		})
	}
}
