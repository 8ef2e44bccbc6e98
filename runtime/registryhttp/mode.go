package registryhttp

import (
	"context"

	"github.com/plastron-dev/plastron/runtime/registry"
)

const modeMember = "mode"

// getMode is GET /mode.
func (a *api) getMode(c *call) error {
	return c.send(appendMember(nil, modeMember, string(a.registry.GlobalMode())))
}

// getSubjectMode is GET /mode/{subject}.
func (a *api) getSubjectMode(c *call) error {
	s, err := c.subject()
	if err != nil {
		return err
	}
	mode := a.registry.EffectiveMode(s)
	if !isTrue(c.query(), "defaultToGlobal") {
		if mode, err = a.registry.SubjectMode(s); err != nil {
			return err
		}
	}
	return c.send(appendMember(nil, modeMember, string(mode)))
}

// putMode is PUT /mode and PUT /mode/{subject}; it echoes the request.
func (a *api) putMode(c *call) error {
	s, err := c.subject()
	if err != nil {
		return err
	}
	body, err := a.read(c)
	if err != nil {
		return err
	}
	mode, echo, err := modeBody(body)
	if err != nil {
		return err
	}
	change := registry.ModeChange{Mode: mode, Force: isTrue(c.query(), "force")}
	return a.write(c, body, func(ctx context.Context) ([]byte, error) {
		if _, one := c.vars["subject"]; one {
			err = a.registry.SetSubjectMode(ctx, s, change)
		} else {
			err = a.registry.SetGlobalMode(ctx, change)
		}
		return appendMember(nil, modeMember, echo), err
	})
}

// deleteMode is DELETE /mode.
func (a *api) deleteMode(c *call) error {
	return a.write(c, nil, func(ctx context.Context) ([]byte, error) {
		before, err := a.registry.DeleteGlobalMode(ctx, isTrue(c.query(), "recursive"))
		return appendMember(nil, modeMember, string(before)), err
	})
}

// deleteSubjectMode is DELETE /mode/{subject}.
func (a *api) deleteSubjectMode(c *call) error {
	s, err := c.subject()
	if err != nil {
		return err
	}
	return a.write(c, nil, func(ctx context.Context) ([]byte, error) {
		before, err := a.registry.DeleteSubjectMode(ctx, s, isTrue(c.query(), "recursive"))
		return appendMember(nil, modeMember, string(before)), err
	})
}
