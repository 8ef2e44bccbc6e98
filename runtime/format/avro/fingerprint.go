package avro

import (
	"crypto/md5"
	"crypto/sha256"
)

// emptyCRC is the fingerprint of no bytes, and the polynomial.
const emptyCRC = 0xc15d213aa4d7a795

// CRC64 is the 64-bit Rabin fingerprint of the Parsing Canonical Form
// (CRC-64-AVRO of the Avro specification).
func (s *Schema) CRC64() uint64 {
	var table [256]uint64
	for i := range table {
		fp := uint64(i)
		for range 8 {
			fp = fp>>1 ^ emptyCRC&-(fp&1)
		}
		table[i] = fp
	}
	fp := uint64(emptyCRC)
	for _, b := range []byte(s.ParsingForm()) {
		fp = fp>>8 ^ table[byte(fp)^b]
	}
	return fp
}

// MD5 is the MD5 fingerprint of the Parsing Canonical Form, which names a
// schema and protects nothing.
func (s *Schema) MD5() [md5.Size]byte {
	return md5.Sum([]byte(s.ParsingForm()))
}

// SHA256 is the SHA-256 fingerprint of the Parsing Canonical Form.
func (s *Schema) SHA256() [sha256.Size]byte {
	return sha256.Sum256([]byte(s.ParsingForm()))
}
