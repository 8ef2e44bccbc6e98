package schema

import "encoding/hex"

// GUID names the content of a schema across registries: 16 bytes that clients
// of Confluent's registry put where others put an id. The registry computes
// them.
type GUID [16]byte

// String is the GUID as a UUID in lower case.
func (g GUID) String() string {
	digits := hex.EncodeToString(g[:])
	return digits[:8] + "-" + digits[8:12] + "-" + digits[12:16] + "-" + digits[16:20] + "-" + digits[20:]
}
