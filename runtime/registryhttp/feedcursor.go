package registryhttp

import (
	"encoding/base64"
	"encoding/json"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// cursor is a place in the feed. To clients it is a word without meaning.
type cursor struct {
	// Log names the log that Offset belongs to, as far as this can be told
	// beyond the process: see logOf.
	Log    string `json:"l"`
	Resets int    `json:"r,omitempty"`
	// Offset is what the client has seen all changes of.
	Offset int64 `json:"o"`
	// Listing says that the client is on its way through a listing, which it
	// has seen up to After.
	Listing bool           `json:"p,omitempty"`
	After   schema.Subject `json:"a,omitempty"`
}

// String is the word that clients get.
func (c cursor) String() string {
	raw, err := json.Marshal(c)
	if err != nil {
		return "" // Strings and numbers always marshal.
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// parseCursor reads what a client brings back. ok is false for anything that is
// none of our words; it is not an error, since the server may have been another.
func parseCursor(word string) (c cursor, ok bool) {
	if word == "" {
		return c, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(word)
	if err != nil || json.Unmarshal(raw, &c) != nil || c.Offset < -1 || c.Log == "" {
		return cursor{}, false
	}
	return c, true
}
