package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/plastron-dev/plastron/runtime/app"
	"github.com/plastron-dev/plastron/runtime/config"
)

func newHealthcheck() *cobra.Command {
	var url string
	var timeout time.Duration
	c := &cobra.Command{
		Use:     "healthcheck",
		Short:   "Ask a running process whether it is ready",
		Long:    "Exits with 0 when the process answers that it is ready, with 1 otherwise.\nWithout --url it asks the process that the same configuration would start.",
		Example: "  plastron healthcheck\n  plastron healthcheck --url \"http://127.0.0.1:8081/_health?ready=true\" --timeout 2s",
		RunE: func(c *cobra.Command, args []string) error {
			if url == "" {
				o, err := options(c, args, config.RoleAll)
				if err != nil {
					return err
				}
				url = app.HealthURL(o.Config)
			}
			return app.Healthcheck(c.Context(), url, timeout)
		},
	}
	addConfig(c)
	c.Flags().StringVar(&url, "url", "", "URL to ask; default from the configuration")
	c.Flags().DurationVar(&timeout, "timeout", 5*time.Second, "longest time to wait for the answer")
	return c
}
