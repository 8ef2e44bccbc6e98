package testkit

import (
	"testing"

	"go.uber.org/goleak"
)

// VerifyNoLeaks runs the tests of a package and fails when goroutines outlive
// them. It is called from TestMain.
func VerifyNoLeaks(m *testing.M) {
	goleak.VerifyTestMain(m)
}
