package registry

import (
	"strings"
	"testing"

	"github.com/plastron-dev/plastron/runtime/format"
)

// A limit that was lowered refuses new schemas. Old ones are still compared
// with, or one that does not fit them would get in.
func TestALoweredLimitHidesNoVersion(t *testing.T) {
	t.Parallel()
	n := newKarapace(t)
	n.register(t, "a", recordOf("A", "x"))
	limits := format.DefaultLimits()
	limits.MaxBytes = 20
	r := New(Deps{Log: n, Views: n, Role: n, Limits: &limits})

	_, err := r.CompatibleWithAll(Registration{Subject: "a", Schema: recordOf("A", "x", "y")})
	if KindOf(err) != InvalidSchema || !strings.Contains(err.Error(), "(limit schema_max_bytes = 20)") {
		t.Fatal(err)
	}
	verdict, err := r.CompatibleWithAll(Registration{Subject: "a", Schema: avro(`"int"`)})
	if err != nil || verdict.Compatible() {
		t.Fatalf("%+v, %v", verdict, err)
	}
}
