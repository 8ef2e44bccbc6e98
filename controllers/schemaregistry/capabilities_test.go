package schemaregistry

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	registry "github.com/plastron-dev/plastron/runtime/client"
)

// routes answers some paths; each other is 404, or 503 when it is down.
type routes struct {
	to    map[string]string
	down  bool
	asked int
}

func (r *routes) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	r.asked++
	answer, ok := r.to[request.URL.Path]
	switch {
	case r.down:
		w.WriteHeader(http.StatusServiceUnavailable)
	case !ok:
		w.WriteHeader(http.StatusNotFound)
	default:
		_, _ = io.WriteString(w, answer)
	}
}

const (
	versionRoute   = "/v1/metadata/version"
	exportersRoute = "/exporters"
)

func capabilitiesAt(t *testing.T, r *routes, reg *v1alpha1.SchemaRegistry, health *registry.Health) *v1alpha1.Capabilities {
	t.Helper()
	server := httptest.NewServer(r)
	defer server.Close()
	transport := registry.NewTransport()
	defer transport.CloseIdleConnections()
	c, err := registry.New(registry.Config{URLs: []string{server.URL}, Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	return capabilities(t.Context(), reg, c, health)
}

func external(vendor *v1alpha1.Vendor) *v1alpha1.SchemaRegistry {
	return &v1alpha1.SchemaRegistry{Spec: v1alpha1.SchemaRegistrySpec{Type: v1alpha1.External, External: &v1alpha1.ExternalRegistry{Vendor: vendor}}}
}

// TestCapabilities tells registries apart by the routes that they have.
func TestCapabilities(t *testing.T) {
	t.Parallel()
	const feed, metadata, modes, rules = v1alpha1.FeatureFeed, v1alpha1.FeatureMetadata, v1alpha1.FeatureModeWrite, v1alpha1.FeatureRules
	f := func(to map[string]string, health *registry.Health, named *v1alpha1.Vendor, vendor v1alpha1.Vendor, version string, features ...v1alpha1.Feature) {
		t.Helper()
		got := capabilitiesAt(t, &routes{to: to}, external(named), health)
		if diff := cmp.Diff(&v1alpha1.Capabilities{Vendor: vendor, Version: version, Features: features}, got); diff != "" {
			t.Errorf("%v %+v (-want +got):\n%s", to, health, diff)
		}
	}
	version := func(v string) map[string]string { return map[string]string{versionRoute: `{"version":"` + v + `"}`} }
	commercial := version("7.9.0-ce")
	commercial[exportersRoute] = `[]`

	f(version("1.2.3"), &registry.Health{Version: "1.2.3"}, nil, v1alpha1.VendorPlastron, "1.2.3", feed, metadata, modes)
	f(nil, &registry.Health{Version: "5.0.3"}, nil, v1alpha1.VendorKarapace, "5.0.3")
	f(version("7.9.0-ccs"), nil, nil, v1alpha1.VendorConfluent, "7.9.0-ccs", metadata, modes)
	f(version("7.3.1-ccs"), nil, nil, v1alpha1.VendorConfluent, "7.3.1-ccs", modes)
	f(version("unknown"), nil, nil, v1alpha1.VendorConfluent, "unknown", modes)
	f(commercial, nil, nil, v1alpha1.VendorConfluent, "7.9.0-ce", metadata, modes, rules)
	f(nil, nil, nil, v1alpha1.VendorOther, "", modes)
	f(nil, &registry.Health{}, nil, v1alpha1.VendorOther, "", modes)
	f(version("7.9.0-ccs"), nil, new(v1alpha1.VendorConfluent), v1alpha1.VendorConfluent, "7.9.0-ccs", metadata, modes, rules)
	f(nil, nil, new(v1alpha1.VendorKarapace), v1alpha1.VendorKarapace, "")
}

// TestCapabilitiesAreAskedForOnce: what is known is not asked for again, until
// the registry says that it is another one, or the object is.
func TestCapabilitiesAreAskedForOnce(t *testing.T) {
	t.Parallel()
	known := &v1alpha1.Capabilities{Vendor: v1alpha1.VendorKarapace, Version: "5.0.3"}
	f := func(name string, down bool, health *registry.Health, edit func(*v1alpha1.SchemaRegistry), asked int, same bool) {
		t.Helper()
		reg := external(nil)
		reg.Generation, reg.Status.ObservedGeneration, reg.Status.Capabilities = 2, 2, known
		reg.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionReachable, Status: metav1.ConditionTrue}}
		edit(reg)
		r := &routes{to: map[string]string{versionRoute: `{"version":"6"}`}, down: down}
		if got := capabilitiesAt(t, r, reg, health); (got == known) != same || r.asked != asked {
			t.Errorf("%s: %+v after %d requests", name, got, r.asked)
		}
	}
	keep := func(*v1alpha1.SchemaRegistry) {}

	f("the same", false, &registry.Health{Version: "5.0.3"}, keep, 0, true)
	f("without a health route", false, nil, keep, 0, true)
	f("another version", false, &registry.Health{Version: "6"}, keep, 1, false)
	f("another generation", false, &registry.Health{Version: "5.0.3"}, func(r *v1alpha1.SchemaRegistry) { r.Generation = 3 }, 1, false)
	f("it was away", false, &registry.Health{Version: "5.0.3"}, func(r *v1alpha1.SchemaRegistry) { r.Status.Conditions = nil }, 1, false)
	f("the answer is missing", true, &registry.Health{Version: "6"}, keep, 1, true)
}

// TestOffsetsAreNoReasonToWrite: a registry that is written to moves the end of
// its topic, and nothing else in the status.
func TestOffsetsAreNoReasonToWrite(t *testing.T) {
	t.Parallel()
	status := func(offset int64, ready int32) *v1alpha1.SchemaRegistryStatus {
		return &v1alpha1.SchemaRegistryStatus{ReadyReplicas: ready, Topic: &v1alpha1.TopicStatus{Name: "_schemas", EndOffset: offset}}
	}
	f := func(a, b *v1alpha1.SchemaRegistryStatus, want bool) {
		t.Helper()
		if got := sameButOffsets(a, b); got != want {
			t.Errorf("%+v %+v: %t", a, b, got)
		}
	}

	f(status(1, 2), status(1, 2), true)
	f(status(1, 2), status(9, 2), true)
	f(status(1, 2), status(9, 1), false)
	f(&v1alpha1.SchemaRegistryStatus{}, status(1, 0), false)
	f(&v1alpha1.SchemaRegistryStatus{}, &v1alpha1.SchemaRegistryStatus{}, true)
}
