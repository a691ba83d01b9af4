/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of api/... rules about metadata. */
#include "diag/rule_text.h"

RULE(API_MISSING_NAME, .summary = "the object has no name",
     .why = "Name, kind and namespace are the identity of an object. Without a name the API "
            "server refuses it, and no tool could find it again to update it.",
     .bad = "apiVersion: v1\n"
            "kind: ConfigMap\n"
            "metadata:\n"
            "  labels:\n"
            "    app: shop\n"
            "data:\n"
            "  REGION: eu-north\n",
     .good = "apiVersion: v1\n"
             "kind: ConfigMap\n"
             "metadata:\n"
             "  name: shop-config\n"
             "  labels:\n"
             "    app: shop\n"
             "data:\n"
             "  REGION: eu-north\n",
     .fix = "Set `metadata.name`.");

RULE(API_INVALID_NAME, .summary = "the name breaks the rules for names of this kind",
     .why = "Most names become parts of DNS names, URLs or file names, so they hold only "
            "small letters, digits, `-` and for most kinds `.`, and begin and end with a "
            "letter or digit. Services, Namespaces and StatefulSets allow no dot and at "
            "most 63 characters, most other kinds 253; a CronJob name may have 52, because "
            "the names of its Jobs get a time added. A CustomResourceDefinition is named "
            "`<plural>.<group>`.",
     .bad = "apiVersion: v1\n"
            "kind: ConfigMap\n"
            "metadata:\n"
            "  name: Shop_Config\n"
            "data:\n"
            "  REGION: eu-north\n",
     .good = "apiVersion: v1\n"
             "kind: ConfigMap\n"
             "metadata:\n"
             "  name: shop-config\n"
             "data:\n"
             "  REGION: eu-north\n",
     .fix = "Choose a name that fits, and change every place that refers to it. A new name "
            "is a new object: the old one stays in the cluster until it is deleted.");

RULE(API_INVALID_NAMESPACE, .summary = "the namespace is no possible name of a namespace",
     .why = "Namespaces are DNS labels: at most 63 small letters, digits and dashes, no "
            "dots, with a letter or digit at both ends. A namespace with such a name cannot "
            "exist, so neither can the object.",
     .bad = "apiVersion: v1\n"
            "kind: ConfigMap\n"
            "metadata:\n"
            "  name: shop-config\n"
            "  namespace: shop.production\n"
            "data:\n"
            "  REGION: eu-north\n",
     .good = "apiVersion: v1\n"
             "kind: ConfigMap\n"
             "metadata:\n"
             "  name: shop-config\n"
             "  namespace: shop-production\n"
             "data:\n"
             "  REGION: eu-north\n",
     .fix = "Write the name of the namespace as it is in the cluster, or leave it out and "
            "let the tool that applies the manifest set it.");

RULE(API_INVALID_LABEL, .summary = "a label key or value breaks the rules for labels",
     .why = "Labels are made for selecting, so they are short: a value has at most 63 "
            "letters, digits, `-`, `_` and `.`, and begins and ends with a letter or digit "
            "or is empty. A key follows the same rule, is never empty and may have a DNS "
            "name and a slash in front. The API server refuses the whole object for one bad "
            "label.",
     .bad = "apiVersion: v1\n"
            "kind: ConfigMap\n"
            "metadata:\n"
            "  name: shop-config\n"
            "  labels:\n"
            "    app.kubernetes.io/version: release/2.4\n"
            "data:\n"
            "  REGION: eu-north\n",
     .good = "apiVersion: v1\n"
             "kind: ConfigMap\n"
             "metadata:\n"
             "  name: shop-config\n"
             "  labels:\n"
             "    app.kubernetes.io/version: release-2.4\n"
             "data:\n"
             "  REGION: eu-north\n",
     .fix = "Shorten the value and replace the characters that do not fit, or move it to an "
            "annotation, which may hold any text.");

