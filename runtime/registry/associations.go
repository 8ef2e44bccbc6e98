package registry

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"slices"

	"github.com/plastron-dev/plastron/runtime/record"
	"github.com/plastron-dev/plastron/runtime/schema"
	"github.com/plastron-dev/plastron/runtime/store"
)

// Association ties a subject to something outside of the registry: immutable,
// shared, never nil in results.
type Association = store.Association

// TopicResource is the one type of resource there is; its parts are the two
// association types.
const TopicResource = "topic"

// The lifecycles of an association: a subject with a strong one belongs to that
// resource alone and can go with it.
const (
	StrongLifecycle = "STRONG"
	WeakLifecycle   = "WEAK"
)

// Resource is what a subject is associated with: its name in a namespace (a
// topic in a cluster), and an id that tells it from a later one of that name.
type Resource struct{ Name, Namespace, ID, Type string }

// AssociationFilter chooses associations. What is empty matches everything, and
// so do the namespaces "-" and "*".
type AssociationFilter struct {
	Subject   schema.Subject
	Resource  Resource
	Types     []string
	Lifecycle string
}

func (f AssociationFilter) matches(a *Association) bool {
	is := func(wanted, got string) bool { return wanted == "" || wanted == got }
	return is(string(f.Subject), string(a.Subject)) &&
		is(f.Resource.Name, a.ResourceName) && is(f.Resource.ID, a.ResourceID) && is(f.Resource.Type, a.ResourceType) &&
		(anyNamespace(f.Resource.Namespace) || f.Resource.Namespace == a.ResourceNamespace) &&
		(len(f.Types) == 0 || slices.Contains(f.Types, a.Type)) && is(f.Lifecycle, a.Lifecycle())
}

func anyNamespace(name string) bool { return name == "" || name == "-" || name == "*" }

// Associations lists what a filter chooses, by namespace, name and type.
func (r *Registry) Associations(f AssociationFilter) []*Association {
	return associations(r.views.View(), f)
}

func associations(v *store.View, f AssociationFilter) []*Association {
	var all []*Association
	switch {
	case f.Subject != "":
		all = v.AssociationsWith(f.Subject)
	case f.Resource.Name != "":
		all = v.AssociationsOf(f.Resource.Name)
	default:
		all = v.Associations()
	}
	out := make([]*Association, 0, len(all))
	for _, a := range all {
		if f.matches(a) {
			out = append(out, a)
		}
	}
	slices.SortFunc(out, func(a, b *Association) int {
		return cmp.Or(cmp.Compare(a.ResourceNamespace, b.ResourceNamespace), cmp.Compare(a.ResourceName, b.ResourceName), cmp.Compare(a.Type, b.Type))
	})
	return out
}

// WantedAssociation is one part of a resource and the subject it is to have.
type WantedAssociation struct {
	// Type is the part: "key" or "value".
	Type string
	// Subject defaults to what SubjectIn says.
	Subject schema.Subject
	// Strong and Frozen are as in the log; nil keeps what is there, and means
	// weak and not frozen for something new. What is frozen is strong.
	Strong, Frozen *bool
	// Schema, when given, is registered under the subject first.
	Schema *Registration
	// CreateOnly refuses to change what is there.
	CreateOnly bool
}

// SubjectIn is the subject that is wanted: the one that is named, or else
// ":.namespace:name-type".
func (w WantedAssociation) SubjectIn(to Resource) schema.Subject {
	if w.Subject != "" {
		return w.Subject
	}
	return schema.Subject(":." + to.Namespace + ":" + to.Name + "-" + w.Type)
}

// Associate gives the parts of a resource their subjects and returns these
// associations in the order of the request. All of it is written at once, or
// nothing; only schemas that come along are registered before. With dryRun
// everything is checked and nothing written.
//
// The errors are InvalidAssociation, AssociationExists, SubjectAssociated,
// StronglyAssociated, NoLiveVersion, AssociationFrozen, NotPermitted and those
// of Register (registry contract 12.1).
func (r *Registry) Associate(ctx context.Context, to Resource, wanted []WantedAssociation, dryRun bool) ([]*Association, error) {
	if err := checkAssociations(r.Naming(), &to, wanted, dryRun); err != nil {
		return nil, err
	}
	if !r.role.MayWrite() {
		return nil, ErrNotPrimary // Others may lag behind: they do not judge.
	}
	if after, _, err := r.associate(r.views.View(), to, wanted, false); err != nil || dryRun {
		return after, err
	}
	for _, w := range wanted {
		if w.Schema == nil {
			continue
		}
		w.Schema.Subject = w.Subject
		if _, err := r.Register(ctx, *w.Schema); err != nil {
			return nil, err
		}
	}
	return submitFor(ctx, r, func(d *draft) (plan, []*Association, error) {
		after, records, err := r.associate(d.view, to, wanted, true)
		visible := func(v *store.View) bool {
			return !slices.ContainsFunc(after, func(a *Association) bool { return !shows(v, a) })
		}
		return plan{records: records, visible: visible}, after, err
	})
}

