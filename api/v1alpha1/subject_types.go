package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// SchemaType is the language of a schema.
// +kubebuilder:validation:Enum=AVRO;JSON;PROTOBUF
type SchemaType string

// The schema types.
const (
	Avro     SchemaType = "AVRO"
	JSON     SchemaType = "JSON"
	Protobuf SchemaType = "PROTOBUF"
)

// LevelOrInherit is a compatibility level, or Inherit.
// +kubebuilder:validation:Enum=NONE;BACKWARD;BACKWARD_TRANSITIVE;FORWARD;FORWARD_TRANSITIVE;FULL;FULL_TRANSITIVE;Inherit
type LevelOrInherit string

// Inherit asks for the removal of the subject's own level, so that the
// registry's applies.
const Inherit LevelOrInherit = "Inherit"

// Mode says what may be done to a subject.
type Mode string

// The modes.
const (
	ReadWrite        Mode = "READWRITE"
	ReadOnly         Mode = "READONLY"
	ReadOnlyOverride Mode = "READONLY_OVERRIDE"
	Import           Mode = "IMPORT"
)

// ModeOrInherit is a mode, or Inherit.
// +kubebuilder:validation:Enum=READWRITE;READONLY;READONLY_OVERRIDE;IMPORT;Inherit
type ModeOrInherit string

// InheritMode asks for the removal of the subject's own mode, so that the
// registry's applies.
const InheritMode ModeOrInherit = "Inherit"

// AdoptionPolicy says what may happen to a subject that exists already.
// +kubebuilder:validation:Enum=IfIdentical;IfCompatible;Never
type AdoptionPolicy string

// The adoption policies.
const (
	// AdoptIfIdentical takes over a subject whose latest schema is ours.
	AdoptIfIdentical AdoptionPolicy = "IfIdentical"
	// AdoptIfCompatible also adds ours as the next version when it is
	// compatible.
	AdoptIfCompatible AdoptionPolicy = "IfCompatible"
	// AdoptNever refuses whatever is there.
	AdoptNever AdoptionPolicy = "Never"
)

// DeletionPolicy says what the deletion of a Subject does in the registry.
// +kubebuilder:validation:Enum=Retain;SoftDelete;HardDelete
type DeletionPolicy string

// The deletion policies.
const (
	// Retain leaves the registry as it is.
	Retain DeletionPolicy = "Retain"
	// SoftDelete deletes the subject so that it can be brought back.
	SoftDelete DeletionPolicy = "SoftDelete"
	// HardDelete removes the subject for good.
	HardDelete DeletionPolicy = "HardDelete"
)

// ManagementPolicy says whether the operator may write.
// +kubebuilder:validation:Enum=Full;Observe
type ManagementPolicy string

// The management policies.
const (
	// ManageFull registers and configures.
	ManageFull ManagementPolicy = "Full"
	// ManageObserve never writes to the registry: status only.
	ManageObserve ManagementPolicy = "Observe"
)

// DriftPolicy says what happens when the registry no longer has what was
// written to it.
// +kubebuilder:validation:Enum=Repair;Report
type DriftPolicy string

// The drift policies.
const (
	// DriftRepair writes again what is missing. It never deletes anything.
	DriftRepair DriftPolicy = "Repair"
	// DriftReport only says so.
	DriftReport DriftPolicy = "Report"
)

// Ownership says how a subject became ours.
type Ownership string

// The kinds of ownership.
const (
	OwnershipCreated  Ownership = "Created"
	OwnershipAdopted  Ownership = "Adopted"
	OwnershipObserved Ownership = "Observed"
)

