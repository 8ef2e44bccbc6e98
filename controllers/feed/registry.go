package feed

import (
	"context"

	registry "github.com/plastron-dev/plastron/runtime/client"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// Registry is a registry as one reconciliation sees it: what is known is not
// asked for, and what is written is not believed to be known. All other methods
// are those of the client.
type Registry struct {
	*registry.Client
	known    *known // nil when nothing is
	disputed func(schema.Subject)
}

// SubjectConfig is that of the client.
func (r *Registry) SubjectConfig(ctx context.Context, s schema.Subject) (registry.Settings, error) {
	if r.known == nil {
		return r.Client.SubjectConfig(ctx, s)
	}
	if st, ok := r.known.standing(s, settings); ok {
		if st.Settings == nil {
			return registry.Settings{}, &registry.Error{Class: registry.NotConfigured, Op: "reading the settings of " + string(s)}
		}
		return *st.Settings, nil
	}
	found, err := r.Client.SubjectConfig(ctx, s)
	switch {
	case err == nil:
		r.saw(s, settings, func(w *written) { w.settings = &found })
	case registry.ClassOf(err) == registry.NotConfigured, registry.NotFound(err):
		r.saw(s, settings, func(w *written) { w.settings = nil })
	}
	return found, err
}

// GlobalConfig is that of the client.
func (r *Registry) GlobalConfig(ctx context.Context) (registry.Settings, error) {
	if r.known != nil {
		if found, ok := r.known.global(); ok {
			return found, nil
		}
	}
	return r.Client.GlobalConfig(ctx)
}

// Latest returns the newest live version of a subject, possibly without its
// text. Class: NotFoundSubject.
func (r *Registry) Latest(ctx context.Context, s schema.Subject) (registry.Registered, error) {
	if r.known == nil {
		return r.Client.Version(ctx, s, schema.Latest)
	}
	if st, ok := r.known.standing(s, versions); ok {
		if st.Live == 0 {
			return registry.Registered{}, &registry.Error{Class: registry.NotFoundSubject, Op: "reading the newest version of " + string(s)}
		}
		return registry.Registered{Subject: s, Version: st.Version, ID: st.ID}, nil
	}
	found, err := r.Client.Version(ctx, s, schema.Latest)
	if err == nil || registry.NotFound(err) {
		r.saw(s, versions, func(w *written) { w.latest = found })
	}
	return found, err
}

// RegisterWith is that of the client.
func (r *Registry) RegisterWith(ctx context.Context, s schema.Subject, what registry.Registration) (schema.ID, error) {
	defer r.writing(s, versions)()
	return r.Client.RegisterWith(ctx, s, what)
}

// SetSubjectConfig is that of the client.
func (r *Registry) SetSubjectConfig(ctx context.Context, s schema.Subject, to registry.Settings) error {
	defer r.writing(s, settings)()
	return r.Client.SetSubjectConfig(ctx, s, to)
}

// DeleteSubjectConfig is that of the client.
func (r *Registry) DeleteSubjectConfig(ctx context.Context, s schema.Subject) error {
	defer r.writing(s, settings)()
	return r.Client.DeleteSubjectConfig(ctx, s)
}

// DeleteSubject is that of the client.
func (r *Registry) DeleteSubject(ctx context.Context, s schema.Subject) ([]schema.Version, error) {
	defer r.writing(s, versions)()
	return r.Client.DeleteSubject(ctx, s)
}

// PurgeSubject is that of the client.
func (r *Registry) PurgeSubject(ctx context.Context, s schema.Subject) ([]schema.Version, error) {
	defer r.writing(s, versions)()
	return r.Client.PurgeSubject(ctx, s)
}

// DeleteVersion is that of the client.
func (r *Registry) DeleteVersion(ctx context.Context, s schema.Subject, v schema.Version) error {
	defer r.writing(s, versions)()
	return r.Client.DeleteVersion(ctx, s, v)
}

// PurgeVersion is that of the client.
func (r *Registry) PurgeVersion(ctx context.Context, s schema.Subject, v schema.Version) error {
	defer r.writing(s, versions)()
	return r.Client.PurgeVersion(ctx, s, v)
}

// writing is called before a write, and what it returns after it.
func (r *Registry) writing(s schema.Subject, what part) (wrote func()) {
	if r.known == nil {
		return func() {}
	}
	r.known.writing(s, what)
	return func() { r.known.wrote(s) }
}

func (r *Registry) saw(s schema.Subject, what part, note func(*written)) {
	if r.known.saw(s, what, note) {
		r.disputed(s)
	}
}