func shows(v *store.View, a *Association) bool {
	return slices.ContainsFunc(v.AssociationsOf(a.ResourceName), func(b *Association) bool { return b.Key == a.Key && b.AssocValue == a.AssocValue })
}

// checkAssociations fills in what a request leaves out and refuses what cannot
// be meant, whatever is there.
func checkAssociations(n schema.Naming, to *Resource, wanted []WantedAssociation, dryRun bool) error {
	if to.Type == "" {
		to.Type = TopicResource
	}
	switch {
	case to.Name == "":
		return invalidAssociation("resourceName", "cannot be null or empty")
	case to.Namespace == "":
		return invalidAssociation("resourceNamespace", "cannot be null or empty")
	case anyNamespace(to.Namespace):
		return invalidAssociation("resourceNamespace", "names any namespace, which only a read may")
	case to.ID == "" && !dryRun:
		return invalidAssociation("resourceId", "cannot be null or empty")
	case to.Type != TopicResource:
		return invalidAssociation("resourceType", "must be 'topic'")
	case len(wanted) == 0:
		return invalidAssociation("associations", "cannot be null or empty")
	}
	seen := map[string]bool{}
	for i := range wanted {
		w := &wanted[i]
		byDefault := WantedAssociation{Type: w.Type}.SubjectIn(*to)
		w.Subject = w.SubjectIn(*to)
		switch {
		case w.Type != "key" && w.Type != "value":
			return invalidAssociation("associationType", "must be 'key' or 'value'")
		case seen[w.Type]:
			return invalidAssociation("associationType", "must not appear twice")
		case !isSet(w.Frozen):
		case w.Strong != nil && !*w.Strong:
			return invalidAssociation("frozen", "takes the lifecycle STRONG")
		case w.Subject != byDefault:
			return invalidAssociation("subject", fmt.Sprintf("frozen associations must use subject '%s'", byDefault))
		}
		seen[w.Type] = true
		if err := checkSubject(n, w.Subject); err != nil {
			return err
		}
	}
	return nil
}

func invalidAssociation(property, detail string) error {
	return &Error{Kind: InvalidAssociation, Detail: fmt.Sprintf("'%s', detail: %s", property, detail)}
}

// associate decides by a view. registered says that schemas which came along
// are in it already.
func (r *Registry) associate(v *store.View, to Resource, wanted []WantedAssociation, registered bool) (after []*Association, records []record.Record, err error) {
	for _, w := range wanted {
		a, err := r.associateOne(v, to, w, registered)
		if err != nil {
			return nil, nil, err
		}
		after = append(after, a)
		if !shows(v, a) {
			records = append(records, record.Record{Key: a.Key, RawKey: a.Key.Bytes(), Value: a.Bytes()})
		}
	}
	return after, records, nil
}

func (r *Registry) associateOne(v *store.View, to Resource, w WantedAssociation, registered bool) (*Association, error) {
	if err := r.mayConfigure(v, w.Subject); err != nil {
		return nil, err
	}
	there := associations(v, AssociationFilter{Resource: Resource{Name: to.Name, Namespace: to.Namespace, Type: to.Type}, Types: []string{w.Type}})
	if len(there) > 0 {
		return changed(v, there[0], to, w)
	}
	value := record.AssocValue{
		Subject: w.Subject, ResourceName: to.Name, ResourceNamespace: to.Namespace, ResourceID: to.ID, ResourceType: to.Type, Type: w.Type,
		Strong: isSet(w.Strong) || isSet(w.Frozen), Frozen: isSet(w.Frozen),
	}
	if err := mayShare(v.AssociationsWith(w.Subject), nil, w.Subject, value.Strong); err != nil {
		return nil, err
	}
	hasLive := len(live(v.Entries(w.Subject))) > 0
	switch {
	case value.Frozen && !registered && w.Schema == nil:
		return nil, invalidAssociation("schema", "is needed for a frozen association")
	case value.Frozen && !registered && len(v.Entries(w.Subject)) > 0:
		return nil, invalidAssociation("frozen", "takes a subject without schemas")
	case !hasLive && w.Schema == nil:
		return nil, &Error{Kind: NoLiveVersion, Subject: w.Subject}
	}
	var guid schema.GUID
	rand.Read(guid[:])
	value.GUID = guid.String()
	return &Association{AssocValue: value, Key: record.AssocOf(value)}, nil
}

