package webhook

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	"golang.org/x/sync/errgroup"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	admissionv1ac "k8s.io/client-go/applyconfigurations/admissionregistration/v1"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// FieldManager owns the authorities in the webhook configuration, and nothing
// else of it.
const FieldManager = v1alpha1.GroupName + "/webhook-authorities"

// lookAgain is how often the keeper looks although nothing happened: time
// passes without an event.
const lookAgain = time.Minute

// Keeper keeps the certificate of the webhook. Run it on every replica.
type Keeper struct {
	// Live reads past the caches, and Client writes.
	Live   client.Reader
	Client client.Client
	// Watch makes a cache of its own for the two objects: the manager's caches
	// hold neither.
	Watch func(cache.Options) (cache.Cache, error)
	// Secret is where the certificate is, and Configuration the name of the
	// ValidatingWebhookConfiguration.
	Secret        client.ObjectKey
	Configuration string
	// Hosts are the names that API servers call the webhook by.
	Hosts []string
	// Elected is closed when this replica leads.
	Elected <-chan struct{}
	Clock   func() time.Time
	// Wake asks for a look now; nil for never.
	Wake <-chan struct{}
	Log  logr.Logger

	serving atomic.Pointer[tls.Certificate]
	loaded  string // resourceVersion of what is served.
}

// errNotYet is what a TLS client meets before the certificate was read.
var errNotYet = errors.New("the certificate of the webhook has not been read yet")

// GetCertificate is for tls.Config.
func (k *Keeper) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	if c := k.serving.Load(); c != nil {
		return c, nil
	}
	return nil, errNotYet
}

// Ready returns why calls cannot be answered yet, nil when they can.
func (k *Keeper) Ready() error {
	_, err := k.GetCertificate(nil)
	return err
}

// NeedLeaderElection says that every replica runs the keeper.
func (k *Keeper) NeedLeaderElection() bool { return false }

// Start keeps the certificate until ctx ends.
func (k *Keeper) Start(ctx context.Context) error {
	changed := make(chan struct{}, 1)
	watching, err := k.watch(ctx, changed)
	if err != nil {
		return err
	}
	both, ctx := errgroup.WithContext(ctx)
	both.Go(func() error { return watching.Start(ctx) })
	both.Go(func() error {
		k.keep(ctx, changed)
		return nil
	})
	return both.Wait()
}

// keep takes step after step.
func (k *Keeper) keep(ctx context.Context, changed <-chan struct{}) {
	look := time.NewTicker(lookAgain)
	defer look.Stop()
	elected := k.Elected
	for {
		if err := k.step(ctx, elected == nil); err != nil && ctx.Err() == nil {
			k.Log.Error(err, "Keeping the certificate of the webhook", "secret", k.Secret.String())
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		case <-look.C:
		case <-k.Wake:
		case <-elected:
			elected = nil
		}
	}
}

// watch makes a cache that tells of changes to the Secret and the
// configuration.
func (k *Keeper) watch(ctx context.Context, changed chan<- struct{}) (cache.Cache, error) {
	named := func(name string) fields.Selector { return fields.OneTermEqualSelector("metadata.name", name) }
	watching, err := k.Watch(cache.Options{ByObject: map[client.Object]cache.ByObject{
		&corev1.Secret{}: {Namespaces: map[string]cache.Config{k.Secret.Namespace: {FieldSelector: named(k.Secret.Name)}}},
		&admissionv1.ValidatingWebhookConfiguration{}: {Field: named(k.Configuration)},
	}})
	if err != nil {
		return nil, fmt.Errorf("making a cache for the certificate of the webhook: %w", err)
	}
	tell := func() {
		select {
		case changed <- struct{}{}:
		default: // It will look anyway.
		}
	}
	for _, o := range []client.Object{&corev1.Secret{}, &admissionv1.ValidatingWebhookConfiguration{}} {
		informer, err := watching.GetInformer(ctx, o, cache.BlockUntilSynced(false))
		if err != nil {
			return nil, fmt.Errorf("watching for the certificate of the webhook: %w", err)
		}
		_, err = informer.AddEventHandler(toolscache.ResourceEventHandlerFuncs{
			AddFunc: func(any) { tell() }, UpdateFunc: func(any, any) { tell() }, DeleteFunc: func(any) { tell() },
		})
		if err != nil {
			return nil, fmt.Errorf("watching for the certificate of the webhook: %w", err)
		}
	}
	return watching, nil
}

