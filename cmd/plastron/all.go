package main

import (
	"github.com/spf13/cobra"

	"github.com/plastron-dev/plastron/runtime/app"
	"github.com/plastron-dev/plastron/runtime/config"
)

func newAll() *cobra.Command {
	c := &cobra.Command{
		Use:     "all [FILE]",
		Short:   "Run registry and REST proxy in one process, on one port",
		Long:    "Runs the parts that karapace_registry and karapace_rest name; both when neither is set.",
		Example: "  plastron all --config karapace.config.json\n  KARAPACE_BOOTSTRAP_URI=kafka:9092 KARAPACE_HOST= plastron all",
		RunE: func(c *cobra.Command, args []string) error {
			o, err := options(c, args, config.RoleAll)
			if err != nil {
				return err
			}
			return app.RunAll(c.Context(), o)
		},
	}
	addConfig(c)
	return c
}
