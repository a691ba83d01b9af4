/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of rules beyond the server's verdict that are about an object. */
#include "diag/rule_text.h"

RULE(APPLY_DUPLICATE_ENTRY,
     .summary = "a list has two entries with one key, which server-side apply refuses",
     .why = "Lists such as environment variables and container ports are merged by key. A "
            "plain create takes the manifest and the last entry wins; server-side apply, "
            "which Flux and others use, answers with an error and applies nothing. Tools "
            "that merge drop one of the two, and not always the same one.",
     .bad = "apiVersion: v1\n"
            "kind: Pod\n"
            "metadata:\n"
            "  name: web\n"
            "spec:\n"
            "  containers:\n"
            "    - name: web\n"
            "      image: shop/web:1.4.2\n"
            "      env:\n"
            "        - name: LOG_LEVEL\n"
            "          value: info\n"
            "        - name: REGION\n"
            "          value: eu-north\n"
            "        - name: LOG_LEVEL\n"
            "          value: debug\n",
     .good = "apiVersion: v1\n"
             "kind: Pod\n"
             "metadata:\n"
             "  name: web\n"
             "spec:\n"
             "  containers:\n"
             "    - name: web\n"
             "      image: shop/web:1.4.2\n"
             "      env:\n"
             "        - name: LOG_LEVEL\n"
             "          value: debug\n"
             "        - name: REGION\n"
             "          value: eu-north\n",
     .fix = "Decide which entry is meant and delete the other.");

RULE(VERSION_DEPRECATED, .summary = "the API version still works but is on its way out",
     .why = "The API server serves it and adds a warning to each request. After the release "
            "that the finding names, if one is set, the manifest can no longer be applied. "
            "It is easier to move now than during a cluster upgrade.",
     .bad = "apiVersion: v1\n"
            "kind: Endpoints\n"
            "metadata:\n"
            "  name: legacy-db\n"
            "subsets:\n"
            "  - addresses:\n"
            "      - ip: 192.0.2.17\n"
            "    ports:\n"
            "      - name: postgres\n"
            "        port: 5432\n",
     .good = "apiVersion: discovery.k8s.io/v1\n"
             "kind: EndpointSlice\n"
             "metadata:\n"
             "  name: legacy-db-1\n"
             "  labels:\n"
             "    kubernetes.io/service-name: legacy-db\n"
             "addressType: IPv4\n"
             "endpoints:\n"
             "  - addresses:\n"
             "      - 192.0.2.17\n"
             "ports:\n"
             "  - name: postgres\n"
             "    port: 5432\n",
     .fix = "Move to the replacement that the finding names, and check again, because "
            "fields may have other names there.");

