package auth

import "strings"

// rolesAt returns the roles at a dotted path of the claims. The client id is
// put in after the path was split, since ids contain dots.
func rolesAt(claims map[string]any, path, clientID string) []string {
	if path == "" {
		return nil
	}
	var at any = claims
	for step := range strings.SplitSeq(path, ".") {
		object, ok := at.(map[string]any)
		if !ok {
			return nil
		}
		at = object[strings.ReplaceAll(step, "[client_id]", clientID)]
	}
	switch at := at.(type) {
	case string:
		return splitList(at, ", ")
	case []any:
		var roles []string
		for _, one := range at {
			if text, ok := one.(string); ok {
				roles = append(roles, splitList(text, ", ")...)
			}
		}
		return roles
	default:
		return nil
	}
}

// splitList splits at any of the separators and drops what is empty.
func splitList(text, separators string) []string {
	var list []string
	for _, one := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(separators, r) }) {
		if one = strings.TrimSpace(one); one != "" {
			list = append(list, one)
		}
	}
	return list
}
