package registry

import (
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"

	"github.com/plastron-dev/plastron/runtime/format"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// GUID names the content of a schema across registries: an MD5, printed as a
// UUID, over the text as Confluent prints it and the references (registry
// contract 14.3). It is the same whatever flavour stored the text. MD5 names
// here and protects nothing.
func (r *Registry) GUID(e *Entry) string {
	text := e.Schema.Text
	if parsed, err := r.parseEntry(r.views.View(), e); err == nil {
		text = format.Text(parsed, schema.Confluent, format.AsWritten)
	}
	h := md5.New()
	h.Write([]byte(text))
	for _, ref := range e.Schema.References {
		var version [4]byte
		binary.BigEndian.PutUint32(version[:], uint32(ref.Version))
		h.Write([]byte(ref.Name))
		h.Write([]byte(ref.Subject))
		h.Write(version[:])
	}
	digits := hex.EncodeToString(h.Sum(nil))
	return digits[:8] + "-" + digits[8:12] + "-" + digits[12:16] + "-" + digits[16:20] + "-" + digits[20:]
}
