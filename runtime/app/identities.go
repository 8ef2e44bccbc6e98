package app

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/plastron-dev/plastron/runtime/client"
	"github.com/plastron-dev/plastron/runtime/kafka"
	"github.com/plastron-dev/plastron/runtime/rest"
	"github.com/plastron-dev/plastron/runtime/resthttp"
)

// idlePrincipal is after how long without requests and consumers the Kafka
// clients of a user are closed, as Karapace has it.
const idlePrincipal = 5 * time.Minute

// loginTimeout bounds how long Kafka may take to judge credentials.
const loginTimeout = 10 * time.Second

// passThrough makes the proxy use the credentials of each request.
func (n *restNode) passThrough(options kafka.Options) error {
	if list := n.config.REST.SASLBootstrap; list != "" {
		var err error
		if options.Bootstrap, err = kafka.ParseBootstrap(list); err != nil {
			return err
		}
	}
	d, err := n.routeDeps()
	if err != nil {
		return err
	}
	newClient := func(login *rest.Login, extra ...kgo.Opt) (*kgo.Client, error) {
		as := options
		as.Security = securityOf(login, options.Security)
		return kafka.NewClient(as, append(n.produceSpans(), extra...)...)
	}
	settings := restSettings(n.config)
	memory := rest.NewMemory(settings)
	n.identities = rest.NewIdentities(rest.IdentitiesDeps[http.Handler]{
		NewClient: newClient,
		Open: func(login *rest.Login) (*rest.Service, http.Handler, error) {
			registry, err := n.newRegistryClient(n.registryAuth(login))
			if err != nil {
				return nil, nil, err
			}
			service, err := rest.New(rest.Deps{
				NewClient: func(extra ...kgo.Opt) (*kgo.Client, error) { return newClient(login, extra...) },
				Registry:  registry, Settings: settings, Memory: memory, Clock: n.clock, Logger: n.log.WithName("rest"),
			})
			if err != nil {
				return nil, nil, err
			}
			own := d
			own.Service = service
			return service, resthttp.New(own), nil
		},
		Max: n.config.REST.MaxPrincipals, Idle: idlePrincipal, Timeout: loginTimeout, Clock: n.clock, Logger: n.log.WithName("rest"),
	})
	n.handler = resthttp.NewFront(d, n.identities)
	return nil
}

// securityOf is the security of the process with the credentials of a login.
func securityOf(login *rest.Login, of kafka.Security) kafka.Security {
	now := login.Current()
	if strings.HasSuffix(of.Protocol, "SSL") {
		of.Protocol = kafka.ProtocolSASLSSL
	} else {
		of.Protocol = kafka.ProtocolSASLPlaintext
	}
	of.PasswordFile, of.Token, of.TokenFile, of.OAuth = "", "", "", kafka.OAuth{}
	if now.Token != "" {
		of.Mechanism = kafka.MechanismOAuthBearer
		of.TokenSource = func(context.Context) (string, error) { return login.Current().Token, nil }
		return of
	}
	if of.Mechanism == kafka.MechanismOAuthBearer {
		of.Mechanism = kafka.MechanismPlain
	}
	of.Username, of.Password = now.User, now.Password
	of.Credentials = func() (string, string, error) {
		c := login.Current()
		return c.User, c.Password, nil
	}
	return of
}

// registryAuth shows the registry who asks the proxy when it knows the same
// users, and else nothing but what the proxy itself has.
func (n *restNode) registryAuth(login *rest.Login) client.Authorizer {
	if !n.config.Registry.OIDC.Authenticate {
		return registryAuth(n.config.REST)
	}
	return client.AuthorizerFunc(func(r *http.Request) error {
		c := login.Current()
		if c.Token != "" {
			r.Header.Set("Authorization", "Bearer "+c.Token)
			return nil
		}
		r.SetBasicAuth(c.User, c.Password)
		return nil
	})
}
