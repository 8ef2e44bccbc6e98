package credentials

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/build"
)

const (
	listenerPath = "spec.listener.tls.secretName"
	usersPath    = "spec.listener.authentication.basic.usersSecretRef"
	usersKey     = "auth.json"
)

// Listener returns the files of a listener: its certificate, and its users.
// Either may be nil. The error is a *Problem when something is missing or
// wrong, else the API server's.
func (r *Resolver) Listener(ctx context.Context, namespace string, t *v1alpha1.ListenerTLS, users *v1alpha1.SecretKeyRef) ([]build.File, error) {
	s := &secrets{live: r.Live, namespace: namespace}
	var files []build.File
	if t != nil {
		name := t.SecretName
		pair, err := s.pair(ctx, keyPair{listenerPath, name, v1alpha1.KeyCertificate, v1alpha1.KeyPrivateKey})
		if t.CertManager != nil && isMissing(err) {
			return nil, &Problem{v1alpha1.ReasonCertificatePending,
				fmt.Sprintf("cert-manager has not written Secret %s yet: look at the conditions of the Certificate of this object's name", name)}
		}
		if err != nil {
			return nil, err
		}
		files = append(files, build.File{Setting: "server_tls_certfile", Secret: name, Key: v1alpha1.KeyCertificate, Name: "tls.crt"},
			build.File{Setting: "server_tls_keyfile", Secret: name, Key: v1alpha1.KeyPrivateKey, Name: "tls.key"})
		trusted, err := r.trustedByListener(ctx, s, t, pair)
		if err != nil {
			return nil, err
		}
		files = append(files, trusted...)
	}
	if users == nil {
		return files, nil
	}
	key := users.KeyOr(usersKey)
	text, err := s.value(ctx, usersPath, users.Name, key)
	if err != nil {
		return nil, err
	}
	if !json.Valid(text) {
		return nil, &Problem{v1alpha1.ReasonSecretInvalid, fmt.Sprintf("%s: key %q of Secret %s is not JSON", usersPath, key, users.Name)}
	}
	return append(files, build.File{Setting: "registry_authfile", Secret: users.Name, Key: key, Name: "auth.json"}), nil
}

func isMissing(err error) bool {
	p, ok := errors.AsType[*Problem](err)
	return ok && (p.Reason == v1alpha1.ReasonSecretNotFound || p.Reason == v1alpha1.ReasonSecretKeyMissing)
}

// trustedByListener is the file of the authorities that pods trust: of each
// other, for they send writes to the primary by https too, and of clients.
// Pods show each other the listener's own certificate, so where clients are
// asked for one, own has to be signed by these authorities.
func (r *Resolver) trustedByListener(ctx context.Context, s *secrets, t *v1alpha1.ListenerTLS, own tls.Certificate) ([]build.File, error) {
	file := build.File{Setting: "server_tls_cafile", Secret: t.SecretName, Key: v1alpha1.KeyAuthorities, Name: "ca.crt"}
	if t.ClientCertificates == nil {
		ca, err := s.optional(ctx, listenerPath, t.SecretName, v1alpha1.KeyAuthorities)
		if err != nil || ca == nil {
			return nil, err
		}
		return []build.File{file}, nil
	}
	path := listenerPath
	if ref := t.ClientCertificates.CA; ref != nil {
		path, file.Secret, file.Key = "spec.listener.tls.clientCertificates.ca", ref.Name, ref.KeyOr(v1alpha1.KeyAuthorities)
	}
	text, err := s.authorities(ctx, path, file.Secret, file.Key)
	if err != nil {
		return nil, err
	}
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	roots.AppendCertsFromPEM(text)
	for _, raw := range own.Certificate[1:] {
		if c, err := x509.ParseCertificate(raw); err == nil { // What is none signs nothing.
			between.AddCert(c)
		}
	}
	_, err = own.Leaf.Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: between, CurrentTime: r.Clock(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	if err != nil {
		return nil, &Problem{v1alpha1.ReasonSecretInvalid,
			fmt.Sprintf("%s: pods show each other the certificate of Secret %s, and would not be let in: %v. Add its authority to key %q of Secret %s, and the usage client auth to the certificate",
				path, t.SecretName, err, file.Key, file.Secret)}
	}
	return []build.File{file}, nil
}

// TrustedRegistry returns the file by which a proxy trusts the certificate of
// a registry in its namespace, none when the image does already.
func (r *Resolver) TrustedRegistry(ctx context.Context, reg *v1alpha1.SchemaRegistry) ([]build.File, error) {
	t := reg.TLS()
	if t == nil {
		return nil, nil
	}
	s := &secrets{live: r.Live, namespace: reg.Namespace}
	ca, err := s.optional(ctx, listenerPath, t.SecretName, v1alpha1.KeyAuthorities)
	if err != nil || ca == nil {
		return nil, err
	}
	return []build.File{{Setting: "registry_ca", Secret: t.SecretName, Key: v1alpha1.KeyAuthorities, Name: "ca.crt"}}, nil
}