RULE(API_INVALID_ANNOTATION,
     .summary = "an annotation key breaks the rules, or all annotations together are too large",
     .why = "Annotation values may be any text, but keys follow the rule for label keys: "
            "letters, digits, `-`, `_` and `.`, at most 63 of them, and in front of them at "
            "most one DNS name with a slash. All keys and values of an object together may "
            "have 256 KiB.",
     .bad = "apiVersion: v1\n"
            "kind: ConfigMap\n"
            "metadata:\n"
            "  name: shop-config\n"
            "  annotations:\n"
            "    contact person: Ada from the harbour team\n"
            "data:\n"
            "  REGION: eu-north\n",
     .good = "apiVersion: v1\n"
             "kind: ConfigMap\n"
             "metadata:\n"
             "  name: shop-config\n"
             "  annotations:\n"
             "    shop.example/contact-person: Ada from the harbour team\n"
             "data:\n"
             "  REGION: eu-north\n",
     .fix = "Rename the key; a domain of your own in front keeps it apart from those of "
            "other tools. Keep large data in a ConfigMap.");

RULE(API_INVALID_OWNER, .summary = "an owner reference is incomplete or not allowed",
     .why = "An owner reference ties an object to the life of another: when the owner goes, "
            "the garbage collector deletes what it owned. It needs apiVersion, kind, name "
            "and the owner's uid, which only the cluster knows; at most one owner may be "
            "the controller, and an Event cannot own anything.",
     .bad = "apiVersion: v1\n"
            "kind: ConfigMap\n"
            "metadata:\n"
            "  name: shop-config\n"
            "  ownerReferences:\n"
            "    - apiVersion: apps/v1\n"
            "      kind: Deployment\n"
            "      name: web\n"
            "data:\n"
            "  REGION: eu-north\n",
     .good = "apiVersion: v1\n"
             "kind: ConfigMap\n"
             "metadata:\n"
             "  name: shop-config\n"
             "data:\n"
             "  REGION: eu-north\n",
     .fix = "Delete `ownerReferences` from manifests in git. Controllers set them at run "
            "time, and a uid that was copied from one cluster is wrong in every other.");

RULE(API_INVALID_FINALIZER, .summary = "a finalizer has an impossible name or contradicts another",
     .why = "A finalizer keeps an object from being deleted until a controller removes the "
            "entry. Its name is like a label key, best with a domain in front. `orphan` and "
            "`foregroundDeletion` exclude each other.",
     .bad = "apiVersion: v1\n"
            "kind: ConfigMap\n"
            "metadata:\n"
            "  name: shop-config\n"
            "  finalizers:\n"
            "    - shop.example/clean up\n"
            "data:\n"
            "  REGION: eu-north\n",
     .good = "apiVersion: v1\n"
             "kind: ConfigMap\n"
             "metadata:\n"
             "  name: shop-config\n"
             "  finalizers:\n"
             "    - shop.example/clean-up\n"
             "data:\n"
             "  REGION: eu-north\n",
     .fix = "Correct the name, or delete the finalizer: in most cases a controller sets its "
            "own, and one that nobody removes blocks the deletion for good.");

RULE(API_INVALID_METADATA,
     .summary = "a field of metadata that the server keeps has an impossible value",
     .why = "Fields such as `generation` and `managedFields` are the server's own records. "
            "Those that come along in a manifest are mostly left over from an export; an "
            "impossible value makes the server refuse the object.",
     .bad = "apiVersion: v1\n"
            "kind: ConfigMap\n"
            "metadata:\n"
            "  name: shop-config\n"
            "  generation: -1\n"
            "data:\n"
            "  REGION: eu-north\n",
     .good = "apiVersion: v1\n"
             "kind: ConfigMap\n"
             "metadata:\n"
             "  name: shop-config\n"
             "data:\n"
             "  REGION: eu-north\n",
     .fix = "Keep only name, namespace, labels, annotations and finalizers in manifests, "
            "and delete `uid`, `resourceVersion`, `generation`, `creationTimestamp` and "
            "`managedFields`.");
