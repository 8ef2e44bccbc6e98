package schema

// Level is a compatibility level: which earlier versions a new version is
// compared with, and in which direction.
type Level string

// The seven levels.
const (
	None               Level = "NONE"
	Backward           Level = "BACKWARD"
	BackwardTransitive Level = "BACKWARD_TRANSITIVE"
	Forward            Level = "FORWARD"
	ForwardTransitive  Level = "FORWARD_TRANSITIVE"
	Full               Level = "FULL"
	FullTransitive     Level = "FULL_TRANSITIVE"
)

// Levels lists the seven levels in the order in which messages name them.
func Levels() []Level {
	return []Level{Backward, BackwardTransitive, Forward, ForwardTransitive, Full, FullTransitive, None}
}

// ParseLevel returns the level with exactly that wire text.
func ParseLevel(s string) (Level, bool) {
	for _, l := range Levels() {
		if string(l) == s {
			return l, true
		}
	}
	return "", false
}

// ReadsOld reports whether the new version has to read data of earlier ones.
func (l Level) ReadsOld() bool {
	return l == Backward || l == BackwardTransitive || l == Full || l == FullTransitive
}

// ReadByOld reports whether earlier versions have to read data of the new one.
func (l Level) ReadByOld() bool {
	return l == Forward || l == ForwardTransitive || l == Full || l == FullTransitive
}

// Transitive reports whether all live versions count, not only the latest.
func (l Level) Transitive() bool {
	return l == BackwardTransitive || l == ForwardTransitive || l == FullTransitive
}

// Mode says what may be done to a subject or to the whole registry.
type Mode string

// The modes of the field.
const (
	ReadWrite        Mode = "READWRITE"
	ReadOnly         Mode = "READONLY"
	ReadOnlyOverride Mode = "READONLY_OVERRIDE"
	Import           Mode = "IMPORT"
	ForwardMode      Mode = "FORWARD"
)

// ParseMode returns the mode with exactly that wire text.
func ParseMode(s string) (Mode, bool) {
	switch m := Mode(s); m {
	case ReadWrite, ReadOnly, ReadOnlyOverride, Import, ForwardMode:
		return m, true
	default:
		return "", false
	}
}
