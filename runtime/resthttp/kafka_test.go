package resthttp

import (
	"context"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

func (p *proxy) createTopic(name string) error {
	cl, err := kgo.NewClient(kgo.SeedBrokers(p.kafka.ListenAddrs()...))
	if err != nil {
		return err
	}
	defer cl.Close()
	_, err = kadm.NewClient(cl).CreateTopic(context.Background(), 1, 1, nil, name)
	return err
}
