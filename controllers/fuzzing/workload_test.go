package fuzzing

import (
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/controllers/restproxy"
	"github.com/plastron-dev/plastron/controllers/schemaregistry"
)

// secretName names a Secret that is there, or one that is not.
func secretName(c *choice) v1alpha1.SecretName {
	return v1alpha1.SecretName{Name: pick(c, "keys", "keys", "keys", "gone")}
}

func secretKey(c *choice) v1alpha1.SecretKeyRef {
	return v1alpha1.SecretKeyRef{Name: secretName(c).Name, Key: maybe(c, "password", "token", "gone")}
}

func kafka(c *choice) *v1alpha1.KafkaConnection {
	if c.of(8) == 1 {
		return &v1alpha1.KafkaConnection{AccessSecret: new(secretName(c))}
	}
	b := &v1alpha1.BootstrapSource{Servers: []v1alpha1.BrokerAddress{"kafka:9092"}, AllowPlaintextCredentials: new(true)}
	if c.yes() {
		b.TLS = &v1alpha1.ClientTLS{CA: maybe(c, secretKey(c))}
		if c.yes() {
			b.TLS.Certificate = &v1alpha1.KeyPairRef{Name: secretName(c).Name}
		}
	}
	switch c.of(4) {
	case 1:
		b.SASL = &v1alpha1.SASL{Mechanism: pick(c, v1alpha1.SASLPlain, v1alpha1.SASLScramSHA512), Username: new("u"), PasswordFrom: new(secretKey(c))}
	case 2:
		b.SASL = &v1alpha1.SASL{Mechanism: v1alpha1.SASLOAuthBearer, OAuth: &v1alpha1.OAuthSource{TokenFrom: new(secretKey(c))}}
	case 3:
		b.SASL = &v1alpha1.SASL{Mechanism: v1alpha1.SASLOAuthBearer, OAuth: &v1alpha1.OAuthSource{ServiceAccount: &v1alpha1.ServiceAccountToken{Audience: "kafka"}}}
	}
	return &v1alpha1.KafkaConnection{Bootstrap: b, ClientID: maybe(c, "me")}
}

func template(c *choice) *v1alpha1.WorkloadTemplate {
	if !c.yes() {
		return nil
	}
	t := &v1alpha1.WorkloadTemplate{
		PriorityClassName: maybe(c, "high"), ServiceAccountName: maybe(c, "me"), TerminationGracePeriodSeconds: maybe[int64](c, 0, 30),
		Labels:       pick(c, nil, map[string]string{"team": "a"}, map[string]string{"app.kubernetes.io/name": "mine"}),
		Env:          pick(c, nil, []corev1.EnvVar{{Name: "GOMEMLIMIT", Value: "1GiB"}}, []corev1.EnvVar{{Name: "KARAPACE_PORT"}}),
		NodeSelector: pick(c, nil, map[string]string{"disk": "ssd"}),
		Tolerations:  pick(c, nil, []corev1.Toleration{{Key: "a", Operator: corev1.TolerationOpExists}}),
	}
	if c.yes() {
		t.Resources = &corev1.ResourceRequirements{Limits: corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("512Mi")}}
	}
	return t
}

func exposure(c *choice) v1alpha1.Exposure {
	var e v1alpha1.Exposure
	some := v1alpha1.ObjectMetadata{Annotations: pick(c, nil, map[string]string{"a": "b"})}
	if c.of(3) == 1 {
		e.Service = &v1alpha1.ServiceSpec{ObjectMetadata: some, Type: maybe[v1alpha1.ServiceType](c, "ClusterIP", "NodePort", "LoadBalancer")}
	}
	if c.of(3) == 1 {
		e.Ingress = &v1alpha1.IngressSpec{ObjectMetadata: some, Host: "r.example.org", TLSSecretName: maybe(c, "keys"), ClassName: maybe(c, "nginx")}
	}
	// No NetworkPolicy: the cluster in memory cannot merge one.
	if c.of(6) == 1 { // Nothing serves these kinds here.
		e.HTTPRoute = &v1alpha1.HTTPRouteSpec{ParentRefs: []v1alpha1.GatewayRef{{Name: "g"}}}
	}
	if c.of(3) == 1 {
		e.Monitoring = &v1alpha1.MonitoringSpec{Dashboard: maybe(c, some), PrometheusRule: maybe(c, some)}
	}
	return e
}

func listener(c *choice) *v1alpha1.ListenerSpec {
	if !c.yes() {
		return nil
	}
	l := &v1alpha1.ListenerSpec{Port: maybe[int32](c, 8080, 65535)}
	if c.yes() {
		l.TLS = &v1alpha1.ListenerTLS{SecretName: secretName(c).Name}
	}
	return l
}

func config(c *choice) map[string]v1alpha1.ConfigValue {
	return pick(c, nil, map[string]v1alpha1.ConfigValue{"log_level": "DEBUG"}, map[string]v1alpha1.ConfigValue{"log_levell": "x"},
		map[string]v1alpha1.ConfigValue{"session_timeout_ms": "soon"})
}

