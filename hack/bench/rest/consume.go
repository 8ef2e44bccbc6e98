package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/plastron-dev/plastron/hack/bench/traffic"
)

const v2 = "application/vnd.kafka.v2+json"

// memory measures what the proxy takes with 1, 10 and 20 consumers that have
// read something. It comes first, when nothing else has made the proxy larger.
func (b *bench) memory(ctx context.Context) error {
	k := kinds()[0]
	if _, err := b.post(ctx, "/topics/many", k.contentType, k.body("", 100)); err != nil {
		return err
	}
	bars := map[int]float64{1: 25, 10: 30, 20: 35}
	for i := 1; i <= 20; i++ {
		if _, err := b.reader(ctx, "many", "json", fmt.Sprint("memory-", i)); err != nil {
			return err
		}
		bar, ok := bars[i]
		if !ok {
			continue
		}
		rss, err := b.proxy.Memory("VmRSS")
		if err != nil {
			return err
		}
		b.AtMost(fmt.Sprintf("memory with %d consumers", i), rss/(1<<20), "MiB", bar, "RSS, each has read 100 records")
	}
	return nil
}

// reader makes a consumer of one partition that has read once, and returns the
// path of its instance.
func (b *bench) reader(ctx context.Context, topic, format, group string) (string, error) {
	group += b.suffix
	instance := "/consumers/" + group + "/instances/i"
	partition := `{"partitions":[{"topic":"` + topic + `","partition":0}]}`
	_, err1 := b.post(ctx, "/consumers/"+group, v2, `{"name":"i","format":"`+format+`","auto.commit.enable":false}`)
	err2 := b.change(ctx, instance+"/assignments", partition)
	_, err3 := traffic.Ask(ctx, b.target, b.target.AppendGet(nil, instance+"/records?max_bytes=20000"))
	err4 := b.change(ctx, instance+"/positions/beginning", partition)
	return instance, errors.Join(err1, err2, err3, err4)
}

// change posts what is answered with 204.
func (b *bench) change(ctx context.Context, path, body string) error {
	return b.do(ctx, path, b.target.AppendPostOf(nil, path, v2, []byte(body)))
}

// do sends what is answered with 204.
func (b *bench) do(ctx context.Context, path string, request []byte) error {
	conn, err := b.target.Dial(ctx, traffic.Now().Add(b.round+patience))
	if err != nil {
		return err
	}
	defer conn.Close()
	var answer bytes.Buffer
	status, err := conn.Do(request, &answer)
	if err == nil && status != 204 {
		err = fmt.Errorf("%s: %d %s", path, status, &answer)
	}
	return err
}

// consume measures how fast one consumer is read, a megabyte at a time.
func (b *bench) consume(ctx context.Context) error {
	for _, k := range kinds()[:2] {
		id, err := b.register(ctx, k)
		if err != nil {
			return err
		}
		for range b.records / 1000 {
			if _, err := b.post(ctx, "/topics/"+k.topic, k.contentType, k.body(id, 1000)); err != nil {
				return err
			}
		}
		instance, err := b.reader(ctx, k.topic, k.topic, "consume-"+k.topic)
		if err != nil {
			return err
		}
		began, seconds := traffic.Now(), 0.0
		if seconds, err = b.working(func() error { return b.read(ctx, instance) }); err != nil {
			return err
		}
		took := traffic.Now().Sub(began).Seconds()
		bar := 200_000.0
		if k.topic == "avro" {
			bar = 100_000
		}
		b.AtLeast("consume "+k.topic+", one consumer", float64(b.records)/took, "records/s", bar,
			b.each(seconds, b.records))
		if err := b.do(ctx, instance, b.target.AppendDelete(nil, instance)); err != nil {
			return err
		}
	}
	return nil
}

// read reads b.records records.
func (b *bench) read(ctx context.Context, instance string) error {
	conn, err := b.target.Dial(ctx, traffic.Now().Add(patience))
	if err != nil {
		return err
	}
	defer conn.Close()
	request := b.target.AppendGet(nil, instance+"/records?max_bytes=1000000")
	var body bytes.Buffer
	for n := 0; n < b.records; {
		body.Reset()
		status, err := conn.Do(request, &body)
		if err == nil && status != 200 {
			err = fmt.Errorf("reading: %d %s", status, &body)
		}
		if err != nil {
			return err
		}
		got := bytes.Count(body.Bytes(), []byte(`"offset":`))
		if got == 0 {
			return fmt.Errorf("the topic ends after %d records", n)
		}
		n += got
	}
	return nil
}
