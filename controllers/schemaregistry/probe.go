package schemaregistry

import (
	"context"
	"net/url"
	"strings"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	registry "github.com/plastron-dev/plastron/runtime/client"
)

// probe is the registry's answer to how it is.
type probe struct {
	asked bool
	// err says why there is no answer.
	err error
	// health is what it said; nil when it answers but has no health route, as
	// registries of other makers do.
	health *registry.Health
	// can is what it can do; nil while that is not known,
	// and of one that the operator deploys.
	can *v1alpha1.Capabilities
}

// ask asks the registry once. A registry without a health route is asked for
// its settings, which all of them have.
func (r *Reconciler) ask(ctx context.Context, reg *v1alpha1.SchemaRegistry) probe {
	c, err := r.Sessions.Refresh(ctx, reg)
	if err != nil {
		return probe{asked: true, err: err}
	}
	health, err := c.Health(ctx)
	switch registry.ClassOf(err) {
	case "":
		p := probe{asked: true, health: &health, err: welcome(ctx, reg, c)}
		if !reg.IsManaged() && p.err == nil {
			p.can = capabilities(ctx, reg, c, &health)
		}
		return p
	case registry.Unavailable, registry.UnknownOutcome, registry.Canceled, registry.Unauthorized, registry.Forbidden:
		return probe{asked: true, err: err}
	}
	if _, err = c.GlobalConfig(ctx); err != nil || reg.IsManaged() {
		return probe{asked: true, err: err}
	}
	return probe{asked: true, can: capabilities(ctx, reg, c, nil)}
}

// welcome asks for something that needs credentials, when there are any: the
// health is open to everybody. An operator that is known and may not read the
// settings is welcome.
func welcome(ctx context.Context, reg *v1alpha1.SchemaRegistry, c *registry.Client) error {
	if auth, _ := reg.Auth(); auth == nil && reg.Users() == nil {
		return nil
	}
	if _, err := c.GlobalConfig(ctx); registry.ClassOf(err) == registry.Unauthorized {
		return err
	}
	return nil
}

// primaryOf names the primary: its URL, and its pod when it is one of ours.
func primaryOf(reg *v1alpha1.SchemaRegistry, health *registry.Health) *v1alpha1.PrimaryStatus {
	if health == nil || health.PrimaryURL == "" {
		return nil
	}
	status := &v1alpha1.PrimaryStatus{URL: health.PrimaryURL}
	u, err := url.Parse(health.PrimaryURL)
	if err != nil {
		return status
	}
	pod, rest, _ := strings.Cut(u.Hostname(), ".")
	if reg.IsManaged() && strings.HasPrefix(rest, reg.HeadlessName()+"."+reg.Namespace+".") {
		status.Pod = pod
	}
	return status
}
