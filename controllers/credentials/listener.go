package credentials

import (
	"context"
	"encoding/json"
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
		if _, err := s.pair(ctx, keyPair{listenerPath, name, v1alpha1.KeyCertificate, v1alpha1.KeyPrivateKey}); err != nil {
			return nil, err
		}
		files = append(files, build.File{Setting: "server_tls_certfile", Secret: name, Key: v1alpha1.KeyCertificate, Name: "tls.crt"},
			build.File{Setting: "server_tls_keyfile", Secret: name, Key: v1alpha1.KeyPrivateKey, Name: "tls.key"})
		ca, err := s.optional(ctx, listenerPath, name, v1alpha1.KeyAuthorities)
		if err != nil {
			return nil, err
		}
		if ca != nil {
			// Pods send writes to the primary by https too.
			files = append(files, build.File{Setting: "server_tls_cafile", Secret: name, Key: v1alpha1.KeyAuthorities, Name: "ca.crt"})
		}
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
