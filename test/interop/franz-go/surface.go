package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/twmb/franz-go/pkg/sr"
)

const (
	order         = `{"type":"record","name":"Order","namespace":"interop","fields":[{"name":"id","type":"string"}]}`
	orderWithNote = `{"type":"record","name":"Order","namespace":"interop","fields":[{"name":"id","type":"string"},{"name":"note","type":"string","default":""}]}`
	orderBroken   = `{"type":"record","name":"Order","namespace":"interop","fields":[{"name":"id","type":"string"},{"name":"price","type":"long"}]}`
)

// surface are the calls of the client itself, and its errors.
func surface() []check {
	return []check{
		{"register and look up", registerAndLookUp},
		{"read by id, guid and version", read},
		{"lists and deletes", listsAndDeletes},
		{"levels and compatibility", levels},
		{"modes", modes},
		{"references", references},
		{"contexts", contexts},
		{"errors 404", missing},
		{"error 409", conflict},
		{"errors 422", invalid},
	}
}

func registerAndLookUp(ctx context.Context, t target) error {
	subject := t.unique + "-register-value"
	first, err := t.CreateSchema(ctx, subject, sr.Schema{Schema: order})
	if err != nil {
		return err
	}
	other, err := t.RegisterSchema(ctx, subject+"-other", sr.Schema{Schema: order}, -1, -1)
	if err != nil {
		return err
	}
	second, err := t.CreateSchema(ctx, subject, sr.Schema{Schema: orderWithNote})
	if err != nil {
		return err
	}
	found, err := t.LookupSchema(ctx, subject, sr.Schema{Schema: orderWithNote})
	return errors.Join(err,
		equal("id in another subject", other, first.ID),
		equal("version", second.Version, 2),
		equal("looked-up id", found.ID, second.ID),
		equal("looked-up version", found.Version, 2))
}

func read(ctx context.Context, t target) error {
	subject := t.unique + "-read-value"
	made, err := t.CreateSchema(ctx, subject, sr.Schema{Schema: order})
	if err != nil {
		return err
	}
	byID, err := t.SchemaByID(ctx, made.ID)
	if err != nil {
		return err
	}
	text, err := t.SchemaTextByVersion(ctx, subject, 1)
	if err != nil {
		return err
	}
	latest, err := t.SchemaByVersion(ctx, subject, -1)
	if err != nil {
		return err
	}
	subjects, err := t.SubjectsByID(ctx, made.ID)
	if err != nil {
		return err
	}
	types, err := t.SupportedTypes(ctx)
	if err != nil {
		return err
	}
	if t.confluent {
		byGUID, err := t.SchemaByGUID(ctx, latest.GUID)
		if err := errors.Join(err, equal("text by guid", byGUID.Schema.Schema, latest.Schema.Schema)); err != nil {
			return err
		}
	}
	return errors.Join(
		sameJSON(byID.Schema, order), sameJSON(text, order),
		equal("latest version", latest.Version, 1),
		equal("subject among those of the id", slices.Contains(subjects, subject), true),
		equal("number of types", len(types), 3))
}

func sameJSON(got, want string) error {
	var a, b any
	if err := errors.Join(json.Unmarshal([]byte(got), &a), json.Unmarshal([]byte(want), &b)); err != nil {
		return err
	}
	if !reflect.DeepEqual(a, b) {
		return fmt.Errorf("got %s, want %s", got, want)
	}
	return nil
}

func listsAndDeletes(ctx context.Context, t target) error {
	subject := t.unique + "-delete-value"
	for _, text := range []string{order, orderWithNote} {
		if _, err := t.CreateSchema(ctx, subject, sr.Schema{Schema: text}); err != nil {
			return err
		}
	}
	versions, err := t.SubjectVersions(ctx, subject)
	if err != nil {
		return err
	}
	if err := t.DeleteSchema(ctx, subject, 2, sr.SoftDelete); err != nil {
		return err
	}
	soft, err := t.DeleteSubject(ctx, subject, sr.SoftDelete)
	if err != nil {
		return err
	}
	live, err := t.Subjects(ctx)
	if err != nil {
		return err
	}
	all, err := t.Subjects(sr.WithParams(ctx, sr.ShowDeleted, sr.SubjectPrefix(subject)))
	if err != nil {
		return err
	}
	hard, err := t.DeleteSubject(ctx, subject, sr.HardDelete)
	return errors.Join(err,
		equal("versions", fmt.Sprint(versions), "[1 2]"),
		equal("softly deleted", fmt.Sprint(soft), "[1]"),
		equal("deleted subject listed", slices.Contains(live, subject), false),
		equal("subjects with the prefix", fmt.Sprint(all), "["+subject+"]"),
		equal("permanently deleted", fmt.Sprint(hard), "[1 2]"))
}