// SubjectSpec is the wanted state of a subject.
// +kubebuilder:validation:XValidation:rule="has(self.name) == has(oldSelf.name) && (!has(self.name) || self.name == oldSelf.name)",message="name is immutable: create another Subject"
// +kubebuilder:validation:XValidation:rule="!(has(self.schema) && has(self.schemaFrom))",message="set schema or schemaFrom, not both"
// +kubebuilder:validation:XValidation:rule="has(self.schema) || has(self.schemaFrom) || has(self.compatibility) || has(self.mode)",message="set schema, schemaFrom, compatibility or mode: the Subject asks for nothing"
// +kubebuilder:validation:XValidation:rule="!has(self.references) || has(self.schema) || has(self.schemaFrom)",message="references need a schema"
// +kubebuilder:validation:XValidation:rule="!has(self.history) || has(self.schema) || has(self.schemaFrom)",message="history needs a schema"
// +kubebuilder:validation:XValidation:rule="!(has(self.metadata) || has(self.ruleSet)) || has(self.schema) || has(self.schemaFrom)",message="metadata and ruleSet need a schema"
// +kubebuilder:validation:XValidation:rule="!(has(self.deletionPolicy) && self.deletionPolicy != 'Retain' && has(self.managementPolicy) && self.managementPolicy == 'Observe')",message="a Subject that only observes cannot delete: use deletionPolicy Retain"
type SubjectSpec struct {
	// RegistryRef names the SchemaRegistry. One of another namespace has to
	// grant that by its allowedSubjects. Immutable.
	// +required
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="registryRef is immutable: create another Subject"
	RegistryRef RegistryReference `json:"registryRef"`

	// Name of the subject in the registry; metadata.name when absent.
	// Immutable.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:Pattern=`^[^\x00-\x1f\x7f]+$`
	// +kubebuilder:validation:XValidation:rule="!(self in ['__GLOBAL', '__EMPTY'])",message="the names __GLOBAL and __EMPTY are reserved"
	Name *string `json:"name,omitempty"`

	// SchemaType is the language of the schema.
	// +optional
	// +kubebuilder:default=AVRO
	SchemaType SchemaType `json:"schemaType,omitempty"`

	// Schema is the text. Without schema and schemaFrom only the compatibility
	// level and the mode of the subject are managed.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=900000
	Schema *string `json:"schema,omitempty"`

	// SchemaFrom says where the text is.
	// +optional
	SchemaFrom *SchemaSource `json:"schemaFrom,omitempty"`

	// References are the schemas that the text uses.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=100
	References []SchemaReference `json:"references,omitempty"`

	// History holds older texts, oldest first. They are registered, before the
	// schema, into a subject that is empty, so that a new registry gets the
	// same versions. Into a subject that has versions nothing is inserted; the
	// condition InSync tells which text it lacks.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=50
	History []HistoricVersion `json:"history,omitempty"`

	// Compatibility level of the subject. Absent leaves it alone, Inherit
	// removes the subject's own.
	// +optional
	Compatibility *LevelOrInherit `json:"compatibility,omitempty"`

	// Mode of the subject. Absent leaves it alone, Inherit removes the
	// subject's own. One that forbids new versions is set after the schema was
	// registered, and is never left to register another one.
	// +optional
	Mode *ModeOrInherit `json:"mode,omitempty"`

	// Normalize says whether the registry compares and stores the schema in
	// its normal form. Absent leaves that to the registry.
	// +optional
	Normalize *bool `json:"normalize,omitempty"`

	// Metadata of the version. Absent leaves that to the registry, which takes
	// over the metadata of the version before. A registry that has none is not
	// asked: the condition Accepted says FeatureUnsupported.
	// +optional
	Metadata *SchemaMetadata `json:"metadata,omitempty"`

	// RuleSet of the version; absent and unsupported as with metadata.
	// +optional
	RuleSet *RuleSet `json:"ruleSet,omitempty"`

	// ManagementPolicy says whether the operator may write; Full when absent.
	// +optional
	ManagementPolicy *ManagementPolicy `json:"managementPolicy,omitempty"`

	// AdoptionPolicy says what may happen to a subject that exists already;
	// IfIdentical when absent.
	// +optional
	AdoptionPolicy *AdoptionPolicy `json:"adoptionPolicy,omitempty"`

	// DriftPolicy says what happens when the registry no longer has what this
	// object wrote to it; Repair when absent.
	// +optional
	DriftPolicy *DriftPolicy `json:"driftPolicy,omitempty"`

	// RequireLatest true makes Ready False while the newest version in the
	// registry is not this object's.
	// +optional
	RequireLatest *bool `json:"requireLatest,omitempty"`

	// DeletionPolicy says what the deletion of this object does in the
	// registry; Retain when absent. The SchemaRegistry may allow less;
	// status.deletionPolicy shows what holds.
	// +optional
	DeletionPolicy *DeletionPolicy `json:"deletionPolicy,omitempty"`
}