RULE(VERSION_CRD_DEPRECATED,
     .summary = "the CustomResourceDefinition marks this version as deprecated",
     .why = "Whoever wrote the definition plans to drop the version. The API server still "
            "takes the object and answers with a warning; once the version is no longer "
            "served, the manifest fails.",
     .bad = "apiVersion: apiextensions.k8s.io/v1\n"
            "kind: CustomResourceDefinition\n"
            "metadata:\n"
            "  name: backups.shop.example\n"
            "spec:\n"
            "  group: shop.example\n"
            "  scope: Namespaced\n"
            "  names:\n"
            "    plural: backups\n"
            "    singular: backup\n"
            "    kind: Backup\n"
            "  versions:\n"
            "    - name: v1alpha1\n"
            "      served: true\n"
            "      storage: false\n"
            "      deprecated: true\n"
            "      schema:\n"
            "        openAPIV3Schema:\n"
            "          type: object\n"
            "          properties:\n"
            "            spec:\n"
            "              type: object\n"
            "              properties:\n"
            "                schedule:\n"
            "                  type: string\n"
            "    - name: v1\n"
            "      served: true\n"
            "      storage: true\n"
            "      schema:\n"
            "        openAPIV3Schema:\n"
            "          type: object\n"
            "          properties:\n"
            "            spec:\n"
            "              type: object\n"
            "              properties:\n"
            "                schedule:\n"
            "                  type: string\n"
            "---\n"
            "apiVersion: shop.example/v1alpha1\n"
            "kind: Backup\n"
            "metadata:\n"
            "  name: orders\n"
            "spec:\n"
            "  schedule: daily\n",
     .good = "apiVersion: apiextensions.k8s.io/v1\n"
             "kind: CustomResourceDefinition\n"
             "metadata:\n"
             "  name: backups.shop.example\n"
             "spec:\n"
             "  group: shop.example\n"
             "  scope: Namespaced\n"
             "  names:\n"
             "    plural: backups\n"
             "    singular: backup\n"
             "    kind: Backup\n"
             "  versions:\n"
             "    - name: v1alpha1\n"
             "      served: true\n"
             "      storage: false\n"
             "      deprecated: true\n"
             "      schema:\n"
             "        openAPIV3Schema:\n"
             "          type: object\n"
             "          properties:\n"
             "            spec:\n"
             "              type: object\n"
             "              properties:\n"
             "                schedule:\n"
             "                  type: string\n"
             "    - name: v1\n"
             "      served: true\n"
             "      storage: true\n"
             "      schema:\n"
             "        openAPIV3Schema:\n"
             "          type: object\n"
             "          properties:\n"
             "            spec:\n"
             "              type: object\n"
             "              properties:\n"
             "                schedule:\n"
             "                  type: string\n"
             "---\n"
             "apiVersion: shop.example/v1\n"
             "kind: Backup\n"
             "metadata:\n"
             "  name: orders\n"
             "spec:\n"
             "  schedule: daily\n",
     .fix = "Move to a version that is not deprecated. The warning in the definition, if "
            "there is one, says to which.");

RULE(SCHEMA_MISSING,
     .summary = "no schema is known for this kind, so only its metadata was checked",
     .why = "The kind is not built into Kubernetes and no CustomResourceDefinition for it "
            "is among the manifests. Typing slips in its fields go unseen here, and the "
            "apply fails if the cluster does not have the definition.",
     .bad = "apiVersion: shop.example/v1\n"
            "kind: Backup\n"
            "metadata:\n"
            "  name: orders\n"
            "spec:\n"
            "  schedule: daily\n",
     .good = "apiVersion: apiextensions.k8s.io/v1\n"
             "kind: CustomResourceDefinition\n"
             "metadata:\n"
             "  name: backups.shop.example\n"
             "spec:\n"
             "  group: shop.example\n"
             "  scope: Namespaced\n"
             "  names:\n"
             "    plural: backups\n"
             "    singular: backup\n"
             "    kind: Backup\n"
             "  versions:\n"
             "    - name: v1\n"
             "      served: true\n"
             "      storage: true\n"
             "      schema:\n"
             "        openAPIV3Schema:\n"
             "          type: object\n"
             "          properties:\n"
             "            spec:\n"
             "              type: object\n"
             "              properties:\n"
             "                schedule:\n"
             "                  type: string\n"
             "---\n"
             "apiVersion: shop.example/v1\n"
             "kind: Backup\n"
             "metadata:\n"
             "  name: orders\n"
             "spec:\n"
             "  schedule: daily\n",
     .fix = "Keep the CustomResourceDefinition in the repository, or name a file or folder "
            "that has it with `--crd PATH` or in tidegate.yaml. `kubectl get crd NAME -o "
            "yaml` prints it from a cluster.");

