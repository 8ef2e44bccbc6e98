package build

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/runtime/config"
)

var update = flag.Bool("update", false, "write the golden files")

const image = "ghcr.io/plastron-dev/plastron:1.2.3"

func registry(edits ...func(*v1alpha1.SchemaRegistrySpec)) *v1alpha1.SchemaRegistry {
	r := &v1alpha1.SchemaRegistry{
		ObjectMeta: metav1.ObjectMeta{Name: "main", Namespace: "kafka", UID: "u-1"},
		Spec: v1alpha1.SchemaRegistrySpec{
			Type: v1alpha1.Managed,
			Kafka: &v1alpha1.KafkaConnection{Bootstrap: &v1alpha1.BootstrapSource{
				Servers: []v1alpha1.BrokerAddress{"kafka-0:9092", "kafka-1:9092"},
			}},
		},
	}
	for _, edit := range edits {
		edit(&r.Spec)
	}
	return r
}

func plain() Inputs {
	return Inputs{Image: image, Kafka: Kafka{Bootstrap: "kafka-0:9092,kafka-1:9092"}}
}

func render(t *testing.T, c Children) string {
	t.Helper()
	var b strings.Builder
	for _, o := range c.Apply {
		text, err := yaml.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString("---\n")
		b.Write(text)
	}
	for _, o := range c.Optional {
		if o.Object == nil {
			c.Prune = append(c.Prune, ObjectKey{o.Kind, o.Name})
			continue
		}
		text, err := yaml.Marshal(o.Object.Object)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString("---\n")
		b.Write(text)
	}
	for _, k := range c.Prune {
		b.WriteString("--- # not wanted: " + k.GroupVersionKind.Kind + " " + k.Name + "\n")
	}
	return b.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := "testdata/" + name
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil { // a source file
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (go test -update writes it): %s", path, diff)
	}
}

func TestRegistryObjects(t *testing.T) {
	t.Parallel()
	c, err := Registry(registry(), plain())
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "registry.yaml", render(t, c))
}

func TestProxyObjects(t *testing.T) {
	t.Parallel()
	p := &v1alpha1.RestProxy{ObjectMeta: metav1.ObjectMeta{Name: "rest", Namespace: "kafka", UID: "u-2"}}
	p.Spec.Kafka = *registry().Spec.Kafka
	c, err := RestProxy(p, "http://main.kafka.svc:8081", plain())
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "restproxy.yaml", render(t, c))
}

// TestEachFieldChangesItsPartOnly sets one field of the spec and looks at the
// lines that differ.
func TestEachFieldChangesItsPartOnly(t *testing.T) {
	t.Parallel()
	bare, err := Registry(registry(), plain())
	if err != nil {
		t.Fatal(err)
	}
	f := func(edit func(*v1alpha1.SchemaRegistrySpec), want ...string) {
		t.Helper()
		c, err := Registry(registry(edit), plain())
		if err != nil {
			t.Fatal(err)
		}
		added := addedLines(render(t, bare), render(t, c))
		if diff := cmp.Diff(want, added); diff != "" {
			t.Error(diff)
		}
	}
	template := func(w v1alpha1.WorkloadTemplate) func(*v1alpha1.SchemaRegistrySpec) {
		return func(s *v1alpha1.SchemaRegistrySpec) { s.Template = &w }
	}

	f(func(s *v1alpha1.SchemaRegistrySpec) { s.Replicas = new(int32(3)) }, "replicas: 3")
	f(func(s *v1alpha1.SchemaRegistrySpec) { s.Replicas = new(int32(1)) }, "replicas: 1", "--- # not wanted: PodDisruptionBudget main")
	f(func(s *v1alpha1.SchemaRegistrySpec) { s.Image = &v1alpha1.ImageSpec{Tag: new("9")} }, "image: ghcr.io/plastron-dev/plastron:9")
	f(func(s *v1alpha1.SchemaRegistrySpec) { s.Topic = &v1alpha1.TopicSpec{ReplicationFactor: new(int32(3))} },
		"- name: KARAPACE_REPLICATION_FACTOR", `value: "3"`)
	f(func(s *v1alpha1.SchemaRegistrySpec) { s.Topic = &v1alpha1.TopicSpec{Name: new("s")} }, "value: s")
	f(func(s *v1alpha1.SchemaRegistrySpec) { s.Election = &v1alpha1.ElectionSpec{Eligible: new(false)} },
		"- name: KARAPACE_MASTER_ELIGIBILITY", `value: "false"`)
	f(func(s *v1alpha1.SchemaRegistrySpec) {
		s.Election = &v1alpha1.ElectionSpec{Strategy: new(v1alpha1.Highest)}
	},
		"- name: KARAPACE_MASTER_ELECTION_STRATEGY", "value: highest")
	f(func(s *v1alpha1.SchemaRegistrySpec) { s.Election = &v1alpha1.ElectionSpec{GroupID: new("g")} }, "value: g")
	f(func(s *v1alpha1.SchemaRegistrySpec) { s.DefaultCompatibility = new(v1alpha1.Level("FULL")) },
		"- name: KARAPACE_COMPATIBILITY", "value: FULL")
	f(func(s *v1alpha1.SchemaRegistrySpec) { s.Kafka.ClientID = new("me") }, "value: me")
	f(func(s *v1alpha1.SchemaRegistrySpec) {
		s.Config = map[string]v1alpha1.ConfigValue{"log_level": "$(POD_NAME)"}
	}, "- name: KARAPACE_LOG_LEVEL", "value: $$(POD_NAME)")
	f(template(v1alpha1.WorkloadTemplate{Labels: map[string]string{"team": "a"}}), "team: a")
	f(template(v1alpha1.WorkloadTemplate{Annotations: map[string]string{"a": "b"}}), "annotations:", "a: b")
	f(template(v1alpha1.WorkloadTemplate{NodeSelector: map[string]string{"disk": "ssd"}}), "nodeSelector:", "disk: ssd")
	f(template(v1alpha1.WorkloadTemplate{PriorityClassName: new("high")}), "priorityClassName: high")
	f(template(v1alpha1.WorkloadTemplate{ServiceAccountName: new("sa")}), "serviceAccountName: sa")
	f(template(v1alpha1.WorkloadTemplate{TerminationGracePeriodSeconds: new(int64(60))}), "terminationGracePeriodSeconds: 60")
	f(template(v1alpha1.WorkloadTemplate{Env: []corev1.EnvVar{{Name: "GOGC", Value: "50"}}}), "- name: GOGC", `value: "50"`)
	f(template(v1alpha1.WorkloadTemplate{Tolerations: []corev1.Toleration{{Key: "k"}}}), "tolerations:", "- key: k")
	f(template(v1alpha1.WorkloadTemplate{TopologySpreadConstraints: []corev1.TopologySpreadConstraint{}}))
	f(template(v1alpha1.WorkloadTemplate{Resources: &corev1.ResourceRequirements{
		Limits: corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("1Gi")},
	}}), "limits:", "memory: 1Gi")
}

