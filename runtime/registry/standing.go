package registry

import (
	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/store"
)

// Standing is what the registry holds of one subject, without any text.
type Standing struct {
	Subject schema.Subject
	// Newest is the newest live version; where there is none the newest
	// soft-deleted one, and nil where there is none either.
	Newest *Entry
	// Live counts the live versions.
	Live int
	// Config are the subject's own settings, nil for none, and Mode its own
	// mode, empty for none.
	Config *Config
	Mode   schema.Mode
}

// Standings is a part of what all subjects are like, or of what has changed.
type Standings struct {
	Subjects []Standing
	// Defaults says that the settings of all subjects are among what changed.
	Defaults bool
	// UpTo is the offset of the log up to which nothing is missing in what is
	// returned and was returned before.
	UpTo int64
	// More says that there is another part.
	More bool
	// Resets is View.Resets.
	Resets int
}

// Changed returns the subjects that something happened to behind an offset, at
// most limit, as they are now. It is nil when more happened since than is
// remembered.
func (r *Registry) Changed(offset int64, limit int) *Standings {
	v := r.views.View()
	subjects, upTo, all, ok := v.ChangedSince(offset, limit)
	if !ok {
		return nil
	}
	s := &Standings{UpTo: upTo, More: !all, Resets: v.Resets()}
	for _, name := range subjects {
		if name == "" {
			s.Defaults = true
			continue
		}
		s.Subjects = append(s.Subjects, standing(v, name))
	}
	return s
}

// Standing returns the subjects behind a name in the order of their bytes, at
// most limit. UpTo is the offset of this part; another part may show more.
func (r *Registry) Standing(after schema.Subject, limit int) *Standings {
	v := r.views.View()
	names := v.KnownAfter(after, limit)
	s := &Standings{UpTo: v.Offset(), More: len(names) == limit, Resets: v.Resets()}
	for _, name := range names {
		s.Subjects = append(s.Subjects, standing(v, name))
	}
	return s
}

func standing(v *store.View, name schema.Subject) Standing {
	s := Standing{Subject: name}
	entries := v.Entries(name)
	alive := live(entries)
	s.Live, s.Newest = len(alive), newest(alive)
	if s.Newest == nil {
		s.Newest = newest(entries)
	}
	if own, ok := v.Config(name); ok {
		c := readConfig(own)
		s.Config = &c
	}
	if own, ok := v.Mode(name); ok {
		s.Mode = own.Mode
	}
	return s
}

// Applied returns the offset that the state shows and how often the state was
// dropped.
func (r *Registry) Applied() (offset int64, resets int) {
	v := r.views.View()
	return v.Offset(), v.Resets()
}
