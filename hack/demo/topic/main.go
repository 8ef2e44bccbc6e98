// Command topic creates a topic, for a demo whose Kafka has none yet:
//
//	go run ./hack/demo/topic 127.0.0.1:9092 orders
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: topic BOOTSTRAP NAME")
		os.Exit(2)
	}
	if err := create(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "topic:", err)
		os.Exit(1)
	}
}

func create(bootstrap, name string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	client, err := kgo.NewClient(kgo.SeedBrokers(bootstrap))
	if err != nil {
		return err
	}
	defer client.Close()
	_, err = kadm.NewClient(client).CreateTopic(ctx, 1, 1, nil, name)
	if errors.Is(err, kerr.TopicAlreadyExists) {
		return nil
	}
	return err
}
