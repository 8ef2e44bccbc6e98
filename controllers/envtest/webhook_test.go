package envtest

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/webhook"
)

// operatorNamespace is where the manifests put the operator.
const operatorNamespace = "plastron-system"

// labelHooked marks the namespaces whose objects the webhook is asked about:
// all other tests see an operator without one.
const labelHooked = "test.plastron.dev/webhook"

// webhookOptions gives the operator what config/webhook gives it, and lets the
// API server call it at a port of this machine.
func (w *world) webhookOptions() (webhook.Options, error) {
	port, err := freePort()
	if err != nil {
		return webhook.Options{}, err
	}
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: operatorNamespace}}
	if err := w.client.Create(context.Background(), ns); err != nil {
		return webhook.Options{}, err
	}
	text, err := os.ReadFile("../../config/webhook/rbac.yaml")
	if err != nil {
		return webhook.Options{}, err
	}
	into := []client.Object{&rbacv1.Role{}, &rbacv1.RoleBinding{}, &rbacv1.ClusterRole{}, &rbacv1.ClusterRoleBinding{}}
	for i, doc := range bytes.Split(text, []byte("\n---\n")) {
		if err := yaml.UnmarshalStrict(doc, into[i]); err != nil {
			return webhook.Options{}, err
		}
		if err := w.client.Create(context.Background(), into[i]); err != nil {
			return webhook.Options{}, err
		}
	}
	if err := w.client.Create(context.Background(), hooks("plastron", port, labelHooked)); err != nil {
		return webhook.Options{}, err
	}
	return webhook.Options{
		Host: "localhost", Port: port, Namespace: operatorNamespace, Service: "plastron-webhook", Secret: "plastron-webhook",
		Configuration: "plastron", Hosts: []string{"localhost"},
	}, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(port)
}

// hooks is the configuration of config/webhook for a server of this machine and
// namespaces with the label.
func hooks(name string, port int, label string) *admissionv1.ValidatingWebhookConfiguration {
	c := &admissionv1.ValidatingWebhookConfiguration{}
	text, err := os.ReadFile("../../config/webhook/configuration.yaml")
	if err == nil {
		err = yaml.UnmarshalStrict(text, c)
	}
	if err != nil {
		panic(err) // The tests cannot start.
	}
	c.Name = name
	for i := range c.Webhooks {
		h := &c.Webhooks[i]
		url := "https://localhost:" + strconv.Itoa(port) + *h.ClientConfig.Service.Path
		h.ClientConfig.URL, h.ClientConfig.Service = &url, nil
		h.NamespaceSelector = &metav1.LabelSelector{MatchLabels: map[string]string{label: "on"}}
		h.TimeoutSeconds = new(int32(30))       // A busy machine; the webhook has a budget of its own.
		h.FailurePolicy = new(admissionv1.Fail) // Or a call that failed would look like one that was let through.
	}
	return c
}

// person is somebody who applies objects, and reads the warnings.
type person struct {
	client.Client

	mu       sync.Mutex
	warnings []string
}

func newPerson(t *testing.T) *person {
	t.Helper()
	p := &person{}
	access := rest.CopyConfig(shared.config)
	access.WarningHandlerWithContext = p
	var err error
	if p.Client, err = client.New(access, client.Options{Scheme: shared.client.Scheme()}); err != nil {
		t.Fatal(err)
	}
	return p
}

// HandleWarningHeaderWithContext keeps a warning.
func (p *person) HandleWarningHeaderWithContext(_ context.Context, _ int, _ string, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.warnings = append(p.warnings, text)
}

// told returns the warnings since it was asked last.
func (p *person) told() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := strings.Join(p.warnings, "\n")
	p.warnings = nil
	return all
}

// refused creates o, really and as a dry run, and wants the same refusal.
func (p *person) refused(t *testing.T, o client.Object, words ...string) string {
	t.Helper()
	var texts []string
	for _, options := range [][]client.CreateOption{{client.DryRunAll}, nil} {
		err := p.Create(t.Context(), o.DeepCopyObject().(client.Object), options...) //nolint:forcetypeassert // A copy.
		if !apierrors.IsForbidden(err) {
			t.Fatalf("%s was not refused: %v", o.GetName(), err)
		}
		texts = append(texts, err.Error())
	}
	if texts[0] != texts[1] {
		t.Errorf("a dry run says %q, and in earnest it is %q", texts[0], texts[1])
	}
	for _, w := range words {
		if !strings.Contains(texts[0], w) {
			t.Errorf("refused with %q, which should name %q", texts[0], w)
		}
	}
	return texts[0]
}

