package main

import (
	"github.com/spf13/cobra"

	"github.com/plastron-dev/plastron/runtime/app"
	"github.com/plastron-dev/plastron/runtime/config"
)

func newBroker() *cobra.Command {
	var b app.BrokerOptions
	c := &cobra.Command{
		Use:     "broker",
		Short:   "Run only the embedded broker",
		Long:    "Runs a Kafka-compatible broker for development: one node, one copy of the data, no protection.",
		Example: "  plastron dev broker --listen 0.0.0.0:9092 --advertise kafka.default.svc:9092 --data /data",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, args []string) error {
			loaded, notes, err := config.Load(config.Input{Role: config.RoleAll, Environ: config.Environ()})
			if err != nil {
				return err
			}
			b.Options = app.Options{Config: loaded, Notes: notes, Version: version, Log: c.ErrOrStderr()}
			b.Output = c.OutOrStdout()
			return app.RunBroker(c.Context(), b)
		},
	}
	c.Flags().StringVar(&b.Listen, "listen", "127.0.0.1:9092", "address to listen on")
	c.Flags().StringVar(&b.Advertise, "advertise", "", "address that clients are told; empty is the one listened on")
	c.Flags().StringVar(&b.Data, "data", "", "directory for topics; empty keeps them in memory")
	c.Flags().StringSliceVar(&b.Topics, "topic", nil, "topic to create when it is not there, as NAME or NAME:PARTITIONS; may be repeated")
	return c
}
