package build

import (
	"maps"
	"slices"

	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/runtime/config"
)

// environment collects the variables of a pod in the order in which they are
// written; a value may use one that stands before it.
type environment []*corev1ac.EnvVarApplyConfiguration

// set adds the variable of a key of the configuration table.
func (e *environment) set(key, value string) {
	*e = append(*e, corev1ac.EnvVar().WithName(config.Key{Name: key}.Env()).WithValue(value))
}

// common are the variables of both kinds.
func (w *workload) common(clientID *string) environment {
	e := environment{corev1ac.EnvVar().WithName("POD_NAME").WithValueFrom(
		corev1ac.EnvVarSource().WithFieldRef(corev1ac.ObjectFieldSelector().WithFieldPath("metadata.name")))}
	w.kafkaEnv(&e)
	e.set("host", "0.0.0.0")
	e.set("port", itoa(w.port))
	// A pod's own name: requests for the primary are forwarded to it, and the
	// instances of consumers live in one pod.
	e.set("advertised_hostname", "$(POD_NAME)."+w.headless+"."+w.namespace+".svc")
	if clientID == nil {
		clientID = new("$(POD_NAME)")
	}
	e.set("client_id", *clientID)
	w.listenerEnv(&e)
	return e
}

// extra adds spec.config, in the order of the keys so that equal specs make
// equal pods. A dollar sign is text there, not an expansion.
func (e *environment) extra(values map[string]v1alpha1.ConfigValue) {
	for _, key := range slices.Sorted(maps.Keys(values)) {
		e.set(key, literal(string(values[key])))
	}
}
