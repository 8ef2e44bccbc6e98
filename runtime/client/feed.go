package client

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/plastron-dev/plastron/runtime/schema"
)

// Standing is what a registry holds of a subject, without any text.
type Standing struct {
	Subject schema.Subject
	// Version and ID are those of the newest live version, or, when there is
	// none, of the newest that is soft-deleted; 0 when there is none either.
	Version schema.Version
	ID      schema.ID
	// Live counts the live versions; Deleted says that there are only
	// soft-deleted ones.
	Live    int
	Deleted bool
	// Settings are the subject's own, nil for none, and Mode its own mode.
	Settings *Settings
	Mode     schema.Mode
}

// Feed is one answer of a registry's feed.
type Feed struct {
	// Cursor is what the next call is given.
	Cursor string
	// Log names the log that the registry is built from: another name means
	// that it was made anew.
	Log string
	// Listing says that the answer is a part of a list of all subjects, and
	// First that it is the first part, with which what was known before is to
	// be forgotten. Otherwise the answer is what has changed.
	Listing, First bool
	// More says that there is another part already.
	More bool
	// Defaults are the settings of subjects that have none, nil when the
	// registry does not tell them, and Mode their mode.
	Defaults *Settings
	Mode     schema.Mode
	Subjects []Standing
}

// Feed asks for what has changed since a cursor, and waits up to a time for
// something to change; an empty cursor asks for all subjects. Only this
// project's registry has it, others answer Other (HTTP 404). The time comes on
// top of the one that bounds a call.
func (c *Client) Feed(ctx context.Context, cursor string, wait time.Duration) (Feed, error) {
	var out wireFeed
	query := url.Values{"wait": {wait.String()}}
	if cursor != "" {
		query.Set("since", cursor)
	}
	err := c.do(ctx, call{
		op:     "following what changes in the registry",
		method: http.MethodGet,
		path:   pathOf("_operator", "v1", "subjects"),
		query:  query,
		wait:   wait,
	}, &out)
	return out.feed(), err
}

type wireFeed struct {
	Cursor   string `json:"cursor"`
	Log      string `json:"log"`
	Listing  string `json:"listing"`
	More     bool   `json:"more"`
	Defaults *struct {
		Config wireSettings `json:"config"`
		Mode   schema.Mode  `json:"mode"`
	} `json:"defaults"`
	Subjects []struct {
		Subject schema.Subject `json:"subject"`
		Version schema.Version `json:"version"`
		ID      schema.ID      `json:"id"`
		Live    int            `json:"live"`
		Deleted bool           `json:"deleted"`
		Config  *wireSettings  `json:"config"`
		Mode    schema.Mode    `json:"mode"`
	} `json:"subjects"`
}

func (w *wireFeed) feed() Feed {
	f := Feed{Cursor: w.Cursor, Log: w.Log, Listing: w.Listing != "", First: w.Listing == "first", More: w.More}
	if w.Defaults != nil {
		settings := w.Defaults.Config.settings()
		f.Defaults, f.Mode = &settings, w.Defaults.Mode
	}
	f.Subjects = make([]Standing, 0, len(w.Subjects))
	for _, s := range w.Subjects {
		one := Standing{Subject: s.Subject, Version: s.Version, ID: s.ID, Live: s.Live, Deleted: s.Deleted, Mode: s.Mode}
		if s.Config != nil {
			settings := s.Config.settings()
			one.Settings = &settings
		}
		f.Subjects = append(f.Subjects, one)
	}
	return f
}

// LatestVersions returns the newest live version of each subject, without its
// text. Registries that are older than the route answer Other.
func (c *Client) LatestVersions(ctx context.Context) ([]Standing, error) {
	var out []struct {
		Subject schema.Subject `json:"subject"`
		Version schema.Version `json:"version"`
		ID      schema.ID      `json:"id"`
	}
	err := c.do(ctx, call{
		op:     "listing the newest versions of all subjects",
		method: http.MethodGet,
		path:   pathOf("schemas"),
		query:  url.Values{"latestOnly": {"true"}},
	}, &out)
	list := make([]Standing, 0, len(out))
	for _, s := range out {
		list = append(list, Standing{Subject: s.Subject, Version: s.Version, ID: s.ID})
	}
	return list, err
}
