package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// roundTrip registers a schema, produces a record with that of the sample
// Subject and consumes it.
func roundTrip(ctx context.Context, registry, proxy string) error {
	const text = `{"type":"record","name":"FromInside","fields":[{"name":"id","type":"string"}]}`
	if _, err := register(ctx, registry, "e2e-client-value", text); err != nil {
		return fmt.Errorf("registering: %w", err)
	}
	var orders struct {
		ID int `json:"id"`
	}
	if err := call(ctx, http.MethodGet, registry+"/subjects/orders-value/versions/latest", registryJSON, "", &orders); err != nil {
		return fmt.Errorf("reading the schema of orders: %w", err)
	}
	produced := fmt.Sprintf(`{"value_schema_id": %d, "records": [{"value": {"id": "from-inside", "customer": "c", "amount": 1}}]}`, orders.ID)
	var receipt struct {
		Offsets []struct {
			Error *string `json:"error"`
		} `json:"offsets"`
	}
	if err := call(ctx, http.MethodPost, proxy+"/topics/orders", avroJSON, produced, &receipt); err != nil {
		return fmt.Errorf("producing: %w", err)
	}
	if len(receipt.Offsets) != 1 || receipt.Offsets[0].Error != nil {
		return fmt.Errorf("producing: %+v", receipt)
	}
	if err := consume(ctx, proxy); err != nil {
		return fmt.Errorf("consuming: %w", err)
	}
	fmt.Printf("round trip with schema id %d\n", orders.ID)
	return nil
}

func consume(ctx context.Context, proxy string) error {
	group := proxy + "/consumers/e2e-client"
	var made struct {
		BaseURI string `json:"base_uri"`
	}
	if err := call(ctx, http.MethodPost, group, proxyJSON, `{"name": "inside", "format": "avro", "auto.offset.reset": "earliest"}`, &made); err != nil {
		return err
	}
	// The address of the pod that has the consumer: its name has to resolve too.
	defer func() { _ = call(ctx, http.MethodDelete, made.BaseURI, proxyJSON, "", nil) }()
	if err := call(ctx, http.MethodPost, made.BaseURI+"/subscription", proxyJSON, `{"topics": ["orders"]}`, nil); err != nil {
		return err
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		var records []struct {
			Value map[string]any `json:"value"`
		}
		if err := call(ctx, http.MethodGet, made.BaseURI+"/records?timeout=1000", avroJSON, "", &records); err != nil {
			return err
		}
		for _, r := range records {
			if r.Value["id"] == "from-inside" {
				return nil
			}
		}
	}
	return errors.New("the record did not come back within a minute")
}