// RegistryReference names a SchemaRegistry.
type RegistryReference struct {
	// Name of the SchemaRegistry.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name"`
	// Namespace of the SchemaRegistry; that of this object when absent.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Namespace *string `json:"namespace,omitempty"`
}

// SchemaSource says where a schema text is. Exactly one source is set.
// +kubebuilder:validation:XValidation:rule="has(self.configMapKeyRef)",message="exactly one source is required: set configMapKeyRef"
type SchemaSource struct {
	// ConfigMapKeyRef names a key of a ConfigMap of the same namespace.
	// +optional
	ConfigMapKeyRef *ConfigMapKeyReference `json:"configMapKeyRef,omitempty"`
}

// ConfigMapKeyReference names a key of a ConfigMap of the same namespace.
type ConfigMapKeyReference struct {
	// Name of the ConfigMap.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name"`
	// Key in data or binaryData.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:Pattern=`^[-._a-zA-Z0-9]+$`
	Key string `json:"key"`
}

// HistoricVersion is an older text of a subject.
// +kubebuilder:validation:XValidation:rule="has(self.schema) != has(self.schemaFrom)",message="exactly one of schema and schemaFrom is required"
type HistoricVersion struct {
	// Schema is the text.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=900000
	Schema *string `json:"schema,omitempty"`
	// SchemaFrom says where the text is.
	// +optional
	SchemaFrom *SchemaSource `json:"schemaFrom,omitempty"`
	// References are the schemas that the text uses, with the versions that it
	// was registered with.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=100
	References []PinnedReference `json:"references,omitempty"`
}

// PinnedReference is a schema that an older text uses.
type PinnedReference struct {
	// Name is what the text calls it.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	Name string `json:"name"`
	// Subject by its name in the registry.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	Subject string `json:"subject"`
	// Version of the subject.
	// +required
	// +kubebuilder:validation:Minimum=1
	Version int32 `json:"version"`
}

// SchemaReference is a schema that the text uses under a name of its own.
// +kubebuilder:validation:XValidation:rule="has(self.subject) != has(self.subjectRef)",message="exactly one of subject and subjectRef is required"
type SchemaReference struct {
	// Name is what the text calls it: an Avro full name, a JSON Schema URI, a
	// Protobuf import path.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	Name string `json:"name"`
	// Subject by its name in the registry.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	Subject *string `json:"subject,omitempty"`
	// Version of the subject. Absent follows the latest, or the version that
	// the Subject named by subjectRef registered.
	// +optional
	// +kubebuilder:validation:Minimum=1
	Version *int32 `json:"version,omitempty"`
	// SubjectRef names a Subject object of the same registry. The registry's
	// allowedSubjects has to admit both.
	// +optional
	SubjectRef *LocalSubjectReference `json:"subjectRef,omitempty"`
}

// LocalSubjectReference names a Subject object.
type LocalSubjectReference struct {
	// Name of the Subject object.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name"`
	// Namespace of the Subject object; that of this one when absent.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Namespace *string `json:"namespace,omitempty"`
}

