package httpserver

import (
	"io"
	"net/http"
	"strconv"
	"sync"
)

// AccessLog is an Observer that writes one line for each request in the form
// that Karapace's servers write, and hands on to another Observer:
//
//	0.001234s 10.0.0.7 "GET /subjects HTTP/1.1" 200 "curl/8" response=42b request_body=-b
//
// The second field is the header X-Client-IP, "-" without one.
type AccessLog struct {
	// Out gets whole lines, one Write each.
	Out io.Writer
	// Next hears of requests too; nil for nobody.
	Next Observer

	mu sync.Mutex
}

var _ Observer = (*AccessLog)(nil)

// RequestStarted implements Observer.
func (l *AccessLog) RequestStarted(r *http.Request) {
	if l.Next != nil {
		l.Next.RequestStarted(r)
	}
}

// RequestRouted implements Observer.
func (l *AccessLog) RequestRouted(r *http.Request, before, route string) {
	if l.Next != nil {
		l.Next.RequestRouted(r, before, route)
	}
}

// RequestDone implements Observer. What the client chose is quoted, so that no
// request makes two lines or colours a terminal.
func (l *AccessLog) RequestDone(r *http.Request, o Observation) {
	if l.Next != nil {
		l.Next.RequestDone(r, o)
	}
	line := strconv.AppendFloat(nil, o.Duration.Seconds(), 'f', 6, 64)
	line = append(line, "s "...)
	line = append(line, printable(r.Header.Get("X-Client-IP"))...)
	line = append(line, ' ')
	line = strconv.AppendQuote(line, r.Method+" "+r.RequestURI+" "+r.Proto)
	line = append(line, ' ')
	line = strconv.AppendInt(line, int64(o.Status), 10)
	line = append(line, ' ')
	line = strconv.AppendQuote(line, dash(r.UserAgent()))
	line = append(line, " response="...)
	line = strconv.AppendInt(line, o.ResponseBytes, 10)
	line = append(line, "b request_body="...)
	if o.RequestBytes > 0 {
		line = strconv.AppendInt(line, o.RequestBytes, 10)
	} else {
		line = append(line, '-')
	}
	line = append(line, "b\n"...)
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = l.Out.Write(line) // Nobody is left to tell.
}

// printable is the header unless it could be mistaken for other fields.
func printable(ip string) string {
	for i := range len(ip) {
		if ip[i] <= ' ' || ip[i] > '~' || ip[i] == '"' {
			return "-"
		}
	}
	return dash(ip)
}

func dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