RULE(SCHEMA_CRD_CONFLICT,
     .summary = "the same CustomResourceDefinition occurs twice with different content",
     .why = "A cluster holds one definition of a name, so which of the two is in force "
            "depends on which was applied last. Objects of the kind may be right under one "
            "and wrong under the other; the finding relates both places and says which one "
            "was used here.",
     .bad = "apiVersion: apiextensions.k8s.io/v1\n"
            "kind: CustomResourceDefinition\n"
            "metadata:\n"
            "  name: backups.shop.example\n"
            "spec:\n"
            "  group: shop.example\n"
            "  scope: Namespaced\n"
            "  names:\n"
            "    plural: backups\n"
            "    singular: backup\n"
            "    kind: Backup\n"
            "  versions:\n"
            "    - name: v1\n"
            "      served: true\n"
            "      storage: true\n"
            "      schema:\n"
            "        openAPIV3Schema:\n"
            "          type: object\n"
            "          properties:\n"
            "            spec:\n"
            "              type: object\n"
            "              properties:\n"
            "                schedule:\n"
            "                  type: string\n"
            "---\n"
            "apiVersion: apiextensions.k8s.io/v1\n"
            "kind: CustomResourceDefinition\n"
            "metadata:\n"
            "  name: backups.shop.example\n"
            "spec:\n"
            "  group: shop.example\n"
            "  scope: Namespaced\n"
            "  names:\n"
            "    plural: backups\n"
            "    singular: backup\n"
            "    kind: Backup\n"
            "  versions:\n"
            "    - name: v1\n"
            "      served: true\n"
            "      storage: true\n"
            "      schema:\n"
            "        openAPIV3Schema:\n"
            "          type: object\n"
            "          properties:\n"
            "            spec:\n"
            "              type: object\n"
            "              properties:\n"
            "                schedule:\n"
            "                  type: integer\n",
     .good = "apiVersion: apiextensions.k8s.io/v1\n"
             "kind: CustomResourceDefinition\n"
             "metadata:\n"
             "  name: backups.shop.example\n"
             "spec:\n"
             "  group: shop.example\n"
             "  scope: Namespaced\n"
             "  names:\n"
             "    plural: backups\n"
             "    singular: backup\n"
             "    kind: Backup\n"
             "  versions:\n"
             "    - name: v1\n"
             "      served: true\n"
             "      storage: true\n"
             "      schema:\n"
             "        openAPIV3Schema:\n"
             "          type: object\n"
             "          properties:\n"
             "            spec:\n"
             "              type: object\n"
             "              properties:\n"
             "                schedule:\n"
             "                  type: string\n",
     .fix = "Keep one copy, or make them equal. Copies that belong to different clusters "
            "are best put into different sets.");

RULE(OBJECT_DUPLICATE, .summary = "the same object is defined twice",
     .why = "Both definitions have one kind, namespace and name, so in a cluster they are "
            "the same object and the one that is applied last wins. Between variants for "
            "different clusters this is fine; within what is applied together it is a "
            "mistake that hides one of the two.",
     .bad = "apiVersion: v1\n"
            "kind: ConfigMap\n"
            "metadata:\n"
            "  name: shop-config\n"
            "data:\n"
            "  REGION: eu-north\n"
            "---\n"
            "apiVersion: v1\n"
            "kind: ConfigMap\n"
            "metadata:\n"
            "  name: shop-config\n"
            "data:\n"
            "  REGION: eu-south\n",
     .good = "apiVersion: v1\n"
             "kind: ConfigMap\n"
             "metadata:\n"
             "  name: shop-config-north\n"
             "data:\n"
             "  REGION: eu-north\n"
             "---\n"
             "apiVersion: v1\n"
             "kind: ConfigMap\n"
             "metadata:\n"
             "  name: shop-config-south\n"
             "data:\n"
             "  REGION: eu-south\n",
     .fix = "Delete or rename one of them. If they are never applied together, declare them "
            "as different sets in tidegate.yaml.");

RULE(OBJECT_CLUSTER_NAMESPACE, .summary = "an object without a namespace names one",
     .why = "Objects of this kind belong to the cluster, not to a namespace. The API server "
            "drops `metadata.namespace` without a word, so two such manifests for two "
            "namespaces are in truth one object.",
     .bad = "apiVersion: rbac.authorization.k8s.io/v1\n"
            "kind: ClusterRole\n"
            "metadata:\n"
            "  name: read-pods\n"
            "  namespace: shop\n"
            "rules:\n"
            "  - apiGroups: [\"\"]\n"
            "    resources: [pods]\n"
            "    verbs: [get, list]\n",
     .good = "apiVersion: rbac.authorization.k8s.io/v1\n"
             "kind: ClusterRole\n"
             "metadata:\n"
             "  name: read-pods\n"
             "rules:\n"
             "  - apiGroups: [\"\"]\n"
             "    resources: [pods]\n"
             "    verbs: [get, list]\n",
     .fix = "Delete `metadata.namespace`, or use the namespaced kind if there is one, such "
            "as Role instead of ClusterRole.");

