/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ids of every built-in rule, in one list. X(enum name, id, default severity). The texts stand in
 * the rules_*.c named below (a rule without texts does not link); the `catalogue` test proves that
 * each has texts, a case that fires and one that stays silent.
 *
 * An error of yaml/... and api/... is what the API server would refuse however the manifest is
 * sent, and nothing else is in those two families. limit/... and io/... mean that something could
 * not be evaluated: the gate is closed with exit 4.
 */
#pragma once

#define TIDEGATE_RULES(X)                                                                          \
    /* the text itself: rules_yaml.c */                                                            \
    X(YAML_SYNTAX, "yaml/syntax", ERROR)                                                           \
    X(YAML_ENCODING, "yaml/encoding", ERROR)                                                       \
    X(YAML_DUPLICATE_KEY, "yaml/duplicate-key", ERROR)                                             \
    X(YAML_KEY_TYPE, "yaml/key-type", ERROR)                                                       \
    X(YAML_VALUE, "yaml/value", ERROR)                                                             \
    X(YAML_ALIAS, "yaml/alias", ERROR)                                                             \
    X(YAML_SEPARATOR, "yaml/separator", ERROR)                                                     \
    X(YAML_DIRECTIVE, "yaml/directive", ERROR)                                                     \
    X(YAML_JSON_SYNTAX, "yaml/json-syntax", ERROR)                                                 \
    X(DOCUMENT_IGNORED, "document/ignored-text", WARNING)                                          \
    /* decoding: rules_api_decode.c */                                                             \
    X(API_MISSING_TYPE, "api/missing-type", ERROR)                                                 \
    X(API_UNKNOWN_KIND, "api/unknown-kind", ERROR)                                                 \
    X(API_REMOVED_VERSION, "api/removed-version", ERROR)                                           \
    X(API_NOT_SERVED, "api/not-served", ERROR)                                                     \
    X(API_NOT_AN_OBJECT, "api/not-an-object", ERROR)                                               \
    X(API_UNKNOWN_FIELD, "api/unknown-field", ERROR)                                               \
    X(API_WRONG_TYPE, "api/wrong-type", ERROR)                                                     \
    X(API_OUT_OF_RANGE, "api/out-of-range", ERROR)                                                 \
    X(API_INVALID_QUANTITY, "api/invalid-quantity", ERROR)                                         \
    X(API_INVALID_TIME, "api/invalid-time", ERROR)                                                 \
    X(API_INVALID_DURATION, "api/invalid-duration", ERROR)                                         \
    X(API_INVALID_BASE64, "api/invalid-base64", ERROR)                                             \
    X(API_TOO_LARGE, "api/too-large", ERROR)                                                       \
    /* metadata: rules_api_meta.c */                                                               \
    X(API_MISSING_NAME, "api/missing-name", ERROR)                                                 \
    X(API_INVALID_NAME, "api/invalid-name", ERROR)                                                 \
    X(API_INVALID_NAMESPACE, "api/invalid-namespace", ERROR)                                       \
    X(API_INVALID_LABEL, "api/invalid-label", ERROR)                                               \
    X(API_INVALID_ANNOTATION, "api/invalid-annotation", ERROR)                                     \
    X(API_INVALID_OWNER, "api/invalid-owner-reference", ERROR)                                     \
    X(API_INVALID_FINALIZER, "api/invalid-finalizer", ERROR)                                       \
    X(API_INVALID_METADATA, "api/invalid-metadata", ERROR)                                         \
    /* values: rules_api_values.c */                                                               \
    X(API_REQUIRED, "api/required", ERROR)                                                         \
    X(API_INVALID_VALUE, "api/invalid-value", ERROR)                                               \
    X(API_UNSUPPORTED_VALUE, "api/unsupported-value", ERROR)                                       \
    X(API_DUPLICATE_VALUE, "api/duplicate-value", ERROR)                                           \
    X(API_FORBIDDEN, "api/forbidden", ERROR)                                                       \
    X(API_TOO_LONG, "api/too-long", ERROR)                                                         \
    X(API_TOO_MANY, "api/too-many", ERROR)                                                         \
    X(API_IMMUTABLE_FIELD, "api/immutable-field", ERROR)                                           \
    X(API_CRD_SCHEMA, "api/crd-schema", ERROR)                                                     \
    /* objects, beyond the server's verdict: rules_more.c */                                       \
    X(APPLY_DUPLICATE_ENTRY, "apply/duplicate-entry", WARNING)                                     \
    X(APPLY_LEFTOVER, "apply/leftover-field", WARNING)                                             \
    X(APPLY_MISSING_KEY, "apply/missing-key", WARNING)                                             \
    X(APPLY_MANAGED_FIELDS, "apply/managed-fields", WARNING)                                       \
    X(APPLY_NULL, "apply/kept-null", WARNING)                                                      \
    X(APPLY_WRONG_TYPE, "apply/wrong-type", WARNING)                                               \
    X(KUBECTL_ANNOTATION, "kubectl/annotation-size", ERROR)                                        \
    X(VERSION_DEPRECATED, "version/deprecated", WARNING)                                           \
    X(VERSION_CRD_DEPRECATED, "version/crd-deprecated", WARNING)                                   \
    X(SCHEMA_MISSING, "schema/missing", WARNING)                                                   \
    X(SCHEMA_CRD_CONFLICT, "schema/crd-conflict", WARNING)                                         \
    X(OBJECT_DUPLICATE, "object/duplicate", INFO)                                                  \
    X(OBJECT_CLUSTER_NAMESPACE, "object/cluster-scoped-namespace", INFO)                           \
    X(OBJECT_STATUS, "object/status", INFO)                                                        \
    X(OBJECT_LIST_KIND, "object/list", INFO)                                                       \
    X(OBJECT_GENERATE_NAME, "object/generate-name", INFO)                                          \
    X(SECRET_SOPS, "secret/sops", WARNING)                                                         \
    X(SECRET_SOPS_PLAIN, "secret/sops-plain", ERROR)                                               \
    X(SECRET_SOPS_SHAPE, "secret/sops-shape", ERROR)                                               \
    X(SERVER_WARNING, "server/warning", WARNING)                                                   \
    /* what the repository says of the rest of the cluster: rules_closure.c */                     \
    X(REF_NAMESPACE, "ref/missing-namespace", WARNING)                                             \
    X(REF_SERVICE_ACCOUNT, "ref/missing-service-account", WARNING)                                 \
    X(REF_PRIORITY_CLASS, "ref/missing-priority-class", WARNING)                                   \
    X(REF_RUNTIME_CLASS, "ref/missing-runtime-class", WARNING)                                     \
    X(REF_STORAGE_CLASS, "ref/missing-storage-class", WARNING)                                     \
    X(REF_INGRESS_CLASS, "ref/missing-ingress-class", WARNING)                                     \
    X(REF_CONFIG_KEY, "ref/missing-config-key", WARNING)                                           \
    X(LIMIT_RANGE_MIN, "limit-range/min", WARNING)                                                 \
    X(LIMIT_RANGE_MAX, "limit-range/max", WARNING)                                                 \
    X(LIMIT_RANGE_RATIO, "limit-range/ratio", WARNING)                                             \
    X(QUOTA_UNSPECIFIED, "quota/unspecified", WARNING)                                             \
    X(QUOTA_EXCEEDED, "quota/exceeded", WARNING)                                                   \
    X(CHANGE_DELETES_NAMESPACE, "change/deletes-namespace", WARNING)                               \
    X(CHANGE_DELETES_CLAIM, "change/deletes-claim", WARNING)                                       \
    X(CHANGE_DELETES_CRD, "change/deletes-crd", WARNING)                                           \
    X(POLICY_UNDECIDED, "policy/undecided", WARNING)                                               \
    X(POLICY_UNBOUND, "policy/unbound", INFO)                                                      \
    X(POLICY_MISSING, "policy/missing-policy", WARNING)                                            \
    X(POLICY_TYPES, "policy/type-check", WARNING)                                                  \
    X(POLICY_CHANGED, "policy/changed", INFO)                                                      \
    X(POLICY_RULE, "policy/invalid-rule", ERROR)                                                   \
    /* what a snapshot of a cluster says: rules_snapshot.c */                                      \
    X(SNAPSHOT_UNUSABLE, "io/snapshot", ERROR)                                                     \
    X(SNAPSHOT_VERSION, "snapshot/other-version", WARNING)                                         \
    X(CLUSTER_NOT_SERVED, "cluster/not-served", ERROR)                                             \
    X(CLUSTER_CONTESTED, "cluster/contested-field", INFO)                                          \
    X(CLUSTER_WEBHOOK, "cluster/webhook", INFO)                                                    \
    /* what a live server says to a dry run: rules_dry_run.c */                                    \
    X(DRY_RUN_REJECTED, "dry-run/rejected", ERROR)                                                 \
    X(DRY_RUN_POD, "dry-run/pod-rejected", ERROR)                                                  \
    X(DRY_RUN_QUOTA, "dry-run/quota", WARNING)                                                     \
    X(DRY_RUN_WARNING, "dry-run/warning", WARNING)                                                 \
    X(DRY_RUN_CONFLICT, "dry-run/conflict", WARNING)                                               \
    X(DRY_RUN_WAITS, "dry-run/waits", INFO)                                                        \
    X(DRY_RUN_NOT_ALLOWED, "dry-run/not-allowed", WARNING)                                         \
    X(DRY_RUN_NOT_SENT, "dry-run/not-sent", INFO)                                                  \
    X(DRY_RUN_DIFFERS, "dry-run/differs", WARNING)                                                 \
    X(DRY_RUN_CAN_WRITE, "dry-run/identity-can-write", WARNING)                                    \
    X(DRY_RUN_UNPROVEN, "dry-run/identity-unproven", INFO)                                         \
    X(DRY_RUN_FAILED, "io/dry-run", ERROR)                                                         \
    /* what a sync does not do: rules_sync.c */                                                    \
    X(SYNC_OTHER_OWNER, "sync/other-owner", ERROR)                                                 \
    X(SYNC_CONFLICT, "sync/conflict", ERROR)                                                       \
    X(SYNC_IMMUTABLE, "sync/immutable", ERROR)                                                     \
    X(SYNC_NAMELESS, "sync/generated-name", ERROR)                                                 \
    X(SYNC_PRUNE_HELD, "sync/prune-held", WARNING)                                                 \
    X(SYNC_EMPTY_SET, "sync/empty-set", ERROR)                                                     \
    X(SYNC_NOT_APPLIED, "sync/not-applied", ERROR)                                                 \
    X(SYNC_UNHEALTHY, "sync/unhealthy", ERROR)                                                     \
    /* files, limits, git, configuration, ignores: rules_world.c */                                \
    X(FILE_UNREADABLE, "io/unreadable", ERROR)                                                     \
    X(FILE_SYMLINK, "file/symlink", WARNING)                                                       \
    X(FILE_SUBMODULE, "file/submodule", INFO)                                                      \
    X(FILE_LFS, "io/lfs-pointer", ERROR)                                                           \
    X(FILE_EMPTY, "file/nothing-found", ERROR)                                                     \
    X(RENDER_FAILED, "render/failed", ERROR)                                                       \
    X(RENDER_REMOTE, "render/remote", ERROR)                                                       \
    X(RENDER_TOOL, "render/no-tool", WARNING)                                                      \
    X(RENDER_POINTER, "render/pointer", WARNING)                                                   \
    X(RENDER_SUBSTITUTION, "render/substitution", ERROR)                                           \
    X(LIMIT_RENDER, "limit/render", ERROR)                                                         \
    X(LIMIT_SIZE, "limit/size", ERROR)                                                             \
    X(LIMIT_DEPTH, "limit/depth", ERROR)                                                           \
    X(LIMIT_COUNT, "limit/count", ERROR)                                                           \
    X(GIT_REPOSITORY, "io/git", ERROR)                                                             \
    X(GIT_OWNER, "io/git-owner", ERROR)                                                            \
    X(GIT_HISTORY, "io/git-history", ERROR)                                                        \
    X(CONFIG_SYNTAX, "config/syntax", ERROR)                                                       \
    X(CONFIG_UNKNOWN_KEY, "config/unknown-key", ERROR)                                             \
    X(CONFIG_VALUE, "config/invalid-value", ERROR)                                                 \
    X(CONFIG_GATE, "config/gate-without-effect", WARNING)                                          \
    X(CONFIG_CHANGED, "config/changed", INFO)                                                      \
    X(IGNORE_UNUSED, "ignore/unused", WARNING)                                                     \
    X(IGNORE_EXPIRED, "ignore/expired", WARNING)                                                   \
    X(IGNORE_NOT_ALLOWED, "ignore/not-allowed", WARNING)                                           \
    X(IGNORE_NEW, "ignore/new", INFO)                                                              \
    X(BASELINE_STALE, "baseline/stale", INFO)                                                      \
    X(BASELINE_CHANGED, "baseline/changed", INFO)

enum rule_id {
#define X(name, id, severity) RULE_##name,
    TIDEGATE_RULES(X)
#undef X
        RULE_COUNT
};
