package resthttp

import (
	"errors"
	"net/http"

	"github.com/plastron-dev/plastron/runtime/rest"
)

// payload is the refusal of a body (REST contract 13.2).
func payload(text string) *wireError {
	return wrong(http.StatusUnprocessableEntity, 42206, "Payload error. "+text)
}

// required is the refusal of a body without one of its members.
func required(field string) *wireError {
	return wrong(http.StatusUnprocessableEntity, http.StatusUnprocessableEntity, field+": may not be null")
}

func notFound3() *wireError {
	return wrong(http.StatusNotFound, http.StatusNotFound, "HTTP 404 Not Found")
}

// number3 is what a kind is in version 3, where it is not what it is in
// version 2 (REST contract 13.2).
func number3(k rest.Kind) number {
	switch k {
	case rest.UnknownTopic:
		return number{http.StatusNotFound, 40403}
	case rest.NotFound:
		return number{http.StatusNotFound, http.StatusNotFound}
	case rest.Refused:
		return number{http.StatusBadRequest, 40002}
	case rest.Unauthenticated:
		return number{http.StatusUnauthorized, 40101}
	case rest.Throttled:
		return number{http.StatusTooManyRequests, 42901}
	case rest.Failed:
		return number{http.StatusInternalServerError, 50002}
	case rest.Temporary:
		return number{http.StatusInternalServerError, 50003}
	case rest.Unavailable:
		return number{http.StatusServiceUnavailable, 50302}
	default:
		return numberOf(k)
	}
}

// onWire3 turns any error into what version 3 sends.
func onWire3(err error) *wireError {
	e, ok := errors.AsType[*rest.Error](err)
	if !ok || e.Kind == rest.Internal {
		return onWire(err)
	}
	n := number3(e.Kind)
	return wrong(n.status, n.code, e.Error())
}