RULE(OBJECT_STATUS, .summary = "the manifest carries a status",
     .why = "The status is what controllers report about the object. On a normal create or "
            "update the API server ignores it, so it only makes the manifest longer and "
            "every export a diff.",
     .bad = "apiVersion: v1\n"
            "kind: PersistentVolumeClaim\n"
            "metadata:\n"
            "  name: orders-data\n"
            "spec:\n"
            "  accessModes: [ReadWriteOnce]\n"
            "  resources:\n"
            "    requests:\n"
            "      storage: 20Gi\n"
            "status:\n"
            "  phase: Bound\n",
     .good = "apiVersion: v1\n"
             "kind: PersistentVolumeClaim\n"
             "metadata:\n"
             "  name: orders-data\n"
             "spec:\n"
             "  accessModes: [ReadWriteOnce]\n"
             "  resources:\n"
             "    requests:\n"
             "      storage: 20Gi\n",
     .fix = "Delete the status.");

RULE(OBJECT_LIST_KIND, .summary = "objects are wrapped in a list",
     .why = "kubectl unpacks a list and applies its items one by one, and tidegate checks "
            "them the same way. The API server itself knows no object of kind List, and "
            "other tools may send the wrapper as it is and fail.",
     .bad = "apiVersion: v1\n"
            "kind: List\n"
            "items:\n"
            "  - apiVersion: v1\n"
            "    kind: ConfigMap\n"
            "    metadata:\n"
            "      name: cart\n"
            "    data:\n"
            "      currency: EUR\n",
     .good = "apiVersion: v1\n"
             "kind: ConfigMap\n"
             "metadata:\n"
             "  name: cart\n"
             "data:\n"
             "  currency: EUR\n",
     .fix = "Write the items as documents of their own, separated by `---`.");

RULE(APPLY_LEFTOVER,
     .summary = "server-side apply keeps an old default that does not fit the change",
     .why = "Server-side apply removes what the manifest said before and says no more. What the "
            "server had filled in by itself was never the manifest's, so it stays: a Deployment "
            "that changes to the strategy Recreate keeps the rollingUpdate of before, and the "
            "server refuses the two together. A plain update replaces all of it and passes.",
     .fix = "Apply once with the leftover field written out, then leave it out together with the "
            "change; or replace the object.");

RULE(APPLY_MISSING_KEY,
     .summary =
         "a list that is merged by key has an entry without it, which server-side apply refuses",
     .why = "An entry with nothing behind its dash is null. A plain create makes an empty entry of "
            "it, which some lists take; server-side apply finds no key in it, answers with an "
            "error and applies nothing.",
     .bad = "apiVersion: v1\n"
            "kind: Pod\n"
            "metadata:\n"
            "  name: orders\n"
            "spec:\n"
            "  containers:\n"
            "    - name: web\n"
            "      image: registry.shop.example/orders:1.4.2\n"
            "  imagePullSecrets:\n"
            "    -\n",
     .good = "apiVersion: v1\n"
             "kind: Pod\n"
             "metadata:\n"
             "  name: orders\n"
             "spec:\n"
             "  containers:\n"
             "    - name: web\n"
             "      image: registry.shop.example/orders:1.4.2\n"
             "  imagePullSecrets:\n"
             "    - name: registry\n",
     .fix = "Write the entry, or remove its dash.");

RULE(APPLY_MANAGED_FIELDS,
     .summary = "the manifest says who manages its fields, which server-side apply refuses",
     .why = "`metadata.managedFields` is the server's own record and comes into a manifest when "
            "somebody saves an object of a cluster as a file. A plain create ignores it; "
            "server-side apply refuses the whole manifest.",
     .bad = "apiVersion: v1\n"
            "kind: ConfigMap\n"
            "metadata:\n"
            "  name: settings\n"
            "  managedFields:\n"
            "    - manager: somebody\n"
            "      operation: Update\n"
            "      apiVersion: v1\n"
            "data:\n"
            "  level: info\n",
     .good = "apiVersion: v1\n"
             "kind: ConfigMap\n"
             "metadata:\n"
             "  name: settings\n"
             "data:\n"
             "  level: info\n",
     .fix = "Remove `managedFields`, and whatever else the server wrote.");

