package manager

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/cache"

	"github.com/plastron-dev/plastron/api/v1alpha1"
)

func TestCachesHoldWhatIsRead(t *testing.T) {
	t.Parallel()
	f := func(in, want any) {
		t.Helper()
		got, err := strip(in)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
	}
	f(&v1alpha1.Subject{ObjectMeta: metav1.ObjectMeta{
		Name: "s", Annotations: map[string]string{corev1.LastAppliedConfigAnnotation: "{}", "kept": "yes"},
		ManagedFields: []metav1.ManagedFieldsEntry{{Manager: "kubectl"}},
	}}, &v1alpha1.Subject{ObjectMeta: metav1.ObjectMeta{Name: "s", Annotations: map[string]string{"kept": "yes"}}})
	f(&metav1.PartialObjectMetadata{}, &metav1.PartialObjectMetadata{})
	f(cache.DeletedFinalStateUnknown{Key: "a/b"}, cache.DeletedFinalStateUnknown{Key: "a/b"})
}
