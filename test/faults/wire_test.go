package faults

import (
	"encoding/binary"
	"errors"
	"io"
	"maps"
	"net"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// network stands between the nodes and the brokers. It knows a node by the
// client id in its requests, and sees them one by one.
type network struct {
	mu    sync.Mutex
	links map[string]*link
	hung  map[string]chan struct{} // addresses of brokers that hang
}

func newNetwork() *network {
	return &network{links: map[string]*link{}, hung: map[string]chan struct{}{}}
}

// hang has a broker stop, as SIGSTOP does: it accepts connections and answers
// nobody until it goes on.
func (n *network) hang(address string) (goOn func()) {
	hung := make(chan struct{})
	n.mu.Lock()
	defer n.mu.Unlock()
	n.hung[address] = hung
	return func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.hung, address)
		close(hung)
	}
}

func (n *network) hungAt(address string) <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.hung[address]
}

// link returns the way of a node to all brokers.
func (n *network) link(clientID string) *link {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := n.links[clientID]
	if l == nil {
		l = &link{changed: make(chan struct{}), conns: map[*wire]bool{}, held: map[kmsg.Key]*held{}, lost: map[kmsg.Key]chan struct{}{}}
		n.links[clientID] = l
	}
	return l
}

func (n *network) listen(network, address string) (net.Listener, error) {
	l, err := net.Listen(network, address)
	return listener{l, n}, err
}

type listener struct {
	net.Listener
	network *network
}

// Accept implements net.Listener.
func (l listener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &wire{Conn: conn, network: l.network, broker: l.Addr().String(), closed: make(chan struct{})}, nil
}

// link is what happens to the requests and responses of one node.
type link struct {
	mu      sync.Mutex
	changed chan struct{} // closed and replaced when the fields below change
	frozen  bool          // nothing moves, nothing is refused
	cut     bool          // connections are closed, new ones too
	held    map[kmsg.Key]*held
	lost    map[kmsg.Key]chan struct{}
	slow    map[kmsg.Key]time.Duration
	conns   map[*wire]bool
}

// held is a request that lies in the queue of a broker.
type held struct {
	arrived chan struct{}
	release chan struct{}
}

func (l *link) set(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
	close(l.changed)
	l.changed = make(chan struct{})
}

// freeze stops everything between the node and the brokers, in both
// directions; thaw lets it go on where it stopped.
func (l *link) freeze() { l.set(func() { l.frozen = true }) }
func (l *link) thaw()   { l.set(func() { l.frozen = false }) }

// sever closes all connections and refuses new ones until mend.
func (l *link) sever() {
	l.set(func() { l.cut = true })
	l.mu.Lock()
	defer l.mu.Unlock()
	for w := range l.conns {
		_ = w.Conn.Close() // What a broker has in its queue, it keeps.
	}
}

func (l *link) mend() { l.set(func() { l.cut = false }) }

// hold keeps the next request of a kind back until it is released. It reaches
// the broker then even if the node has closed the connection long before.
func (l *link) hold(key kmsg.Key) *held {
	h := &held{arrived: make(chan struct{}), release: make(chan struct{})}
	l.set(func() { l.held[key] = h })
	return h
}

// lose closes the connection in the place of the next response of a kind. The
// channel is closed when that has happened.
func (l *link) lose(key kmsg.Key) <-chan struct{} {
	lost := make(chan struct{})
	l.set(func() { l.lost[key] = lost })
	return lost
}

// delay makes every request of a kind slow; 0 ends that.
func (l *link) delay(key kmsg.Key, d time.Duration) {
	l.set(func() {
		slow := maps.Clone(l.slow)
		if slow == nil {
			slow = map[kmsg.Key]time.Duration{}
		}
		slow[key] = d
		l.slow = slow
	})
}

var errCut = errors.New("the network is cut")

// wire is one connection, seen from the broker.
type wire struct {
	net.Conn
	network *network
	broker  string // its address

	link *link // of the client id in the first request
	key  kmsg.Key
	rest []byte // of the request that the broker is reading

	once   sync.Once
	closed chan struct{}
}

// Read implements net.Conn. It takes whole requests from the node.
func (w *wire) Read(p []byte) (int, error) {
	if len(w.rest) == 0 {
		frame, err := w.frame()
		if err != nil {
			return 0, err
		}
		if err := w.pass(frame); err != nil {
			return 0, err
		}
		w.rest = frame
	}
	n := copy(p, w.rest)
	w.rest = w.rest[n:]
	return n, nil
}

func (w *wire) frame() ([]byte, error) {
	head := make([]byte, 4)
	if _, err := io.ReadFull(w.Conn, head); err != nil {
		return nil, err
	}
	frame := append(head, make([]byte, binary.BigEndian.Uint32(head))...)
	_, err := io.ReadFull(w.Conn, frame[4:])
	return frame, err
}

// pass returns when the request may reach the broker.
func (w *wire) pass(frame []byte) error {
	w.key = kmsg.Key(binary.BigEndian.Uint16(frame[4:]))
	if w.link == nil {
		clientID := ""
		if n := int16(binary.BigEndian.Uint16(frame[12:])); n > 0 {
			clientID = string(frame[14 : 14+n])
		}
		w.link = w.network.link(clientID)
		w.link.set(func() { w.link.conns[w] = true })
	}
	l := w.link
	l.mu.Lock()
	h := l.held[w.key]
	delete(l.held, w.key)
	slow := l.slow[w.key]
	l.mu.Unlock()
	if slow > 0 {
		select {
		case <-time.After(slow):
		case <-w.closed:
			return net.ErrClosed
		}
	}
	if h != nil {
		close(h.arrived)
		select {
		case <-h.release:
			return nil // The broker has it, whatever became of the connection.
		case <-w.closed:
			return net.ErrClosed
		}
	}
	return w.move()
}

// move returns when broker and link let something through.
func (w *wire) move() error {
	if hung := w.network.hungAt(w.broker); hung != nil {
		select {
		case <-hung:
		case <-w.closed:
			return net.ErrClosed
		}
	}
	l := w.link
	for {
		l.mu.Lock()
		cut, frozen, changed := l.cut, l.frozen, l.changed
		l.mu.Unlock()
		if cut {
			return errCut
		}
		if !frozen {
			return nil
		}
		select {
		case <-changed:
		case <-w.closed:
			return net.ErrClosed
		}
	}
}

// Write implements net.Conn. The broker writes whole responses.
func (w *wire) Write(p []byte) (int, error) {
	if w.link == nil {
		return w.Conn.Write(p)
	}
	if err := w.move(); err != nil {
		return 0, err
	}
	l := w.link
	l.mu.Lock()
	lost := l.lost[w.key]
	delete(l.lost, w.key)
	l.mu.Unlock()
	if lost != nil {
		close(lost)
		_ = w.Conn.Close()
		return 0, errCut
	}
	return w.Conn.Write(p)
}

// Close implements net.Conn.
func (w *wire) Close() error {
	w.once.Do(func() { close(w.closed) })
	if w.link != nil {
		w.link.mu.Lock()
		delete(w.link.conns, w)
		w.link.mu.Unlock()
	}
	return w.Conn.Close()
}
