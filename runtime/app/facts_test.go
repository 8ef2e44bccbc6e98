package app

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/plastron-dev/plastron/runtime/config"
)

// The tests below are about facts that were found by running Karapace 6.2: what
// its users rely on, and which defects a replacement must not copy. Facts 3 and
// 5 are tests of registryhttp.

// TestFact6ConfiguredByEnvironmentAlone: no file, Python's words for booleans, an
// empty value for what is not set, a path relative to the working directory.
func TestFact6ConfiguredByEnvironmentAlone(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	text := `{"users":[],"permissions":[]}`
	if err := os.WriteFile(filepath.Join(dir, "auth.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, _, err := config.Load(config.Input{Role: config.RoleRegistry, Environ: []string{
		"KARAPACE_MASTER_ELIGIBILITY=False", "KARAPACE_KARAPACE_REST=False", "KARAPACE_KARAPACE_REGISTRY=True",
		"KARAPACE_SSL_CAFILE=", "KARAPACE_ADVERTISED_PORT=", "KARAPACE_REGISTRY_AUTHFILE=auth.json", "KARAPACE_BOOTSTRAP_URI=kafka:9092",
	}})
	if err != nil {
		t.Fatal(err)
	}
	if c.Registry.Eligible || c.REST.Enabled || !c.Registry.Enabled || c.Kafka.CAFile != "" || c.Advertised.Port != 0 {
		t.Fatalf("%+v", c)
	}
	p, err := newProcess(Options{Config: c, Version: "test", Log: testWriter{t}})
	if err != nil {
		t.Fatal(err)
	}
	if a, err := newRegistryNode(p, c).newAuth(c.Registry); err != nil || !a.Enabled() {
		t.Fatal("the auth file beside the working directory is not read: ", err)
	}
}

// TestFact7WhatStartUpScriptsPoll: /master_available and /subjects of the
// registry, /brokers of the proxy, answer 200 once the process is up.
func TestFact7WhatStartUpScriptsPoll(t *testing.T) {
	t.Parallel()
	b := broker(t)
	e := background(t, RunAll, settings(t, config.RoleAll, "KARAPACE_BOOTSTRAP_URI="+b.Addr(), "KARAPACE_WAITING_TIME_BEFORE_ACTING_AS_MASTER_MS=0"))
	await(t, e.Registry+"/master_available", `{"master_available":true}`)
	for target, want := range map[string]string{
		"/subjects": `[]`, "/brokers": `{"brokers":[0]}`, "/master_available": `{"master_available":true}`,
	} {
		if status, text := ask(t, "GET", e.Registry+target, "", ""); status != 200 || text != want {
			t.Errorf("%s: %d %s", target, status, text)
		}
	}
}
