package auth

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"hash"
	"strings"

	"golang.org/x/crypto/scrypt"
)

// Algorithm is how a password becomes a hash, by the name that auth files use.
type Algorithm string

// The algorithms of Karapace's auth file (security contract F.1).
const (
	SHA1   Algorithm = "sha1"   // SHA1 is PBKDF2-HMAC-SHA1, 20 bytes
	SHA256 Algorithm = "sha256" // SHA256 is PBKDF2-HMAC-SHA256, 32 bytes
	SHA512 Algorithm = "sha512" // SHA512 is PBKDF2-HMAC-SHA512, 64 bytes
	Scrypt Algorithm = "scrypt" // Scrypt is scrypt with N=16384, r=8, p=1, 64 bytes
)

// Algorithms lists what auth files may name.
func Algorithms() []Algorithm { return []Algorithm{Scrypt, SHA1, SHA256, SHA512} }

const (
	rounds  = 5000 // of PBKDF2
	scryptN = 16384
	scryptR = 8
	scryptP = 1
)

// ParseAlgorithm returns the algorithm called name.
func ParseAlgorithm(name string) (Algorithm, error) {
	for _, a := range Algorithms() {
		if string(a) == name {
			return a, nil
		}
	}
	return "", fmt.Errorf("algorithm %q is not one of scrypt, sha1, sha256, sha512", name)
}

// size is the length of a hash in bytes.
func (a Algorithm) size() int {
	switch a {
	case SHA1:
		return sha1.Size
	case SHA256:
		return sha256.Size
	default:
		return sha512.Size
	}
}

// cost orders the algorithms by the time that they take.
func (a Algorithm) cost() int {
	return map[Algorithm]int{SHA1: 1, SHA256: 2, SHA512: 3, Scrypt: 4}[a]
}

// Hash derives the hash of a password. The salt is used as the text it is, not
// decoded, which is what existing files were made with. The error is for an
// algorithm that is not one of Algorithms, or that the process may not use
// (FIPS mode knows no scrypt).
func (a Algorithm) Hash(password, salt string) ([]byte, error) {
	derive := func(h func() hash.Hash) ([]byte, error) {
		return pbkdf2.Key(h, password, []byte(salt), rounds, a.size())
	}
	switch a {
	case SHA1:
		return derive(sha1.New)
	case SHA256:
		return derive(sha256.New)
	case SHA512:
		return derive(sha512.New)
	case Scrypt:
		return scrypt.Key([]byte(password), []byte(salt), scryptN, scryptR, scryptP, a.size())
	default:
		return nil, fmt.Errorf("algorithm %q is not one of scrypt, sha1, sha256, sha512", string(a))
	}
}

// NewSalt returns 16 random bytes as text that needs no escaping in JSON or a
// shell.
func NewSalt() string {
	var raw [16]byte
	rand.Read(raw[:])
	return base64.RawURLEncoding.EncodeToString(raw[:])
}

// Credentials is one user as an auth file holds it.
type Credentials struct {
	Username     string    `json:"username,omitempty"`
	Algorithm    Algorithm `json:"algorithm"`
	Salt         string    `json:"salt"`
	PasswordHash string    `json:"password_hash"` // PasswordHash is base64 with padding
}

// NewCredentials hashes a password for an auth file. An empty salt means a
// random one; an empty user name is left out of the JSON.
func NewCredentials(username, password, salt string, a Algorithm) (Credentials, error) {
	if strings.Contains(username, ":") {
		return Credentials{}, fmt.Errorf("user name %q has a colon, which HTTP Basic cannot carry", username)
	}
	if len(password) > MaxPassword {
		return Credentials{}, fmt.Errorf("the password has %d bytes, logins take at most %d", len(password), MaxPassword)
	}
	if salt == "" {
		salt = NewSalt()
	}
	raw, err := a.Hash(password, salt)
	if err != nil {
		return Credentials{}, err
	}
	return Credentials{Username: username, Algorithm: a, Salt: salt, PasswordHash: base64.StdEncoding.EncodeToString(raw)}, nil
}
