package v1alpha1

// Condition types of all kinds. Each is positive: True is good. Paused,
// Reconciling, Stalled and Deleting are present only while they say something.
const (
	// ConditionReady sums the others up. Its reason is that of the condition
	// that stands in the way.
	ConditionReady = "Ready"
	// ConditionAccepted says that the spec makes sense and may be acted on.
	ConditionAccepted = "Accepted"
	// ConditionPaused is True while the pause annotation stops reconciliation.
	ConditionPaused = "Paused"
	// ConditionReconciling is True while the newest generation is being
	// applied (kstatus).
	ConditionReconciling = "Reconciling"
	// ConditionStalled is True while only a change by a person helps
	// (kstatus).
	ConditionStalled = "Stalled"
)

// Condition types of workloads: SchemaRegistry and RestProxy.
const (
	// ConditionKafkaResolved says that what the pods need to reach Kafka is
	// there and complete.
	ConditionKafkaResolved = "KafkaResolved"
	// ConditionDeployed says that the child objects are as the spec wants
	// them and that every pod runs the newest template.
	ConditionDeployed = "Deployed"
	// ConditionExposed says that the objects are there that the spec asks for
	// beside the pods and that not every cluster has: an HTTPRoute, a
	// PodMonitor, a PrometheusRule. It is absent when none is asked for.
	ConditionExposed = "Exposed"
	// ConditionCertificateCurrent says that every pod that answers shows the
	// certificate that the Secret holds, and that it ends neither soon nor has
	// ended. It does not decide Ready, and is absent without TLS.
	ConditionCertificateCurrent = "CertificateCurrent"
	// ConditionAvailable says that at least one pod serves.
	ConditionAvailable = "Available"
	// ConditionReachable says that the operator can talk to the registry.
	ConditionReachable = "Reachable"
	// ConditionPrimaryElected says that a node holds the role that writes.
	ConditionPrimaryElected = "PrimaryElected"
	// ConditionCaughtUp says that the answering node has read the topic to
	// its end.
	ConditionCaughtUp = "CaughtUp"
	// ConditionRepairsSuspended, of a SchemaRegistry, is present only after so
	// many subjects were lost that registering them again needs a person's
	// word: True while nothing is repaired, False once that was confirmed. The
	// message says how.
	ConditionRepairsSuspended = "RepairsSuspended"
	// ConditionRegistryResolved says that the registry of a RestProxy is
	// known.
	ConditionRegistryResolved = "RegistryResolved"
)

// Condition types of a Subject.
const (
	// ConditionSourceResolved says that the schema text could be read.
	ConditionSourceResolved = "SourceResolved"
	// ConditionReferencesResolved says that each reference has a version.
	ConditionReferencesResolved = "ReferencesResolved"
	// ConditionValid says that the text is a schema of its type.
	ConditionValid = "Valid"
	// ConditionCompatible says that the text may follow what is registered.
	ConditionCompatible = "Compatible"
	// ConditionRegistered says that the registry has the schema.
	ConditionRegistered = "Registered"
	// ConditionConfigSynced says that the settings are as the spec wants them.
	ConditionConfigSynced = "ConfigSynced"
	// ConditionInSync says that the newest version in the registry is ours. It
	// does not decide Ready.
	ConditionInSync = "InSync"
	// ConditionDeleting explains why a Subject that is being deleted is still
	// there.
	ConditionDeleting = "Deleting"
)

// Reasons of any condition.
const (
	// ReasonPending: not looked at yet.
	ReasonPending = "Pending"
	// ReasonAccepted: the spec makes sense.
	ReasonAccepted = "Accepted"
	// ReasonInvalidSpec: a field is wrong; the message names it.
	ReasonInvalidSpec = "InvalidSpec"
	// ReasonPaused: the pause annotation is set.
	ReasonPaused = "Paused"
	// ReasonProgressing: work is under way.
	ReasonProgressing = "Progressing"
	// ReasonRegistryNotFound: no SchemaRegistry has the name.
	ReasonRegistryNotFound = "RegistryNotFound"
	// ReasonRegistryUnreachable: the registry did not answer.
	ReasonRegistryUnreachable = "RegistryUnreachable"
)