RULE(APPLY_NULL, .summary = "a custom resource has a null that server-side apply does not drop",
     .why = "When a custom resource is created or replaced, the server drops nulls that its schema "
            "does not allow, as if the field were not there. Server-side apply keeps them, or "
            "takes them for an empty value, and the schema then refuses the object. Templates "
            "whose value is empty leave such nulls behind.",
     .fix = "Leave the field out, or give it a value.");

RULE(APPLY_WRONG_TYPE, .summary = "a value has a form that only a create takes",
     .why =
         "A create reads manifests loosely: where bytes belong it takes a list of numbers as well "
         "as base64. Server-side apply compares the value with the schema first, which wants a "
         "string, and refuses the object.",
     .bad = "apiVersion: v1\n"
            "kind: ConfigMap\n"
            "metadata:\n"
            "  name: logo\n"
            "binaryData:\n"
            "  dot.gif: []\n",
     .good = "apiVersion: v1\n"
             "kind: ConfigMap\n"
             "metadata:\n"
             "  name: logo\n"
             "binaryData:\n"
             "  dot.gif: \"\"\n",
     .fix = "Write the bytes as base64, in quotes.");

RULE(KUBECTL_ANNOTATION,
     .summary = "the object is too large for the copy that `kubectl apply` keeps in it",
     .why = "Client-side `kubectl apply` writes the whole manifest into an annotation of the "
            "object, and the server takes at most 262144 bytes of annotations. It is asked for "
            "with `--oracle kubectl`.",
     .fix = "Use `kubectl apply --server-side` or `kubectl create`, or split the object.");

RULE(OBJECT_GENERATE_NAME,
     .summary = "the API server would make up the name, so each apply makes a new object",
     .why = "With `generateName` every create gives another object. `kubectl apply` and "
            "sync engines need a fixed name to find an object again: they refuse the "
            "manifest, or leave a new object behind each time.",
     .bad = "apiVersion: batch/v1\n"
            "kind: Job\n"
            "metadata:\n"
            "  generateName: migrate-\n"
            "spec:\n"
            "  template:\n"
            "    spec:\n"
            "      restartPolicy: Never\n"
            "      containers:\n"
            "        - name: migrate\n"
            "          image: shop/migrate:5.0.0\n",
     .good = "apiVersion: batch/v1\n"
             "kind: Job\n"
             "metadata:\n"
             "  name: migrate-5-0-0\n"
             "spec:\n"
             "  template:\n"
             "    spec:\n"
             "      restartPolicy: Never\n"
             "      containers:\n"
             "        - name: migrate\n"
             "          image: shop/migrate:5.0.0\n",
     .fix = "Give the object a name. For a Job that has to run again, put the version into "
            "the name, or use a CronJob. Keep manifests that are only for `kubectl create` "
            "apart.");

RULE(SERVER_WARNING, .summary = "the API server would accept the object with a warning",
     .why = "The server sends warnings along with its answer: a field that has no effect any more, "
            "a value that a later version refuses, two entries of which only one counts. Nothing "
            "fails today, and nobody reads the warning in an automatic deployment.",
     .bad = "apiVersion: v1\n"
            "kind: Pod\n"
            "metadata:\n"
            "  name: orders\n"
            "spec:\n"
            "  containers:\n"
            "    - name: web\n"
            "      image: registry.shop.example/orders:1.4.2\n"
            "  nodeSelector:\n"
            "    beta.kubernetes.io/os: linux\n",
     .good = "apiVersion: v1\n"
             "kind: Pod\n"
             "metadata:\n"
             "  name: orders\n"
             "spec:\n"
             "  containers:\n"
             "    - name: web\n"
             "      image: registry.shop.example/orders:1.4.2\n"
             "  nodeSelector:\n"
             "    kubernetes.io/os: linux\n",
     .fix = "Do what the warning says: remove the field or the entry, or use its replacement.");
