package traffic

import (
	"fmt"
	"strconv"
	"strings"
)

// Avro is the text of a record of about the given length in bytes, 600 at
// least; its name makes it a schema of its own.
func Avro(name string, length int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `{"type":"record","name":"Load_%s","namespace":"bench.load","fields":[`, name)
	const fields = 9
	for i := range fields {
		fmt.Fprintf(&b, `{"name":"field_%d","type":["null","string"],"default":null},`, i)
	}
	const last = `{"name":"last","type":"string","doc":""}]}`
	doc := strings.Repeat("d", max(0, length-b.Len()-len(last)))
	return b.String() + strings.Replace(last, `""`, strconv.Quote(doc), 1)
}

// Body is the request that registers or looks up a schema.
func Body(text string) []byte {
	return append(strconv.AppendQuote([]byte(`{"schema":`), text), '}')
}