// warned creates o as a dry run and in earnest, and wants the warning both
// times.
func (p *person) warned(t *testing.T, o client.Object, words ...string) {
	t.Helper()
	p.told()
	for _, options := range [][]client.CreateOption{{client.DryRunAll}, nil} {
		now := o
		if options != nil {
			now = o.DeepCopyObject().(client.Object) //nolint:forcetypeassert // A copy.
		}
		if err := p.Create(t.Context(), now, options...); err != nil {
			t.Fatalf("%s was refused: %v", o.GetName(), err)
		}
		told := p.told()
		for _, w := range words {
			if !strings.Contains(told, w) {
				t.Errorf("%s: warned %q, which should name %q", o.GetName(), told, w)
			}
		}
		if len(words) == 0 && told != "" {
			t.Errorf("%s: warned %q for nothing", o.GetName(), told)
		}
	}
}

// await repeats a dry run until it succeeds: the operator sees a change a moment
// after it was made.
func (p *person) await(t *testing.T, what string, dry func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		err := dry()
		if err == nil {
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("%s: after %s: %v", what, patience, err)
		}
	}
}

// awaitSilence repeats a dry run of the creation until there is nothing to warn
// of.
func (p *person) awaitSilence(t *testing.T, o client.Object) {
	t.Helper()
	p.await(t, "nothing is missing", func() error {
		p.told()
		if err := p.Create(t.Context(), o.DeepCopyObject().(client.Object), client.DryRunAll); err != nil { //nolint:forcetypeassert // A copy.
			return err
		}
		if told := p.told(); told != "" {
			return errors.New(told)
		}
		return nil
	})
}

// hookedNamespace is a namespace whose objects the webhook is asked about.
func hookedNamespace(t *testing.T, label string) string {
	t.Helper()
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "hook-", Labels: map[string]string{label: "on"}}}
	create(t, ns)
	awaitPublished(t, "plastron")
	// The API server reads the configuration a moment after it was written.
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		err := shared.client.Create(ctx, subject(ns.Name, "probe", orderV1), client.DryRunAll)
		if err == nil {
			return ns.Name
		}
		if ctx.Err() != nil {
			t.Fatalf("the webhook cannot be called: %v", err)
		}
	}
}

// awaitPublished waits until API servers trust the webhook.
func awaitPublished(t *testing.T, name string) {
	t.Helper()
	c := &admissionv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: name}}
	await(t, c, &admissionv1.ValidatingWebhookConfigurationList{}, func(now *admissionv1.ValidatingWebhookConfiguration, _ bool) string {
		for _, h := range now.Webhooks {
			if len(h.ClientConfig.CABundle) == 0 {
				return "the authority of " + h.Name
			}
		}
		return ""
	})
}

func enforce(t *testing.T, ns string) {
	t.Helper()
	reg := &v1alpha1.SchemaRegistry{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "reg"}}
	change(t, reg, func(r *v1alpha1.SchemaRegistry) {
		r.Spec.Policy = &v1alpha1.SubjectPolicy{Admission: new(v1alpha1.AdmissionEnforce)}
	})
	awaitRegistry(t, reg, "Ready", metav1.ConditionTrue, "")
}

// TestWrongSchemaIsRefusedAtApply: with words that a person understands, in a
// dry run too, and nothing reaches the registry.
func TestWrongSchemaIsRefusedAtApply(t *testing.T) {
	t.Parallel()
	ns, p := hookedNamespace(t, labelHooked), newPerson(t)
	fake := external(t, ns)
	fake.register("orders", orderV1)
	before := fake.writeLog()

	p.refused(t, subject(ns, "broken", `{"type":"record","name":"Order"}`), `admission webhook "subjects.plastron.dev" denied the request: InvalidSchema`, "fields")
	p.refused(t, subject(ns, "proto", "message {", func(s *v1alpha1.SubjectSpec) { s.SchemaType = v1alpha1.Protobuf }), "InvalidSchema")
	p.refused(t, subject(ns, "cut", `{"type":`), "InvalidSchema")

	// What may not follow the registered version is told, and refused when the
	// registry's owner wants it.
	next := subject(ns, "orders", orderBroken, adoption(v1alpha1.AdoptIfCompatible))
	p.warned(t, next, "Incompatible with orders version 1 under BACKWARD", "amount", "Change the schema, or spec.compatibility")
	awaitStalled(t, next, "Compatible", v1alpha1.ReasonIncompatible)
	enforce(t, ns)
	again := subject(ns, "again", orderBroken, adoption(v1alpha1.AdoptIfCompatible))
	again.Spec.Name = new("orders")
	if text := p.refused(t, again); !strings.Contains(text, "is older and stands for orders already") {
		t.Errorf("the younger of two: %s", text)
	}
	deleteAndAwait(t, next)
	p.await(t, "the end of the older one is seen", func() error {
		err := p.Create(t.Context(), again.DeepCopy(), client.DryRunAll)
		if err != nil && strings.Contains(err.Error(), v1alpha1.ReasonConflicted) {
			return err
		}
		return nil
	})
	p.refused(t, again, "denied the request: Incompatible", "amount", "BACKWARD")
	loose := again.DeepCopy()
	loose.Spec.Compatibility = new(v1alpha1.LevelOrInherit("NONE"))
	p.warned(t, loose, "NONE lets every text in")
	awaitReady(t, loose)

	if wrote := fake.writeLog()[len(before):]; len(wrote) != 2 { // Level and schema of the last one.
		t.Errorf("written to the registry: %v", wrote)
	}
}

