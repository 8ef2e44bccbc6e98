package main

import (
	"github.com/spf13/cobra"

	"github.com/plastron-dev/plastron/runtime/app"
	"github.com/plastron-dev/plastron/runtime/config"
)

func newREST() *cobra.Command {
	c := &cobra.Command{
		Use:     "rest [FILE]",
		Short:   "Run the Kafka REST proxy",
		Long:    "Produces and consumes over HTTP; schemas come from registry_host and registry_port.",
		Example: "  KARAPACE_BOOTSTRAP_URI=kafka:9092 KARAPACE_REGISTRY_HOST=registry KARAPACE_PORT=8082 plastron rest",
		RunE: func(c *cobra.Command, args []string) error {
			o, err := options(c, args, config.RoleREST)
			if err != nil {
				return err
			}
			return app.RunREST(c.Context(), o)
		},
	}
	addConfig(c)
	return c
}
