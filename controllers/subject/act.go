package subject

import (
	"context"

	"github.com/plastron-dev/plastron/controllers/verdict"
	registry "github.com/plastron-dev/plastron/runtime/client"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// act carries out one write. All of them may be repeated: a registration finds
// its own result, and a level is compared before it is set.
func (m *remote) act(ctx context.Context, in *verdict.Input, action verdict.Action) {
	var err error
	switch action {
	case verdict.SetLevel:
		level := schema.Level(*m.subject.Spec.Compatibility)
		err = m.client.SetSubjectConfig(ctx, m.name(), registry.Settings{Level: level})
	case verdict.ClearLevel:
		if err = m.client.DeleteSubjectConfig(ctx, m.name()); registry.NotFound(err) {
			err = nil // Somebody was faster.
		}
	case verdict.SetMode:
		err = m.client.SetSubjectMode(ctx, m.name(), schema.Mode(*m.subject.Spec.Mode))
	case verdict.ClearMode:
		if err = m.client.DeleteSubjectMode(ctx, m.name()); registry.NotFound(err) || registry.ClassOf(err) == registry.NotConfigured {
			err = nil // Somebody was faster.
		}
	case verdict.RegisterHistoric:
		i, _ := verdict.NextHistoric(in)
		_, err = m.client.RegisterWith(ctx, m.name(), registry.Registration{Schema: m.historic[i], Normalize: m.subject.Spec.Normalize})
		if err == nil {
			in.Historic++
		}
	case verdict.Register:
		var id schema.ID
		if id, err = m.client.RegisterWith(ctx, m.name(), registrationOf(in)); err == nil {
			in.RegisteredID = int32(id)
		}
	case verdict.None:
	}
	if err != nil {
		in.Failure = failure(action, err)
		return
	}
	in.Wrote = append(in.Wrote, action)
}

// failure says what a failed call means to a Subject.
func failure(during verdict.Action, err error) *verdict.Failure {
	f := &verdict.Failure{Kind: verdict.RefusedOther, During: during, Message: err.Error()}
	if registry.Unsupported(err) && !registry.NotFound(err) {
		f.Kind = verdict.RefusedUnsupported
		return f
	}
	switch registry.ClassOf(err) {
	case registry.Unavailable, registry.UnknownOutcome, registry.Canceled:
		f.Kind = verdict.Unreachable
	case registry.Incompatible:
		f.Kind = verdict.RefusedIncompatible
	case registry.InvalidSchema:
		f.Kind = verdict.RefusedInvalid
	case registry.TooLarge:
		f.Kind = verdict.RefusedTooLarge
	case registry.NotPermitted:
		f.Kind = verdict.RefusedReadOnly
	case registry.Unauthorized, registry.Forbidden:
		f.Kind = verdict.RefusedCredentials
	}
	return f
}