// TestChangesAreJudged: a change of a Subject that is registered already.
func TestChangesAreJudged(t *testing.T) {
	t.Parallel()
	ns, p := hookedNamespace(t, labelHooked), newPerson(t)
	fake := external(t, ns)
	enforce(t, ns)
	s := subject(ns, "orders", orderV1)
	p.warned(t, s)
	awaitReady(t, s)
	user := subject(ns, "user", `{"type":"record","name":"User","fields":[{"name":"order","type":"Order"}]}`, refersTo("Order", "orders"))
	p.awaitSilence(t, user)
	p.warned(t, user)
	awaitReady(t, user)

	edit := func(options ...client.PatchOption) func(func(*v1alpha1.Subject)) error {
		return func(with func(*v1alpha1.Subject)) error {
			now := get(t, s.DeepCopy())
			old := now.DeepCopy()
			with(now)
			return p.Patch(t.Context(), now, client.MergeFrom(old), options...)
		}
	}
	dry, wet := edit(client.DryRunAll), edit()
	err := dry(func(s *v1alpha1.Subject) { s.Spec.Schema = new(orderBroken) })
	if !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), "Incompatible with orders version 1") {
		t.Errorf("an incompatible change: %v", err)
	}
	if err := dry(func(s *v1alpha1.Subject) { s.Spec.Schema = new(orderV2) }); err != nil {
		t.Errorf("a compatible change: %v", err)
	}
	if told := p.told(); !strings.Contains(told, "1 Subjects refer to this one") || !strings.Contains(told, ns+"/user") {
		t.Errorf("who follows the change: %q", told)
	}

	// Metadata is free although the schema would be refused today.
	fake.do(func() { fake.down = true })
	if err := wet(func(s *v1alpha1.Subject) { s.Labels = map[string]string{"team": "a"} }); err != nil || p.told() != "" {
		t.Errorf("a label: %v", err)
	}
	if err := wet(func(s *v1alpha1.Subject) { s.Finalizers = append(s.Finalizers, "example.org/x") }); err != nil || p.told() != "" {
		t.Errorf("a finalizer: %v", err)
	}
}

// TestRegistryDownIsNoObstacle: what cannot be asked is a warning, and a
// registry that does not answer costs no more than the budget.
func TestRegistryDownIsNoObstacle(t *testing.T) {
	t.Parallel()
	ns, p := hookedNamespace(t, labelHooked), newPerson(t)
	fake := external(t, ns)
	enforce(t, ns)

	// It takes requests, and answers none while the Subject is applied.
	host, hang := ns+".example.org", make(chan struct{})
	asked := make(chan struct{}, 1)
	shared.routes.add(host, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "orders") {
			select {
			case asked <- struct{}{}:
			default:
			}
			select {
			case <-hang:
			case <-r.Context().Done():
				return
			}
		}
		fake.ServeHTTP(w, r)
	}))
	s := subject(ns, "orders", orderV1)
	if err := p.Create(t.Context(), s.DeepCopy(), client.DryRunAll); err != nil {
		t.Fatalf("a slow registry: %v", err)
	}
	select {
	case <-asked:
	default:
		t.Error("the registry was not asked")
	}
	if told := p.told(); !strings.Contains(told, "Not compared with the registry") {
		t.Errorf("a slow registry: warned %q", told)
	}
	close(hang)

	fake.do(func() { fake.down = true })
	reg := &v1alpha1.SchemaRegistry{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "reg"}}
	awaitRegistry(t, reg, "Reachable", metav1.ConditionFalse, "")
	p.warned(t, s, "Not compared with the registry, which the operator does as soon as it answers")
	// What the text alone shows is refused all the same.
	p.refused(t, subject(ns, "broken", `{"type":"record"}`), "InvalidSchema")
	fake.do(func() { fake.down = false })
	awaitReady(t, s)
}

