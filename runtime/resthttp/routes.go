package resthttp

import (
	"net/http"
	"strings"

	"github.com/gorilla/mux"

	"github.com/plastron-dev/plastron/runtime/httpserver"
)

// The parts of paths. Names may hold slashes, escaped or not, so the routes
// with more behind a name come before those with less.
const (
	topicPath     = "/topics/{topic:.+}"
	partitionPath = topicPath + "/partitions/{partition:[^/]+}"
	groupPath     = "/consumers/{group:.+}"
	instancePath  = groupPath + "/instances/{instance:.+}"
)

// routes is the whole surface, the busiest first.
func (a *api) routes() http.Handler {
	m := newRouter()
	add := func(method, path string, rule bodyRule, h handler) {
		if a.allowed(name2(method, path)) {
			m.Handle(path, a.serve(template(path), rule, mux.Vars, h)).Methods(method)
		}
	}
	if path := instancePath + "/records"; a.allowed(name2(http.MethodGet, path)) {
		m.Handle(path, a.stream(template(path), noBody, mux.Vars, a.records)).Methods(http.MethodGet)
	}
	add(http.MethodPost, partitionPath, objectBody, a.produceToPartition)
	add(http.MethodPost, topicPath, objectBody, a.produceToTopic)

	add(http.MethodPost, instancePath+"/positions/beginning", objectBody, a.seekBeginning)
	add(http.MethodPost, instancePath+"/positions/end", objectBody, a.seekEnd)
	add(http.MethodPost, instancePath+"/positions", objectBody, a.seek)
	add(http.MethodPost, instancePath+"/offsets", optionalBody, a.commit)
	add(http.MethodGet, instancePath+"/offsets", optionalBody, a.committed)
	add(http.MethodPost, instancePath+"/subscription", objectBody, a.subscribe)
	add(http.MethodGet, instancePath+"/subscription", noBody, a.subscription)
	add(http.MethodDelete, instancePath+"/subscription", noBody, a.unsubscribe)
	add(http.MethodPost, instancePath+"/assignments", objectBody, a.assign)
	add(http.MethodGet, instancePath+"/assignments", noBody, a.assignments)
	add(http.MethodDelete, instancePath, noBody, a.deleteConsumer)
	add(http.MethodHead, instancePath, noBody, a.holds)
	add(http.MethodPost, groupPath, optionalBody, a.createConsumer)

	add(http.MethodGet, partitionPath+"/offsets", noBody, a.partitionOffsets)
	add(http.MethodGet, partitionPath, noBody, a.partition)
	add(http.MethodGet, topicPath+"/partitions", noBody, a.partitions)
	add(http.MethodGet, topicPath, noBody, a.topic)
	add(http.MethodGet, "/topics", noBody, a.topics)
	add(http.MethodGet, "/brokers", noBody, a.brokers)

	for _, prefix := range prefixes() {
		m.PathPrefix(prefix + "/").Handler(a.router3(prefix))
	}
	openapi, docs := a.document()
	m.HandleFunc("/openapi.json", openapi).Methods(http.MethodGet)
	m.HandleFunc("/docs", docs).Methods(http.MethodGet)
	m.HandleFunc("/_health", a.health).Methods(http.MethodGet)
	m.HandleFunc("/", root).Methods(http.MethodGet)
	return m
}

// newRouter makes a router without routes, which answers what it does not have.
func newRouter() *mux.Router {
	m := mux.NewRouter().SkipClean(true).UseEncodedPath()
	m.NotFoundHandler = http.HandlerFunc(notFound)
	m.MethodNotAllowedHandler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { methodNotAllowed(m, w, r) })
	return m
}

// template is a path without the patterns of its parameters, for metrics.
func template(path string) string {
	return strings.NewReplacer(":.+}", "}", ":[^/]+}", "}").Replace(path)
}

func root(w http.ResponseWriter, _ *http.Request) {
	httpserver.SetRoute(w, "/")
	httpserver.WriteBody(w, plainJSON, http.StatusOK, []byte("{}"))
}

func notFound(w http.ResponseWriter, _ *http.Request) {
	httpserver.WriteError(w, plainJSON, http.StatusNotFound, http.StatusNotFound, "HTTP 404 Not Found")
}

// methodNotAllowed finds out which methods the path has.
func methodNotAllowed(m *mux.Router, w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, method := range []string{http.MethodDelete, http.MethodGet, http.MethodPatch, http.MethodPost, http.MethodPut} {
		try := *r
		try.Method = method
		var match mux.RouteMatch
		if m.Match(&try, &match) && match.MatchErr == nil {
			allowed = append(allowed, method)
		}
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	httpserver.WriteError(w, plainJSON, http.StatusMethodNotAllowed, http.StatusMethodNotAllowed, "HTTP 405 Method Not Allowed")
}
