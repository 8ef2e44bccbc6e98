package plugin

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

const team = "team"

// send writes to a registry past the plugin.
func send(t *testing.T, method, url, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	transport := &http.Transport{DisableKeepAlives: true}
	res, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if answer, err := io.ReadAll(res.Body); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %d %s %v", method, url, res.StatusCode, answer, err)
	}
}

func register(t *testing.T, url, subject, body string) {
	t.Helper()
	send(t, http.MethodPost, url+"/subjects/"+subject+"/versions", body)
}

const (
	orderV1 = `{"schema": "{\"type\":\"record\",\"name\":\"Order\",\"fields\":[{\"name\":\"id\",\"type\":\"string\"}]}"}`
	orderV2 = `{"schema": "{\"type\":\"record\",\"name\":\"Order\",\"fields\":[{\"name\":\"id\",\"type\":\"string\"},{\"name\":\"note\",\"type\":\"string\",\"default\":\"\"}]}"}`
)

// external is the object of a registry at url.
func external(url string) *v1alpha1.SchemaRegistry {
	return &v1alpha1.SchemaRegistry{
		ObjectMeta: metav1.ObjectMeta{Namespace: team, Name: "main"},
		Spec: v1alpha1.SchemaRegistrySpec{
			Type: v1alpha1.External, External: &v1alpha1.ExternalRegistry{URLs: []v1alpha1.RegistryURL{v1alpha1.RegistryURL(url)}},
		},
	}
}

func subject(name, text string, edits ...func(*v1alpha1.Subject)) *v1alpha1.Subject {
	s := &v1alpha1.Subject{
		ObjectMeta: metav1.ObjectMeta{Namespace: team, Name: name, Generation: 1},
		Spec:       v1alpha1.SubjectSpec{RegistryRef: v1alpha1.RegistryReference{Name: "main"}},
	}
	if text != "" {
		s.Spec.Schema = &text
	}
	for _, edit := range edits {
		edit(s)
	}
	return s
}

// newPlugin returns a plugin over the objects, and what it prints.
func newPlugin(t *testing.T, objects ...client.Object) (*Plugin, *bytes.Buffer) {
	t.Helper()
	scheme, err := Scheme()
	if err != nil {
		t.Fatal(err)
	}
	out := &bytes.Buffer{}
	return &Plugin{
		Client: fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).WithStatusSubresource(objects...).Build(),
		Dialer: noWay{}, Namespace: team, Version: "test", Out: out,
	}, out
}

// noWay is a dialer for tests without managed registries.
type noWay struct{}

func (noWay) Dial(_ context.Context, r *v1alpha1.SchemaRegistry) (Dial, func(), error) {
	return nil, nil, fmt.Errorf("a test asked for a way to %s", r.Name)
}

// wantText fails unless got has all of the parts.
func wantText(t *testing.T, got string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(got, p) {
			t.Errorf("%q is missing in:\n%s", p, got)
		}
	}
}
