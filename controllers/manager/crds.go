package manager

import (
	"context"
	"fmt"
	"time"

	"github.com/go-logr/logr"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// patienceForCRDs is how long the operator waits for its CRDs: applied
// together with it, they are served a moment later.
const patienceForCRDs = time.Minute

// awaitCRDs returns when the API server serves all our kinds.
func awaitCRDs(ctx context.Context, access *rest.Config, log logr.Logger) error {
	d, err := discovery.NewDiscoveryClientForConfig(access)
	if err != nil {
		return fmt.Errorf("making a discovery client: %w", err)
	}
	told := false
	err = wait.PollUntilContextTimeout(ctx, 500*time.Millisecond, patienceForCRDs, true, func(context.Context) (bool, error) {
		served, err := servesKinds(d)
		if !served && err == nil && !told {
			told = true
			log.Info("Waiting for the CRDs", "group", v1alpha1.GroupName)
		}
		return served, err
	})
	if wait.Interrupted(err) && ctx.Err() == nil {
		return fmt.Errorf("waiting for the CRDs of %s: they are not installed; use the Helm chart, or kubectl apply -k config/crd", v1alpha1.GroupName)
	}
	return err
}

func servesKinds(d discovery.DiscoveryInterface) (bool, error) {
	list, err := d.ServerResourcesForGroupVersion(v1alpha1.GroupVersion().String())
	if apierrors.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("asking which kinds are served: %w", err)
	}
	missing := map[string]bool{v1alpha1.KindSchemaRegistry: true, v1alpha1.KindSubject: true, v1alpha1.KindRestProxy: true}
	for _, r := range list.APIResources {
		delete(missing, r.Kind)
	}
	return len(missing) == 0, nil
}
