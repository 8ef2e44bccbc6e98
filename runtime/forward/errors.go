package forward

import "errors"

// The reasons why a request was not answered by the primary. All of them mean
// that nothing was written to the client yet.
var (
	// ErrNoPrimary: nobody was primary until the deadline.
	ErrNoPrimary = errors.New("no primary is known")
	// ErrUnreachable: no connection to the primary could be made, so nothing
	// happened there.
	ErrUnreachable = errors.New("the primary cannot be reached")
	// ErrRefused: the node that was taken for the primary says that it is not,
	// so nothing happened there.
	ErrRefused = errors.New("the primary has moved")
	// ErrUnknownOutcome: the request was sent, but no complete answer came.
	// It may have been carried out.
	ErrUnknownOutcome = errors.New("the primary did not answer, the request may have been carried out")
	// ErrLoop: the request was forwarded to this node already, and this node
	// is not primary. It is not forwarded again.
	ErrLoop = errors.New("a forwarded request reached a node that is not primary")
)
