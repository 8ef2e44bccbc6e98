package plugin

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// maxObjectName leaves room for the suffix in the 253 bytes of a name.
const maxObjectName = 240

// objectName returns the name of the object for a subject: the subject's own
// where Kubernetes allows it, else what is left of it with a part of its hash,
// so that it depends on no other subject.
func objectName(subject string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(subject) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '.', r == '-':
			b.WriteRune(r)
		default:
			b.WriteByte('-')
		}
	}
	var parts []string
	for part := range strings.SplitSeq(b.String(), ".") {
		if part = strings.Trim(part, "-"); part != "" {
			parts = append(parts, part)
		}
	}
	name := strings.Join(parts, ".")
	if len(name) > maxObjectName {
		name = strings.Trim(name[:maxObjectName], "-.")
	}
	if name == subject {
		return name
	}
	hash := sha256.Sum256([]byte(subject))
	return strings.TrimPrefix(name+"-"+hex.EncodeToString(hash[:4]), "-")
}
