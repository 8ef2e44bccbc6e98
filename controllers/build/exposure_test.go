package build

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/config/monitoring"
)

func exposed() v1alpha1.Exposure {
	meta := v1alpha1.ObjectMetadata{
		Labels:      map[string]string{"team": "a", "app.kubernetes.io/managed-by": "x"},
		Annotations: map[string]string{"note": "b"},
	}
	return v1alpha1.Exposure{
		Service: &v1alpha1.ServiceSpec{ObjectMetadata: meta, Type: new(v1alpha1.ServiceType("LoadBalancer"))},
		Ingress: &v1alpha1.IngressSpec{ObjectMetadata: meta, ClassName: new("nginx"), Host: "registry.example.org", TLSSecretName: new("edge")},
		HTTPRoute: &v1alpha1.HTTPRouteSpec{ObjectMetadata: meta, Hostnames: []v1alpha1.HostName{"registry.example.org"},
			ParentRefs: []v1alpha1.GatewayRef{{Name: "edge", Namespace: new("gateways"), SectionName: new("https")}}},
		NetworkPolicy: &v1alpha1.NetworkPolicySpec{ObjectMetadata: meta, From: []networkingv1.NetworkPolicyPeer{
			{NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"team": "a"}}},
		}},
		Monitoring: &v1alpha1.MonitoringSpec{
			PodMonitor:     &v1alpha1.PodMonitorSpec{ObjectMetadata: meta, Interval: new("15s")},
			PrometheusRule: &meta, Dashboard: &meta,
		},
	}
}

// TestExposureObjects holds the objects as text; the alerts and the dashboard
// are looked at below.
func TestExposureObjects(t *testing.T) {
	t.Parallel()
	r := registry(func(s *v1alpha1.SchemaRegistrySpec) {
		s.Exposure = exposed()
		s.Listener = &v1alpha1.RegistryListenerSpec{ListenerSpec: v1alpha1.ListenerSpec{TLS: &v1alpha1.ListenerTLS{SecretName: "main-tls"}}}
	})
	in := plain()
	in.Listener = []File{
		{Setting: "server_tls_certfile", Secret: "main-tls", Key: "tls.crt", Name: "tls.crt"},
		{Setting: "server_tls_keyfile", Secret: "main-tls", Key: "tls.key", Name: "tls.key"},
		{Setting: "server_tls_cafile", Secret: "main-tls", Key: "ca.crt", Name: "ca.crt"},
	}
	c, err := Registry(r, in)
	if err != nil {
		t.Fatal(err)
	}
	c.Apply = c.Apply[1:] // The headless Service is that of registry.yaml.
	text := render(t, c)
	if !c.AsksForOptional() {
		t.Error("nothing optional is asked for")
	}
	var kept []string
	for doc := range strings.SplitSeq(text, "---\n") {
		if !strings.Contains(doc, "kind: StatefulSet") && !strings.Contains(doc, "kind: PrometheusRule") && !strings.Contains(doc, "plastron-main.json") {
			kept = append(kept, doc)
		}
	}
	golden(t, "exposure.yaml", strings.Join(kept, "---\n"))
}

func TestAlertsLookAtOneWorkload(t *testing.T) {
	t.Parallel()
	rulesOf := func(objects []Optional) (exprs map[string]string) {
		t.Helper()
		exprs = map[string]string{}
		for _, o := range objects {
			if o.Kind.Kind != "PrometheusRule" {
				continue
			}
			groups, _ := o.Object.Object["spec"].(map[string]any)["groups"].([]any)
			for _, g := range groups {
				for _, r := range g.(map[string]any)["rules"].([]any) {
					rule, _ := r.(map[string]any)
					exprs[rule["alert"].(string)] = rule["expr"].(string)
				}
			}
		}
		return exprs
	}
	c, err := Registry(registry(func(s *v1alpha1.SchemaRegistrySpec) { s.Exposure = exposed() }), plain())
	if err != nil {
		t.Fatal(err)
	}
	got := rulesOf(c.Optional)
	var file struct {
		Groups []struct {
			Rules []struct{ Alert, Expr string }
		}
	}
	if err := yaml.Unmarshal(monitoring.Alerts, &file); err != nil {
		t.Fatal(err)
	}
	const own = `{namespace="kafka",job="kafka/main"`
	count := 0
	for _, g := range file.Groups {
		for _, r := range g.Rules {
			count++
			expr := got[r.Alert]
			names, narrowed := strings.Count(expr, "karapace_"), strings.Count(expr, own)
			if names == 0 || names != narrowed {
				t.Errorf("%s looks at others too: %s", r.Alert, expr)
			}
			if back := strings.NewReplacer(own+",", "{", own+"}", "").Replace(expr); back != r.Expr {
				t.Errorf("%s says something else: %s", r.Alert, expr)
			}
		}
	}
	if count < 10 || count != len(got) {
		t.Errorf("%d alerts, %d in the file", len(got), count)
	}

	p := &v1alpha1.RestProxy{ObjectMeta: metav1.ObjectMeta{Name: "rest", Namespace: "kafka"}}
	p.Spec.Kafka, p.Spec.Exposure = *registry().Spec.Kafka, exposed()
	if c, err = RestProxy(p, "", plain()); err != nil {
		t.Fatal(err)
	}
	got = rulesOf(c.Optional)
	if _, ok := got["RegistryWithoutPrimary"]; ok || !strings.Contains(got["RegistryErrors"], `job="kafka/rest"`) {
		t.Errorf("alerts of a proxy: %v", got)
	}
}

func TestDashboardIsThatOfOneWorkload(t *testing.T) {
	t.Parallel()
	dashboard := func(name string) map[string]any {
		t.Helper()
		w := &workload{kind: v1alpha1.KindSchemaRegistry, name: name, namespace: "kafka"}
		c, err := w.dashboard(v1alpha1.ObjectMetadata{})
		if err != nil {
			t.Fatal(err)
		}
		if c.Labels[sidecarLabel] != "1" {
			t.Errorf("labels %v", c.Labels)
		}
		var d map[string]any
		if err := json.Unmarshal([]byte(c.Data["plastron-"+name+".json"]), &d); err != nil {
			t.Fatal(err)
		}
		return d
	}
	a, b := dashboard("a"), dashboard("b")
	if a["uid"] == b["uid"] || len(a["uid"].(string)) > 40 || a["title"] == b["title"] {
		t.Errorf("%v %v, %v %v", a["uid"], b["uid"], a["title"], b["title"])
	}
	current := map[string]any{}
	for _, v := range a["templating"].(map[string]any)["list"].([]any) {
		v, _ := v.(map[string]any)
		if c, ok := v["current"].(map[string]any); ok {
			current[v["name"].(string)] = c["value"]
		}
	}
	if want := map[string]any{"namespace": "kafka", "job": "kafka/a"}; !maps.Equal(current, want) {
		t.Errorf("shows %v, want %v", current, want)
	}
	if labels := (&workload{}).labelsWith(v1alpha1.ObjectMetadata{Labels: map[string]string{"app.kubernetes.io/managed-by": "x"}}); labels["app.kubernetes.io/managed-by"] != ManagedBy {
		t.Error("a label of the spec hides the object from the operator")
	}
}
