package registryhttp

import (
	"github.com/plastron-dev/plastron/runtime/compat"
	"github.com/plastron-dev/plastron/runtime/registry"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// compatible is POST /compatibility/subjects/{subject}/versions/{version}.
func (a *api) compatible(c *call) error {
	s, v, err := c.subjectAndVersion()
	if err != nil {
		return err
	}
	return a.compare(c, s, func(next registry.Registration) (compat.Verdict, error) {
		verdict, err := a.registry.Compatible(next, v)
		// Anything fits behind nothing, say Confluent and its tools; Karapace
		// misses the version (registry contract 9).
		lenient := a.points.LatestOfNothingFits || c.asked
		if registry.KindOf(err) == registry.VersionNotFound && v == schema.Latest && lenient {
			return compat.Verdict{}, nil
		}
		return verdict, err
	})
}

// compatibleWithAll is POST /compatibility/subjects/{subject}/versions.
func (a *api) compatibleWithAll(c *call) error {
	s, err := c.subject()
	if err != nil {
		return err
	}
	return a.compare(c, s, a.registry.CompatibleWithAll)
}

func (a *api) compare(c *call, s schema.Subject, check func(registry.Registration) (compat.Verdict, error)) error {
	body, err := a.read(c)
	if err != nil {
		return err
	}
	q, err := a.schemaBody(c, body)
	if err != nil {
		return err
	}
	q.Subject, q.ID, q.Version = s, 0, 0
	verbose := isTrue(c.query(), "verbose")
	verdict, err := check(q)
	switch registry.KindOf(err) {
	case registry.InvalidSchema, registry.InvalidReferences, registry.EmptySchema:
		if verbose {
			return c.send(appendVerdict(nil, false, []string{a.answerOf(err, c).message}))
		}
	}
	if err != nil {
		return err
	}
	messages := verdict.Messages(a.flavour)
	if verdict.Compatible() && !verbose {
		return c.send([]byte(`{"is_compatible":true}`))
	}
	return c.send(appendVerdict(nil, verdict.Compatible(), messages))
}

func appendVerdict(dst []byte, compatible bool, messages []string) []byte {
	if compatible {
		dst = append(dst, `{"is_compatible":true,"messages":`...)
	} else {
		dst = append(dst, `{"is_compatible":false,"messages":`...)
	}
	return append(appendStrings(dst, messages), '}')
}
