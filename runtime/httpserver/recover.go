package httpserver

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
)

// recover turns a panic of the handler into 500 in the error envelope. An
// answer that has begun cannot become a 500 any more; its connection is cut,
// so that the client does not take a part for the whole.
func (c *chained) recover(out *recorder, r *http.Request) {
	reason := recover()
	if reason == nil {
		return
	}
	if err, ok := reason.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(http.ErrAbortHandler)
	}
	c.Logger.Error(fmt.Errorf("panic: %v", reason), "Handler panicked",
		"requestID", RequestID(r), "method", r.Method, "route", out.route, "stack", string(debug.Stack()))
	if out.status != 0 {
		panic(http.ErrAbortHandler)
	}
	WriteError(out, c.ErrorType, http.StatusInternalServerError, http.StatusInternalServerError,
		http.StatusText(http.StatusInternalServerError))
}
