package build

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// kafkaFolder is where the files of the connection to Kafka are.
const kafkaFolder = "/etc/plastron/kafka"

// fileMode of mounted secrets: the group of the pod reads them.
const fileMode int32 = 0o440

// AuthoritiesKey is the key of the authorities in that ConfigMap; see
// AuthoritiesName.
const AuthoritiesKey = "ca.crt"

// Kafka is a connection to Kafka as pods are configured with it. Secrets are
// in it by name alone: what they hold is read by the kubelet, so their change
// changes no pod.
type Kafka struct {
	// Bootstrap lists the brokers, host:port, separated by commas.
	Bootstrap string
	// Settings are further keys of the configuration.
	Settings []Setting
	// Files are mounted, and each is named by a key of the configuration.
	Files []File
	// Authorities (PEM) that no Secret holds. They go into a ConfigMap.
	Authorities string
	// TokenAudience asks for a token of the pods' service account, empty for
	// none.
	TokenAudience string
}

// Setting is the value of a key of the configuration.
type Setting struct{ Key, Value string }

// File is one value of a Secret as a file.
type File struct {
	// Setting is the key of the configuration that names the file.
	Setting string
	// Secret and Key say where the value is.
	Secret, Key string
	// Name of the file.
	Name string
}

// Set adds a setting.
func (k *Kafka) Set(key, value string) { k.Settings = append(k.Settings, Setting{key, value}) }

// Mount adds a file.
func (k *Kafka) Mount(setting, secret, key, name string) {
	k.Files = append(k.Files, File{setting, secret, key, name})
}

// AuthoritiesName is the ConfigMap in which the operator keeps the authorities
// of Kafka for the pods of an object of this name.
func AuthoritiesName(name string) string { return name + "-kafka-ca" }

// authorities keeps the certificates that only a status holds where pods can
// mount them; nil when there are none.
func (w *workload) authorities() *corev1ac.ConfigMapApplyConfiguration {
	if w.inputs.Kafka.Authorities == "" {
		return nil
	}
	return corev1ac.ConfigMap(AuthoritiesName(w.name), w.namespace).
		WithLabels(w.labels()).
		WithOwnerReferences(w.ownerReference()).
		WithData(map[string]string{AuthoritiesKey: w.inputs.Kafka.Authorities})
}

func (w *workload) authoritiesObject() ObjectKey {
	return ObjectKey{GroupVersionKind: schema.GroupVersionKind{Version: "v1", Kind: "ConfigMap"}, Name: AuthoritiesName(w.name)}
}

// kafkaEnv configures the connection.
func (w *workload) kafkaEnv(e *environment) {
	e.set("bootstrap_uri", literal(w.inputs.Kafka.Bootstrap))
	for _, s := range w.inputs.Kafka.Settings {
		e.set(s.Key, literal(s.Value))
	}
	if w.inputs.Kafka.Authorities != "" {
		e.set("ssl_cafile", kafkaFolder+"/ca.crt")
	}
	if w.inputs.Kafka.TokenAudience != "" {
		e.set("sasl_oauth_token_file", kafkaFolder+"/token")
	}
	for _, f := range w.inputs.Kafka.Files {
		e.set(f.Setting, kafkaFolder+"/"+f.Name)
	}
}

// kafkaVolume is one volume for all files, so that those which belong
// together, a certificate and its key, change at one moment. It returns nil
// when there are no files.
func (w *workload) kafkaVolume() *corev1ac.VolumeApplyConfiguration {
	projected := corev1ac.ProjectedVolumeSource().WithDefaultMode(fileMode)
	if w.inputs.Kafka.Authorities != "" {
		projected.WithSources(corev1ac.VolumeProjection().WithConfigMap(corev1ac.ConfigMapProjection().
			WithName(AuthoritiesName(w.name)).WithItems(corev1ac.KeyToPath().WithKey(AuthoritiesKey).WithPath("ca.crt"))))
	}
	if w.inputs.Kafka.TokenAudience != "" {
		projected.WithSources(corev1ac.VolumeProjection().WithServiceAccountToken(corev1ac.ServiceAccountTokenProjection().
			WithAudience(w.inputs.Kafka.TokenAudience).WithExpirationSeconds(3600).WithPath("token")))
	}
	projected.WithSources(secretSources(w.inputs.Kafka.Files)...)
	if len(projected.Sources) == 0 {
		return nil
	}
	return corev1ac.Volume().WithName("kafka").WithProjected(projected)
}

// secretSources groups files by their Secret, in the order of the files.
func secretSources(files []File) []*corev1ac.VolumeProjectionApplyConfiguration {
	var order []string
	items := map[string][]*corev1ac.KeyToPathApplyConfiguration{}
	for _, f := range files {
		if !slices.Contains(order, f.Secret) {
			order = append(order, f.Secret)
		}
		items[f.Secret] = append(items[f.Secret], corev1ac.KeyToPath().WithKey(f.Key).WithPath(f.Name))
	}
	sources := make([]*corev1ac.VolumeProjectionApplyConfiguration, 0, len(order))
	for _, name := range order {
		sources = append(sources, corev1ac.VolumeProjection().
			WithSecret(corev1ac.SecretProjection().WithName(name).WithItems(items[name]...)))
	}
	return sources
}

// literal writes a text so that Kubernetes expands nothing in it.
func literal(text string) string { return strings.ReplaceAll(text, "$", "$$") }

// BrokerList joins addresses as the configuration takes them.
func BrokerList(servers []v1alpha1.BrokerAddress) string {
	all := make([]string, 0, len(servers))
	for _, s := range servers {
		all = append(all, string(s))
	}
	return strings.Join(all, ",")
}