// step serves what the Secret holds and, on the replica that leads, brings
// Secret and configuration one step further. A missing Secret is made by
// whoever finds it missing: a replica that had to wait for a leader would not
// become ready, and a rolling update waits for it before the old leader goes.
func (k *Keeper) step(ctx context.Context, leads bool) error {
	secret := &corev1.Secret{}
	err := k.Live.Get(ctx, k.Secret, secret)
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("reading Secret %s: %w", k.Secret, err)
	}
	missing := err != nil
	if !leads && !missing {
		return k.serve(secret)
	}
	configuration, err := k.configuration(ctx, leads)
	if err != nil {
		return err
	}
	rotation := rotation{hosts: k.Hosts, now: k.Clock(), published: published(configuration)}
	next, why, err := rotation.next(secret.Data)
	if err != nil {
		return err
	}
	if next != nil {
		if secret, err = k.write(ctx, secret, missing, next); err != nil || secret == nil {
			return err
		}
		k.Log.Info("Renewed the certificate of the webhook", "secret", k.Secret.String(), "reason", why)
	}
	if leads {
		// Before it is served: see rotation.next.
		if err := k.publish(ctx, configuration, secret.Data[keyAuthorities]); err != nil {
			return errors.Join(err, k.serve(secret))
		}
	}
	return k.serve(secret)
}

// serve takes over a certificate that was not served yet.
func (k *Keeper) serve(secret *corev1.Secret) error {
	if secret.ResourceVersion == k.loaded {
		return nil
	}
	c, err := tls.X509KeyPair(secret.Data[keyCertificate], secret.Data[keyPrivate])
	if err != nil {
		return fmt.Errorf("reading the certificate in Secret %s: %w", k.Secret, err)
	}
	k.serving.Store(&c)
	k.loaded = secret.ResourceVersion
	return nil
}

// write stores the data. It returns nil when another replica was faster; the
// watch then tells of what that one wrote.
func (k *Keeper) write(ctx context.Context, secret *corev1.Secret, missing bool, data map[string][]byte) (*corev1.Secret, error) {
	var err error
	if missing {
		secret = &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{
				Namespace: k.Secret.Namespace, Name: k.Secret.Name,
				Labels: map[string]string{"app.kubernetes.io/name": "plastron", "app.kubernetes.io/component": "operator"},
			},
			Type: corev1.SecretTypeTLS, Data: data,
		}
		err = k.Client.Create(ctx, secret)
	} else {
		secret.Data = data
		err = k.Client.Update(ctx, secret) // With the resourceVersion that was read.
	}
	switch {
	case apierrors.IsAlreadyExists(err), apierrors.IsConflict(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("writing Secret %s: %w", k.Secret, err)
	}
	return secret, nil
}

// configuration reads the webhook configuration, nil when there is none or
// this replica does not lead.
func (k *Keeper) configuration(ctx context.Context, leads bool) (*admissionv1.ValidatingWebhookConfiguration, error) {
	if !leads {
		return nil, nil
	}
	c := &admissionv1.ValidatingWebhookConfiguration{}
	err := k.Live.Get(ctx, client.ObjectKey{Name: k.Configuration}, c)
	switch {
	case apierrors.IsNotFound(err):
		return nil, nil // Nobody calls the webhook yet; the watch tells when somebody will.
	case err != nil:
		return nil, fmt.Errorf("reading ValidatingWebhookConfiguration %s: %w", k.Configuration, err)
	}
	return c, nil
}

// ours reports whether a webhook of the configuration is one of this package.
func ours(w *admissionv1.ValidatingWebhook) bool {
	return strings.HasSuffix(w.Name, "."+v1alpha1.GroupName)
}

// published returns the authorities that all our webhooks trust; nil when two
// of them differ.
func published(c *admissionv1.ValidatingWebhookConfiguration) []byte {
	if c == nil {
		return nil
	}
	var all []byte
	for i := range c.Webhooks {
		w := &c.Webhooks[i]
		switch {
		case !ours(w):
		case all == nil:
			all = w.ClientConfig.CABundle
		case !bytes.Equal(all, w.ClientConfig.CABundle):
			return nil
		}
	}
	return all
}

// publish makes API servers trust the authorities.
func (k *Keeper) publish(ctx context.Context, c *admissionv1.ValidatingWebhookConfiguration, authorities []byte) error {
	if c == nil || bytes.Equal(published(c), authorities) {
		return nil
	}
	apply := admissionv1ac.ValidatingWebhookConfiguration(k.Configuration)
	for i := range c.Webhooks {
		if w := &c.Webhooks[i]; ours(w) {
			apply.WithWebhooks(admissionv1ac.ValidatingWebhook().WithName(w.Name).
				WithClientConfig(admissionv1ac.WebhookClientConfig().WithCABundle(authorities...)))
		}
	}
	if err := k.Client.Apply(ctx, apply, client.FieldOwner(FieldManager), client.ForceOwnership); err != nil {
		return fmt.Errorf("publishing the authority in ValidatingWebhookConfiguration %s: %w", k.Configuration, err)
	}
	k.Log.Info("Published the authorities of the webhook", "configuration", k.Configuration)
	return nil
}
