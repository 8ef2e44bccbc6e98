package registryhttp

import (
	"context"

	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/registry"
)

// The level has one name in requests and their answers, and another when it is
// read (registry contract 3.5).
const (
	levelWritten = "compatibility"
	levelRead    = "compatibilityLevel"
)

// getConfig is GET /config.
func (a *api) getConfig(c *call) error {
	return c.send(appendMember(nil, levelRead, string(a.registry.GlobalConfig().Level)))
}

// getSubjectConfig is GET /config/{subject}.
func (a *api) getSubjectConfig(c *call) error {
	s, err := c.subject()
	if err != nil {
		return err
	}
	config := a.registry.EffectiveConfig(s)
	if !isTrue(c.query(), "defaultToGlobal") {
		if config, err = a.registry.SubjectConfig(s); err != nil {
			return err
		}
	}
	return c.send(appendMember(nil, levelRead, string(config.Level)))
}

// putConfig is PUT /config and PUT /config/{subject}.
func (a *api) putConfig(c *call) error {
	s, err := c.subject()
	if err != nil {
		return err
	}
	body, err := a.read(c)
	if err != nil {
		return err
	}
	change, err := levelBody(body)
	if err != nil {
		return err
	}
	set := func(ctx context.Context) (registry.Config, error) { return a.registry.SetGlobalConfig(ctx, change) }
	if _, one := c.vars["subject"]; one {
		set = func(ctx context.Context) (registry.Config, error) { return a.registry.SetSubjectConfig(ctx, s, change) }
	}
	return a.write(c, body, func(ctx context.Context) ([]byte, error) {
		after, err := set(ctx)
		return appendMember(nil, levelWritten, string(after.Level)), err
	})
}

// deleteConfig is DELETE /config.
func (a *api) deleteConfig(c *call) error {
	return a.write(c, nil, func(ctx context.Context) ([]byte, error) {
		before, err := a.registry.DeleteGlobalConfig(ctx)
		return appendMember(nil, levelRead, string(before.Level)), err
	})
}

// deleteSubjectConfig is DELETE /config/{subject}. Karapace's clients read the
// level that holds now, Confluent's the one that was deleted: both are sent.
func (a *api) deleteSubjectConfig(c *call) error {
	s, err := c.subject()
	if err != nil {
		return err
	}
	return a.write(c, nil, func(ctx context.Context) ([]byte, error) {
		before, err := a.registry.DeleteSubjectConfig(ctx, s)
		if err != nil {
			return nil, err
		}
		now := a.registry.EffectiveConfig(s).Level
		out := httpserver.AppendQuoted([]byte(`{"compatibility":`), string(now))
		if before.Level != "" {
			out = httpserver.AppendQuoted(append(out, `,"compatibilityLevel":`...), string(before.Level))
		}
		return append(out, '}'), nil
	})
}
