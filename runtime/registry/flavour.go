package registry

import (
	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// Points are the places where Karapace and Confluent visibly contradict each
// other (registry contract 18), as one table: PointsOf returns it for a flavour,
// and nothing else decides by the flavour itself. Numbers are those of the
// contract. Points that are only words are not here: the texts of schemas (19)
// are made by package format, those of findings (5) and of incompatible schemas
// (4) by package compat, those of refusals (3, 11, 13, 21) stand in the table
// of registryhttp.
type Points struct {
	// ListOfProblems (1) answers a malformed body with a list of problems.
	ListOfProblems bool
	// LooseMetadata (2) ignores metadata and rule sets that are no objects.
	LooseMetadata bool
	// LookupWithoutReferences (6) leaves references out of lookups.
	LookupWithoutReferences bool
	// FirstSeenOrder (7) lists subjects in the order of first sight.
	FirstSeenOrder bool
	// LatestIsHighest (8, 10) takes soft-deleted versions for the latest where
	// they are in sight, and for permanent deletes.
	LatestIsHighest bool
	// DeletedReferrersCount (9) lets soft-deleted schemas hold what they refer
	// to against a soft delete.
	DeletedReferrersCount bool
	// MaxListed (12) bounds GET /schemas; 0 is no bound.
	MaxListed int
	// UnknownSubjectFirst (14, 16) tells a subject without versions from one
	// that only lacks a setting, and gives the latter the mode that holds.
	UnknownSubjectFirst bool
	// DeleteAbsentConfig (15) takes the deletion of no configuration for done.
	DeleteAbsentConfig bool
	// LatestOfNothingFits (17) finds any schema compatible with the latest
	// version of nothing.
	LatestOfNothingFits bool
	// TransitiveMeansAll (18) compares with all versions under a transitive
	// level, even when one is named.
	TransitiveMeansAll bool
	// SupersedeDeleted (20) removes the soft-deleted version of a schema that
	// is registered again.
	SupersedeDeleted bool
	// IDsReturn (20) gives a schema its id back after a permanent delete, until
	// a restart.
	IDsReturn bool
	// AnnounceContexts writes a record for each context. Karapace does not know
	// such records and changes the form of its own keys when it meets one.
	AnnounceContexts bool
	// Records is the form of new keys and values in the log.
	Records record.Form
	// Extended sends the fields that Karapace does not have to everybody.
	Extended bool
}

// PointsOf returns the table's column for a flavour.
func PointsOf(f schema.Flavour) Points {
	if f == schema.Confluent {
		return Points{
			MaxListed: 1000, LatestOfNothingFits: true, SupersedeDeleted: true, AnnounceContexts: true, Extended: true,
			Records: record.ConfluentForm,
		}
	}
	return Points{
		ListOfProblems: true, LooseMetadata: true, LookupWithoutReferences: true, FirstSeenOrder: true,
		LatestIsHighest: true, DeletedReferrersCount: true, UnknownSubjectFirst: true, DeleteAbsentConfig: true,
		TransitiveMeansAll: true, IDsReturn: true,
	}
}

// Points returns how the registry behaves where the products differ.
func (r *Registry) Points() Points { return r.points }
