package app

import (
	"context"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/plastron-dev/plastron/runtime/httpserver"
)

// managementPart serves metrics and profiles on an address of their own. It
// asks nobody who they are, so it warns when others than this machine's
// programs can reach it.
func (p *process) managementPart(address string) part {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", p.metrics.Handler())
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	server := httpserver.New(httpserver.Config{
		Name: "management", Address: address, DrainTimeout: time.Second,
		WriteTimeout: -1, // A profile takes as long as its caller asks for.
		Logger:       p.log,
	}, mux)
	return part{
		name: "management",
		open: func(ctx context.Context) error {
			if host, _, err := net.SplitHostPort(address); err == nil && !isLoopback(host) {
				p.log.Info("Metrics and profiles are served without authentication beyond this machine", "address", address)
			}
			if err := server.Listen(ctx); err != nil {
				return err
			}
			p.management = server.Addr().String()
			return nil
		},
		run:    server.Run,
		within: 5 * time.Second,
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
