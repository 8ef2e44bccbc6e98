package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	registry "github.com/plastron-dev/plastron/runtime/client"
	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// contents is what a backup has.
type contents struct {
	schemas map[place]record.SchemaValue
	order   []place
	levels  map[schema.Subject]schema.Level
}

// Inspect reads a backup that Backup wrote and prints what it has.
func (p *Plugin) Inspect(in io.Reader) error {
	c, err := readBackup(in)
	if err != nil {
		return err
	}
	subjects, ids := map[schema.Subject]int{}, map[schema.ID]bool{}
	highest := schema.ID(0)
	for at, v := range c.schemas {
		subjects[at.subject]++
		ids[v.ID] = true
		highest = max(highest, v.ID)
	}
	_, err = fmt.Fprintf(p.Out, "%d subjects, %d versions, %d ids of which %d is the highest, %d levels of subjects\n",
		len(subjects), len(c.schemas), len(ids), highest, len(c.levels))
	return err
}

// Compare looks for each version of a backup in a registry, under the same
// number, with the same id and the same text, and returns ErrDifferent when
// one is missing or differs. What the registry has besides is not looked at.
func (p *Plugin) Compare(ctx context.Context, registryName string, in io.Reader) error {
	c, err := readBackup(in)
	if err != nil {
		return err
	}
	r, err := p.open(ctx, p.named(registryName))
	if err != nil {
		return err
	}
	defer r.close()
	wrong := 0
	for _, at := range c.order {
		found, err := r.Version(ctx, at.subject, at.version)
		if err != nil && !registry.NotFound(err) {
			return err
		}
		if said := differs(c.schemas[at], found, err); said != "" {
			wrong++
			fmt.Fprintf(p.Out, "%s version %d: %s\n", at.subject, at.version, said)
		}
	}
	fmt.Fprintf(p.Out, "%d of %d versions are in registry %s as they are in the backup\n", len(c.order)-wrong, len(c.order), r.key())
	if wrong > 0 {
		return ErrDifferent
	}
	return nil
}

func differs(want record.SchemaValue, have registry.Registered, err error) string {
	switch {
	case err != nil:
		return fmt.Sprintf("the registry does not have it, the backup has id %d", want.ID)
	case have.ID != want.ID:
		return fmt.Sprintf("the registry has id %d, the backup %d: serialized records name another schema", have.ID, want.ID)
	case have.Schema.Text != want.Schema.Text:
		return "the texts differ"
	default:
		return ""
	}
}

func readBackup(in io.Reader) (*contents, error) {
	c := &contents{schemas: map[place]record.SchemaValue{}, levels: map[schema.Subject]schema.Level{}}
	d := json.NewDecoder(in)
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return nil, errors.New("reading the backup: it is no list of records as `kubectl plastron backup create` writes it; `plastron backup inspect` reads other formats")
	}
	for n := 1; d.More(); n++ {
		var at pair
		if err := d.Decode(&at); err != nil {
			return nil, fmt.Errorf("reading record %d of the backup: %w", n, err)
		}
		if err := c.add(at); err != nil {
			return nil, fmt.Errorf("reading record %d of the backup: %w", n, err)
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, fmt.Errorf("reading the end of the backup: %w", err)
	}
	return c, nil
}

func (c *contents) add(p pair) error {
	key, err := record.ParseKey(p[0])
	if err != nil {
		return err
	}
	switch key.Type {
	case record.SchemaKey:
		v, err := record.ParseSchemaValue(p[1])
		if err != nil {
			return err
		}
		at := place{key.Subject, key.Version}
		c.schemas[at] = v
		c.order = append(c.order, at)
	case record.ConfigKey:
		v, err := record.ParseConfigValue(p[1])
		if err != nil {
			return err
		}
		if !key.Global {
			c.levels[key.Subject] = v.Level
		}
	}
	return nil
}
