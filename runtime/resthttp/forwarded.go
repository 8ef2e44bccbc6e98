package resthttp

import (
	"net"
	"net/http"
	"net/url"
	"strings"
)

// forwardedAddress is what a proxy in front says that clients use, by
// X-Forwarded-Proto, -Host, -Port and -Prefix, or Forwarded (RFC 7239) where
// those are missing. It is empty when nothing is said, or no address.
func forwardedAddress(r *http.Request) string {
	standard := forwardedFirst(r.Header.Get("Forwarded"))
	scheme := firstOf(firstValue(r, "X-Forwarded-Proto"), standard["proto"], "http")
	host := firstOf(firstValue(r, "X-Forwarded-Host"), standard["host"])
	if host == "" || scheme != "http" && scheme != "https" {
		return ""
	}
	if port := firstValue(r, "X-Forwarded-Port"); port != "" && !hasPort(host) && port != map[string]string{"http": "80", "https": "443"}[scheme] {
		host += ":" + port
	}
	prefix := strings.TrimRight(firstValue(r, "X-Forwarded-Prefix"), "/")
	address := scheme + "://" + host + prefix
	u, err := url.Parse(address)
	if err != nil || u.Host != host || u.EscapedPath() != prefix || u.RawQuery != "" || u.Fragment != "" {
		return ""
	}
	return address
}

// firstValue is what the proxy next to the client has said.
func firstValue(r *http.Request, name string) string {
	first, _, _ := strings.Cut(r.Header.Get(name), ",")
	return strings.TrimSpace(first)
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

func hasPort(host string) bool {
	_, _, err := net.SplitHostPort(host)
	return err == nil
}

// forwardedFirst reads the first element of a Forwarded header.
func forwardedFirst(header string) map[string]string {
	first, _, _ := strings.Cut(header, ",")
	out := map[string]string{}
	for pair := range strings.SplitSeq(first, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		out[strings.ToLower(name)] = strings.Trim(value, `"`)
	}
	return out
}
