package migration

import (
	"testing"

	"github.com/plastron-dev/plastron/test/migration/peer"
)

// history is what older versions of a product have left in the topic.
type raw struct {
	key   string
	value string // "-" is no value at all
}

func (f *fleet) seed(p *peer.Peer, records []raw) {
	f.t.Helper()
	for _, r := range records {
		value := []byte(r.value)
		if r.value == "-" {
			value = nil
		}
		if err := p.Raw(f.ctx, r.key, value); err != nil {
			f.t.Fatal(err)
		}
	}
}

// begin starts the other product everywhere, with what the topic holds.
func (f *fleet) begin(records []raw) {
	f.t.Helper()
	for i, name := range []string{"node-1", "node-2", "node-3"} {
		p, err := f.startPeer(f.hosts[name])
		if err != nil {
			f.t.Fatal(err)
		}
		if i == 0 {
			f.seed(p, records)
		}
	}
}

// finish checks what must be true at the end of every guide.
func (f *fleet) finish(l *load) {
	f.t.Helper()
	l.check()
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, p := range f.peers {
		for _, fault := range p.Faults() {
			f.t.Errorf("peer %d: %s", i, fault)
		}
	}
	for _, h := range f.hosts {
		if err := h.halt(); err != nil {
			f.t.Errorf("stopping %s: %v", h.name, err)
		}
	}
}

func TestFromKarapaceAndBack(t *testing.T) {
	t.Parallel()
	f := newFleet(t, peer.Karapace)
	f.begin([]raw{
		{`{"keytype":"CONFIG","subject":null,"magic":0}`, `{"compatibilityLevel":"FULL"}`},
		{`{"keytype":"SCHEMA","subject":"a-value","version":1,"magic":1}`, `{"subject":"a-value","version":1,"id":12,"schema":"\"int\"","deleted":false}`},
		{`{"keytype":"SCHEMA","subject":"a-value","version":2,"magic":1}`, `{"subject":"a-value","version":2,"id":13,"schema":"\"long\"","deleted":true}`},
		{`{"keytype":"CONFIG","subject":"a-value","magic":0}`, `{"compatibilityLevel":"BACKWARD"}`},
		{`{"keytype":"SCHEMA","subject":"team\/ord","version":1,"magic":1}`, `{"subject":"team\/ord","version":1,"id":14,"schema":"\"float\"","deleted":false}`},
		{`{"keytype":"SCHEMA","subject":"m","version":1,"magic":1}`, `{"subject":"m","version":1,"id":15,"schema":"syntax = \"proto3\";\nmessage M {\n  int32 a = 1;\n}\n","deleted":false,"schemaType":"PROTOBUF"}`},
		{`{"keytype":"SCHEMA","subject":"j","version":1,"magic":1}`, `{"subject": "j", "version": 1, "id": 16, "schema": "{\"type\":\"object\"}", "deleted": false, "schemaType": "JSON"}`},
		{`{"keytype":"SCHEMA","subject":"gone","version":1,"magic":1}`, `{"subject":"gone","version":1,"id":17,"schema":"\"double\"","deleted":true}`},
		{`{"keytype":"SCHEMA","subject":"gone","version":1,"magic":1}`, ``},
		{`{"keytype":"SCHEMA","subject":"half","version":1,"magic":1}`, `{"subject":"half","version":1,"id":18,"schema":"\"boolean\"","deleted":false}`},
		{`{"keytype":"DELETE_SUBJECT","subject":"half","magic":0}`, `{"subject":"half","version":1}`},
	})
	l := f.startLoad(3)
	f.follow(readGuide(t, "../../docs/migration/from-karapace.md"))
	f.finish(l)
	for i, p := range f.peers {
		if !p.Canonical() {
			t.Errorf("peer %d writes its keys in another order because of what Plastron wrote", i)
		}
	}
}
