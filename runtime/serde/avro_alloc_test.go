//go:build !race

package serde

import "testing"

// With the race detector on, pools forget what they hold at random.

// The hot path of the REST proxy: a record without unusual values costs no
// allocation beyond the buffers that the caller brings.
func TestRecordConversionAllocatesLittle(t *testing.T) {
	c := codec(t, benchSchema, AvroOptions{})
	buffer := make([]byte, 0, 512)
	in := []byte(benchJSON)
	binary, err := c.AppendBinary(nil, in)
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(200, func() { _, _ = c.AppendBinary(buffer, in) }); n > 1 {
		t.Errorf("from JSON: %v allocations", n)
	}
	if n := testing.AllocsPerRun(200, func() { _, _ = c.AppendJSON(buffer, binary) }); n > 1 {
		t.Errorf("to JSON: %v allocations", n)
	}
}
