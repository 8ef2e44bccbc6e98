package faults

import (
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
)

// front is the address under which clients and other nodes know a node. When
// the node is killed it is gone at once, as the sockets of a process are.
type front struct {
	listener net.Listener

	mu     sync.Mutex
	target string
	conns  map[net.Conn]bool
	gone   bool
	group  sync.WaitGroup
}

func newFront() (*front, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	f := &front{listener: l, conns: map[net.Conn]bool{}}
	f.group.Go(f.serve)
	return f, nil
}

func (f *front) url() string { return "http://" + f.listener.Addr().String() }

func (f *front) port() string { return strconv.Itoa(f.listener.Addr().(*net.TCPAddr).Port) }

func (f *front) serve() {
	for {
		client, err := f.listener.Accept()
		if err != nil {
			return
		}
		f.group.Go(func() { f.connect(client) })
	}
}

func (f *front) connect(client net.Conn) {
	f.mu.Lock()
	target := f.target
	f.mu.Unlock()
	server, err := net.Dial("tcp", target)
	if err != nil || !f.keep(client, server) {
		_ = client.Close()
		return
	}
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{client, server}, {server, client}} {
		both.Go(func() {
			_, _ = io.Copy(way[0], way[1])
			_ = client.Close()
			_ = server.Close()
		})
	}
	both.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.conns, client)
	delete(f.conns, server)
}

func (f *front) keep(conns ...net.Conn) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, conn := range conns {
		if f.gone {
			_ = conn.Close()
		}
		f.conns[conn] = true
	}
	return !f.gone
}

// behind says where the node really listens.
func (f *front) behind(url string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.target = strings.TrimPrefix(url, "http://")
}

// close resets all connections and refuses new ones.
func (f *front) close() {
	_ = f.listener.Close()
	f.mu.Lock()
	f.gone = true
	for conn := range f.conns {
		_ = conn.Close()
	}
	f.mu.Unlock()
}
