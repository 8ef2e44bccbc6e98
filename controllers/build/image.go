package build

import (
	"strings"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// Image returns the image to run: what spec says, and fallback for the rest.
func Image(spec *v1alpha1.ImageSpec, fallback string) string {
	if spec == nil || (spec.Repository == nil && spec.Tag == nil && spec.Digest == nil) {
		return fallback
	}
	repository, suffix := splitImage(fallback)
	if spec.Repository != nil {
		repository = *spec.Repository
	}
	switch {
	case spec.Digest != nil:
		suffix = "@" + *spec.Digest
	case spec.Tag != nil:
		suffix = ":" + *spec.Tag
	}
	return repository + suffix
}

// Version returns the tag of an image, or what follows its repository.
func Version(image string) string {
	_, suffix := splitImage(image)
	return strings.TrimLeft(suffix, ":@")
}

// splitImage cuts an image behind its repository. A colon before the last
// slash belongs to the port of the image registry.
func splitImage(image string) (repository, suffix string) {
	if i := strings.IndexByte(image, '@'); i >= 0 {
		return image[:i], image[i:]
	}
	if i := strings.LastIndexByte(image, ':'); i > strings.LastIndexByte(image, '/') {
		return image[:i], image[i:]
	}
	return image, ""
}
