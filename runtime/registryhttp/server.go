package registryhttp

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/plastron-dev/plastron/runtime/forward"
	"github.com/plastron-dev/plastron/runtime/httpserver"
)

// root is GET and POST /, which load balancers ask.
func (a *api) root(c *call) error { return c.send([]byte("{}")) }

// wireHealth is registry contract 11.2, with Karapace's names.
type wireHealth struct {
	Version string     `json:"karapace_version"`
	Status  wireStatus `json:"status"`
	Healthy bool       `json:"healthy"`
	Problem string     `json:"problem,omitempty"`
}

type wireStatus struct {
	Ready          bool    `json:"schema_registry_ready"`
	StartupSeconds float64 `json:"schema_registry_startup_time_sec"`
	Offset         int64   `json:"schema_registry_reader_current_offset"`
	EndOffset      int64   `json:"schema_registry_reader_highest_offset"`
	Primary        bool    `json:"schema_registry_is_primary"`
	Eligible       bool    `json:"schema_registry_is_primary_eligible"`
	PrimaryURL     *string `json:"schema_registry_primary_url"`
	Coordinating   bool    `json:"schema_registry_coordinator_running"`
	Generation     int32   `json:"schema_registry_coordinator_generation_id"`
}

// health is GET /_health: 200, or 503 with the same body while the node is in
// trouble or ends. A node that is still reading the log is well: those who want
// to know whether it serves reads look at the field, or ask with ready=true,
// which is 503 until it does.
func (a *api) health(c *call) error {
	s := a.Status()
	out := wireHealth{
		Version: a.Version, Healthy: s.Healthy, Problem: s.Problem,
		Status: wireStatus{
			Ready: s.Ready, StartupSeconds: s.StartupSeconds, Offset: s.Offset, EndOffset: s.EndOffset,
			Primary: s.Primary, Eligible: s.Eligible, Coordinating: s.Coordinating, Generation: s.Generation,
		},
	}
	if s.PrimaryURL != "" {
		out.Status.PrimaryURL = &s.PrimaryURL
	}
	body, err := json.Marshal(out)
	if err != nil {
		return err
	}
	if s.Healthy && !s.Draining && (s.Ready || !isTrue(c.query(), "ready")) {
		return c.send(body)
	}
	httpserver.WriteBody(c.w, c.mediaType, http.StatusServiceUnavailable, body)
	return nil
}

// primaryAvailable is GET /master_available: whether writes can succeed. Only
// the primary itself says yes; others ask it.
func (a *api) primaryAvailable(c *call) error {
	c.w.Header()["Cache-Control"] = noStore
	bounded, cancel := context.WithTimeout(c.r.Context(), a.PrimaryWait)
	defer cancel()
	_, self, err := a.Forward.Await(bounded)
	if err == nil && !self && !forward.Forwarded(c.r) {
		self, err = a.Forward.Do(c.w, c.r.WithContext(bounded), nil)
		if err == nil && !self {
			return nil // The primary's answer is on its way.
		}
	}
	if err == nil && self && a.Ready() {
		return c.send([]byte(`{"master_available":true}`))
	}
	return c.send([]byte(`{"master_available":false}`))
}

// getClusterID is GET /v1/metadata/id.
func (a *api) getClusterID(c *call) error {
	type clusters struct {
		Kafka    string `json:"kafka-cluster,omitempty"`
		Registry string `json:"schema-registry-cluster"`
	}
	type scope struct {
		Path     []string `json:"path"`
		Clusters clusters `json:"clusters"`
	}
	body, err := json.Marshal(struct {
		Scope scope `json:"scope"`
	}{scope{Path: []string{}, Clusters: clusters{Kafka: a.ClusterID(), Registry: a.GroupID}}})
	if err != nil {
		return err
	}
	return c.send(body)
}

// getServerVersion is GET /v1/metadata/version.
func (a *api) getServerVersion(c *call) error {
	out := httpserver.AppendQuoted([]byte(`{"version":`), a.Version)
	out = httpserver.AppendQuoted(append(out, `,"commitId":`...), a.Commit)
	return c.send(append(out, '}'))
}

// getDeployment is GET /v1/metadata/deployment: nothing to tell.
func (a *api) getDeployment(c *call) error { return c.send([]byte(`{"attributes":[]}`)) }
