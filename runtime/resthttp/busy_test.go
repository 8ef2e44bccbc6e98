package resthttp

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/plastron-dev/plastron/runtime/httpserver"
)

func TestNoRoomForABodyIsBusy(t *testing.T) {
	t.Parallel()
	var got *wireError
	if !errors.As(bodyFailure(fmt.Errorf("reading: %w", httpserver.ErrBodyNoRoom)), &got) || got.status != http.StatusServiceUnavailable || got.text != textBusy {
		t.Errorf("%+v", got)
	}
}
