package feed

import (
	"context"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/index"
	"github.com/plastron-dev/plastron/controllers/session"
	registry "github.com/plastron-dev/plastron/runtime/client"
	"github.com/plastron-dev/plastron/runtime/schema"
)

const (
	// maxListed is up to how many subjects texts are listed that nobody reads.
	maxListed = 2000
	// reconsider is how long a source is kept before better ones are tried: a
	// registry may have been replaced by a newer one.
	reconsider = 10 * time.Minute
	// listings is how many times as long as poll a listing is good for.
	listings = 2
)

// list compares a listing with the one before it. What it says is not used as
// an answer: it is too old for decisions.
func (f *follower) list(ctx context.Context, c *registry.Client) (time.Duration, error) {
	if f.feeds.config.Clock().Sub(f.tried) > reconsider {
		f.choose(unknown)
		return 0, nil
	}
	found, err := f.listing(ctx, c)
	if err != nil {
		return 0, err
	}
	attached, err := f.count(ctx)
	if err != nil {
		return 0, err
	}
	f.mu.Lock()
	f.attached = attached
	f.mu.Unlock()
	f.listed = found
	f.replace(ctx)
	return session.Jitter(listings * f.feeds.config.Poll), nil
}

// listing returns the newest versions of all subjects, or only their names
// where the registry cannot list versions, or has too many.
func (f *follower) listing(ctx context.Context, c *registry.Client) (map[schema.Subject]registry.Standing, error) {
	names, err := c.Subjects(ctx)
	if err != nil {
		return nil, err
	}
	found := make(map[schema.Subject]registry.Standing, len(names))
	if f.chosen() == byListing && len(names) <= maxListed {
		latest, err := c.LatestVersions(ctx)
		switch {
		case registry.Retriable(err), registry.ClassOf(err) == registry.Canceled:
			return nil, err
		case err != nil:
			f.choose(perSubject) // No such route, or a longer answer than is taken.
		}
		for _, st := range latest {
			st.Live = 1
			found[st.Subject] = st
		}
		if err == nil {
			return found, nil
		}
	} else {
		f.choose(perSubject)
	}
	for _, name := range names {
		found[name] = registry.Standing{Subject: name, Live: 1}
	}
	return found, nil
}

func (f *follower) count(ctx context.Context) (int, error) {
	var list v1alpha1.SubjectList
	err := f.feeds.config.Reader.List(ctx, &list, client.MatchingFields{index.SubjectRegistry: f.key}, client.UnsafeDisableDeepCopy)
	return len(list.Items), err
}
