package app

import (
	"fmt"
	"net"
	"time"
)

// The messages to a service manager (sd_notify(3)).
const (
	notifyReady    = "READY=1"
	notifyStopping = "STOPPING=1"
)

// tellManager sends a state to the service manager that started this process,
// if one did: systemd takes a unit of Type=notify for started once it heard
// READY=1, which here means that the topic was read and requests are answered.
// A failure is logged, since nobody could do anything else about it.
func (p *process) tellManager(state string) {
	if p.notifySocket == "" {
		return
	}
	if err := sendState(p.notifySocket, state); err != nil {
		p.log.Error(err, "Service manager was not told", "detail", state)
	}
}

// sendState sends one datagram. A name that begins with @ is an abstract one.
func sendState(socket, state string) error {
	if socket[0] != '/' && socket[0] != '@' {
		return fmt.Errorf("NOTIFY_SOCKET %q is neither a path nor an abstract name", socket)
	}
	c, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		return fmt.Errorf("telling the service manager: %w", err)
	}
	defer c.Close()
	if err := c.SetWriteDeadline(time.Now().Add(time.Second)); err != nil {
		return fmt.Errorf("telling the service manager: %w", err)
	}
	if _, err := c.Write([]byte(state)); err != nil {
		return fmt.Errorf("telling the service manager: %w", err)
	}
	return nil
}
