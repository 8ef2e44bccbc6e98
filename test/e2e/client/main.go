package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const (
	registryJSON = "application/vnd.schemaregistry.v1+json"
	proxyJSON    = "application/vnd.kafka.v2+json"
	avroJSON     = "application/vnd.kafka.avro.v2+json"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "client:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	switch {
	case len(args) == 3 && args[0] == "round-trip":
		return roundTrip(ctx, args[1], args[2])
	case len(args) == 2 && args[0] == "write":
		return write(ctx, args[1])
	case len(args) == 1 && args[0] == "stop":
		return os.WriteFile(stopFile, nil, 0o600)
	default:
		return fmt.Errorf("usage: client round-trip REGISTRY PROXY | client write REGISTRY | client stop")
	}
}

// call sends one request and decodes the answer into out unless that is nil.
func call(ctx context.Context, method, url, contentType, body string, out any) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewBufferString(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("Accept", contentType)
	res, err := (&http.Client{}).Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return err
	}
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %d %s", method, url, res.StatusCode, raw)
	}
	if out == nil || len(raw) == 0 {
		return nil
	}
	return json.Unmarshal(raw, out)
}

// register registers an Avro schema and returns its id.
func register(ctx context.Context, registry, subject, text string) (int, error) {
	body, err := json.Marshal(map[string]string{"schema": text})
	if err != nil {
		return 0, err
	}
	var out struct {
		ID int `json:"id"`
	}
	err = call(ctx, http.MethodPost, registry+"/subjects/"+subject+"/versions", registryJSON, string(body), &out)
	return out.ID, err
}