// Reasons of workloads.
const (
	// ReasonReady: everything is as it should be.
	ReasonReady = "Ready"
	// ReasonScaledToZero: no replicas are wanted.
	ReasonScaledToZero = "ScaledToZero"
	// ReasonNameConflict: a child's name is taken by an object that is not
	// ours.
	ReasonNameConflict = "NameConflict"
	// ReasonTopicConflict: an older SchemaRegistry uses the same topic with
	// another election group.
	ReasonTopicConflict = "TopicConflict"
	// ReasonRolledOut: every pod runs the newest template.
	ReasonRolledOut = "RolledOut"
	// ReasonRollingOut: pods are being replaced.
	ReasonRollingOut = "RollingOut"
	// ReasonApplyFailed: the API server refused a child object.
	ReasonApplyFailed = "ApplyFailed"
	// ReasonCertificatePending: cert-manager has not written the Secret yet.
	ReasonCertificatePending = "CertificatePending"
	// ReasonCurrent: pods show the certificate that the Secret holds.
	ReasonCurrent = "Current"
	// ReasonReloadPending: a pod still shows another one.
	ReasonReloadPending = "ReloadPending"
	// ReasonExpiringSoon: less than a sixth of the certificate's time is left.
	ReasonExpiringSoon = "ExpiringSoon"
	// ReasonExpired: the certificate has ended.
	ReasonExpired = "Expired"
	// ReasonExposed: the objects that the spec asks for beside the pods are
	// there.
	ReasonExposed = "Exposed"
	// ReasonMinimumReplicasAvailable: at least one pod serves.
	ReasonMinimumReplicasAvailable = "MinimumReplicasAvailable"
	// ReasonNoReadyReplica: no pod serves.
	ReasonNoReadyReplica = "NoReadyReplica"
	// ReasonReachable: the registry answered.
	ReasonReachable = "Reachable"
	// ReasonConnectionFailed: it did not.
	ReasonConnectionFailed = "ConnectionFailed"
	// ReasonAuthenticationFailed: it refused the operator's credentials.
	ReasonAuthenticationFailed = "AuthenticationFailed"
	// ReasonElected: a node holds the role.
	ReasonElected = "Elected"
	// ReasonNoPrimary: none does.
	ReasonNoPrimary = "NoPrimary"
	// ReasonCaughtUp: the answering node read the topic to its end.
	ReasonCaughtUp = "CaughtUp"
	// ReasonReplaying: it is still reading.
	ReasonReplaying = "Replaying"
	// ReasonResolved: what the spec refers to is there: the registry of a
	// proxy, the way to Kafka, the text of a Subject.
	ReasonResolved = "Resolved"
	// ReasonSecretNotFound: no Secret has the name.
	ReasonSecretNotFound = "SecretNotFound"
	// ReasonSecretKeyMissing: the Secret lacks the key, or its value is empty.
	ReasonSecretKeyMissing = "SecretKeyMissing"
	// ReasonSecretInvalid: the value is not what it has to be.
	ReasonSecretInvalid = "SecretInvalid"
	// ReasonKafkaNotFound: no Kafka of Strimzi has the name.
	ReasonKafkaNotFound = "KafkaNotFound"
	// ReasonCrossNamespaceDenied: no Kafka of that name in the other namespace
	// lets this one use it.
	ReasonCrossNamespaceDenied = "CrossNamespaceDenied"
	// ReasonListenerNotFound: the Kafka has no such listener, or none yet.
	ReasonListenerNotFound = "ListenerNotFound"
	// ReasonKafkaUserNotReady: the KafkaUser is missing or has no credentials
	// yet.
	ReasonKafkaUserNotReady = "KafkaUserNotReady"
	// ReasonNoRegistry: the proxy uses none.
	ReasonNoRegistry = "NoRegistry"
	// ReasonRegistryNotReady: the registry is known but does not serve.
	ReasonRegistryNotReady = "RegistryNotReady"
)

