package v1alpha1

// Labels, annotations and the finalizer of the group.
const (
	// LabelRegistry and LabelProxy name the owner on every child object.
	LabelRegistry = GroupName + "/registry"
	LabelProxy    = GroupName + "/restproxy"

	// AnnotationPause set to "true" stops reconciliation of an object; its
	// condition Paused says so.
	AnnotationPause = GroupName + "/pause-reconciliation"
	// AnnotationReconcileAt asks for a reconciliation now; the value, a
	// timestamp, only has to differ from the one before.
	AnnotationReconcileAt = GroupName + "/reconcile-at"
	// AnnotationForceRelease set to "true" lets go of a Subject that is being
	// deleted without any call to the registry.
	AnnotationForceRelease = GroupName + "/force-release"
	// AnnotationConfirmRepair on a SchemaRegistry lets the operator register
	// again what was lost; the value is the token that the condition
	// RepairsSuspended names, so that it confirms one loss and not the next.
	AnnotationConfirmRepair = GroupName + "/confirm-mass-repair"
	// AnnotationAllowedNamespaces on a Kafka lists the namespaces whose objects
	// may refer to it, separated by commas, or is "*". Its owner sets it; the
	// operator only reads it.
	AnnotationAllowedNamespaces = GroupName + "/allowed-namespaces"
	// AnnotationAppliedHash is written on child objects: the hash of what the
	// operator applied last, so that an unchanged child costs no write.
	AnnotationAppliedHash = GroupName + "/applied-hash"

	// FinalizerSubject is put on Subjects whose deletion policy asks for a
	// deletion in the registry, and on no others.
	FinalizerSubject = GroupName + "/subject"
)
