package credentials

import (
	"fmt"
	"sync"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

// Watcher watches the resources of Strimzi for a controller, from when they
// are first needed and served: an operator that watched them from its start
// would not start where Strimzi is not installed, and one that looked once
// would have to be restarted when it is.
type Watcher struct {
	// Cache holds the metadata of what is watched.
	Cache cache.Cache
	// Mapper knows what is served.
	Mapper meta.RESTMapper
	// Controller and Handler get the events.
	Controller controller.Controller
	Handler    handler.EventHandler

	mu      sync.Mutex
	watched map[schema.GroupKind]bool
}

// Ensure starts the watches that k needs and that can be started.
func (w *Watcher) Ensure(k *v1alpha1.KafkaConnection) error {
	if k == nil || k.Strimzi == nil {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, kind := range StrimziKinds() {
		if w.watched[kind] {
			continue
		}
		gvk, served, err := Served(w.Mapper, kind)
		if err != nil {
			return err
		}
		if !served {
			continue // Resolve says so.
		}
		o := &metav1.PartialObjectMetadata{}
		o.SetGroupVersionKind(gvk)
		if err := w.Controller.Watch(source.Kind[client.Object](w.Cache, o, w.Handler)); err != nil {
			return fmt.Errorf("starting to watch %s: %w", kind, err)
		}
		if w.watched == nil {
			w.watched = map[schema.GroupKind]bool{}
		}
		w.watched[kind] = true
	}
	return nil
}
