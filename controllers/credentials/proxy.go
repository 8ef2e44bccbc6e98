package credentials

import (
	"context"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/build"
)

// RegistryOfProxy returns what the pods of a proxy show its registry and whom
// they trust there: the user's name, and files for all else. reg is the
// registry that the target names by ref, nil with a URL; its authority is
// trusted where the target names none. The error is a *Problem when something
// is missing or wrong, else the API server's.
func (r *Resolver) RegistryOfProxy(ctx context.Context, namespace string, t *v1alpha1.RegistryTarget, reg *v1alpha1.SchemaRegistry) (files []build.File, user string, err error) {
	s := &secrets{live: r.Live, namespace: namespace}
	var k build.Kafka // Collects files by the names of their settings.
	if t.Auth != nil {
		if user, err = shownToRegistry(ctx, s, t.Auth, &k); err != nil {
			return nil, "", err
		}
	}
	switch {
	case t.TLS != nil && t.TLS.CA != nil:
		key := t.TLS.CA.KeyOr(v1alpha1.KeyAuthorities)
		if _, err := s.authorities(ctx, "spec.schemaRegistry.tls.ca", t.TLS.CA.Name, key); err != nil {
			return nil, "", err
		}
		k.Mount("registry_ca", t.TLS.CA.Name, key, "ca.crt")
	case reg != nil:
		trusted, err := r.TrustedRegistry(ctx, reg)
		if problem, other := AsProblem(err); problem != nil {
			return nil, "", &Problem{v1alpha1.ReasonRegistryNotReady, "SchemaRegistry " + reg.Name + ": " + problem.Message}
		} else if other != nil {
			return nil, "", other
		}
		k.Files = append(k.Files, trusted...)
	}
	if t.TLS != nil && t.TLS.Certificate != nil {
		certificate, privateKey := t.TLS.Certificate.Keys()
		name := t.TLS.Certificate.Name
		if _, err := s.pair(ctx, keyPair{"spec.schemaRegistry.tls.certificate", name, certificate, privateKey}); err != nil {
			return nil, "", err
		}
		k.Mount("registry_certfile", name, certificate, "tls.crt")
		k.Mount("registry_keyfile", name, privateKey, "tls.key")
	}
	return k.Files, user, nil
}

func shownToRegistry(ctx context.Context, s *secrets, auth *v1alpha1.HTTPAuth, k *build.Kafka) (user string, err error) {
	const path = "spec.schemaRegistry.auth"
	if auth.Bearer != nil {
		return "", mount(ctx, s, secretFile{path + ".bearer.secretRef", auth.Bearer.SecretRef, v1alpha1.KeyToken, "registry_token_file", "token"}, k)
	}
	if auth.Basic == nil {
		return "", &Problem{v1alpha1.ReasonInvalidSpec, path + ": set basic or bearer"}
	}
	at, name := path+".basic.secretRef", auth.Basic.SecretRef.Name
	if user, err = s.text(ctx, at, name, v1alpha1.KeyUsername); err != nil {
		return "", err
	}
	return user, mount(ctx, s, secretFile{at, v1alpha1.SecretKeyRef{Name: name}, v1alpha1.KeyPassword, "registry_password_file", "password"}, k)
}
