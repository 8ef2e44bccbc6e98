package registryhttp

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/gorilla/mux"

	"github.com/plastron-dev/plastron/runtime/httpserver"
	"github.com/plastron-dev/plastron/runtime/schema"
)

// handle answers a call, or returns why it cannot; then it has written
// nothing.
type handle func(*call) error

// methods says who answers which method of a resource. HEAD goes where GET
// goes.
type methods map[string]handle

// resource is one row of the surface.
type resource struct {
	template string
	methods  methods
	// body checks the body of the one method that takes one; nil for none. See
	// refuse.
	body func(*call, []byte) error
}

// surface lists every path (registry contract 4), served with and without a
// slash at its end. All of it negotiates media types and waits for the log to
// be read.
func (a *api) surface() []resource {
	const subject, version, id = "/{subject}", "/{version}", "/{id}"
	const versions = "/subjects" + subject + "/versions"
	const one = versions + version
	list := []resource{
		{"/subjects", methods{"GET": a.listSubjects}, nil},
		{"/subjects" + subject, methods{"POST": a.lookup, "DELETE": a.deleteSubject}, a.checkSchema},
		{versions, methods{"GET": a.listVersions, "POST": a.register}, a.checkSchema},
		{one, methods{"GET": a.getVersion, "DELETE": a.deleteVersion}, nil},
		{"/subjects" + subject + "/metadata", methods{"GET": a.getNewest}, nil},
		{one + "/schema", methods{"GET": a.getVersionText}, nil},
		{one + "/tags", methods{"POST": a.postTags}, a.checkTags},
		{one + "/referencedby", methods{"GET": a.listReferrers}, nil},
		{one + "/referencedBy", methods{"GET": a.listReferrers}, nil},

		{"/schemas", methods{"GET": a.listSchemas}, nil},
		{"/schemas/types", methods{"GET": a.listTypes}, nil},
		{"/schemas/ids" + id, methods{"GET": a.getByID}, nil},
		{"/schemas/ids" + id + "/schema", methods{"GET": a.getTextByID}, nil},
		{"/schemas/ids" + id + "/subjects", methods{"GET": a.listSubjectsOfID}, nil},
		{"/schemas/ids" + id + "/versions", methods{"GET": a.listVersionsOfID}, nil},
		{"/schemas/guids/{guid}", methods{"GET": a.getByGUID}, nil},
		{"/schemas/guids/{guid}/ids", methods{"GET": a.listIDsOfGUID}, nil},

		{"/config", methods{"GET": a.getConfig, "PUT": a.putConfig, "DELETE": a.deleteConfig}, checkConfig},
		{"/config" + subject, methods{"GET": a.getSubjectConfig, "PUT": a.putConfig, "DELETE": a.deleteSubjectConfig}, checkConfig},
		{"/mode", methods{"GET": a.getMode, "PUT": a.putMode, "DELETE": a.deleteMode}, checkMode},
		{"/mode" + subject, methods{"GET": a.getSubjectMode, "PUT": a.putMode, "DELETE": a.deleteSubjectMode}, checkMode},

		{"/compatibility/subjects" + subject + "/versions", methods{"POST": a.compatibleWithAll}, a.checkSchema},
		{"/compatibility/subjects" + subject + "/versions" + version, methods{"POST": a.compatible}, a.checkSchema},

		{"/contexts", methods{"GET": a.listContexts}, nil},

		{"/v1/metadata/id", methods{"GET": a.getClusterID}, nil},
		{"/v1/metadata/version", methods{"GET": a.getServerVersion}, nil},
		{"/v1/metadata/deployment", methods{"GET": a.getDeployment}, nil},

		{"/_operator/v1/subjects", methods{"GET": a.listStandings}, nil},

		{"/associations", methods{"POST": a.createAssociations}, nil},
		{"/associations:batchGet", methods{"POST": a.batchGetAssociations}, nil},
		{"/associations:batchMutate", methods{"POST": a.batchMutateAssociations}, nil},
		{"/associations/resources/{resource}", methods{
			"GET": a.listAssociationsByID, "PUT": a.createAssociations, "DELETE": a.deleteAssociations,
		}, nil},
		{"/associations/resources/{namespace}/{name}", methods{"GET": a.listAssociationsByName}, nil},
		{"/associations/subjects/{associated}", methods{"GET": a.listAssociationsBySubject}, nil},
	}
	if a.naming == schema.WithContexts {
		list = append(list, resource{"/contexts/{context}", methods{"DELETE": a.deleteContext}, nil})
	}
	return list
}