// SubjectStatus is what the operator knows about a subject.
type SubjectStatus struct {
	// ObservedGeneration is the generation that this status speaks of.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
	// Conditions of the subject.
	// +optional
	// +listType=map
	// +listMapKey=type
	Conditions []metav1.Condition `json:"conditions,omitempty"`
	// Subject is the name in the registry.
	// +optional
	Subject string `json:"subject,omitempty"`
	// Registry is namespace/name of the SchemaRegistry.
	// +optional
	Registry string `json:"registry,omitempty"`
	// SchemaID that our schema has.
	// +optional
	SchemaID int32 `json:"schemaID,omitempty"`
	// Version that our schema has.
	// +optional
	Version int32 `json:"version,omitempty"`
	// LatestVersion and LatestID are the newest in the registry, ours or not.
	// +optional
	LatestVersion int32 `json:"latestVersion,omitempty"`
	// +optional
	LatestID int32 `json:"latestID,omitempty"`
	// SchemaHash is the SHA-256 of type, text, resolved references, metadata
	// and rules of what has SchemaID.
	// +optional
	SchemaHash string `json:"schemaHash,omitempty"`
	// ResolvedReferences are the versions that our schema was registered with.
	// +optional
	// +listType=map
	// +listMapKey=name
	ResolvedReferences []ResolvedReference `json:"resolvedReferences,omitempty"`
	// Applied is what we wrote besides the schema.
	// +optional
	Applied *AppliedSettings `json:"applied,omitempty"`
	// EffectiveCompatibility is the level that the registry applies.
	// +optional
	EffectiveCompatibility *EffectiveCompatibility `json:"effectiveCompatibility,omitempty"`
	// Ownership says how the subject became ours; empty while it is not.
	// +optional
	Ownership Ownership `json:"ownership,omitempty"`
	// DeletionPolicy is what the deletion of this object would do: what the
	// spec asks for, as far as the SchemaRegistry allows it.
	// +optional
	DeletionPolicy DeletionPolicy `json:"deletionPolicy,omitempty"`
	// Incompatibilities are the first ten reasons why the schema cannot follow
	// the registered ones.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=10
	Incompatibilities []Incompatibility `json:"incompatibilities,omitempty"`
}

// ResolvedReference is a reference with its version.
type ResolvedReference struct {
	Name    string `json:"name"`
	Subject string `json:"subject"`
	Version int32  `json:"version"`
}

// AppliedSettings are the settings that the operator wrote.
type AppliedSettings struct {
	// Compatibility that we set on the subject.
	// +optional
	Compatibility Level `json:"compatibility,omitempty"`
	// Mode that we set on the subject.
	// +optional
	Mode Mode `json:"mode,omitempty"`
}

// EffectiveCompatibility is the level that the registry applies.
type EffectiveCompatibility struct {
	// Level in force.
	// +optional
	Level Level `json:"level,omitempty"`
	// Source of the level: Subject or Global.
	// +optional
	Source string `json:"source,omitempty"`
}

// Incompatibility is one reason why a schema cannot follow another.
type Incompatibility struct {
	// Against is the version that was compared with.
	// +optional
	Against int32 `json:"against,omitempty"`
	// Path in the schema, as a JSON pointer.
	// +optional
	Path string `json:"path,omitempty"`
	// Message says what is wrong.
	// +optional
	Message string `json:"message,omitempty"`
}

// Subject keeps one subject registered in a SchemaRegistry.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=subj,categories=plastron
// +kubebuilder:printcolumn:name="Subject",type=string,JSONPath=`.status.subject`
// +kubebuilder:printcolumn:name="Registry",type=string,JSONPath=`.spec.registryRef.name`
// +kubebuilder:printcolumn:name="Type",type=string,JSONPath=`.spec.schemaType`
// +kubebuilder:printcolumn:name="ID",type=integer,JSONPath=`.status.schemaID`
// +kubebuilder:printcolumn:name="Version",type=integer,JSONPath=`.status.version`
// +kubebuilder:printcolumn:name="Latest",type=integer,JSONPath=`.status.latestVersion`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="InSync",type=string,JSONPath=`.status.conditions[?(@.type=="InSync")].status`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:printcolumn:name="Compat",type=string,priority=1,JSONPath=`.status.effectiveCompatibility.level`
// +kubebuilder:printcolumn:name="Policy",type=string,priority=1,JSONPath=`.status.deletionPolicy`
// +kubebuilder:printcolumn:name="Message",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Ready")].message`
// +kubebuilder:validation:XValidation:rule="!has(self.spec.references) || self.spec.references.all(r, !has(r.subjectRef) || has(r.subjectRef.namespace) || r.subjectRef.name != self.metadata.name)",message="a Subject cannot refer to itself"
type Subject struct {
	metav1.TypeMeta `json:",inline"`
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is the wanted state.
	// +required
	Spec SubjectSpec `json:"spec"`
	// Status is the observed state.
	// +optional
	Status SubjectStatus `json:"status,omitempty"`
}

// SubjectList is a list of Subject objects.
//
// +kubebuilder:object:root=true
type SubjectList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []Subject `json:"items"`
}
