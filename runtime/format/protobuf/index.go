package protobuf

import "strings"

// MessageIndex returns where a message stands in the file, as the data of the
// wire format names it: the position among the messages of the file, then that
// among the messages nested in it, and so on. Enums, groups and the entries of
// maps do not count. The name is the full one, with or without the package,
// or empty for the first message. It reports false for a name that is no
// message of this file.
func (s *Schema) MessageIndex(name string) ([]int, bool) {
	messages := s.file.Messages
	if name == "" {
		return []int{0}, len(messages) > 0
	}
	name = strings.TrimPrefix(name, ".")
	if rest, ok := strings.CutPrefix(name, s.file.Package+"."); ok && s.file.Package != "" {
		name = rest
	}
	var path []int
	for part := range strings.SplitSeq(name, ".") {
		at := -1
		for i, m := range messages {
			if m.Name == part {
				at = i
				break
			}
		}
		if at < 0 {
			return nil, false
		}
		path = append(path, at)
		messages = messages[at].Messages
	}
	return path, true
}

// MessageName returns the full name of the message at a path of MessageIndex.
// It reports false for a path that leads nowhere.
func (s *Schema) MessageName(path []int) (string, bool) {
	name := s.file.Package
	messages := s.file.Messages
	for _, at := range path {
		if at < 0 || at >= len(messages) {
			return "", false
		}
		name = dotted(name, messages[at].Name)
		messages = messages[at].Messages
	}
	return name, len(path) > 0
}
