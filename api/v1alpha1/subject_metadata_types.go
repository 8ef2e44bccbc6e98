package v1alpha1

// SchemaMetadata is what a registry keeps beside the text of a version. It is a
// part of the version: other metadata is another version, with an id of its own.
// +kubebuilder:validation:XValidation:rule="has(self.properties) || has(self.tags)",message="set properties or tags"
type SchemaMetadata struct {
	// Properties are texts by name.
	// +optional
	// +kubebuilder:validation:MinProperties=1
	// +kubebuilder:validation:MaxProperties=100
	Properties map[string]MetadataValue `json:"properties,omitempty"`
	// Tags of parts of the schema, by the path of the part.
	// +optional
	// +kubebuilder:validation:MinProperties=1
	// +kubebuilder:validation:MaxProperties=100
	Tags map[string]MetadataTags `json:"tags,omitempty"`
	// Sensitive names the properties that are not for everybody's eyes. They
	// stand in this object as they are all the same.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=100
	Sensitive []MetadataName `json:"sensitive,omitempty"`
}

// MetadataValue is the text of a property.
// +kubebuilder:validation:MaxLength=4096
type MetadataValue string

// MetadataName is the name of a property or of a tag.
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=256
type MetadataName string

// MetadataTags are the tags of one part of a schema.
// +listType=set
// +kubebuilder:validation:MinItems=1
// +kubebuilder:validation:MaxItems=50
type MetadataTags []MetadataName

// RuleSet is what clients of a registry do with the data of a version. Like
// metadata it is a part of the version.
// +kubebuilder:validation:XValidation:rule="has(self.migrationRules) || has(self.domainRules)",message="set migrationRules or domainRules"
type RuleSet struct {
	// MigrationRules turn data of one version into that of another.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=50
	// +kubebuilder:validation:XValidation:rule="self.all(r, r.mode in ['UPGRADE','DOWNGRADE','UPDOWN'])",message="the mode of a migration rule is UPGRADE, DOWNGRADE or UPDOWN"
	MigrationRules []Rule `json:"migrationRules,omitempty"`
	// DomainRules hold for the data of the version.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=50
	// +kubebuilder:validation:XValidation:rule="self.all(r, r.mode in ['WRITE','READ','WRITEREAD'])",message="the mode of a domain rule is WRITE, READ or WRITEREAD"
	DomainRules []Rule `json:"domainRules,omitempty"`
}

// Rule is one rule of a RuleSet. The registry decides what its type and its
// expression may be.
type Rule struct {
	// Name of the rule.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	Name string `json:"name"`
	// Doc says what it is for.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Doc *string `json:"doc,omitempty"`
	// Kind says whether the rule changes data or checks it.
	// +required
	// +kubebuilder:validation:Enum=TRANSFORM;CONDITION
	Kind string `json:"kind"`
	// Mode says when it is carried out.
	// +required
	// +kubebuilder:validation:Enum=UPGRADE;DOWNGRADE;UPDOWN;WRITE;READ;WRITEREAD
	Mode string `json:"mode"`
	// Type names what carries it out: CEL, JSONATA, ENCRYPT, for some.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	Type string `json:"type"`
	// Tags of the parts that the rule is for.
	// +optional
	Tags MetadataTags `json:"tags,omitempty"`
	// Params of what carries it out.
	// +optional
	// +kubebuilder:validation:MinProperties=1
	// +kubebuilder:validation:MaxProperties=50
	Params map[string]MetadataValue `json:"params,omitempty"`
	// Expr is the expression.
	// +optional
	// +kubebuilder:validation:MaxLength=16384
	Expr *string `json:"expr,omitempty"`
	// OnSuccess and OnFailure name the actions that follow.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	OnSuccess *string `json:"onSuccess,omitempty"`
	// +optional
	// +kubebuilder:validation:MaxLength=256
	OnFailure *string `json:"onFailure,omitempty"`
	// Disabled leaves it out.
	// +optional
	Disabled *bool `json:"disabled,omitempty"`
}
