package credentials

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"time"
)

// maxAuthorities bounds a bundle that is kept up.
const maxAuthorities = 8

// certificates reads the certificates of a PEM text. It wants at least one.
func certificates(text []byte) ([]*x509.Certificate, error) {
	var all []*x509.Certificate
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("reading certificate %d: %w", len(all)+1, err)
		}
		all = append(all, c)
	}
	if len(all) == 0 {
		return nil, errors.New("there is no certificate (PEM) in it")
	}
	return all, nil
}

// bundle returns what pods trust: the authorities as they are now, and those
// that they trusted before. While a cluster changes its authority, some
// brokers show certificates of the old one and some of the new; an old one is
// dropped when it has expired, or when there are too many.
func bundle(now, before []*x509.Certificate, at time.Time) string {
	keep := slices.Clone(now)
	for _, c := range before {
		known := slices.ContainsFunc(keep, func(k *x509.Certificate) bool { return k.Equal(c) })
		if !known && at.Before(c.NotAfter) && len(keep) < maxAuthorities {
			keep = append(keep, c)
		}
	}
	var out bytes.Buffer
	for _, c := range keep {
		out.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
	}
	return out.String()
}
