package build

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"strconv"

	"k8s.io/apimachinery/pkg/runtime/schema"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/config/monitoring"
)

// prometheus is the group of the kinds that Prometheus' operator reads.
const prometheus = "monitoring.coreos.com"

// sidecarLabel is what Grafana's sidecar looks for by default.
const sidecarLabel = "grafana_dashboard"

// metricName finds our metrics in an expression, and whether labels are asked
// for already.
var metricName = regexp.MustCompile(`\bkarapace_[a-z0-9_]+\b(\{)?`)

func (w *workload) monitoring(out *Children) error {
	var spec v1alpha1.MonitoringSpec
	if w.expose.Monitoring != nil {
		spec = *w.expose.Monitoring
	}
	rule, err := w.prometheusRule(spec.PrometheusRule)
	if err != nil {
		return err
	}
	out.Optional = append(out.Optional, w.podMonitor(spec.PodMonitor), rule)
	if spec.Dashboard == nil {
		out.Prune = append(out.Prune, ObjectKey{GroupVersionKind: schema.GroupVersionKind{Version: "v1", Kind: "ConfigMap"}, Name: w.dashboardName()})
		return nil
	}
	dashboard, err := w.dashboard(*spec.Dashboard)
	if err != nil {
		return err
	}
	out.Apply = append(out.Apply, dashboard)
	return nil
}

// podMonitor makes Prometheus read /metrics of each pod.
func (w *workload) podMonitor(spec *v1alpha1.PodMonitorSpec) Optional {
	kind := schema.GroupVersionKind{Group: prometheus, Version: "v1", Kind: "PodMonitor"}
	out := Optional{Field: "spec.monitoring.podMonitor", Kind: kind, Name: w.name}
	if spec == nil {
		return out
	}
	endpoint := map[string]any{"port": portName, "path": "/metrics"}
	if spec.Interval != nil {
		endpoint["interval"] = *spec.Interval
	}
	if w.tls != nil {
		endpoint["scheme"] = "https"
		endpoint["tlsConfig"] = w.scrapeTLS()
	}
	matched := map[string]any{}
	for k, v := range w.selectorLabels() {
		matched[k] = v
	}
	out.Object = w.object(kind, spec.ObjectMetadata, map[string]any{
		"selector":            map[string]any{"matchLabels": matched},
		"podMetricsEndpoints": []any{endpoint},
	})
	return out
}

// scrapeTLS says whom Prometheus trusts: it asks pods by their addresses, for
// which no certificate is.
func (w *workload) scrapeTLS() map[string]any {
	out := map[string]any{"serverName": w.name + "." + w.namespace + ".svc"}
	for _, f := range w.inputs.Listener {
		if f.Setting == "server_tls_cafile" {
			out["ca"] = map[string]any{"secret": map[string]any{"name": f.Secret, "key": f.Key}}
		}
	}
	return out
}

// prometheusRule is config/monitoring/alerts.yaml, for this workload alone. A
// proxy gets the alerts that every listener has.
func (w *workload) prometheusRule(spec *v1alpha1.ObjectMetadata) (Optional, error) {
	kind := schema.GroupVersionKind{Group: prometheus, Version: "v1", Kind: "PrometheusRule"}
	out := Optional{Field: "spec.monitoring.prometheusRule", Kind: kind, Name: w.name}
	if spec == nil {
		return out, nil
	}
	var file struct {
		Groups []struct {
			Name  string           `json:"name"`
			Rules []map[string]any `json:"rules"`
		} `json:"groups"`
	}
	if err := yaml.UnmarshalStrict(monitoring.Alerts, &file); err != nil {
		return Optional{}, fmt.Errorf("reading the alert rules: %w", err)
	}
	var groups []any
	for _, g := range file.Groups {
		if g.Name == "plastron-registry" && w.kind != v1alpha1.KindSchemaRegistry {
			continue
		}
		rules := make([]any, 0, len(g.Rules))
		for _, r := range g.Rules {
			expr, _ := r["expr"].(string)
			r["expr"] = w.ownMetrics(expr)
			rules = append(rules, r)
		}
		groups = append(groups, map[string]any{"name": g.Name + "-" + w.namespace + "-" + w.name, "rules": rules})
	}
	out.Object = w.object(kind, *spec, map[string]any{"groups": groups})
	return out, nil
}

// job is the value of the label job that a PodMonitor of this name gives.
func (w *workload) job() string { return w.namespace + "/" + w.name }

// ownMetrics narrows an expression to the metrics of this workload.
func (w *workload) ownMetrics(expr string) string {
	labels := "{namespace=" + strconv.Quote(w.namespace) + ",job=" + strconv.Quote(w.job())
	return metricName.ReplaceAllStringFunc(expr, func(found string) string {
		if name := found[:len(found)-1]; found[len(name):] == "{" {
			return name + labels + ","
		}
		return found + labels + "}"
	})
}

func (w *workload) dashboardName() string { return w.name + "-dashboard" }

// dashboard is config/monitoring/dashboard.json under a name and an identity
// of its own, so that those of several workloads live in one Grafana.
func (w *workload) dashboard(m v1alpha1.ObjectMetadata) (*corev1ac.ConfigMapApplyConfiguration, error) {
	var d map[string]any
	if err := json.Unmarshal(monitoring.Dashboard, &d); err != nil {
		return nil, fmt.Errorf("reading the dashboard: %w", err)
	}
	sum := sha256.Sum256([]byte(w.kind + "/" + w.job()))
	d["uid"] = "plastron-" + hex.EncodeToString(sum[:8])
	d["title"] = "Plastron " + w.job()
	current := map[string]string{"namespace": w.namespace, "job": w.job()}
	templating, _ := d["templating"].(map[string]any)
	variables, _ := templating["list"].([]any)
	for _, v := range variables {
		variable, _ := v.(map[string]any)
		name, _ := variable["name"].(string)
		if value, ok := current[name]; ok {
			variable["current"] = map[string]any{"text": value, "value": value}
		}
	}
	text, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("writing the dashboard: %w", err)
	}
	labels := map[string]string{sidecarLabel: "1"}
	maps.Copy(labels, w.labelsWith(m))
	return corev1ac.ConfigMap(w.dashboardName(), w.namespace).
		WithLabels(labels).
		WithAnnotations(m.Annotations).
		WithOwnerReferences(w.ownerReference()).
		WithData(map[string]string{"plastron-" + w.name + ".json": string(text)}), nil
}
