package client

import (
	"context"
	"net/http"
)

// Health asks one instance how it is (registry contract 11.2). Confluent's
// registry has no such route and answers Other (HTTP 404).
func (c *Client) Health(ctx context.Context) (Health, error) {
	var out struct {
		Healthy *bool  `json:"healthy"`
		Version string `json:"karapace_version"` // the wire text
		Status  struct {
			Ready      bool    `json:"schema_registry_ready"`
			Primary    *bool   `json:"schema_registry_is_primary"`
			PrimaryURL *string `json:"schema_registry_primary_url"`
			Offset     int64   `json:"schema_registry_reader_current_offset"`
			EndOffset  int64   `json:"schema_registry_reader_highest_offset"`
		} `json:"status"`
	}
	err := c.do(ctx, call{op: "asking for the health of the registry", method: http.MethodGet, path: pathOf("_health")}, &out)
	if err != nil {
		return Health{}, err
	}
	h := Health{Healthy: out.Healthy == nil || *out.Healthy, Version: out.Version, Ready: out.Status.Ready, Offset: out.Status.Offset, EndOffset: out.Status.EndOffset}
	if out.Status.Primary != nil {
		h.Primary = *out.Status.Primary
	}
	if out.Status.PrimaryURL != nil {
		h.PrimaryURL = *out.Status.PrimaryURL
	}
	return h, nil
}

// ServerVersion asks for the version of the registry, which Confluent and this
// project tell; others answer Other (HTTP 404).
func (c *Client) ServerVersion(ctx context.Context) (string, error) {
	var out struct {
		Version string `json:"version"`
	}
	err := c.do(ctx, call{op: "asking for the version of the registry", method: http.MethodGet, path: pathOf("v1", "metadata", "version")}, &out)
	return out.Version, err
}

// Exporters lists the exporters of the registry, which only the commercial
// editions of Confluent's have; others answer Other (HTTP 404).
func (c *Client) Exporters(ctx context.Context) ([]string, error) {
	var out []string
	err := c.do(ctx, call{op: "listing the exporters of the registry", method: http.MethodGet, path: pathOf("exporters")}, &out)
	return out, err
}

// PrimaryAvailable asks whether the registry has a primary, that is, whether
// writes can succeed (registry contract 11.3).
func (c *Client) PrimaryAvailable(ctx context.Context) (bool, error) {
	var out struct {
		Available bool `json:"master_available"` // the wire text
	}
	err := c.do(ctx, call{op: "asking for the primary of the registry", method: http.MethodGet, path: pathOf("master_available")}, &out)
	return out.Available, err
}
