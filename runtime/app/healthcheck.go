package app

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/plastron-dev/plastron/runtime/config"
)

// HealthURL is where the process that this configuration starts says whether it
// is ready: at the loopback address when it listens on all.
func HealthURL(c *config.Config) string { return localURL(c) + "/_health?ready=true" }

// localURL is the root of that process.
func localURL(c *config.Config) string {
	host := c.Listener.Host
	if host == "" || host == "0.0.0.0" || host == "::" {
		host = "127.0.0.1"
	}
	scheme := "http"
	if c.Listener.TLSCert != "" {
		scheme = "https"
	}
	return scheme + "://" + net.JoinHostPort(host, strconv.Itoa(c.Listener.Port))
}

// Healthcheck asks url once and returns nil when the answer is 200.
func Healthcheck(ctx context.Context, url string, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("asking %s: %w", url, err)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	if address := net.ParseIP(request.URL.Hostname()); address != nil && address.IsLoopback() {
		// A certificate names the node, not this machine's own address; and
		// nothing is told that anybody on this machine may not know.
		transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true}
	}
	defer transport.CloseIdleConnections()
	answer, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return fmt.Errorf("asking %s: %w", url, err)
	}
	defer answer.Body.Close()
	const most = 4 << 10
	body, err := io.ReadAll(io.LimitReader(answer.Body, most))
	if err != nil {
		return fmt.Errorf("reading the answer of %s: %w", url, err)
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s: %s", url, answer.Status, strings.TrimSpace(string(body)))
	}
	return nil
}
