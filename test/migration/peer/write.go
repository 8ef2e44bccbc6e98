package peer

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"
)

// key is the key of a record.
type key struct {
	Type    string  `json:"keytype"`
	Subject *string `json:"subject"`
	Version int     `json:"version"`
}

// text encodes a value as both products do: plain UTF-8, nothing but what JSON
// demands is escaped.
func text(v any) string {
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	if err := out.Encode(v); err != nil {
		return ""
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// bytes are the bytes of a key. Karapace writes them in another order once it
// has seen a key that is not in the canonical one; Confluent leaves a global
// subject out.
func (k key) bytes(product Product, deprecated bool) []byte {
	magic := 0
	rest := ""
	if k.Type == "SCHEMA" {
		magic, rest = 1, fmt.Sprintf(`"version":%d,`, k.Version)
	}
	subject := ""
	switch {
	case k.Subject != nil:
		subject = `"subject":` + text(*k.Subject) + ","
	case k.Type == "CONFIG" && product == Karapace:
		subject = `"subject":null,`
	}
	if deprecated {
		return fmt.Appendf(nil, `{%s%s"magic":%d,"keytype":%q}`, subject, rest, magic, k.Type)
	}
	return fmt.Appendf(nil, `{"keytype":%q,%s%s"magic":%d}`, k.Type, subject, rest, magic)
}

// schemaValue are the bytes of the value of a version.
func schemaValue(product Product, v version) []byte {
	head := fmt.Sprintf(`{"subject":%s,"version":%d,"id":%d,`, text(v.Subject), v.Version, v.ID)
	schema, references := text(v.Schema), ""
	if len(v.References) > 0 {
		references = `"references":` + string(v.References)
	}
	if product == Karapace {
		tail := ""
		if references != "" {
			tail = "," + references
		}
		if v.Type != "" && v.Type != "AVRO" {
			tail += `,"schemaType":"` + v.Type + `"`
		}
		return fmt.Appendf(nil, `%s"schema":%s,"deleted":%t%s}`, head, schema, v.Deleted, tail)
	}
	kind := v.Type
	if kind == "" {
		kind = "AVRO"
	}
	if references != "" {
		references += ","
	}
	return fmt.Appendf(nil, `%s"schemaType":%q,%s"schema":%s,"deleted":%t}`, head, kind, references, schema, v.Deleted)
}

// gone is the value of a deletion.
func (p *Peer) gone() []byte {
	if p.product == Karapace {
		return []byte{}
	}
	return nil
}

// produce writes a record with the bytes of the product.
func (p *Peer) produce(ctx context.Context, k key, value []byte) (int64, error) {
	p.mu.Lock()
	deprecated := p.state.deprecated
	p.mu.Unlock()
	r := &kgo.Record{Key: k.bytes(p.product, deprecated), Value: value}
	if p.product == Karapace {
		r.Headers = []kgo.RecordHeader{{Key: "X-Registry-Version", Value: []byte("karapace-6.2.0")}, {Key: "X-Origin-Host", Value: []byte(p.cfg.Host)}}
	}
	written, err := p.writer.ProduceSync(ctx, r).First()
	if err != nil {
		return 0, err
	}
	return written.Offset, nil
}

// append writes a record and returns when the peer has read it.
func (p *Peer) append(ctx context.Context, k key, value []byte) error {
	offset, err := p.produce(ctx, k, value)
	if err != nil {
		return err
	}
	return p.await(ctx, func() bool { return p.state.next > offset })
}

// Raw writes a record as it is: what older versions of the product have left.
func (p *Peer) Raw(ctx context.Context, key string, value []byte) error {
	written, err := p.writer.ProduceSync(ctx, &kgo.Record{Key: []byte(key), Value: value}).First()
	if err != nil {
		return err
	}
	return p.await(ctx, func() bool { return p.state.next > written.Offset })
}
