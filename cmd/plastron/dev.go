package main

import (
	"github.com/spf13/cobra"

	"github.com/plastron-dev/plastron/runtime/app"
	"github.com/plastron-dev/plastron/runtime/config"
)

func newDev() *cobra.Command {
	var d app.DevOptions
	c := &cobra.Command{
		Use:     "dev",
		Short:   "Run registry, REST proxy and an embedded broker for development",
		Long:    "Runs everything in one unprivileged process on 127.0.0.1, and keeps its data across restarts.\nThe broker is for development only: one copy of the data, no protection.",
		Example: "  plastron dev\n  plastron dev --topic orders:3 --data ./data\n  plastron dev --kafka-port 0 --registry-port 0 --rest-port 0 --data \"\"",
		RunE: func(c *cobra.Command, args []string) error {
			o, err := options(c, args, config.RoleAll)
			if err != nil {
				return err
			}
			d.Options, d.Output = o, c.OutOrStdout()
			return app.RunDev(c.Context(), d)
		},
	}
	addConfig(c)
	c.Flags().StringVar(&d.Data, "data", app.DefaultData(config.Environ()), "directory for topics; empty keeps them in memory")
	c.Flags().IntVar(&d.KafkaPort, "kafka-port", 9092, "port of the broker, 0 for any")
	c.Flags().IntVar(&d.RegistryPort, "registry-port", 8081, "port of the registry, 0 for any")
	c.Flags().IntVar(&d.RESTPort, "rest-port", 8082, "port of the REST proxy, 0 for any")
	c.Flags().StringSliceVar(&d.Topics, "topic", []string{"demo"}, "topic to create when it is not there, as NAME or NAME:PARTITIONS; may be repeated")
	c.AddCommand(newBroker())
	return c
}
