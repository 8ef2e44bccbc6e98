// Replay measures how long a registry reads before it serves: it fills a topic
// on a kfake in the same process and starts nodes on it, one after the other.
//
//	go run ./hack/bench/replay                                    # 100,000 schemas
//	go run ./hack/bench/replay -records 1000000 -versions 1000    # a million records, all but 1,000 superseded
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/plastron-dev/plastron/runtime/app"
	"github.com/plastron-dev/plastron/runtime/config"
)

const topic = "_schemas"

func main() {
	records := flag.Int("records", 100_000, "records in the topic")
	versions := flag.Int("versions", 0, "how many different versions they are of; 0 is one each")
	runs := flag.Int("n", 5, "nodes to start")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *records, *versions, *runs); err != nil {
		fmt.Fprintln(os.Stderr, "replay:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, records, versions, runs int) error {
	if versions == 0 {
		versions = records
	}
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, topic))
	if err != nil {
		return err
	}
	defer cluster.Close()
	if err := fill(ctx, cluster.ListenAddrs(), records, versions); err != nil {
		return fmt.Errorf("filling the topic: %w", err)
	}
	var times, processor []time.Duration
	for range runs {
		runtime.GC() // What the last node has left is not this one's.
		before := processorTime()
		took, err := start(ctx, cluster.ListenAddrs()[0])
		if err != nil {
			return err
		}
		times, processor = append(times, took), append(processor, processorTime()-before)
	}
	slices.Sort(times)
	slices.Sort(processor)
	fmt.Printf("replay of %d records of %d versions: median %s of %d (%s to %s); processor time %s, the broker's included\n", records, versions,
		round(times[runs/2]), runs, round(times[0]), round(times[runs-1]), round(processor[runs/2]))
	return nil
}

// fill writes the records; version after version, again and again.
func fill(ctx context.Context, brokers []string, records, versions int) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(brokers...), kgo.DefaultProduceTopic(topic), kgo.MaxBufferedRecords(20_000))
	if err != nil {
		return err
	}
	defer client.Close()
	failed := make(chan error, 1)
	for i := range records {
		v := i % versions
		r := &kgo.Record{
			Key: fmt.Appendf(nil, `{"keytype":"SCHEMA","subject":"subject-%d-value","version":%d,"magic":1}`, v/10, v%10+1),
			Value: fmt.Appendf(nil, `{"subject":"subject-%d-value","version":%d,"id":%d,"schema":"{\"fields\":[{\"name\":\"id\",\"type\":\"long\"},`+
				`{\"name\":\"name\",\"type\":\"string\"},{\"name\":\"amount\",\"type\":[\"null\",\"double\"]}],\"name\":\"Order%d\",\"type\":\"record\"}","deleted":%t}`,
				v/10, v%10+1, v+1, v, i/versions%2 == 1),
		}
		client.Produce(ctx, r, func(_ *kgo.Record, err error) {
			if err != nil {
				select {
				case failed <- err:
				default:
				}
			}
		})
	}
	if err := client.Flush(ctx); err != nil {
		return err
	}
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

// start runs a node that never becomes primary until it has read the topic.
func start(ctx context.Context, broker string) (time.Duration, error) {
	settings, _, err := config.Load(config.Input{Role: config.RoleRegistry, Environ: []string{
		"KARAPACE_BOOTSTRAP_URI=" + broker, "KARAPACE_PORT=0", "KARAPACE_LOG_LEVEL=ERROR", "KARAPACE_MASTER_ELIGIBILITY=false",
	}})
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	began := time.Now()
	var took time.Duration
	err = app.RunRegistry(ctx, app.Options{Config: settings, Version: "bench", Log: io.Discard, OnReady: func(app.Endpoints) {
		took = time.Since(began)
		cancel()
	}})
	if took == 0 {
		return 0, errors.Join(errors.New("the node did not get ready"), err)
	}
	return took, err
}

// processorTime is what the process has used of all cores, which does not
// depend on what else they do.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func round(d time.Duration) time.Duration { return d.Round(time.Millisecond) }
