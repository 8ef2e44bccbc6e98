package registry

import (
	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// Origin is the place where a setting comes from.
type Origin string

// The origins, from the nearest to the farthest.
const (
	FromSubject Origin = "subject"
	FromContext Origin = "context"
	FromGlobal  Origin = "global"
	FromDefault Origin = "default" // FromDefault: the server's own configuration
)

// scope is a place with settings.
type scope struct {
	record.ConfigValue
	origin Origin
}

// LevelOrigin says where the compatibility level that holds for a subject was
// set. The empty subject asks about the global level. A place with settings but
// without a level hides the ones above it, so the server's level holds
// (registry contract 7.1).
func (r *Registry) LevelOrigin(s schema.Subject) Origin {
	if r.isDefault(s) {
		s = ""
	}
	places := scopes(r.views.View(), s)
	if len(places) == 0 || places[0].Level == "" {
		return FromDefault
	}
	return places[0].origin
}
