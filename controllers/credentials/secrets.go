package credentials

import (
	"context"
	"crypto/tls"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// secrets reads Secrets of one namespace, each at most once.
type secrets struct {
	live      client.Reader
	namespace string
	read      map[string]*corev1.Secret
}

// get returns a Secret; path is the field of the spec that names it.
func (s *secrets) get(ctx context.Context, path, name string) (*corev1.Secret, error) {
	if have := s.read[name]; have != nil {
		return have, nil
	}
	secret := &corev1.Secret{}
	err := s.live.Get(ctx, client.ObjectKey{Namespace: s.namespace, Name: name}, secret)
	if apierrors.IsNotFound(err) {
		return nil, &Problem{v1alpha1.ReasonSecretNotFound,
			fmt.Sprintf("%s: there is no Secret %s in namespace %s; create it, or name another", path, name, s.namespace)}
	}
	if err != nil {
		return nil, fmt.Errorf("reading Secret %s/%s: %w", s.namespace, name, err)
	}
	if s.read == nil {
		s.read = map[string]*corev1.Secret{}
	}
	s.read[name] = secret
	return secret, nil
}

// value returns what stands under a key. What it says of a Secret are the
// names of its keys, never their values.
func (s *secrets) value(ctx context.Context, path, name, key string) ([]byte, error) {
	secret, err := s.get(ctx, path, name)
	if err != nil {
		return nil, err
	}
	value, ok := secret.Data[key]
	switch {
	case !ok:
		return nil, &Problem{v1alpha1.ReasonSecretKeyMissing,
			fmt.Sprintf("%s: Secret %s has no key %q; its keys are: %s", path, name, key, keysOf(secret))}
	case len(strings.TrimSpace(string(value))) == 0:
		return nil, &Problem{v1alpha1.ReasonSecretKeyMissing, fmt.Sprintf("%s: key %q of Secret %s is empty", path, key, name)}
	}
	return value, nil
}

func keysOf(s *corev1.Secret) string {
	if len(s.Data) == 0 {
		return "none"
	}
	return strings.Join(slices.Sorted(maps.Keys(s.Data)), ", ")
}

// text returns a value of one line.
func (s *secrets) text(ctx context.Context, path, name, key string) (string, error) {
	value, err := s.value(ctx, path, name, key)
	if err != nil {
		return "", err
	}
	text := strings.TrimSpace(string(value))
	if len(text) > 16<<10 || strings.ContainsAny(text, "\r\n\x00") {
		return "", &Problem{v1alpha1.ReasonSecretInvalid, fmt.Sprintf("%s: key %q of Secret %s is not one line of text", path, key, name)}
	}
	return text, nil
}

// authorities returns a value that holds certificates.
func (s *secrets) authorities(ctx context.Context, path, name, key string) ([]byte, error) {
	value, err := s.value(ctx, path, name, key)
	if err != nil {
		return nil, err
	}
	if _, err := certificates(value); err != nil {
		return nil, &Problem{v1alpha1.ReasonSecretInvalid, fmt.Sprintf("%s: key %q of Secret %s: %v", path, key, name, err)}
	}
	return value, nil
}

// optional is authorities, nil when the Secret has no such key.
func (s *secrets) optional(ctx context.Context, path, name, key string) ([]byte, error) {
	secret, err := s.get(ctx, path, name)
	if err != nil {
		return nil, err
	}
	if _, ok := secret.Data[key]; !ok {
		return nil, nil
	}
	return s.authorities(ctx, path, name, key)
}

// keyPair names a certificate and its key.
type keyPair struct{ path, secret, certificate, privateKey string }

// pair returns a certificate and a private key that fit each other.
func (s *secrets) pair(ctx context.Context, p keyPair) (tls.Certificate, error) {
	certificate, err := s.value(ctx, p.path, p.secret, p.certificate)
	if err != nil {
		return tls.Certificate{}, err
	}
	privateKey, err := s.value(ctx, p.path, p.secret, p.privateKey)
	if err != nil {
		return tls.Certificate{}, err
	}
	pair, err := tls.X509KeyPair(certificate, privateKey)
	if err != nil {
		return tls.Certificate{}, &Problem{v1alpha1.ReasonSecretInvalid,
			fmt.Sprintf("%s: keys %q and %q of Secret %s are no certificate (PEM) and its unencrypted key: %v", p.path, p.certificate, p.privateKey, p.secret, err)}
	}
	return pair, nil
}
