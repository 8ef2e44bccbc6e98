package v1alpha1

import "strings"

// ExternalURLs returns the URLs outside of the cluster that are known from the
// spec: those of an Ingress whose host is one name.
func (e *Exposure) ExternalURLs() []string {
	if e.Ingress == nil || strings.HasPrefix(string(e.Ingress.Host), "*") {
		return nil
	}
	scheme := "http"
	if e.Ingress.TLSSecretName != nil {
		scheme = "https"
	}
	return []string{scheme + "://" + string(e.Ingress.Host)}
}
