package registryhttp

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/plastron-dev/plastron/runtime/auth"
	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/registry"
)

// Bounds of the feed. A waiting request costs a goroutine and nothing else, and
// an answer about a subject has some 150 bytes.
const (
	feedPage    = 2000             // subjects in one answer
	feedWaiters = 256              // requests that wait at the same time
	feedWait    = 45 * time.Second // the longest wait, below every time-out on the way
	feedLag     = 2 * time.Second  // how long a node may lag behind the one that gave a cursor
)

// feed is what all requests for the feed share.
type feed struct {
	waiting chan struct{} // a token for each request that waits

	mu sync.Mutex
	// first is where this process began to know all changes: what lies before
	// it may have been compacted away before the log was read.
	first  int64
	resets int
	began  bool
}

func newFeed() *feed { return &feed{waiting: make(chan struct{}, feedWaiters)} }

// floor returns the offset that a cursor must have reached to be of use here.
func (f *feed) floor(applied int64, resets int) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.began || f.resets != resets {
		f.first, f.resets, f.began = applied, resets, true
	}
	return f.first
}

// listStandings is GET /_operator/v1/subjects: what the registry holds of its
// subjects, without texts, and what changed since a cursor. Without a cursor, or
// with one that means nothing here anymore, it lists all of them in pages; with
// one it answers as soon as something has changed, at the latest after the time
// that the query names. It is served from the snapshot of any node.
func (a *api) listStandings(c *call) error {
	q := c.query()
	wait, err := waitOf(q)
	if err != nil {
		return err
	}
	since, ok := parseCursor(q.Get("since"))
	if ok && since.Listing && since.Log == a.logOf(since.Resets) {
		return a.sendListing(c, since)
	}
	if ok && since.Log == a.logOf(since.Resets) {
		if changes := a.awaitChanges(c, since.Offset, wait); changes != nil {
			return a.sendChanges(c, changes)
		}
	}
	return a.sendListing(c, cursor{Listing: true})
}

// logOf names the log that offsets belong to: the topic and, since it may be
// truncated, how often this process has dropped its state. It is empty when
// that has changed since.
func (a *api) logOf(resets int) string {
	if _, now := a.registry.Applied(); now != resets {
		return ""
	}
	return a.LogID()
}

// awaitChanges returns what changed behind an offset, waiting for a change if
// there is none; nil when the answer has to be a full listing.
func (a *api) awaitChanges(c *call, offset int64, wait time.Duration) *registry.Standings {
	applied, resets := a.registry.Applied()
	if offset < a.feed.floor(applied, resets) {
		return nil
	}
	if offset > applied {
		wait = max(wait, feedLag)
	}
	select {
	case a.feed.waiting <- struct{}{}:
		defer func() { <-a.feed.waiting }()
	default:
		wait = 0 // Too many wait already.
	}
	timeout := time.NewTimer(wait)
	defer timeout.Stop()
	for {
		grown := a.Grown()
		changes := a.registry.Changed(offset, feedPage)
		if changes == nil || changes.Resets != resets {
			return nil
		}
		if len(changes.Subjects) > 0 || changes.Defaults || changes.More {
			return changes
		}
		select {
		case <-grown:
		case <-timeout.C:
			if now, _ := a.registry.Applied(); now < offset {
				return nil // Either far behind, or the log ends before the offset now.
			}
			return changes
		case <-a.Draining:
			return changes
		case <-c.r.Context().Done():
			return changes
		}
	}
}

// sendChanges answers with a part of what changed.
func (a *api) sendChanges(c *call, s *registry.Standings) error {
	next := cursor{Log: a.logOf(s.Resets), Resets: s.Resets, Offset: s.UpTo}
	return c.send(a.appendFeed(c, next, s, ""))
}

// sendListing answers with the page of the listing that begins behind the name
// in the cursor. The first page says from where on changes are to be asked for
// when the last one is there.
func (a *api) sendListing(c *call, at cursor) error {
	log := a.LogID() // Before the state: an older name for it is only not understood later.
	s := a.registry.Standing(at.After, feedPage)
	if at.Log == "" {
		at.Log, at.Resets, at.Offset = log, s.Resets, s.UpTo
		a.feed.floor(s.UpTo, s.Resets)
	}
	page := "next"
	if at.After == "" {
		page = "first"
	}
	at.Listing, at.After = s.More, ""
	if s.More {
		at.After = s.Subjects[len(s.Subjects)-1].Subject
	}
	return c.send(a.appendFeed(c, at, s, page))
}

// appendFeed makes the answer. page says which page of a listing it is: first,
// with which what was known before is to be forgotten, or next; it is empty for
// changes.
func (a *api) appendFeed(c *call, next cursor, s *registry.Standings, page string) []byte {
	dst := make([]byte, 0, 256+160*len(s.Subjects))
	dst = httpserver.AppendQuoted(append(dst, `{"cursor":`...), next.String())
	dst = httpserver.AppendQuoted(append(dst, `,"log":`...), next.Log)
	if page != "" {
		dst = httpserver.AppendQuoted(append(dst, `,"listing":`...), page)
	}
	dst = strconv.AppendBool(append(dst, `,"more":`...), s.More)
	if a.Permissions == nil || a.authorizeGlobal(c, auth.Read) == nil {
		dst = appendConfig(append(dst, `,"defaults":{"config":`...), levelRead, a.registry.GlobalConfig())
		dst = httpserver.AppendQuoted(append(dst, `,"mode":`...), string(a.registry.GlobalMode()))
		dst = append(dst, '}')
	}
	dst = append(dst, `,"subjects":[`...)
	all := a.seesAll(c.r)
	for i := range s.Subjects {
		if all || a.sees(c, s.Subjects[i].Subject) {
			dst = append(appendStanding(dst, &s.Subjects[i]), ',')
		}
	}
	if dst[len(dst)-1] == ',' {
		dst = dst[:len(dst)-1]
	}
	return append(dst, "]}"...)
}

// appendStanding appends one subject. One that is gone has nothing but its name.
func appendStanding(dst []byte, s *registry.Standing) []byte {
	dst = httpserver.AppendQuoted(append(dst, `{"subject":`...), string(s.Subject))
	if e := s.Newest; e != nil {
		dst = strconv.AppendInt(append(dst, `,"version":`...), int64(e.Version), 10)
		dst = strconv.AppendInt(append(dst, `,"id":`...), int64(e.ID), 10)
		dst = httpserver.AppendQuoted(append(dst, `,"schemaType":`...), string(e.Schema.Type))
		if e.Deleted {
			dst = append(dst, `,"deleted":true`...)
		}
	}
	if s.Live > 0 {
		dst = strconv.AppendInt(append(dst, `,"live":`...), int64(s.Live), 10)
	}
	if s.Config != nil {
		dst = appendConfig(append(dst, `,"config":`...), levelRead, *s.Config)
	}
	if s.Mode != "" {
		dst = httpserver.AppendQuoted(append(dst, `,"mode":`...), string(s.Mode))
	}
	return append(dst, '}')
}

// waitOf reads how long to wait for a change: 30s, or a number of seconds.
func waitOf(q url.Values) (time.Duration, error) {
	text := q.Get("wait")
	if text == "" {
		return 0, nil
	}
	if strings.Trim(text, "0123456789") == "" {
		text += "s"
	}
	wait, err := time.ParseDuration(text)
	if err != nil || wait < 0 {
		return 0, httpError(http.StatusBadRequest)
	}
	return min(wait, feedWait), nil
}
