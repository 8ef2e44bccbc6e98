package credentials

import (
	"context"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/session"
)

// Registry returns what the operator needs to talk to a registry. The error is
// a *Problem when something is missing or wrong, else the API server's.
func (r *Resolver) Registry(ctx context.Context, reg *v1alpha1.SchemaRegistry) (session.Access, error) {
	s := &secrets{live: r.Live, namespace: reg.Namespace}
	var out session.Access
	auth, path := reg.Auth()
	if auth != nil {
		if err := httpAuth(ctx, s, path, auth, &out); err != nil {
			return session.Access{}, err
		}
	}
	if t := reg.TLS(); t != nil {
		trusted, err := s.optional(ctx, listenerPath, t.SecretName, v1alpha1.KeyAuthorities)
		if err != nil {
			return session.Access{}, err
		}
		out.Authorities = string(trusted)
	}
	if reg.Spec.External != nil && reg.Spec.External.TLS != nil {
		if err := registryTLS(ctx, s, reg.Spec.External.TLS, &out); err != nil {
			return session.Access{}, err
		}
	}
	return out, nil
}

func httpAuth(ctx context.Context, s *secrets, path string, auth *v1alpha1.HTTPAuth, out *session.Access) (err error) {
	switch {
	case auth.Basic != nil:
		at, name := path+".basic.secretRef", auth.Basic.SecretRef.Name
		if out.Username, err = s.text(ctx, at, name, v1alpha1.KeyUsername); err != nil {
			return err
		}
		out.Password, err = s.text(ctx, at, name, v1alpha1.KeyPassword)
		return err
	case auth.Bearer != nil:
		ref := auth.Bearer.SecretRef
		out.Token, err = s.text(ctx, path+".bearer.secretRef", ref.Name, ref.KeyOr(v1alpha1.KeyToken))
		return err
	case auth.OAuth != nil:
		return registryOAuth(ctx, s, path+".oauth", auth.OAuth, &out.OAuth)
	default:
		return &Problem{v1alpha1.ReasonInvalidSpec, path + ": set basic, bearer or oauth"}
	}
}

func registryOAuth(ctx context.Context, s *secrets, path string, o *v1alpha1.RegistryOAuth, out *session.OAuth) (err error) {
	out.Endpoint, out.ClientID = o.TokenEndpoint, o.ClientID
	for field, value := range map[*string]*string{&out.Scope: o.Scope, &out.LogicalCluster: o.LogicalCluster, &out.IdentityPool: o.IdentityPoolID} {
		if value != nil {
			*field = *value
		}
	}
	if o.CA != nil {
		text, err := s.authorities(ctx, path+".ca", o.CA.Name, o.CA.KeyOr(v1alpha1.KeyAuthorities))
		if err != nil {
			return err
		}
		out.Authorities = string(text)
	}
	out.Secret, err = s.text(ctx, path+".clientSecretFrom", o.ClientSecretFrom.Name, o.ClientSecretFrom.KeyOr(v1alpha1.KeyClientSecret))
	return err
}

func registryTLS(ctx context.Context, s *secrets, t *v1alpha1.ClientTLS, out *session.Access) error {
	const path = "spec.external.tls"
	if t.CA != nil {
		key := t.CA.KeyOr(v1alpha1.KeyAuthorities)
		text, err := s.authorities(ctx, path+".ca", t.CA.Name, key)
		if err != nil {
			return err
		}
		out.Authorities = string(text)
	}
	if t.Certificate == nil {
		return nil
	}
	certificate, privateKey := t.Certificate.Keys()
	pair, err := s.pair(ctx, keyPair{path + ".certificate", t.Certificate.Name, certificate, privateKey})
	if err != nil {
		return err
	}
	out.Certificate = &pair
	return nil
}
