package httpserver

import (
	"net"
	"sync"
)

// limited accepts only so many connections at once; further ones wait in the
// queue of the operating system until one ends.
type limited struct {
	net.Listener
	room   chan struct{}
	closed chan struct{}
	once   sync.Once
}

// limit bounds the connections of a listener; 0 or less means no bound.
func limit(l net.Listener, connections int) net.Listener {
	if connections <= 0 {
		return l
	}
	return &limited{Listener: l, room: make(chan struct{}, connections), closed: make(chan struct{})}
}

// Accept waits for room, then for a connection.
func (l *limited) Accept() (net.Conn, error) {
	select {
	case l.room <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.room
		return nil, err
	}
	return &limitedConn{Conn: c, leave: func() { <-l.room }}, nil
}

// Close also ends an Accept that waits for room.
func (l *limited) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

// limitedConn gives its room back once, however often it is closed.
type limitedConn struct {
	net.Conn
	leave func()
	once  sync.Once
}

// Close ends the connection.
func (c *limitedConn) Close() error {
	err := c.Conn.Close()
	c.once.Do(c.leave)
	return err
}
