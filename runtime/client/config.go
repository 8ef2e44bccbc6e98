package client

import (
	"context"
	"net/http"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// wireSettings reads both spellings of the level: compatibilityLevel in the
// answer of GET, compatibility everywhere else (registry contract 3.5).
type wireSettings struct {
	Compatibility      schema.Level `json:"compatibility,omitempty"`
	CompatibilityLevel schema.Level `json:"compatibilityLevel,omitempty"`
}

func (w wireSettings) settings() Settings {
	if w.CompatibilityLevel != "" {
		return Settings{Level: w.CompatibilityLevel}
	}
	return Settings{Level: w.Compatibility}
}

// GlobalConfig returns the settings of the whole registry.
func (c *Client) GlobalConfig(ctx context.Context) (Settings, error) {
	var out wireSettings
	err := c.do(ctx, call{op: "reading the global settings", method: http.MethodGet, path: pathOf("config")}, &out)
	return out.settings(), err
}

// SetGlobalConfig changes the settings of the whole registry; empty fields
// keep their value. Classes: NotPermitted, UnknownOutcome.
func (c *Client) SetGlobalConfig(ctx context.Context, s Settings) error {
	return c.do(ctx, call{
		op:     "changing the global settings",
		method: http.MethodPut,
		path:   pathOf("config"),
		body:   wireSettings{Compatibility: s.Level},
		write:  true,
	}, nil)
}

// DeleteGlobalConfig returns the whole registry to its default settings.
// Karapace does not have it and answers Other (HTTP 405).
func (c *Client) DeleteGlobalConfig(ctx context.Context) error {
	return c.do(ctx, call{op: "deleting the global settings", method: http.MethodDelete, path: pathOf("config"), write: true}, nil)
}

// SubjectConfig returns the settings that subject itself has. Classes:
// NotConfigured; NotFoundSubject, which registries of Karapace's kind answer
// when the subject is not known either.
func (c *Client) SubjectConfig(ctx context.Context, subject schema.Subject) (Settings, error) {
	var out wireSettings
	err := c.do(ctx, call{
		op:     "reading the settings of " + string(subject),
		method: http.MethodGet,
		path:   pathOf("config", string(subject)),
	}, &out)
	return out.settings(), err
}

// SetSubjectConfig changes the settings of subject, which need not exist;
// empty fields keep their value. Classes: NotPermitted, InvalidSubject,
// UnknownOutcome.
func (c *Client) SetSubjectConfig(ctx context.Context, subject schema.Subject, s Settings) error {
	return c.do(ctx, call{
		op:     "changing the settings of " + string(subject),
		method: http.MethodPut,
		path:   pathOf("config", string(subject)),
		body:   wireSettings{Compatibility: s.Level},
		write:  true,
	}, nil)
}

// DeleteSubjectConfig removes the settings of subject, so that the global ones
// apply. Confluent answers NotFoundSubject when there are none.
func (c *Client) DeleteSubjectConfig(ctx context.Context, subject schema.Subject) error {
	return c.do(ctx, call{
		op:     "deleting the settings of " + string(subject),
		method: http.MethodDelete,
		path:   pathOf("config", string(subject)),
		write:  true,
	}, nil)
}