// changed is an association that is there after a request for it.
func changed(v *store.View, old *Association, to Resource, w WantedAssociation) (*Association, error) {
	value := old.AssocValue
	if w.Strong != nil {
		value.Strong = *w.Strong
	}
	if w.Frozen != nil {
		value.Frozen = *w.Frozen
	}
	same := value == old.AssocValue && old.Subject == w.Subject && (to.ID == "" || to.ID == old.ResourceID)
	switch {
	case same && w.Schema == nil:
		return old, nil
	case old.Subject != w.Subject, to.ID != "" && to.ID != old.ResourceID, w.CreateOnly && !same:
		return nil, &Error{
			Kind: AssociationExists, Subject: w.Subject,
			Detail: fmt.Sprintf("An association of type '%s' already exists for resource '%s'", w.Type, cmp.Or(to.ID, to.Name)),
		}
	case old.Frozen:
		return nil, frozen(old)
	case value.Frozen:
		return nil, invalidAssociation("frozen", "can be set for a new association only")
	}
	if err := mayShare(v.AssociationsWith(w.Subject), old, w.Subject, value.Strong); err != nil {
		return nil, err
	}
	value.Created = old.CreatedAt()
	return &Association{AssocValue: value, Key: old.Key, Timestamp: old.Timestamp}, nil
}

// mayShare refuses a subject that belongs to another resource alone, or that is
// to, although others have it.
func mayShare(having []*Association, self *Association, s schema.Subject, alone bool) error {
	for _, a := range having {
		switch {
		case a == self:
		case a.Strong:
			return &Error{Kind: StronglyAssociated, Subject: s}
		case alone:
			return &Error{Kind: SubjectAssociated, Subject: s}
		}
	}
	return nil
}

func frozen(a *Association) error {
	// The two spaces are the field's.
	return &Error{
		Kind: AssociationFrozen, Subject: a.Subject,
		Detail: fmt.Sprintf("The association of type  '%s' is frozen for subject '%s'", a.Type, a.Subject),
	}
}

// Dissociate takes the associations away that a filter chooses; none is
// AssociationNotFound. With cascade it takes frozen ones too, and soft-deletes
// the subjects that belonged to the resource alone. With dryRun everything is
// checked and nothing written.
func (r *Registry) Dissociate(ctx context.Context, f AssociationFilter, cascade, dryRun bool) error {
	if !r.role.MayWrite() {
		return ErrNotPrimary
	}
	if dryRun {
		_, err := r.dissociate(r.views.View(), f, cascade)
		return err
	}
	return r.submit(ctx, &change{alone: true, decide: func(d *draft) (plan, error) { return r.dissociate(d.view, f, cascade) }})
}

func (r *Registry) dissociate(v *store.View, f AssociationFilter, cascade bool) (plan, error) {
	going := associations(v, f)
	if len(going) == 0 {
		return plan{}, &Error{Kind: AssociationNotFound, Detail: cmp.Or(f.Resource.ID, f.Resource.Name, string(f.Subject))}
	}
	var p plan
	deleted := func(*store.View) bool { return true }
	for _, a := range going {
		if a.Frozen && !cascade {
			return plan{}, frozen(a)
		}
		if err := r.mayConfigure(v, a.Subject); err != nil {
			return plan{}, err
		}
		p.records = append(p.records, v.Tombstones(a.Key)...)
		if !cascade || !a.Strong || len(live(v.Entries(a.Subject))) == 0 {
			continue
		}
		subject, _, err := r.softDeleteAll(v, a.Subject)
		if err != nil {
			return plan{}, err
		}
		p.records = append(p.records, subject.records...)
		before := deleted
		deleted = func(v *store.View) bool { return before(v) && subject.visible(v) }
	}
	p.visible = func(v *store.View) bool {
		return deleted(v) && !slices.ContainsFunc(going, func(a *Association) bool { return shows(v, a) })
	}
	return p, nil
}

// mayGo refuses the soft deletion of a version that would leave an associated
// subject with none.
func mayGo(v *store.View, e *Entry) error {
	if len(v.AssociationsWith(e.Subject)) > 0 && len(live(v.Entries(e.Subject))) == 1 {
		return &Error{Kind: NoLiveVersion, Subject: e.Subject}
	}
	return nil
}

// mayTake refuses a schema for what associations say of its subject, or of
// those that it refers to: a subject that belongs to one resource alone cannot
// be used by others.
func mayTake(v *store.View, p prepared) error {
	for _, a := range v.AssociationsWith(p.Subject) {
		if a.Frozen {
			return frozen(a)
		}
	}
	for _, ref := range p.Schema.References {
		target := v.Target(p.Subject, ref)
		isStrong := func(a *Association) bool { return a.Strong }
		if target != p.Subject && slices.ContainsFunc(v.AssociationsWith(target), isStrong) {
			return &Error{
				Kind: NotPermitted, Subject: target,
				Detail: fmt.Sprintf("Subject '%s' has a strong association and cannot be referenced", target),
			}
		}
	}
	return nil
}