// managedRegistry is a SchemaRegistry that the CRD accepts.
func managedRegistry(c *choice, name string) *v1alpha1.SchemaRegistry {
	r := &v1alpha1.SchemaRegistry{ObjectMeta: meta(name), Spec: v1alpha1.SchemaRegistrySpec{
		Type: v1alpha1.Managed, Replicas: maybe[int32](c, 0, 1, 3, 32), Kafka: kafka(c), Config: config(c), Template: template(c), Exposure: exposure(c),
		DefaultCompatibility: maybe[v1alpha1.Level](c, "NONE", "FULL"),
	}}
	if c.yes() {
		r.Spec.Topic = &v1alpha1.TopicSpec{Name: maybe(c, "_schemas", "other"), ReplicationFactor: maybe[int32](c, 1, 3)}
	}
	if c.yes() {
		r.Spec.Election = &v1alpha1.ElectionSpec{GroupID: maybe(c, "g"), Eligible: maybe(c, true, false)}
	}
	if l := listener(c); l != nil {
		r.Spec.Listener = &v1alpha1.RegistryListenerSpec{ListenerSpec: *l}
		if c.yes() {
			r.Spec.Listener.Authentication = &v1alpha1.RegistryAuthentication{Basic: v1alpha1.UsersFile{UsersSecretRef: secretKey(c)}}
		}
	}
	annotate(c, r)
	return r
}

func restProxy(c *choice) *v1alpha1.RestProxy {
	p := &v1alpha1.RestProxy{ObjectMeta: meta("rest"), Spec: v1alpha1.RestProxySpec{
		Replicas: maybe[int32](c, 0, 1, 100), Kafka: *kafka(c), Listener: listener(c), Config: config(c), Template: template(c), Exposure: exposure(c),
	}}
	switch c.of(4) {
	case 1:
		p.Spec.SchemaRegistry = &v1alpha1.RegistryTarget{Ref: &v1alpha1.RegistryReference{Name: pick(c, "reg", "gone")}}
	case 2:
		p.Spec.SchemaRegistry = &v1alpha1.RegistryTarget{URL: new(pick(c, "http://r:8081", "https://r/"))}
	}
	annotate(c, p)
	return p
}

// children are objects of names that the operator uses: its own from before,
// or somebody else's.
func children(c *choice, owner client.Object, kind string) []client.Object {
	var all []client.Object
	if c.of(4) == 1 {
		all = append(all, &corev1.Service{ObjectMeta: meta(owner.GetName())}) // Somebody else's.
	}
	if c.of(4) == 1 {
		s := &appsv1.StatefulSet{ObjectMeta: meta(owner.GetName())}
		if c.yes() {
			s.OwnerReferences = []metav1.OwnerReference{{
				APIVersion: v1alpha1.GroupVersion().String(), Kind: kind, Name: owner.GetName(), UID: owner.GetUID(), Controller: new(true),
			}}
			s.Status = appsv1.StatefulSetStatus{Replicas: int32(c.of(4)), ReadyReplicas: int32(c.of(4)), ObservedGeneration: 1}
		}
		all = append(all, s)
	}
	return all
}

// FuzzSchemaRegistry reconciles a registry that the operator deploys beside
// another one, and one that it only talks to.
func FuzzSchemaRegistry(f *testing.F) {
	k := newKinds(f)
	seed(f, 48)
	f.Fuzz(func(t *testing.T, data []byte, _ string) {
		c := &choice{data}
		m := newMemory(c)
		reg := managedRegistry(c, "managed")
		objects := append(children(c, reg, v1alpha1.KindSchemaRegistry), secret(c, "keys"), reg, managedRegistry(c, "beside"), registryObject(c))
		w := newWorld(k, m, objects...)
		r := &schemaregistry.Reconciler{
			Client: w.client, Applier: w.applier(schemaregistry.FieldManager), Secrets: w.secrets(), Sessions: sessionsOf(t, m), Events: recorder(),
			Clock: clock, Image: "example.org/plastron:1.2.3", Poll: time.Minute, Retry: time.Second,
		}
		for _, name := range []string{"managed", "reg", "beside"} {
			w.settles(t, r, name)
		}
	})
}

// FuzzRestProxy reconciles a proxy.
func FuzzRestProxy(f *testing.F) {
	k := newKinds(f)
	seed(f, 48)
	f.Fuzz(func(t *testing.T, data []byte, _ string) {
		c := &choice{data}
		p := restProxy(c)
		objects := append(children(c, p, v1alpha1.KindRestProxy), secret(c, "keys"), p, registryObject(c))
		w := newWorld(k, newMemory(c), objects...)
		r := &restproxy.Reconciler{
			Client: w.client, Applier: w.applier(restproxy.FieldManager), Secrets: w.secrets(), Clock: clock, Image: "example.org/plastron:1.2.3", Poll: time.Minute,
		}
		w.settles(t, r, "rest")
	})
}
