package kafka

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha1" // PBKDF2 of older key files; not a signature.
	"crypto/sha256"
	"crypto/sha512"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"hash"
	"os"
)

// errKeyPassword is deliberately vague: wrong padding and wrong structure
// look alike after decryption.
var errKeyPassword = errors.New("the key cannot be decrypted: is ssl_password right?")

// Object identifiers of PBES2 (RFC 8018) as openssl writes it.
var (
	oidPBES2      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
	oidHMACSHA1   = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 7}
	oidHMACSHA256 = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 9}
	oidHMACSHA512 = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 11}
	oidAES128CBC  = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 2}
	oidAES192CBC  = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 22}
	oidAES256CBC  = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 42}
)

// maxIterations bounds the work that a key file can ask for; openssl writes
// 2,048, careful people a few hundred thousand.
const maxIterations = 10_000_000

type encryptedPKCS8 struct {
	Algorithm pkix.AlgorithmIdentifier
	Data      []byte
}

type pbes2Params struct {
	KDF    pkix.AlgorithmIdentifier
	Scheme pkix.AlgorithmIdentifier
}

type pbkdf2Params struct {
	Salt       []byte
	Iterations int
	KeyLength  int                      `asn1:"optional"`
	PRF        pkix.AlgorithmIdentifier `asn1:"optional"`
}

// loadKeyPair reads a certificate chain and its key. The key may be encrypted
// as PKCS#8 (PBES2 with AES) or in the old PEM way.
func loadKeyPair(certFile, keyFile, password string) (tls.Certificate, error) {
	certs, err := os.ReadFile(certFile)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("reading ssl_certfile: %w", err)
	}
	key, err := os.ReadFile(keyFile)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("reading ssl_keyfile: %w", err)
	}
	if password != "" {
		if key, err = decryptKey(key, password); err != nil {
			return tls.Certificate{}, fmt.Errorf("reading ssl_keyfile %s: %w", keyFile, err)
		}
	}
	pair, err := tls.X509KeyPair(certs, key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("reading ssl_certfile %s and ssl_keyfile %s: %w", certFile, keyFile, err)
	}
	return pair, nil
}

// decryptKey returns the PEM text with its first encrypted block decrypted; a
// text without one comes back unchanged.
func decryptKey(text []byte, password string) ([]byte, error) {
	for rest := text; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return text, nil
		}
		if block.Type == "ENCRYPTED PRIVATE KEY" {
			der, err := decryptPKCS8(block.Bytes, password)
			if err != nil {
				return nil, err
			}
			return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
		}
		//lint:ignore SA1019 The old form is weak but still in use; nothing else reads it.
		if x509.IsEncryptedPEMBlock(block) {
			//lint:ignore SA1019 As above.
			der, err := x509.DecryptPEMBlock(block, []byte(password))
			if err != nil {
				return nil, errKeyPassword
			}
			return pem.EncodeToMemory(&pem.Block{Type: block.Type, Bytes: der}), nil
		}
	}
}

func decryptPKCS8(der []byte, password string) ([]byte, error) {
	var outer encryptedPKCS8
	if _, err := asn1.Unmarshal(der, &outer); err != nil {
		return nil, fmt.Errorf("parsing the encrypted key: %w", err)
	}
	if !outer.Algorithm.Algorithm.Equal(oidPBES2) {
		return nil, fmt.Errorf("key encryption %s is not supported: use PBES2 with AES (openssl pkcs8 -topk8 -v2 aes-256-cbc)", outer.Algorithm.Algorithm)
	}
	var params pbes2Params
	if _, err := asn1.Unmarshal(outer.Algorithm.Parameters.FullBytes, &params); err != nil {
		return nil, fmt.Errorf("parsing the key's encryption parameters: %w", err)
	}
	block, iv, err := pbes2Cipher(params, password)
	if err != nil {
		return nil, err
	}
	if len(iv) != block.BlockSize() || len(outer.Data) == 0 || len(outer.Data)%block.BlockSize() != 0 {
		return nil, errKeyPassword
	}
	plain := make([]byte, len(outer.Data))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, outer.Data)
	return unpad(plain, block.BlockSize())
}

func pbes2Cipher(params pbes2Params, password string) (cipher.Block, []byte, error) {
	size, ok := aesKeySize(params.Scheme.Algorithm)
	if !ok || !params.KDF.Algorithm.Equal(oidPBKDF2) {
		return nil, nil, fmt.Errorf("key encryption %s with %s is not supported: use PBKDF2 with AES in CBC mode", params.Scheme.Algorithm, params.KDF.Algorithm)
	}
	var kdf pbkdf2Params
	if _, err := asn1.Unmarshal(params.KDF.Parameters.FullBytes, &kdf); err != nil {
		return nil, nil, fmt.Errorf("parsing the key's derivation parameters: %w", err)
	}
	if kdf.Iterations < 1 || kdf.Iterations > maxIterations {
		return nil, nil, fmt.Errorf("key asks for %d iterations: allowed are 1 to %d", kdf.Iterations, maxIterations)
	}
	prf, err := pbkdf2Hash(kdf.PRF.Algorithm)
	if err != nil {
		return nil, nil, err
	}
	derived, err := pbkdf2.Key(prf, password, kdf.Salt, kdf.Iterations, size)
	if err != nil {
		return nil, nil, fmt.Errorf("deriving the key: %w", err)
	}
	var iv []byte
	if _, err := asn1.Unmarshal(params.Scheme.Parameters.FullBytes, &iv); err != nil {
		return nil, nil, fmt.Errorf("parsing the key's initialisation vector: %w", err)
	}
	block, err := aes.NewCipher(derived)
	return block, iv, err
}

func aesKeySize(oid asn1.ObjectIdentifier) (int, bool) {
	switch {
	case oid.Equal(oidAES128CBC):
		return 16, true
	case oid.Equal(oidAES192CBC):
		return 24, true
	case oid.Equal(oidAES256CBC):
		return 32, true
	default:
		return 0, false
	}
}

func pbkdf2Hash(oid asn1.ObjectIdentifier) (func() hash.Hash, error) {
	switch {
	case len(oid) == 0, oid.Equal(oidHMACSHA1): // SHA-1 is the default of RFC 8018.
		return sha1.New, nil
	case oid.Equal(oidHMACSHA256):
		return sha256.New, nil
	case oid.Equal(oidHMACSHA512):
		return sha512.New, nil
	default:
		return nil, fmt.Errorf("key derivation with %s is not supported", oid)
	}
}

func unpad(plain []byte, size int) ([]byte, error) {
	n := int(plain[len(plain)-1])
	if n < 1 || n > size || n > len(plain) {
		return nil, errKeyPassword
	}
	for _, b := range plain[len(plain)-n:] {
		if int(b) != n {
			return nil, errKeyPassword
		}
	}
	return plain[:len(plain)-n], nil
}
