/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of rules about a snapshot of a cluster, and about what it says of manifests. */
#include "diag/rule_text.h"

RULE(SNAPSHOT_UNUSABLE, .summary = "the snapshot of the cluster can't be used",
     .why = "The check was asked to judge by what the cluster is like, and nobody can tell it: the "
            "file is not there, was changed or cut, is older than it may be, or is of the future. "
            "A gate that goes on without it would open for what it should stop.",
     .fix = "Write it anew with `tidegate cluster export`, where the cluster can be reached, and "
            "regularly. `max-age` of `snapshot:` or --snapshot-max-age says how old it may be.");

RULE(SNAPSHOT_VERSION, .summary = "the snapshot is of another Kubernetes version",
     .why = "Manifests are checked for the versions that were asked for, and the cluster of the "
            "snapshot has none of them. What it would say of them may differ.",
     .fix = "Leave `kubernetes-versions` and --kubernetes-version out, so that the version of the "
            "cluster is taken, or add it to them.");

RULE(CLUSTER_NOT_SERVED, .summary = "the cluster does not serve a kind",
     .why = "The API server of the snapshot's cluster knows no such apiVersion and kind, and no "
            "CRD of the repository brings it. It answers that there is no match, and nothing is "
            "applied.",
     .fix = "Correct apiVersion and kind, or bring the CRD in the same change. When it was "
            "installed after the snapshot was made, export the snapshot anew.");

RULE(CLUSTER_CONTESTED, .summary = "another field manager owns a field with another value",
     .why = "Server-side apply refuses to change a field that somebody else owns, unless it is "
            "forced to, and then that manager changes it back or loses it. The snapshot has no "
            "values: it tells that they differ, and who owns the field.",
     .fix = "Leave the field out when the other manager is right, as an autoscaler is about "
            "replicas. If that manager is who applies these manifests, name it in tidegate.yaml: "
            "`snapshot: {manager: NAME}`.");

RULE(CLUSTER_WEBHOOK, .summary = "a webhook of the cluster sees the object too",
     .why = "An admission webhook may change or refuse the object, and only its own program knows "
            "what it does. What this check says is without it.",
     .fix = "Nothing. `tidegate check --dry-run` asks the server, and so its webhooks, too.");
