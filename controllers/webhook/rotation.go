package webhook

import (
	"bytes"
	"crypto/x509"
	"slices"
	"time"
)

// settle is how long a new authority is published before it signs what is
// served: API servers need a moment to read the configuration.
const settle = 5 * time.Minute

// rotation says what the Secret has to hold next. It is pure but for the keys
// that it makes.
type rotation struct {
	hosts []string
	now   time.Time
	// published is what API servers trust, as the configuration says.
	published []byte
}

// next returns the data that the Secret should have, nil when what it has is
// right, and why. One step at a time: the next one may have to wait until this
// one was published.
//
//	T1 a second authority is put in front of the first, both are published
//	T2 settle later the second signs the certificate that is served
//	T3 the first expires and is no longer published
//
// With T2 before T1 an API server would meet a certificate of an authority that
// it does not know, and call after call would fail.
func (r rotation) next(data map[string][]byte) (next map[string][]byte, why string, err error) {
	have, err := parseKeyring(data)
	if err != nil {
		return r.start(err.Error())
	}
	newest := have.authorities[0]
	if !r.now.Before(newest.NotAfter) {
		return r.start("the authority has expired")
	}
	switch {
	case r.due(newest):
		authority, err := newAuthority(r.now)
		if err != nil {
			return nil, "", err
		}
		have.authorities = r.alive(append([]*x509.Certificate{authority.certificate}, have.authorities...))
		have.signer = authority.key
		why = "the authority has less than a third of its life left"
	case !coversAll(have.serving.certificate, r.hosts):
		why, err = "the service has another name", r.serve(have)
	case !r.trusted(have):
		why, err = "no authority vouches for the certificate", r.serve(have)
	case r.due(have.serving.certificate) && r.mayServe(newest):
		why, err = "the certificate has less than a third of its life left", r.serve(have)
	case have.serving.certificate.CheckSignatureFrom(newest) != nil && r.mayServe(newest):
		why, err = "there is a newer authority", r.serve(have)
	case len(r.alive(have.authorities)) < len(have.authorities):
		have.authorities = r.alive(have.authorities)
		why = "an authority has expired"
	default:
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	next, err = have.data()
	return next, why, err
}

// start makes everything anew.
func (r rotation) start(why string) (map[string][]byte, string, error) {
	authority, err := newAuthority(r.now)
	if err != nil {
		return nil, "", err
	}
	have := &keyring{authorities: []*x509.Certificate{authority.certificate}, signer: authority.key}
	if err := r.serve(have); err != nil {
		return nil, "", err
	}
	data, err := have.data()
	return data, why, err
}

// serve gives the keyring a certificate by its newest authority.
func (r rotation) serve(k *keyring) (err error) {
	k.serving, err = newCertificate(pair{k.authorities[0], k.signer}, r.hosts, r.now)
	return err
}

// due reports whether a certificate has less than a third of its life left.
func (r rotation) due(c *x509.Certificate) bool {
	return c.NotAfter.Sub(r.now) < c.NotAfter.Sub(c.NotBefore)/3
}

// mayServe reports whether API servers know the authority by now.
func (r rotation) mayServe(authority *x509.Certificate) bool {
	return bytes.Contains(r.published, encode(authority)) && r.now.Sub(authority.NotBefore.Add(skew)) >= settle
}

// trusted reports whether some authority vouches for the served certificate now.
func (r rotation) trusted(k *keyring) bool {
	roots := x509.NewCertPool()
	for _, a := range k.authorities {
		roots.AddCert(a)
	}
	_, err := k.serving.certificate.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: r.now})
	return err == nil
}

func (r rotation) alive(authorities []*x509.Certificate) []*x509.Certificate {
	return slices.DeleteFunc(slices.Clone(authorities), func(a *x509.Certificate) bool { return !r.now.Before(a.NotAfter) })
}
