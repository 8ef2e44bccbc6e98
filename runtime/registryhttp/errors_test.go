package registryhttp

import (
	"bytes"
	"flag"
	"fmt"
	"testing"

	"github.com/plastron-dev/plastron/runtime/forward"
	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/registry"
	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/testkit"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestRefusalsGolden(t *testing.T) {
	t.Parallel()
	type row struct {
		name string
		err  error
	}
	var rows []row
	for _, k := range registry.Kinds() {
		if _, ok := refusals[k]; !ok {
			t.Errorf("kind %q has no refusal", k)
		}
		rows = append(rows, row{k.String(), &registry.Error{Kind: k, Subject: "s", Version: 3, ID: 7, Type: schema.Avro, Detail: "<detail>"}})
	}
	rows = append(rows,
		row{"lookup found nothing", &registry.Error{Kind: registry.SchemaNotFound, Subject: "s"}},
		row{"latest version", &registry.Error{Kind: registry.VersionNotFound, Subject: "s", Version: schema.Latest}},
		row{"invalid mode without detail", &registry.Error{Kind: registry.InvalidMode}},
		row{"not primary", registry.ErrNotPrimary},
		row{"no primary", forward.ErrNoPrimary},
		row{"unreachable", fmt.Errorf("forwarding: %w", forward.ErrUnreachable)},
		row{"refused", forward.ErrRefused},
		row{"loop", forward.ErrLoop},
		row{"unknown outcome", forward.ErrUnknownOutcome},
		row{"body too large", httpserver.ErrBodyTooLarge},
		row{"body encoding", httpserver.ErrBodyEncoding},
		row{"body corrupt", httpserver.ErrBodyCorrupt},
		row{"body unread", httpserver.ErrBodyUnread},
		row{"status", httpError(404)},
		row{"unforeseen", errTest},
	)
	var got bytes.Buffer
	for _, r := range rows {
		for _, f := range []schema.Flavour{schema.Karapace, schema.Confluent} {
			answer := (&api{flavour: f, points: registry.PointsOf(f)}).answerOf(r.err, &call{})
			fmt.Fprintf(&got, "%-40s %-9s %d %d %s\n", r.name, f, answer.status, answer.code, answer.message)
		}
	}
	testkit.Golden(t, "testdata/refusals.golden", got.Bytes(), *update)
}