// Reasons of a Subject.
const (
	// ReasonSynced: everything is as it should be.
	ReasonSynced = "Synced"
	// ReasonNotAllowed: the SchemaRegistry does not admit Subjects of the
	// namespace.
	ReasonNotAllowed = "NotAllowed"
	// ReasonNamePatternDenied: it admits the namespace, but not with this name
	// of a subject.
	ReasonNamePatternDenied = "NamePatternDenied"
	// ReasonConflicted: an older Subject stands for the same subject.
	ReasonConflicted = "Conflicted"
	// ReasonFeatureUnsupported: the registry, or the cluster, cannot do what
	// the spec asks for.
	ReasonFeatureUnsupported = "FeatureUnsupported"
	// ReasonNoSchema: the Subject has no schema, only settings.
	ReasonNoSchema = "NoSchema"
	// ReasonConfigMapNotFound: no ConfigMap has the name.
	ReasonConfigMapNotFound = "ConfigMapNotFound"
	// ReasonKeyNotFound: the ConfigMap lacks the key.
	ReasonKeyNotFound = "KeyNotFound"
	// ReasonEmpty: the text is empty.
	ReasonEmpty = "Empty"
	// ReasonTooLarge: the text is larger than a record may be.
	ReasonTooLarge = "TooLarge"
	// ReasonNoReferences: there are none to resolve.
	ReasonNoReferences = "NoReferences"
	// ReasonReferenceNotFound: no Subject object has the name.
	ReasonReferenceNotFound = "ReferenceNotFound"
	// ReasonReferenceNotRegistered: the Subject object has no version yet.
	ReasonReferenceNotRegistered = "ReferenceNotRegistered"
	// ReasonReferenceCycle: the references lead back here.
	ReasonReferenceCycle = "ReferenceCycle"
	// ReasonVersionNotFound: the registry lacks the version.
	ReasonVersionNotFound = "VersionNotFound"
	// ReasonReferenceDenied: the Subject belongs to another registry, or the
	// registry does not admit it.
	ReasonReferenceDenied = "ReferenceDenied"
	// ReasonValid: the text is a schema of its type.
	ReasonValid = "Valid"
	// ReasonInvalidSchema: it is not.
	ReasonInvalidSchema = "InvalidSchema"
	// ReasonCompatible: the text may follow what is registered.
	ReasonCompatible = "Compatible"
	// ReasonNotChecked: there was nothing to compare with, or it is
	// registered already.
	ReasonNotChecked = "NotChecked"
	// ReasonIncompatible: it may not.
	ReasonIncompatible = "Incompatible"
	// ReasonIncompatibleAtRegistry: the operator found it compatible, the
	// registry did not.
	ReasonIncompatibleAtRegistry = "IncompatibleAtRegistry"
	// ReasonRegistered: the registry has the schema.
	ReasonRegistered = "Registered"
	// ReasonAdopted: it had it before this object.
	ReasonAdopted = "Adopted"
	// ReasonAdoptionRefused: the subject exists and the policy forbids to take
	// it over.
	ReasonAdoptionRefused = "AdoptionRefused"
	// ReasonNotRegistered: the registry lacks it, and the operator may not
	// write, or the schema was refused.
	ReasonNotRegistered = "NotRegistered"
	// ReasonRegistryReadOnly: the registry refuses writes.
	ReasonRegistryReadOnly = "RegistryReadOnly"
	// ReasonRefused: the registry refused the write for another reason.
	ReasonRefused = "Refused"
	// ReasonUnmanaged: the spec does not speak of it.
	ReasonUnmanaged = "Unmanaged"
	// ReasonUpdateFailed: the registry refused the setting.
	ReasonUpdateFailed = "UpdateFailed"
	// ReasonInSync: the newest version is ours.
	ReasonInSync = "InSync"
	// ReasonNewerVersionInRegistry: somebody registered a newer one.
	ReasonNewerVersionInRegistry = "NewerVersionInRegistry"
	// ReasonSupersededByNewer: our text is an older version.
	ReasonSupersededByNewer = "SupersededByNewer"
	// ReasonSubjectMissing: the subject is gone.
	ReasonSubjectMissing = "SubjectMissing"
	// ReasonConfigChanged: somebody changed a setting.
	ReasonConfigChanged = "ConfigChanged"
	// ReasonSchemaIDChanged: the schema came back under another id.
	ReasonSchemaIDChanged = "SchemaIDChanged"
	// ReasonRepairsSuspended: too many subjects are gone to register them again
	// unasked; see the condition RepairsSuspended of the SchemaRegistry.
	ReasonRepairsSuspended = "RepairsSuspended"
	// ReasonMassDeletionSuspected: more than ten subjects, and more than a
	// tenth of them, are gone at once.
	ReasonMassDeletionSuspected = "MassDeletionSuspected"
	// ReasonTopicRecreated: the registry has none of them, and no others.
	ReasonTopicRecreated = "TopicRecreated"
	// ReasonRepairsConfirmed: a person confirmed that they shall be registered
	// again.
	ReasonRepairsConfirmed = "RepairsConfirmed"
	// ReasonWaitingForDependents: other Subjects still refer to this one.
	ReasonWaitingForDependents = "WaitingForDependents"
	// ReasonReferencedInRegistry: schemas in the registry still use this one.
	ReasonReferencedInRegistry = "ReferencedInRegistry"
	// ReasonAssociatedInRegistry: what the subject is associated with in the
	// registry forbids its deletion.
	ReasonAssociatedInRegistry = "AssociatedInRegistry"
)

// Reasons of events; conditions do not use them.
const (
	EventSubjectRegistered     = "SubjectRegistered"
	EventSubjectAdopted        = "SubjectAdopted"
	EventIncompatibleSchema    = "IncompatibleSchema"
	EventDriftRepaired         = "DriftRepaired"
	EventSchemaIDChanged       = "SchemaIDChanged"
	EventDeletionSkipped       = "DeletionSkipped"
	EventSubjectDeleted        = "SubjectDeleted"
	EventCompatibilityReleased = "CompatibilityReleased"
	EventModeReleased          = "ModeReleased"
	EventPrimaryChanged        = "PrimaryChanged"
	EventRepairsSuspended      = "RepairsSuspended"
	EventPodReplaced           = "PodReplaced"
	EventCertificateReloaded   = "CertificateReloaded"
)
