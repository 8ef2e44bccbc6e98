package registry

import "github.com/plastron-dev/plastron/runtime/record"

// Metadata is what a schema says of itself beside its text.
type Metadata = record.Metadata

// ParseMetadata reads the JSON form of metadata; null is none.
func ParseMetadata(raw []byte) (Metadata, error) { return record.ParseMetadata(raw) }
