package httpserver

import (
	"errors"
	"net"
	"testing"
)

// TestHostileConnections holds all connections: the next one waits until one
// ends, and closing the listener ends the wait.
func TestHostileConnections(t *testing.T) {
	t.Parallel()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := limit(inner, 1)
	type accepted struct {
		c   net.Conn
		err error
	}
	got := make(chan accepted)
	accept := func() { c, err := l.Accept(); got <- accepted{c, err} }
	for range 3 {
		c, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
	}
	go accept()
	first := <-got
	go accept()
	select {
	case <-got:
		t.Fatal("accepted beyond the limit")
	default:
	}
	first.c.Close()
	first.c.Close() // Twice gives room for one only.
	second := <-got
	if second.err != nil {
		t.Fatal(second.err)
	}
	go accept()
	l.Close()
	if last := <-got; !errors.Is(last.err, net.ErrClosed) {
		t.Fatal(last.err)
	}
	second.c.Close()
}
