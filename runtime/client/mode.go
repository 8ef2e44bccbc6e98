package client

import (
	"context"
	"net/http"
	"net/url"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// wireMode is the entity of the mode routes (registry contract 3.5).
type wireMode struct {
	Mode schema.Mode `json:"mode"`
}

// GlobalMode returns the mode of subjects that have none of their own.
func (c *Client) GlobalMode(ctx context.Context) (schema.Mode, error) {
	var out wireMode
	err := c.do(ctx, call{op: "reading the global mode", method: http.MethodGet, path: pathOf("mode")}, &out)
	return out.Mode, err
}

// SubjectMode returns the mode that subject itself has. Registries of
// Karapace's kind answer the mode that holds for it when it has none. Classes:
// NotConfigured, NotFoundSubject.
func (c *Client) SubjectMode(ctx context.Context, subject schema.Subject) (schema.Mode, error) {
	return c.subjectMode(ctx, subject, nil)
}

// EffectiveMode returns the mode that holds for subject, its own or another.
func (c *Client) EffectiveMode(ctx context.Context, subject schema.Subject) (schema.Mode, error) {
	return c.subjectMode(ctx, subject, url.Values{"defaultToGlobal": {"true"}})
}

func (c *Client) subjectMode(ctx context.Context, subject schema.Subject, query url.Values) (schema.Mode, error) {
	var out wireMode
	err := c.do(ctx, call{
		op:     "reading the mode of " + string(subject),
		method: http.MethodGet,
		path:   pathOf("mode", string(subject)),
		query:  query,
	}, &out)
	return out.Mode, err
}

// SetSubjectMode gives subject, which need not exist, a mode. Classes:
// NotPermitted where modes cannot be changed, UnknownOutcome.
func (c *Client) SetSubjectMode(ctx context.Context, subject schema.Subject, mode schema.Mode) error {
	return c.do(ctx, call{
		op:     "changing the mode of " + string(subject),
		method: http.MethodPut,
		path:   pathOf("mode", string(subject)),
		body:   wireMode{Mode: mode},
		write:  true,
	}, nil)
}

// DeleteSubjectMode removes the mode that subject itself has. Classes as for
// SetSubjectMode, and NotFoundSubject where it has none.
func (c *Client) DeleteSubjectMode(ctx context.Context, subject schema.Subject) error {
	return c.do(ctx, call{
		op:     "removing the mode of " + string(subject),
		method: http.MethodDelete,
		path:   pathOf("mode", string(subject)),
		write:  true,
	}, nil)
}
