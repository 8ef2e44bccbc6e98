package verdict

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// Statement is what is to be said in one condition.
type Statement struct {
	Type    string
	Status  metav1.ConditionStatus
	Reason  string
	Message string
}

func yes(typ, reason, message string) Statement {
	return Statement{Type: typ, Status: metav1.ConditionTrue, Reason: reason, Message: message}
}

func no(typ, reason, message string) Statement {
	return Statement{Type: typ, Status: metav1.ConditionFalse, Reason: reason, Message: message}
}

func unknown(typ, reason, message string) Statement {
	return Statement{Type: typ, Status: metav1.ConditionUnknown, Reason: reason, Message: message}
}

// Rule looks for one problem.
type Rule func(*Input) *Statement

// Chain is a list of rules; the first that finds a problem decides.
type Chain []Rule

// First returns the problem that the first violated rule names, nil when none
// is violated.
func (c Chain) First(in *Input) *Statement {
	for _, rule := range c {
		if s := rule(in); s != nil {
			return s
		}
	}
	return nil
}