func levels(ctx context.Context, t target) error {
	subject := t.unique + "-level-value"
	if _, err := t.CreateSchema(ctx, subject, sr.Schema{Schema: order}); err != nil {
		return err
	}
	set := t.SetCompatibility(ctx, sr.SetCompatibility{Level: sr.CompatFull}, subject)[0]
	got := t.Compatibility(ctx, subject)[0]
	good, err := t.CheckCompatibility(ctx, subject, -1, sr.Schema{Schema: orderWithNote})
	if err != nil {
		return err
	}
	bad, err := t.CheckCompatibility(sr.WithParams(ctx, sr.Verbose), subject, -1, sr.Schema{Schema: orderBroken})
	if err != nil {
		return err
	}
	reset := t.ResetCompatibility(ctx, subject)[0]
	return errors.Join(set.Err, got.Err, reset.Err,
		equal("level", got.Level, sr.CompatFull),
		equal("compatible", good.Is, true),
		equal("incompatible", bad.Is, false),
		equal("messages of the incompatible one", len(bad.Messages) > 0, true))
}

func modes(ctx context.Context, t target) error {
	subject := t.unique + "-mode-value"
	if _, err := t.CreateSchema(ctx, subject, sr.Schema{Schema: order}); err != nil {
		return err
	}
	mode := t.SetMode(ctx, sr.ModeReadOnly, subject)[0]
	_, refused := t.CreateSchema(ctx, subject, sr.Schema{Schema: orderWithNote})
	back := t.ResetMode(ctx, subject)[0]
	return errors.Join(mode.Err, back.Err,
		equal("mode", mode.Mode, sr.ModeReadOnly),
		refusal(refused, 422, 42205))
}

func references(ctx context.Context, t target) error {
	used := t.unique + "-used"
	address := `{"type":"record","name":"Address","namespace":"interop","fields":[{"name":"street","type":"string"}]}`
	if _, err := t.CreateSchema(ctx, used, sr.Schema{Schema: address}); err != nil {
		return err
	}
	made, err := t.CreateSchema(ctx, t.unique+"-user-value", sr.Schema{
		Schema:     `{"type":"record","name":"Person","namespace":"interop","fields":[{"name":"home","type":"interop.Address"}]}`,
		References: []sr.SchemaReference{{Name: "interop.Address", Subject: used, Version: 1}},
	})
	if err != nil {
		return err
	}
	users, err := t.SchemaReferences(ctx, used, 1)
	if err != nil {
		return err
	}
	if err := equal("schemas that refer to it", len(users), 1); err != nil {
		return err
	}
	_, refused := t.DeleteSubject(ctx, used, sr.SoftDelete)
	return errors.Join(equal("its id", users[0].ID, made.ID), refusal(refused, 422, 42206))
}

func contexts(ctx context.Context, t target) error {
	name := "." + t.unique
	inside := sr.InContext(ctx, name)
	if _, err := t.CreateSchema(inside, "orders-value", sr.Schema{Schema: order}); err != nil {
		return err
	}
	names, err := t.Contexts(ctx)
	if err != nil {
		return err
	}
	latest, err := t.SchemaByVersion(inside, "orders-value", -1)
	return errors.Join(err,
		equal("context listed", slices.Contains(names, name), true),
		equal("version in it", latest.Version, 1))
}

// refusal wants the client's own error with this status and code.
func refusal(err error, status, code int) error {
	var response *sr.ResponseError
	if !errors.As(err, &response) {
		return fmt.Errorf("got error %v, want status %d and code %d", err, status, code)
	}
	return errors.Join(
		equal("status of "+response.Message, response.StatusCode, status),
		equal("code of "+response.Message, response.ErrorCode, code),
		equal("message present", response.Message != "", true))
}

func missing(ctx context.Context, t target) error {
	subject, known := t.unique+"-missing-value", t.unique+"-known-value"
	_, latest := t.SchemaByVersion(ctx, subject, -1)
	_, byID := t.SchemaByID(ctx, 1999999999)
	if _, err := t.CreateSchema(ctx, known, sr.Schema{Schema: order}); err != nil {
		return err
	}
	_, version := t.SchemaByVersion(ctx, known, 99)
	_, lookup := t.LookupSchema(ctx, known, sr.Schema{Schema: orderBroken})
	_, hard := t.DeleteSubject(ctx, known, sr.HardDelete)
	level, code := t.Compatibility(ctx, subject)[0].Err, 40401
	if t.confluent {
		code = 40408
	}
	return errors.Join(refusal(latest, 404, 40401), refusal(byID, 404, 40403), refusal(version, 404, 40402),
		refusal(lookup, 404, 40403), refusal(hard, 404, 40405), refusal(level, 404, code),
		equal("the client knows what 40401 is", sr.IsNotFoundError(40401), true))
}

func conflict(ctx context.Context, t target) error {
	subject, code := t.unique+"-conflict-value", 409
	if t.confluent {
		code = 40901
	}
	if _, err := t.CreateSchema(ctx, subject, sr.Schema{Schema: order}); err != nil {
		return err
	}
	_, err := t.CreateSchema(ctx, subject, sr.Schema{Schema: orderBroken})
	return refusal(err, 409, code)
}

func invalid(ctx context.Context, t target) error {
	subject := t.unique + "-invalid-value"
	var found []error
	for _, s := range []sr.Schema{
		{Schema: `{"type":"nonsense"}`},
		{Schema: `{"type":7}`, Type: sr.TypeJSON},
		{Schema: `message {`, Type: sr.TypeProtobuf},
	} {
		_, err := t.CreateSchema(ctx, subject, s)
		found = append(found, refusal(err, 422, 42201))
	}
	return errors.Join(found...)
}
