package credentials

import (
	"context"
	"crypto/x509"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/build"
)

// StrimziKinds are the resources of Strimzi that are read.
func StrimziKinds() []schema.GroupKind {
	return []schema.GroupKind{{Group: "kafka.strimzi.io", Kind: "Kafka"}, {Group: "kafka.strimzi.io", Kind: "KafkaUser"}}
}

// Served returns the version of a kind of Strimzi that the cluster serves, of
// those whose fields are the ones that are read here; false for none.
func Served(mapper meta.RESTMapper, kind schema.GroupKind) (schema.GroupVersionKind, bool, error) {
	for _, version := range []string{"v1", "v1beta2"} {
		mapping, err := mapper.RESTMapping(kind, version)
		if meta.IsNoMatchError(err) {
			continue
		}
		if err != nil {
			return schema.GroupVersionKind{}, false, fmt.Errorf("looking up %s: %w", kind, err)
		}
		return mapping.GroupVersionKind, true, nil
	}
	return schema.GroupVersionKind{}, false, nil
}

// find reads a resource of Strimzi, nil when there is none.
func (r *Resolver) find(ctx context.Context, kind schema.GroupKind, namespace, name string) (*unstructured.Unstructured, error) {
	gvk, served, err := Served(r.Mapper, kind)
	if err != nil {
		return nil, err
	}
	if !served {
		return nil, &Problem{v1alpha1.ReasonFeatureUnsupported,
			fmt.Sprintf("spec.kafka.strimzi: this cluster has no resource %s (v1 or v1beta2); install Strimzi, or use bootstrap", kind)}
	}
	o := &unstructured.Unstructured{}
	o.SetGroupVersionKind(gvk)
	err = r.Live.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, o)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s %s/%s: %w", kind.Kind, namespace, name, err)
	}
	return o, nil
}

func (r *Resolver) strimzi(ctx context.Context, s *secrets, owner client.Object, spec *v1alpha1.StrimziSource) (build.Kafka, error) {
	cluster, err := r.cluster(ctx, owner.GetNamespace(), spec.Cluster)
	if err != nil {
		return build.Kafka{}, err
	}
	l, err := listenerOf(cluster, spec)
	if err != nil {
		return build.Kafka{}, err
	}
	k := build.Kafka{Bootstrap: l.bootstrap}
	if len(l.authorities) > 0 {
		before, err := r.trusted(ctx, owner)
		if err != nil {
			return build.Kafka{}, err
		}
		k.Authorities = bundle(l.authorities, before, r.Clock())
	}
	scram := false
	if spec.User != nil {
		if scram, err = r.user(ctx, s, owner, spec.User.Name, &k); err != nil {
			return build.Kafka{}, err
		}
	}
	if p := protocol(l.tls, scram); p != "" {
		k.Set("security_protocol", p)
	}
	return k, nil
}

// cluster returns the Kafka that an object of a namespace refers to. Of a Kafka
// of another namespace that does not grant it, nothing is told, not even whether
// it is there.
func (r *Resolver) cluster(ctx context.Context, own string, ref v1alpha1.KafkaReference) (*unstructured.Unstructured, error) {
	const path = "spec.kafka.strimzi.cluster"
	namespace := ref.NamespaceIn(own)
	found, err := r.find(ctx, StrimziKinds()[0], namespace, ref.Name)
	if namespace == own {
		if err == nil && found == nil {
			err = &Problem{v1alpha1.ReasonKafkaNotFound,
				fmt.Sprintf("%s: there is no Kafka %s in namespace %s; create it, or name another", path, ref.Name, own)}
		}
		return found, err
	}
	if apierrors.IsForbidden(err) { // An operator of some namespaces reads no others.
		found, err = nil, nil
	}
	if err != nil || found != nil && grants(found, own) {
		return found, err
	}
	return nil, &Problem{v1alpha1.ReasonCrossNamespaceDenied,
		fmt.Sprintf("%s: namespace %s has no Kafka %s that namespace %s may use; its owner can add %s to the annotation %s of the Kafka",
			path, namespace, ref.Name, own, own, v1alpha1.AnnotationAllowedNamespaces)}
}

// grants reports whether an object lets objects of a namespace refer to it.
func grants(o client.Object, namespace string) bool {
	for name := range strings.SplitSeq(o.GetAnnotations()[v1alpha1.AnnotationAllowedNamespaces], ",") {
		if name = strings.TrimSpace(name); name == "*" || name == namespace {
			return true
		}
	}
	return false
}

