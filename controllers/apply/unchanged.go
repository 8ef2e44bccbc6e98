package apply

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// unchanged reports whether applying want would change nothing: the hash says
// that the same was applied last, so no field has to be removed, and live
// still has every field of it, so nobody changed one. The answer may be a
// needless no, never a wrong yes.
func unchanged(live map[string]any, want *unstructured.Unstructured) bool {
	l := &unstructured.Unstructured{Object: live}
	if l.GetAnnotations()[v1alpha1.AnnotationAppliedHash] != want.GetAnnotations()[v1alpha1.AnnotationAppliedHash] {
		return false
	}
	for field, value := range want.Object {
		switch field {
		case "apiVersion", "kind": // Typed objects out of a cache lack them.
		default:
			if !contains(live[field], value) {
				return false
			}
		}
	}
	return true
}

// contains reports whether live has everything that want has. Maps may have
// more keys and lists of objects more items: the API server fills in defaults,
// and others may add to lists whose items have keys. Lists of plain values
// have to be equal.
func contains(live, want any) bool {
	switch w := want.(type) {
	case map[string]any:
		l, ok := live.(map[string]any)
		if !ok {
			return len(w) == 0 && live == nil
		}
		for k, v := range w {
			if !contains(l[k], v) {
				return false
			}
		}
		return true
	case []any:
		l, ok := live.([]any)
		if !ok {
			return len(w) == 0 && live == nil
		}
		if len(w) > 0 && !isObject(w[0]) {
			return fmt.Sprint(l) == fmt.Sprint(w)
		}
		for _, v := range w {
			if !anyContains(l, v) {
				return false
			}
		}
		return true
	default:
		return fmt.Sprint(live) == fmt.Sprint(want)
	}
}

func anyContains(list []any, want any) bool {
	for _, item := range list {
		if contains(item, want) {
			return true
		}
	}
	return false
}

func isObject(v any) bool {
	_, ok := v.(map[string]any)
	return ok
}

func hashOf(content map[string]any) (string, error) {
	raw, err := json.Marshal(content) // Sorts the keys.
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:16]), nil
}
