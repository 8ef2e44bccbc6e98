// Package v1alpha1 holds the kinds of the API group plastron.dev: a
// SchemaRegistry that the operator deploys or only talks to, a Subject that it
// keeps registered there, and a RestProxy in front of the same Kafka.
//
// The types carry data and markers only; methods are pure and stand in
// <kind>_funcs.go. Three rules decide every field: absent means unmanaged;
// nothing is destroyed without an explicit word in the spec; a default that
// may change one day lives in the operator, not in the stored object.
//
// Files: schemaregistry_types.go, subject_types.go, restproxy_types.go (the
// kinds), kafka_types.go (how to reach Kafka), workload_types.go (image and
// pod fields), conditions.go (every condition and reason), names.go (labels,
// annotations, finalizer), groupversion_info.go (registration).
//
// +kubebuilder:object:generate=true
// +groupName=plastron.dev
package v1alpha1

//go:generate go tool -modfile=../../hack/tools/go.mod controller-gen object paths=. output:object:dir=.
//go:generate go tool -modfile=../../hack/tools/go.mod controller-gen crd:maxDescLen=512 paths=. output:crd:dir=../../config/crd