// trusted returns the authorities that the pods of owner trust already.
func (r *Resolver) trusted(ctx context.Context, owner client.Object) ([]*x509.Certificate, error) {
	kept := &corev1.ConfigMap{}
	err := r.Live.Get(ctx, client.ObjectKey{Namespace: owner.GetNamespace(), Name: build.AuthoritiesName(owner.GetName())}, kept)
	switch {
	case apierrors.IsNotFound(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("reading the authorities of Kafka that %s/%s has: %w", owner.GetNamespace(), owner.GetName(), err)
	case !metav1.IsControlledBy(kept, owner):
		return nil, nil // Somebody else's; applying ours says so.
	}
	all, err := certificates([]byte(kept.Data[build.AuthoritiesKey]))
	if err != nil {
		return nil, nil // Nothing readable is nothing to keep.
	}
	return all, nil
}

// listener is what the status of a Kafka says of one.
type listener struct {
	bootstrap   string
	tls         bool
	authorities []*x509.Certificate
}

// listenerOf finds a listener by its name alone: another one of the same type
// would be the wrong one.
func listenerOf(cluster *unstructured.Unstructured, spec *v1alpha1.StrimziSource) (listener, error) {
	const path = "spec.kafka.strimzi.listener"
	var names []string
	all, _, _ := unstructured.NestedSlice(cluster.Object, "status", "listeners") // Anything else is none.
	for _, item := range all {
		l, ok := item.(map[string]any)
		if !ok {
			continue
		}
		name, _, _ := unstructured.NestedString(l, "name")
		if name != spec.Listener {
			names = append(names, name)
			continue
		}
		servers, _, _ := unstructured.NestedString(l, "bootstrapServers")
		if servers == "" {
			break
		}
		out := listener{bootstrap: servers}
		texts, _, _ := unstructured.NestedStringSlice(l, "certificates")
		if len(texts) > 0 {
			authorities, err := certificates([]byte(strings.Join(texts, "\n")))
			if err != nil {
				return listener{}, &Problem{v1alpha1.ReasonSecretInvalid,
					fmt.Sprintf("%s: the certificates of listener %s in the status of Kafka %s: %v", path, name, cluster.GetName(), err)}
			}
			out.tls, out.authorities = true, authorities
		}
		return out, nil
	}
	known := "none yet"
	if len(names) > 0 {
		known = strings.Join(names, ", ")
	}
	return listener{}, &Problem{v1alpha1.ReasonListenerNotFound,
		fmt.Sprintf("%s: the status of Kafka %s has no address of a listener %s; the others it has: %s", path, cluster.GetName(), spec.Listener, known)}
}

// user adds the credentials of a KafkaUser and reports whether they are a
// password.
func (r *Resolver) user(ctx context.Context, s *secrets, owner client.Object, name string, k *build.Kafka) (scram bool, err error) {
	const path = "spec.kafka.strimzi.user"
	user, err := r.find(ctx, StrimziKinds()[1], owner.GetNamespace(), name)
	if err != nil {
		return false, err
	}
	if user == nil {
		return false, &Problem{v1alpha1.ReasonKafkaUserNotReady,
			fmt.Sprintf("%s: there is no KafkaUser %s in namespace %s; create it, or name another", path, name, owner.GetNamespace())}
	}
	secret, _, _ := unstructured.NestedString(user.Object, "status", "secret")
	username, _, _ := unstructured.NestedString(user.Object, "status", "username")
	if secret == "" || username == "" {
		return false, &Problem{v1alpha1.ReasonKafkaUserNotReady,
			fmt.Sprintf("%s: KafkaUser %s has no credentials in its status yet; look at its conditions", path, name)}
	}
	kind, _, _ := unstructured.NestedString(user.Object, "spec", "authentication", "type")
	switch kind {
	case "tls":
		return false, mountKeyPair(ctx, s, keyPair{path, secret, "user.crt", "user.key"}, k)
	case "scram-sha-512":
		k.Set("sasl_mechanism", string(v1alpha1.SASLScramSHA512))
		k.Set("sasl_plain_username", username)
		return true, mount(ctx, s, secretFile{path, v1alpha1.SecretKeyRef{Name: secret}, v1alpha1.KeyPassword, "sasl_plain_password_file", "password"}, k)
	default:
		return false, &Problem{v1alpha1.ReasonKafkaUserNotReady,
			fmt.Sprintf("%s: KafkaUser %s has authentication %q, usable are tls and scram-sha-512", path, name, kind)}
	}
}
