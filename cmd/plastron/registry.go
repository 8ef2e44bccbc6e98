package main

import (
	"github.com/spf13/cobra"

	"github.com/plastron-dev/plastron/runtime/app"
	"github.com/plastron-dev/plastron/runtime/config"
)

func newRegistry() *cobra.Command {
	c := &cobra.Command{
		Use:     "registry [FILE]",
		Short:   "Run the schema registry",
		Long:    "Serves schemas from the topic topic_name. Nodes with the same group_id elect one that writes.",
		Example: "  KARAPACE_BOOTSTRAP_URI=kafka:9092 KARAPACE_HOST= plastron registry",
		RunE: func(c *cobra.Command, args []string) error {
			o, err := options(c, args, config.RoleRegistry)
			if err != nil {
				return err
			}
			return app.RunRegistry(c.Context(), o)
		},
	}
	addConfig(c)
	return c
}
