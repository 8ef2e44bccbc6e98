package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/plastron-dev/plastron/hack/bench/traffic"
)

// patience bounds one exchange.
const patience = 2 * time.Minute

// stream measures a stream of version 3 on one connection: records go out while
// receipts come in.
func (b *bench) stream(ctx context.Context) error {
	if _, err := traffic.Ask(ctx, b.target, b.target.AppendGet(nil, "/v3/clusters")); err != nil && b.proxy == nil {
		fmt.Fprintln(os.Stderr, "no stream of version 3 there:", err)
		return nil
	}
	began := traffic.Now()
	seconds, err := b.working(func() error { return b.converse(ctx) })
	if err != nil {
		return err
	}
	b.AtLeast("stream of version 3, one connection", float64(b.records)/traffic.Now().Sub(began).Seconds(), "records/s", 100_000,
		b.each(seconds, b.records))
	return nil
}

func (b *bench) converse(ctx context.Context) error {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", b.address)
	if err != nil {
		return fmt.Errorf("connecting to the proxy: %w", err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(traffic.Now().Add(patience)); err != nil {
		return err
	}
	var both errgroup.Group
	both.Go(func() error { return b.sendRecords(conn) })
	both.Go(func() error { return b.takeReceipts(conn) })
	return both.Wait()
}

func (b *bench) sendRecords(conn io.Writer) error {
	record := `{"value":{"type":"JSON","data":` + kinds()[0].value + `}}` + "\n"
	const each = 100
	chunk := strings.Repeat(record, each)
	chunk = fmt.Sprintf("%x\r\n%s\r\n", len(chunk), chunk)
	out := bufio.NewWriterSize(conn, 64<<10)
	fmt.Fprintf(out, "POST /v3/clusters/any/topics/stream/records HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n", b.address)
	for range b.records / each {
		if _, err := out.WriteString(chunk); err != nil {
			return err
		}
	}
	if _, err := out.WriteString("0\r\n\r\n"); err != nil {
		return err
	}
	return out.Flush()
}

// takeReceipts counts lines, since the ends of chunks lie anywhere.
func (b *bench) takeReceipts(conn io.Reader) error {
	in := bufio.NewReaderSize(conn, 256<<10)
	for n := 0; n < b.records; {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return fmt.Errorf("after %d receipts: %w", n, err)
		}
		if bytes.Contains(line, []byte(`"offset":`)) {
			n++
		} else if bytes.Contains(line, []byte(`"message":`)) {
			return fmt.Errorf("receipt %d: %s", n, line)
		}
	}
	return nil
}
