package traffic

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// mediaType is that of a registry.
const mediaType = "application/vnd.schemaregistry.v1+json"

// Target is a server that is sent requests.
type Target struct {
	address string // host:port
	secure  bool
	name    string // of the host, for TLS
	path    string // before the path of every request
	accept  string // media type
	header  string // lines that every request has
}

// Accepting is the target with another media type for its answers than that of
// a registry.
func (t *Target) Accepting(mediaType string) *Target {
	other := *t
	other.accept = mediaType
	return &other
}

// ParseTarget reads a URL, http or https. A user and a password in it are sent
// with every request (Basic).
func ParseTarget(base string) (*Target, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, fmt.Errorf("%q is no URL such as http://127.0.0.1:8081", base)
	}
	t := &Target{address: u.Host, accept: mediaType, secure: u.Scheme == "https", name: u.Hostname(), path: strings.TrimSuffix(u.EscapedPath(), "/")}
	if u.Port() == "" {
		t.address = net.JoinHostPort(u.Hostname(), map[bool]string{false: "80", true: "443"}[t.secure])
	}
	t.header = "Host: " + u.Host + "\r\n"
	if u.User != nil {
		password, _ := u.User.Password()
		t.header += "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(u.User.Username()+":"+password)) + "\r\n"
	}
	return t, nil
}

// AppendGet appends a whole GET request.
func (t *Target) AppendGet(dst []byte, path string) []byte {
	return append(t.appendHead(dst, "GET ", path), "\r\n"...)
}

// AppendDelete appends a whole DELETE request.
func (t *Target) AppendDelete(dst []byte, path string) []byte {
	return append(t.appendHead(dst, "DELETE ", path), "\r\n"...)
}

// AppendPost appends a whole POST request.
func (t *Target) AppendPost(dst []byte, path string, body []byte) []byte {
	return t.AppendPostOf(dst, path, mediaType, body)
}

// AppendPostOf is AppendPost with a media type.
func (t *Target) AppendPostOf(dst []byte, path, contentType string, body []byte) []byte {
	dst = append(append(t.appendHead(dst, "POST ", path), "Content-Type: "...), contentType...)
	dst = strconv.AppendInt(append(dst, "\r\nContent-Length: "...), int64(len(body)), 10)
	return append(append(dst, "\r\n\r\n"...), body...)
}

// appendHead appends the first line and what every request has.
func (t *Target) appendHead(dst []byte, method, path string) []byte {
	dst = append(append(append(dst, method...), t.path...), path...)
	dst = append(append(dst, " HTTP/1.1\r\nAccept: "...), t.accept...)
	return append(append(dst, "\r\n"...), t.header...)
}

// Dial opens a connection. Nothing on it takes longer than the deadline.
func (t *Target) Dial(ctx context.Context, deadline time.Time) (*Conn, error) {
	var d net.Dialer
	raw, err := d.DialContext(ctx, "tcp", t.address)
	if err != nil {
		return nil, fmt.Errorf("connecting to %s: %w", t.address, err)
	}
	if t.secure {
		raw = tls.Client(raw, &tls.Config{ServerName: t.name})
	}
	if err := raw.SetDeadline(deadline); err != nil {
		return nil, err
	}
	return newConn(raw), nil
}
