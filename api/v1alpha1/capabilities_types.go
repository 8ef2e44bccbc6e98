package v1alpha1

// TopicStatus is the topic that holds the schemas.
type TopicStatus struct {
	// Name of the topic.
	Name string `json:"name"`
	// EndOffset is the highest offset that the answering node knew when this
	// status was last written for another reason: a registry that is written
	// to is no reason to write a status.
	// +optional
	EndOffset int64 `json:"endOffset,omitempty"`
}

// Vendor says whose registry it is.
// +kubebuilder:validation:Enum=Plastron;Karapace;Confluent;Other
type Vendor string

// The vendors.
const (
	VendorPlastron  Vendor = "Plastron"
	VendorKarapace  Vendor = "Karapace"
	VendorConfluent Vendor = "Confluent"
	VendorOther     Vendor = "Other"
)

// Feature is something that not every registry can do.
// +kubebuilder:validation:Enum=Feed;Metadata;ModeWrite;Rules
type Feature string

// The features.
const (
	// FeatureFeed tells what changes.
	FeatureFeed Feature = "Feed"
	// FeatureMetadata keeps the metadata of versions.
	FeatureMetadata Feature = "Metadata"
	// FeatureModeWrite changes modes.
	FeatureModeWrite Feature = "ModeWrite"
	// FeatureRules keeps the rules of versions.
	FeatureRules Feature = "Rules"
)

// Capabilities are what a registry can do.
type Capabilities struct {
	// Vendor as the registry's routes tell it apart, or as
	// spec.external.vendor says.
	Vendor Vendor `json:"vendor"`
	// Version that it tells, empty when it tells none.
	// +optional
	Version string `json:"version,omitempty"`
	// Features that the operator makes use of.
	// +optional
	// +listType=set
	Features []Feature `json:"features,omitempty"`
}