// exempt lists the paths that take any Accept and Content-Type and work before
// the log is read.
func (a *api) exempt() []resource {
	list := []resource{
		{"/", methods{"GET": a.root, "POST": a.root}, nil},
		{"/_health", methods{"GET": a.health}, nil},
		{"/master_available", methods{"GET": a.primaryAvailable}, nil},
		{"/openapi.json", methods{"GET": a.getOpenAPI}, nil},
		{"/docs", methods{"GET": a.getDocs}, nil},
		{"/redoc", methods{"GET": a.getDocs}, nil},
	}
	if a.UI {
		list = append(list,
			resource{"/ui", methods{"GET": a.getUI}, nil},
			resource{"/ui/{file}", methods{"GET": a.getUIFile}, nil})
	}
	return list
}

// routes builds the router. Paths are matched as they came over the wire and
// never cleaned: "%2F" is a part of a subject, and "//" matches nothing.
func (a *api) routes() http.Handler {
	router := mux.NewRouter().UseEncodedPath().SkipClean(true)
	for _, res := range a.surface() {
		a.route(router, res, func(c *call, h handle) error {
			if err := c.negotiate(); err != nil {
				return err
			}
			if served, err := a.whenReady(c); served || err != nil {
				return err
			}
			if err := a.authorize(c, res.template); err != nil {
				return a.refuse(c, res, err)
			}
			return h(c)
		})
	}
	for _, res := range a.exempt() {
		a.route(router, res, func(c *call, h handle) error {
			c.mediaType = offerCommon
			return h(c)
		})
	}
	if a.Metrics != nil {
		router.Path("/metrics").Handler(a.Metrics)
	}
	router.NotFoundHandler = a.handler("none", func(c *call) error {
		if err := c.negotiate(); err != nil {
			return err
		}
		return httpError(http.StatusNotFound)
	})
	return router
}

func (a *api) route(router *mux.Router, res resource, around func(*call, handle) error) {
	serve := a.handler(res.template, func(c *call) error {
		method := c.r.Method
		if method == http.MethodHead {
			method = http.MethodGet
		}
		h, ok := res.methods[method]
		if ok {
			return around(c, h)
		}
		c.w.Header().Set("Allow", res.allowed())
		if method == http.MethodOptions {
			c.w.WriteHeader(http.StatusOK)
			return nil
		}
		return httpError(http.StatusMethodNotAllowed)
	})
	router.Path(res.template).Handler(serve)
	if res.template != "/" {
		router.Path(res.template + "/").Handler(serve)
	}
}

func (a *api) handler(template string, h handle) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		httpserver.SetRoute(w, template)
		c := a.newCall(w, r)
		c.vars = mux.Vars(r)
		if !strings.HasPrefix(template, "/config") && !strings.HasPrefix(template, "/mode") {
			c.meant = a.registry.Alias // An alias can be changed and removed under its own name.
		}
		if err := h(c); err != nil {
			a.fail(c, err)
		}
	})
}

// allowed lists the methods of a resource for the Allow header.
func (res resource) allowed() string {
	allowed := append(slices.Sorted(maps.Keys(res.methods)), http.MethodOptions)
	if _, ok := res.methods[http.MethodGet]; ok {
		allowed = append(allowed, http.MethodHead)
	}
	slices.Sort(allowed)
	return strings.Join(allowed, ", ")
}
