/* SPDX-License-Identifier: Apache-2.0 */
/* The admission plugins of the API server, by the names that its flags take. */
#pragma once

#include "base/str.h"

/* X(enum name, name, on by default). Source: pkg/kubeapiserver/options/plugins.go of
 * Kubernetes 1.33 to 1.36. Sorted by name. */
#define ADMISSION_PLUGINS(X)                                                                       \
    X(ALWAYS_ADMIT, "AlwaysAdmit", false)                                                          \
    X(ALWAYS_DENY, "AlwaysDeny", false)                                                            \
    X(ALWAYS_PULL_IMAGES, "AlwaysPullImages", false)                                               \
    X(CERTIFICATE_APPROVAL, "CertificateApproval", true)                                           \
    X(CERTIFICATE_SIGNING, "CertificateSigning", true)                                             \
    X(CERTIFICATE_SUBJECT_RESTRICTION, "CertificateSubjectRestriction", true)                      \
    X(CLUSTER_TRUST_BUNDLE_ATTEST, "ClusterTrustBundleAttest", true)                               \
    X(DEFAULT_INGRESS_CLASS, "DefaultIngressClass", true)                                          \
    X(DEFAULT_STORAGE_CLASS, "DefaultStorageClass", true)                                          \
    X(DEFAULT_TOLERATION_SECONDS, "DefaultTolerationSeconds", true)                                \
    X(DENY_SERVICE_EXTERNAL_IPS, "DenyServiceExternalIPs", false)                                  \
    X(EVENT_RATE_LIMIT, "EventRateLimit", false)                                                   \
    X(EXTENDED_RESOURCE_TOLERATION, "ExtendedResourceToleration", false)                           \
    X(IMAGE_POLICY_WEBHOOK, "ImagePolicyWebhook", false)                                           \
    X(JOB_VALIDATION, "JobValidation", true)                                                       \
    X(LIMIT_POD_HARD_ANTI_AFFINITY_TOPOLOGY, "LimitPodHardAntiAffinityTopology", false)            \
    X(LIMIT_RANGER, "LimitRanger", true)                                                           \
    X(MUTATING_ADMISSION_POLICY, "MutatingAdmissionPolicy", true)                                  \
    X(MUTATING_ADMISSION_WEBHOOK, "MutatingAdmissionWebhook", true)                                \
    X(NAMESPACE_AUTO_PROVISION, "NamespaceAutoProvision", false)                                   \
    X(NAMESPACE_EXISTS, "NamespaceExists", false)                                                  \
    X(NAMESPACE_LIFECYCLE, "NamespaceLifecycle", true)                                             \
    X(NODE_DECLARED_FEATURE_VALIDATOR, "NodeDeclaredFeatureValidator", true)                       \
    X(NODE_RESTRICTION, "NodeRestriction", false)                                                  \
    X(OWNER_REFERENCES_PERMISSION_ENFORCEMENT, "OwnerReferencesPermissionEnforcement", false)      \
    X(PERSISTENT_VOLUME_CLAIM_RESIZE, "PersistentVolumeClaimResize", true)                         \
    X(POD_GROUP_PROTECTION, "PodGroupProtection", true)                                            \
    X(POD_GROUP_WORKLOAD_EXISTS, "PodGroupWorkloadExists", true)                                   \
    X(POD_NODE_SELECTOR, "PodNodeSelector", false)                                                 \
    X(POD_RESIZE_VALIDATOR, "PodResizeValidator", true)                                            \
    X(POD_SECURITY, "PodSecurity", true)                                                           \
    X(POD_TOLERATION_RESTRICTION, "PodTolerationRestriction", false)                               \
    X(POD_TOPOLOGY_LABELS, "PodTopologyLabels", true)                                              \
    X(PRIORITY, "Priority", true)                                                                  \
    X(RESOURCE_QUOTA, "ResourceQuota", true)                                                       \
    X(RUNTIME_CLASS, "RuntimeClass", true)                                                         \
    X(SERVICE_ACCOUNT, "ServiceAccount", true)                                                     \
    X(STORAGE_OBJECT_IN_USE_PROTECTION, "StorageObjectInUseProtection", true)                      \
    X(TAINT_NODES_BY_CONDITION, "TaintNodesByCondition", true)                                     \
    X(VALIDATING_ADMISSION_POLICY, "ValidatingAdmissionPolicy", true)                              \
    X(VALIDATING_ADMISSION_WEBHOOK, "ValidatingAdmissionWebhook", true)

enum plugin {
#define X(name, text, on) PLUGIN_##name,
    ADMISSION_PLUGINS(X)
#undef X
        PLUGIN_COUNT
};

const char *plugin_name(enum plugin plugin);
bool plugin_is_default(enum plugin plugin);
/* False when no server knows the name. */
bool plugin_find(struct str name, enum plugin *ret_plugin);
