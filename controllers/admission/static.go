package admission

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/runtime/config"
)

// SchemaRegistry returns what is wrong with the fields of r.
func SchemaRegistry(r *v1alpha1.SchemaRegistry) field.ErrorList {
	spec := field.NewPath("spec")
	if !r.IsManaged() {
		return nil
	}
	errs := configKeys(spec.Child("config"), r.Spec.Config, config.RoleRegistry, config.ByRegistry)
	return append(errs, template(spec.Child("template"), r.Spec.Template)...)
}

// RestProxy returns what is wrong with the fields of p.
func RestProxy(p *v1alpha1.RestProxy) field.ErrorList {
	spec := field.NewPath("spec")
	errs := configKeys(spec.Child("config"), p.Spec.Config, config.RoleREST, config.ByREST)
	return append(errs, template(spec.Child("template"), p.Spec.Template)...)
}

// Subject returns what is wrong with the fields of s.
func Subject(s *v1alpha1.Subject) field.ErrorList {
	var errs field.ErrorList
	path := field.NewPath("spec", "name")
	name := s.SubjectName()
	switch {
	case !utf8.ValidString(name):
		errs = append(errs, field.Invalid(path, name, "must be UTF-8"))
	case strings.ContainsFunc(name, unicode.IsControl):
		errs = append(errs, field.Invalid(path, name, "must not contain control characters"))
	case name == "__GLOBAL" || name == "__EMPTY":
		errs = append(errs, field.Invalid(path, name, "is reserved by the registry"))
	}
	return append(errs, metadata(field.NewPath("spec", "metadata"), s.Spec.Metadata)...)
}

// ownProperty is the property in which registries keep the number of a version.
const ownProperty = "confluent:version"

func metadata(path *field.Path, m *v1alpha1.SchemaMetadata) field.ErrorList {
	if m == nil {
		return nil
	}
	var errs field.ErrorList
	if _, ok := m.Properties[ownProperty]; ok {
		errs = append(errs, field.Forbidden(path.Child("properties").Key(ownProperty), "is set by the registry"))
	}
	for i, name := range m.Sensitive {
		if _, ok := m.Properties[string(name)]; !ok {
			errs = append(errs, field.NotFound(path.Child("sensitive").Index(i), name))
		}
	}
	return errs
}

// configKeys checks spec.config with the table that the pods read their
// configuration by, so that a wrong key is told here and not by a pod that
// does not start.
func configKeys(path *field.Path, values map[string]v1alpha1.ConfigValue, role config.Role, use config.Use) field.ErrorList {
	var errs field.ErrorList
	var environ []string
	for name, v := range values {
		at := path.Key(name)
		key, known := findKey(name)
		switch {
		case !known:
			errs = append(errs, field.NotSupported(at, name, supported(use)))
		case key.Kind == config.File:
			errs = append(errs, field.Forbidden(at, "names a file, and pods have none of their own to name"))
		case key.Secret:
			errs = append(errs, field.Forbidden(at, "carries a secret, which must not stand in a spec"))
		case key.Use != use && key.Use != config.ByBoth:
			errs = append(errs, field.Forbidden(at, fmt.Sprintf("is not a key of this kind; it is used by: %s", key.Use)))
		default:
			environ = append(environ, key.Env()+"="+string(v))
		}
	}
	slices.Sort(environ)
	if _, _, err := config.Load(config.Input{Role: role, Environ: environ}); err != nil {
		errs = append(errs, field.Invalid(path, "", strings.ReplaceAll(err.Error(), "\n", "; ")))
	}
	slices.SortFunc(errs, func(a, b *field.Error) int { return strings.Compare(a.Field, b.Field) })
	return errs
}

func findKey(name string) (config.Key, bool) {
	for _, k := range config.Keys() {
		if k.Name == name {
			return k, true
		}
	}
	return config.Key{}, false
}

// supported lists the keys that have an effect in the kind.
func supported(use config.Use) []string {
	var names []string
	for _, k := range config.Keys() {
		if (k.Use == use || k.Use == config.ByBoth) && k.Effect == config.Honoured && k.Kind != config.File && !k.Secret {
			names = append(names, k.Name)
		}
	}
	return names
}

// template refuses what would take the pod out of the operator's hands.
func template(path *field.Path, t *v1alpha1.WorkloadTemplate) field.ErrorList {
	if t == nil {
		return nil
	}
	var errs field.ErrorList
	for i, e := range t.Env {
		at := path.Child("env").Index(i).Child("name")
		upper := strings.ToUpper(e.Name)
		if strings.HasPrefix(upper, config.Prefix) || upper == "POD_NAME" {
			errs = append(errs, field.Forbidden(at, e.Name+" is set by the operator; use the fields of the spec, or config"))
		}
	}
	for k := range t.Labels {
		if strings.HasPrefix(k, "app.kubernetes.io/") || strings.HasPrefix(k, v1alpha1.GroupName+"/") {
			errs = append(errs, field.Forbidden(path.Child("labels").Key(k), "is set by the operator"))
		}
	}
	return errs
}

// Message is the list as one line, empty for an empty list.
func Message(errs field.ErrorList) string {
	if len(errs) == 0 {
		return ""
	}
	return errs.ToAggregate().Error()
}
