package auth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// jwk is a public key of a set (RFC 7517); other members are not looked at.
type jwk struct {
	Kty string `json:"kty"`
	Kid string `json:"kid"`
	Use string `json:"use"`
	Alg string `json:"alg"`
	Crv string `json:"crv"`
	N   string `json:"n"`
	E   string `json:"e"`
	X   string `json:"x"`
	Y   string `json:"y"`
}

// signer is a usable key with the algorithm family that it is for.
type signer struct {
	key crypto.PublicKey
	alg string // alg is empty when the key does not say
}

// maxKeys is how many keys of a set are used.
const maxKeys = 16

// parseKeys reads a key set. Keys that are for something else than signatures,
// or of a kind that is not known, are left out.
func parseKeys(text []byte) (map[string]signer, error) {
	var set struct {
		Keys []jwk `json:"keys"`
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, fmt.Errorf("reading the issuer's key set: %w", err)
	}
	keys := map[string]signer{}
	for _, k := range set.Keys {
		if len(keys) == maxKeys {
			break
		}
		if k.Use != "" && k.Use != "sig" {
			continue
		}
		key, err := k.public()
		if err != nil {
			continue
		}
		keys[k.Kid] = signer{key: key, alg: k.Alg}
	}
	if len(keys) == 0 {
		return nil, errors.New("the issuer's key set has no RSA or EC key for signatures")
	}
	return keys, nil
}

func (k *jwk) public() (crypto.PublicKey, error) {
	switch k.Kty {
	case "RSA":
		return k.rsa()
	case "EC":
		return k.ec()
	default:
		return nil, fmt.Errorf("key type %q is not RSA or EC", k.Kty)
	}
}

// rsa bounds the size: a short key is no protection, a huge one takes long.
func (k *jwk) rsa() (crypto.PublicKey, error) {
	n, err := number(k.N)
	if err != nil {
		return nil, err
	}
	e, err := number(k.E)
	if err != nil {
		return nil, err
	}
	if bits := n.BitLen(); bits < 2048 || bits > 8192 || !e.IsInt64() || e.Int64() < 3 || e.Int64() > 1<<31-1 || e.Bit(0) == 0 {
		return nil, errors.New("RSA key is outside 2048 to 8192 bits or has an odd exponent")
	}
	return &rsa.PublicKey{N: n, E: int(e.Int64())}, nil
}

func (k *jwk) ec() (crypto.PublicKey, error) {
	var curve elliptic.Curve
	switch k.Crv {
	case "P-256":
		curve = elliptic.P256()
	case "P-384":
		curve = elliptic.P384()
	case "P-521":
		curve = elliptic.P521()
	default:
		return nil, fmt.Errorf("curve %q is not one of P-256, P-384, P-521", k.Crv)
	}
	x, err := base64.RawURLEncoding.DecodeString(k.X)
	if err != nil {
		return nil, err
	}
	y, err := base64.RawURLEncoding.DecodeString(k.Y)
	if err != nil {
		return nil, err
	}
	size := (curve.Params().BitSize + 7) / 8
	if len(x) != size || len(y) != size {
		return nil, errors.New("coordinates have the wrong length")
	}
	return ecdsa.ParseUncompressedPublicKey(curve, append(append([]byte{4}, x...), y...))
}

func number(text string) (*big.Int, error) {
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil || len(raw) == 0 || len(raw) > 1024 {
		return nil, errors.New("number of a key is missing or no base64url of at most 1024 bytes")
	}
	return new(big.Int).SetBytes(raw), nil
}
