package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// GroupName is the API group of all kinds.
const GroupName = "plastron.dev"

// Kind names as they stand in manifests and owner references.
const (
	KindSchemaRegistry = "SchemaRegistry"
	KindSubject        = "Subject"
	KindRestProxy      = "RestProxy"
)

// GroupVersion returns the group and version of this package.
func GroupVersion() schema.GroupVersion {
	return schema.GroupVersion{Group: GroupName, Version: "v1alpha1"}
}

// AddToScheme registers the kinds of this package with s. It never fails; the
// error is there for the signature that schemes are built with.
func AddToScheme(s *runtime.Scheme) error {
	s.AddKnownTypes(GroupVersion(),
		&SchemaRegistry{}, &SchemaRegistryList{},
		&Subject{}, &SubjectList{},
		&RestProxy{}, &RestProxyList{},
	)
	metav1.AddToGroupVersion(s, GroupVersion())
	return nil
}
