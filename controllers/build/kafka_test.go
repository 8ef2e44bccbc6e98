package build

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/runtime/config"
)

func secureKafka() Kafka {
	k := Kafka{Bootstrap: "kafka-0:9093", Authorities: "-----BEGIN CERTIFICATE-----\n"}
	k.Set("security_protocol", "SASL_SSL")
	k.Set("sasl_mechanism", "SCRAM-SHA-512")
	k.Set("sasl_plain_username", "$(POD_NAME)")
	k.Mount("sasl_plain_password_file", "user", "password", "password")
	k.Mount("ssl_certfile", "pair", "tls.crt", "tls.crt")
	k.Mount("ssl_keyfile", "pair", "tls.key", "tls.key")
	return k
}

// TestSecureKafkaObjects: credentials are files of the Secrets, never values
// in the pod, and a text with a dollar sign is that text.
func TestSecureKafkaObjects(t *testing.T) {
	t.Parallel()
	c, err := Registry(registry(), Inputs{Image: image, Kafka: secureKafka()})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "registry_secure.yaml", render(t, c))
	p := &v1alpha1.RestProxy{}
	p.Name, p.Namespace = "rest", "kafka"
	c, err = RestProxy(p, "", Inputs{Image: image, Kafka: Kafka{Bootstrap: "k:1", TokenAudience: "kafka"}})
	if err != nil {
		t.Fatal(err)
	}
	text := render(t, c)
	for _, want := range []string{"audience: kafka", "path: token", "value: " + kafkaFolder + "/token", "not wanted: ConfigMap rest-kafka-ca"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// TestPodsCanReadTheirCredentials loads the variables as a pod does, with the
// volume in a folder.
func TestPodsCanReadTheirCredentials(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for _, name := range []string{"ca.crt", "password", "tls.crt", "tls.key"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w := &workload{name: "main", namespace: "kafka", headless: "main-nodes", port: 8081, inputs: Inputs{Kafka: secureKafka()}}
	var environ []string
	for _, e := range registryEnv(w, registry()) {
		if e.Value != nil {
			environ = append(environ, *e.Name+"="+strings.ReplaceAll(*e.Value, kafkaFolder, folder))
		}
	}
	c, notes, err := config.Load(config.Input{Role: config.RoleRegistry, Environ: environ})
	if err != nil || len(notes) > 0 {
		t.Fatalf("%v %v", notes, err)
	}
	if c.Kafka.Protocol != "SASL_SSL" || c.Kafka.SASLMechanism != "SCRAM-SHA-512" || c.Kafka.CAFile != filepath.Join(folder, "ca.crt") {
		t.Errorf("%+v", c.Kafka)
	}
}

// TestEveryVolumeIsMounted looks into the pods that carry files: a volume that
// the container does not mount is of no use.
func TestEveryVolumeIsMounted(t *testing.T) {
	t.Parallel()
	w := &workload{
		name: "main", namespace: "kafka", component: "registry", port: 8081, template: &v1alpha1.WorkloadTemplate{},
		inputs: Inputs{Kafka: secureKafka(), Listener: []File{{Setting: "server_tls_certfile", Secret: "tls", Key: "tls.crt", Name: "tls.crt"}}},
	}
	template, err := w.podTemplate()
	if err != nil {
		t.Fatal(err)
	}
	var volumes, mounts []string
	for _, v := range template.Spec.Volumes {
		volumes = append(volumes, *v.Name)
	}
	for _, m := range template.Spec.Containers[0].VolumeMounts {
		mounts = append(mounts, *m.Name)
	}
	if diff := cmp.Diff(volumes, mounts); diff != "" || len(volumes) != 2 {
		t.Errorf("volumes, and what the container mounts: %s", diff)
	}
}
