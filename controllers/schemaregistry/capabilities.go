package schemaregistry

import (
	"context"
	"strconv"
	"strings"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	registry "github.com/plastron-dev/plastron/runtime/client"
)

// capabilities says what an External registry that answers can do, nil while
// that is not known. It is asked when it appears or comes back, when the object changes, and when it tells another
// version than before; what it is asked for loads nothing.
func capabilities(ctx context.Context, reg *v1alpha1.SchemaRegistry, c *registry.Client, health *registry.Health) *v1alpha1.Capabilities {
	known := reg.Status.Capabilities
	if known != nil && reg.IsReachable() && reg.Status.ObservedGeneration == reg.Generation && (health == nil || health.Version == known.Version) {
		return known
	}
	version, err := c.ServerVersion(ctx)
	if isMissing(err) {
		return known
	}
	tells := err == nil
	if health != nil {
		version = health.Version
	}
	if v := reg.Spec.External.Vendor; v != nil {
		return capabilitiesOf(*v, version, true)
	}
	vendor := vendorOf(health, tells)
	if vendor != v1alpha1.VendorConfluent {
		return capabilitiesOf(vendor, version, false)
	}
	_, err = c.Exporters(ctx)
	if isMissing(err) {
		return known
	}
	commercial := err == nil || registry.ClassOf(err) == registry.Forbidden
	return capabilitiesOf(vendor, version, commercial)
}

// isMissing reports whether a later answer may be another one.
func isMissing(err error) bool {
	return registry.Retriable(err) || registry.ClassOf(err) == registry.Canceled
}

// vendorOf tells registries apart by their routes: Confluent's has no health,
// Karapace's does not tell its version anywhere else, and ours does both. tells
// says that the registry told its version as Confluent's does.
func vendorOf(health *registry.Health, tells bool) v1alpha1.Vendor {
	switch {
	case health == nil && tells:
		return v1alpha1.VendorConfluent
	case health == nil || health.Version == "":
		return v1alpha1.VendorOther
	case tells:
		return v1alpha1.VendorPlastron
	default:
		return v1alpha1.VendorKarapace
	}
}

// capabilitiesOf lists the features of a vendor. A feature whose absence a
// registry tells by refusing a call is listed where nothing is known; one that
// it would silently leave out is not. Only commercial editions of Confluent's
// keep rules.
func capabilitiesOf(vendor v1alpha1.Vendor, version string, commercial bool) *v1alpha1.Capabilities {
	out := &v1alpha1.Capabilities{Vendor: vendor, Version: version}
	switch vendor {
	case v1alpha1.VendorPlastron:
		out.Features = []v1alpha1.Feature{v1alpha1.FeatureFeed, v1alpha1.FeatureMetadata, v1alpha1.FeatureModeWrite}
	case v1alpha1.VendorConfluent:
		if commercial || keepsMetadata(version) {
			out.Features = append(out.Features, v1alpha1.FeatureMetadata)
		}
		out.Features = append(out.Features, v1alpha1.FeatureModeWrite)
		if commercial {
			out.Features = append(out.Features, v1alpha1.FeatureRules)
		}
	case v1alpha1.VendorOther:
		out.Features = []v1alpha1.Feature{v1alpha1.FeatureModeWrite}
	case v1alpha1.VendorKarapace:
	}
	return out
}

// keepsMetadata reports whether Confluent's registry of a version does, as it
// has done since 7.4.
func keepsMetadata(version string) bool {
	first, rest, _ := strings.Cut(version, ".")
	second, _, _ := strings.Cut(rest, ".")
	major, err := strconv.Atoi(first)
	minor, err2 := strconv.Atoi(second)
	return err == nil && err2 == nil && (major > 7 || major == 7 && minor >= 4)
}