// addedLines returns the lines of b that a does not have as often, trimmed.
func addedLines(a, b string) []string {
	count := map[string]int{}
	for line := range strings.SplitSeq(a, "\n") {
		count[strings.TrimSpace(line)]++
	}
	var added []string
	for line := range strings.SplitSeq(b, "\n") {
		if line = strings.TrimSpace(line); count[line] == 0 {
			added = append(added, line)
		} else {
			count[line]--
		}
	}
	return added
}

// TestPodsCanReadTheirConfiguration loads the variables as a pod does.
func TestPodsCanReadTheirConfiguration(t *testing.T) {
	t.Parallel()
	load := func(w environment, role config.Role) *config.Config {
		t.Helper()
		var environ []string
		for _, e := range w {
			if e.Value != nil {
				environ = append(environ, *e.Name+"="+strings.ReplaceAll(*e.Value, "$(POD_NAME)", "main-0"))
			}
		}
		c, notes, err := config.Load(config.Input{Role: role, Environ: environ})
		if err != nil || len(notes) > 0 {
			t.Fatalf("%v %v", notes, err)
		}
		return c
	}
	r := registry(func(s *v1alpha1.SchemaRegistrySpec) {
		s.Topic = &v1alpha1.TopicSpec{Name: new("s"), ReplicationFactor: new(int32(3))}
		s.Election = &v1alpha1.ElectionSpec{Eligible: new(false), Strategy: new(v1alpha1.Highest), GroupID: new("g")}
	})
	w := &workload{name: "main", namespace: "kafka", headless: "main-nodes", port: 8081, inputs: plain()}
	c := load(registryEnv(w, r), config.RoleRegistry)
	if c.Registry.Topic != "s" || c.Registry.GroupID != "g" || c.AdvertisedURL("x") != "http://main-0.main-nodes.kafka.svc:8081" ||
		c.Address() != "0.0.0.0:8081" || len(c.Kafka.Brokers()) != 2 {
		t.Errorf("%+v", c)
	}
}

func TestImage(t *testing.T) {
	t.Parallel()
	f := func(spec *v1alpha1.ImageSpec, fallback, want, version string) {
		t.Helper()
		if got := Image(spec, fallback); got != want || Version(got) != version {
			t.Errorf("Image = %s, version %s; want %s, %s", got, Version(got), want, version)
		}
	}

	f(nil, image, image, "1.2.3")
	f(&v1alpha1.ImageSpec{PullPolicy: new(corev1.PullAlways)}, image, image, "1.2.3")
	f(&v1alpha1.ImageSpec{Tag: new("2")}, image, "ghcr.io/plastron-dev/plastron:2", "2")
	f(&v1alpha1.ImageSpec{Repository: new("host:5000/p")}, image, "host:5000/p:1.2.3", "1.2.3")
	f(&v1alpha1.ImageSpec{Digest: new("sha256:ab")}, image, "ghcr.io/plastron-dev/plastron@sha256:ab", "sha256:ab")
	f(&v1alpha1.ImageSpec{Tag: new("2")}, "host:5000/p", "host:5000/p:2", "2")
	f(&v1alpha1.ImageSpec{Tag: new("2")}, "host:5000/p@sha256:ab", "host:5000/p:2", "2")
}

func TestCheckRegistryURL(t *testing.T) {
	t.Parallel()
	f := func(url string, ok bool) {
		t.Helper()
		if _, err := CheckRegistryURL(url); (err == nil) != ok {
			t.Errorf("%s: %v", url, err)
		}
	}

	f("http://r:8081", true)
	f("https://r/", true)
	f("http://[::1]:8081", true)
	f("http://r/path", false)
	f("ftp://r", false)
	f("http://", false)
	f("r:8081", false)
}
