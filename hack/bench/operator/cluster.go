package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/plastron-dev/plastron/api/v1alpha1"
	"github.com/plastron-dev/plastron/hack/bench/measure"
	"github.com/plastron-dev/plastron/hack/bench/traffic"
	"github.com/plastron-dev/plastron/runtime/devbroker"
)

const namespace = "default"

// cluster is everything that runs.
type cluster struct {
	folder     string
	kubeconfig string
	access     *rest.Config
	client     client.WithWatch
	metrics    string // address of the operator's

	server   *envtest.Environment
	broker   *devbroker.Broker
	registry *measure.Process
	url      string // of the registry
	target   *traffic.Target
	operator *measure.Process // nil while it does not run
}

func (b *bench) startCluster(ctx context.Context) (c *cluster, err error) {
	c = &cluster{}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.stop())
		}
	}()
	if c.folder, err = os.MkdirTemp("", "bench-operator-"); err != nil {
		return c, err
	}
	if err := c.startServer(); err != nil {
		return c, fmt.Errorf("starting the API server: %w", err)
	}
	if err := b.startRegistry(ctx, c); err != nil {
		return c, fmt.Errorf("starting the registry: %w", err)
	}
	reg := &v1alpha1.SchemaRegistry{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "main"},
		Spec: v1alpha1.SchemaRegistrySpec{
			Type: v1alpha1.External, External: &v1alpha1.ExternalRegistry{URLs: []v1alpha1.RegistryURL{v1alpha1.RegistryURL(c.url)}},
		},
	}
	return c, c.client.Create(ctx, reg)
}

func (c *cluster) startServer() error {
	c.server = &envtest.Environment{CRDDirectoryPaths: []string{"config/crd"}, ErrorIfCRDPathMissing: true}
	access, err := c.server.Start()
	if err != nil {
		return err
	}
	access.QPS = -1
	c.access = access
	c.kubeconfig = filepath.Join(c.folder, "kubeconfig")
	if err := os.WriteFile(c.kubeconfig, c.server.KubeConfig, 0o600); err != nil {
		return err
	}
	scheme := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), v1alpha1.AddToScheme(scheme)); err != nil {
		return err
	}
	c.client, err = client.NewWithWatch(access, client.Options{Scheme: scheme})
	return err
}

func (b *bench) startRegistry(ctx context.Context, c *cluster) error {
	var err error
	if c.broker, err = devbroker.Start(devbroker.Config{}); err != nil {
		return err
	}
	address, err := traffic.FreeAddress()
	if err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	c.url = "http://" + address
	if c.target, err = traffic.ParseTarget(c.url); err != nil {
		return err
	}
	c.registry, err = measure.Start([]string{
		"KARAPACE_BOOTSTRAP_URI=" + c.broker.Addr(), "KARAPACE_HOST=" + host, "KARAPACE_PORT=" + port, "KARAPACE_ADVERTISED_HOSTNAME=" + host,
		"KARAPACE_LOG_LEVEL=WARNING", "KARAPACE_WAITING_TIME_BEFORE_ACTING_AS_MASTER_MS=0", "KARAPACE_REPLICATION_FACTOR=1",
	}, b.plastron, "registry")
	if err != nil {
		return err
	}
	return traffic.Await(ctx, c.target, "/master_available", "true")
}

func (b *bench) startOperator() error {
	var err error
	if b.metrics, err = traffic.FreeAddress(); err != nil {
		return err
	}
	b.operator, err = measure.Start(nil, b.manager, "-kubeconfig", b.kubeconfig, "-leader-elect=false",
		"-metrics-bind-address", b.metrics, "-health-probe-bind-address", "0")
	return err
}

func (c *cluster) stopOperator() error {
	if c.operator == nil {
		return nil
	}
	defer func() { c.operator = nil }()
	return c.operator.Stop()
}

func (c *cluster) stop() error {
	err := c.stopOperator()
	if c.registry != nil {
		err = errors.Join(err, c.registry.Stop())
	}
	if c.broker != nil {
		c.broker.Close()
	}
	if c.server != nil {
		err = errors.Join(err, c.server.Stop())
	}
	return errors.Join(err, os.RemoveAll(c.folder))
}

// until asks again and again until it is done.
func until(ctx context.Context, done func(context.Context) (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Minute)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		if ok, err := done(ctx); ok || err != nil {
			return err
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
