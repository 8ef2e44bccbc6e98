package build

import (
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
)

// Folders of further files. Each is a volume, named by its last part.
const (
	listenerFolder = "/etc/plastron/listener"
	registryFolder = "/etc/plastron/registry"
)

// Inputs is what the builders need besides the object itself.
type Inputs struct {
	// Image is what spec.image does not say.
	Image string
	// Kafka is what spec.kafka came to.
	Kafka Kafka
	// Listener are the files of the listener: its certificate, its users.
	Listener []File
	// Registry are the files that a proxy needs for its registry, and
	// RegistryUser the name that it shows there, empty for none.
	Registry     []File
	RegistryUser string
}

// mounted are files in one folder.
type mounted struct {
	name, folder string
	files        []File
}

func (w *workload) mounted() []mounted {
	return []mounted{{"listener", listenerFolder, w.inputs.Listener}, {"registry", registryFolder, w.inputs.Registry}}
}

// listenerEnv names the files, and the scheme by which the pods know each
// other.
func (w *workload) listenerEnv(e *environment) {
	if w.tls != nil {
		e.set("advertised_protocol", "https")
		if w.tls.ClientCertificates != nil {
			// Not required: the kubelet, which asks for the health, has none.
			e.set("server_tls_client_auth", "optional")
		}
	}
	for _, m := range w.mounted() {
		for _, f := range m.files {
			e.set(f.Setting, m.folder+"/"+f.Name)
		}
	}
}

// volumes mounts every file of a pod.
func (w *workload) volumes(spec *corev1ac.PodSpecApplyConfiguration, c *corev1ac.ContainerApplyConfiguration) {
	add := func(v *corev1ac.VolumeApplyConfiguration, folder string) {
		spec.WithVolumes(v)
		c.WithVolumeMounts(corev1ac.VolumeMount().WithName(*v.Name).WithMountPath(folder).WithReadOnly(true))
	}
	if v := w.kafkaVolume(); v != nil {
		add(v, kafkaFolder)
	}
	for _, m := range w.mounted() {
		if len(m.files) == 0 {
			continue
		}
		add(corev1ac.Volume().WithName(m.name).WithProjected(corev1ac.ProjectedVolumeSource().
			WithDefaultMode(fileMode).WithSources(secretSources(m.files)...)), m.folder)
	}
}