// TestDeletionsAtTheWebhook: only a deletion that destroys what others build on
// is refused.
func TestDeletionsAtTheWebhook(t *testing.T) {
	t.Parallel()
	ns, p := hookedNamespace(t, labelHooked), newPerson(t)
	external(t, ns)
	money := subject(ns, "money", `{"type":"record","name":"Money","fields":[{"name":"cents","type":"long"}]}`, deletion(v1alpha1.HardDelete))
	priced := subject(ns, "priced", `{"type":"record","name":"Priced","fields":[{"name":"price","type":"Money"}]}`, refersTo("Money", "money"))
	p.warned(t, money, "with HardDelete the deletion of this object makes records undecodable")
	awaitReady(t, money)
	p.awaitSilence(t, priced)
	p.warned(t, priced)
	awaitReady(t, priced)

	for _, options := range [][]client.DeleteOption{{client.DryRunAll}, nil} {
		err := p.Delete(t.Context(), money.DeepCopy(), options...)
		if !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), ns+"/priced") || !strings.Contains(err.Error(), "HardDelete") {
			t.Errorf("others build on it: %v", err)
		}
	}
	deleteAndAwait(t, priced)
	p.await(t, "nobody builds on it anymore", func() error { return p.Delete(t.Context(), money.DeepCopy(), client.DryRunAll) })
	deleteAndAwait(t, money)
}

// TestWithoutAWebhookTheVerdictIsTheSame applies the same objects where no
// webhook is asked: the conditions say what the webhook said.
func TestWithoutAWebhookTheVerdictIsTheSame(t *testing.T) {
	t.Parallel()
	with, without, p := hookedNamespace(t, labelHooked), namespace(t), newPerson(t)
	for _, ns := range []string{with, without} {
		fake := external(t, ns)
		fake.register("orders", orderV1)
		fake.register("taken", orderV1)
		enforce(t, ns)
	}
	f := func(name, text string, edits ...func(*v1alpha1.SubjectSpec)) {
		t.Helper()
		refusal := p.refused(t, subject(with, name, text, edits...))
		s := subject(without, name, text, edits...)
		create(t, s)
		s = awaitSubject(t, s, "Stalled", metav1.ConditionTrue, "")
		for _, c := range s.Status.Conditions {
			// Namespaces differ, and nothing else.
			if want := strings.ReplaceAll(c.Message, without, with); c.Type == "Ready" && !strings.Contains(refusal, c.Reason+": "+want) {
				t.Errorf("%s: the webhook says %q, the condition %s: %q", name, refusal, c.Reason, want)
			}
		}
	}

	f("broken", `{"type":"record","name":"Order"}`)
	f("orders", orderBroken, adoption(v1alpha1.AdoptIfCompatible))
	f("taken", orderV2)
	f("controlled", orderV1, func(s *v1alpha1.SubjectSpec) { s.Name = new("a\u0085b") })
}

// TestWebhookRightsAreEnough: the rights of config/webhook alone let the keeper
// read and watch its two objects, and no others.
func TestWebhookRightsAreEnough(t *testing.T) {
	t.Parallel()
	who := "only-the-webhook-" + namespace(t)
	user := rbacv1.Subject{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: who}
	create(t,
		&rbacv1.RoleBinding{
			ObjectMeta: metav1.ObjectMeta{Namespace: operatorNamespace, Name: who}, Subjects: []rbacv1.Subject{user},
			RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "plastron-webhook"},
		},
		&rbacv1.ClusterRoleBinding{
			ObjectMeta: metav1.ObjectMeta{Name: who}, Subjects: []rbacv1.Subject{user},
			RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "plastron-webhook"},
		})
	access := rest.CopyConfig(shared.config)
	access.Impersonate.UserName = who
	c, err := client.NewWithWatch(access, client.Options{Scheme: shared.client.Scheme()})
	if err != nil {
		t.Fatal(err)
	}
	f := func(list client.ObjectList, name, namespace string, allowed bool) {
		t.Helper()
		options := []client.ListOption{client.InNamespace(namespace)}
		if name != "" {
			options = append(options, client.MatchingFields{"metadata.name": name})
		}
		err := c.List(t.Context(), list, options...)
		if err == nil {
			w, watching := c.Watch(t.Context(), list, options...)
			if err = watching; err == nil {
				w.Stop()
			}
		}
		if (err == nil) != allowed || err != nil && !apierrors.IsForbidden(err) {
			t.Errorf("%T %s: %v", list, name, err)
		}
	}

	f(&corev1.SecretList{}, "plastron-webhook", operatorNamespace, true)
	f(&corev1.SecretList{}, "other", operatorNamespace, false)
	f(&corev1.SecretList{}, "", operatorNamespace, false)
	f(&corev1.SecretList{}, "plastron-webhook", "default", false)
	f(&admissionv1.ValidatingWebhookConfigurationList{}, "plastron", "", true)
	f(&admissionv1.ValidatingWebhookConfigurationList{}, "other", "", false)
}
