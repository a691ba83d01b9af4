/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of rules about what a repository says of the rest of the cluster: names that must exist,
 * limits of a namespace, and deletions. */
#include "diag/rule_text.h"

#define SHOP_NAMESPACE                                                                             \
    "apiVersion: v1\n"                                                                             \
    "kind: Namespace\n"                                                                            \
    "metadata:\n"                                                                                  \
    "  name: shop\n"                                                                               \
    "---\n"

#define POD                                                                                        \
    "apiVersion: v1\n"                                                                             \
    "kind: Pod\n"                                                                                  \
    "metadata:\n"                                                                                  \
    "  namespace: shop\n"                                                                          \
    "  name: web\n"                                                                                \
    "spec:\n"

#define CONTAINER                                                                                  \
    "  containers:\n"                                                                              \
    "    - name: web\n"                                                                            \
    "      image: shop/web:1.4.2\n"

RULE(REF_NAMESPACE, .summary = "an object is in a namespace that nobody declares",
     .why = "The API server refuses objects of a namespace that does not exist. This set declares "
            "namespaces, but not this one, nor does a set that it depends on. Where a set "
            "declares none at all, nothing is said.",
     .bad = SHOP_NAMESPACE "apiVersion: v1\n"
                           "kind: ConfigMap\n"
                           "metadata:\n"
                           "  name: settings\n"
                           "  namespace: shpo\n",
     .good = SHOP_NAMESPACE "apiVersion: v1\n"
                            "kind: ConfigMap\n"
                            "metadata:\n"
                            "  name: settings\n"
                            "  namespace: shop\n",
     .fix = "Correct the name, or declare the namespace. If something else makes it, say so in "
            "tidegate.yaml: `external: [Namespace/NAME]`, where NAME may be a pattern.");

#define SERVICE_ACCOUNT                                                                            \
    "apiVersion: v1\n"                                                                             \
    "kind: ServiceAccount\n"                                                                       \
    "metadata:\n"                                                                                  \
    "  name: web\n"                                                                                \
    "  namespace: shop\n"                                                                          \
    "---\n"

RULE(REF_SERVICE_ACCOUNT, .summary = "a service account that Pods run as is declared by nobody",
     .why = "Without its service account no Pod is created: a Deployment is taken, and then "
            "nothing starts. The set declares service accounts in this namespace, but not this "
            "one. Where it declares none there, nothing is said.",
     .bad = SERVICE_ACCOUNT POD "  serviceAccountName: wbe\n" CONTAINER,
     .good = SERVICE_ACCOUNT POD "  serviceAccountName: web\n" CONTAINER,
     .fix = "Correct the name, or declare the account in the same namespace. If something else "
            "makes it: `external: [ServiceAccount/NAMESPACE/NAME]`.");

#define PRIORITY_CLASS                                                                             \
    "apiVersion: scheduling.k8s.io/v1\n"                                                           \
    "kind: PriorityClass\n"                                                                        \
    "metadata:\n"                                                                                  \
    "  name: important\n"                                                                          \
    "value: 1000\n"                                                                                \
    "---\n"

RULE(REF_PRIORITY_CLASS, .summary = "a priority class that Pods name is declared by nobody",
     .why = "The API server refuses Pods of a priority class that does not exist. The set declares "
            "priority classes, but not this one. Where it declares none, nothing is said.",
     .bad = PRIORITY_CLASS POD "  priorityClassName: importent\n" CONTAINER,
     .good = PRIORITY_CLASS POD "  priorityClassName: important\n" CONTAINER,
     .fix = "Correct the name or declare the class. If something else makes it: "
            "`external: [PriorityClass/NAME]`.");

#define RUNTIME_CLASS                                                                              \
    "apiVersion: node.k8s.io/v1\n"                                                                 \
    "kind: RuntimeClass\n"                                                                         \
    "metadata:\n"                                                                                  \
    "  name: kata\n"                                                                               \
    "handler: kata\n"                                                                              \
    "---\n"

RULE(REF_RUNTIME_CLASS, .summary = "a runtime class that Pods name is declared by nobody",
     .why = "The API server refuses Pods of a runtime class that does not exist. The set declares "
            "runtime classes, but not this one. Where it declares none, nothing is said.",
     .bad = RUNTIME_CLASS POD "  runtimeClassName: kata-qemu\n" CONTAINER,
     .good = RUNTIME_CLASS POD "  runtimeClassName: kata\n" CONTAINER,
     .fix = "Correct the name or declare the class. If something else makes it: "
            "`external: [RuntimeClass/NAME]`.");

#define STORAGE_CLASS                                                                              \
    "apiVersion: storage.k8s.io/v1\n"                                                              \
    "kind: StorageClass\n"                                                                         \
    "metadata:\n"                                                                                  \
    "  name: fast\n"                                                                               \
    "provisioner: csi.shop.example\n"                                                              \
    "---\n"

#define CLAIM                                                                                      \
    "apiVersion: v1\n"                                                                             \
    "kind: PersistentVolumeClaim\n"                                                                \
    "metadata:\n"                                                                                  \
    "  name: data\n"                                                                               \
    "spec:\n"                                                                                      \
    "  accessModes: [ReadWriteOnce]\n"                                                             \
    "  resources:\n"                                                                               \
    "    requests:\n"                                                                              \
    "      storage: 10Gi\n"

RULE(REF_STORAGE_CLASS, .summary = "a claim names a storage class that nobody declares",
     .why = "The claim stays pending, and so do the Pods that use it. The set declares storage "
            "classes, but not this one, and no volume of this class either. Where it declares "
            "none, nothing is said, nor about the classes that managed clusters come with.",
     .bad = STORAGE_CLASS CLAIM "  storageClassName: fsat\n",
     .good = STORAGE_CLASS CLAIM "  storageClassName: fast\n",
     .fix = "Correct the name or declare the class. If the cluster has it: "
            "`external: [StorageClass/NAME]`.");

#define INGRESS_CLASS                                                                              \
    "apiVersion: networking.k8s.io/v1\n"                                                           \
    "kind: IngressClass\n"                                                                         \
    "metadata:\n"                                                                                  \
    "  name: public\n"                                                                             \
    "spec:\n"                                                                                      \
    "  controller: ingress.shop.example/controller\n"                                              \
    "---\n"

#define INGRESS                                                                                    \
    "apiVersion: networking.k8s.io/v1\n"                                                           \
    "kind: Ingress\n"                                                                              \
    "metadata:\n"                                                                                  \
    "  name: web\n"                                                                                \
    "spec:\n"                                                                                      \
    "  defaultBackend:\n"                                                                          \
    "    service:\n"                                                                               \
    "      name: web\n"                                                                            \
    "      port:\n"                                                                                \
    "        number: 80\n"

RULE(REF_INGRESS_CLASS, .summary = "an Ingress names an ingress class that nobody declares",
     .why = "No controller looks at an Ingress of a class that does not exist, so it stays without "
            "an address. The set declares ingress classes, but not this one. Where it declares "
            "none, nothing is said.",
     .bad = INGRESS_CLASS INGRESS "  ingressClassName: pubilc\n",
     .good = INGRESS_CLASS INGRESS "  ingressClassName: public\n",
     .fix = "Correct the name or declare the class. If a controller brings it: "
            "`external: [IngressClass/NAME]`.");

#define SETTINGS                                                                                   \
    "apiVersion: v1\n"                                                                             \
    "kind: ConfigMap\n"                                                                            \
    "metadata:\n"                                                                                  \
    "  namespace: shop\n"                                                                          \
    "  name: settings\n"                                                                           \
    "data:\n"                                                                                      \
    "  colour: green\n"                                                                            \
    "---\n"

#define COLOUR_FROM                                                                                \
    "      env:\n"                                                                                 \
    "        - name: COLOUR\n"                                                                     \
    "          valueFrom:\n"                                                                       \
    "            configMapKeyRef:\n"                                                               \
    "              name: settings\n"

RULE(REF_CONFIG_KEY, .summary = "a key that is used is not in the ConfigMap or Secret",
     .why =
         "The set declares the ConfigMap or Secret, but without this key. The container does not "
         "start: its Pod stays in CreateContainerConfigError when the key is for a variable, in "
         "ContainerCreating when it is for a volume. An Ingress needs the keys tls.crt and "
         "tls.key.\n\n"
         "References with `optional: true` are passed over, and so are objects that are written "
         "empty or say that something copies data into them. Where no object of the name is in "
         "the set, nothing is said.",
     .bad = SETTINGS POD CONTAINER COLOUR_FROM "              key: color\n",
     .good = SETTINGS POD CONTAINER COLOUR_FROM "              key: colour\n",
     .fix = "Correct the key, add it, or say `optional: true`.");

/* ---- limits of a namespace ---- */

#define LIMIT_RANGE(bounds)                                                                        \
    "apiVersion: v1\n"                                                                             \
    "kind: LimitRange\n"                                                                           \
    "metadata:\n"                                                                                  \
    "  name: usual\n"                                                                              \
    "  namespace: shop\n"                                                                          \
    "spec:\n"                                                                                      \
    "  limits:\n"                                                                                  \
    "    - type: Container\n" bounds "---\n"

#define ASKS(request, limit)                                                                       \
    CONTAINER                                                                                      \
    "      resources:\n"                                                                           \
    "        requests:\n"                                                                          \
    "          cpu: " request "\n"                                                                 \
    "        limits:\n"                                                                            \
    "          cpu: " limit "\n"

RULE(LIMIT_RANGE_MIN, .summary = "a Pod or claim asks for less than its namespace allows",
     .why = "A LimitRange in the repository sets the least that something in its namespace asks "
            "for. The API server refuses what asks for less; of a workload it takes the object, "
            "and refuses its Pods.",
     .bad = LIMIT_RANGE("      min:\n        cpu: 100m\n") POD ASKS("10m", "200m"),
     .good = LIMIT_RANGE("      min:\n        cpu: 100m\n") POD ASKS("100m", "200m"),
     .fix = "Raise the request, and the limit if that is what is too low, or lower the minimum.");

RULE(LIMIT_RANGE_MAX, .summary = "a Pod or claim asks for more than its namespace allows",
     .why = "A LimitRange in the repository sets the most that something in its namespace asks "
            "for. The API server refuses what asks for more; of a workload it takes the object, "
            "and refuses its Pods.",
     .bad = LIMIT_RANGE("      max:\n        cpu: 2\n") POD ASKS("1", "4"),
     .good = LIMIT_RANGE("      max:\n        cpu: 2\n") POD ASKS("1", "2"),
     .fix = "Lower the limit, and the request if that is what is too high, or raise the maximum.");

RULE(LIMIT_RANGE_RATIO, .summary = "a limit is too many times its request",
     .why = "A LimitRange in the repository sets how far limits may go beyond requests. The API "
            "server refuses Pods that go further; of a workload it takes the object, and refuses "
            "its Pods.",
     .bad = LIMIT_RANGE("      maxLimitRequestRatio:\n        cpu: 2\n") POD ASKS("100m", "1"),
     .good = LIMIT_RANGE("      maxLimitRequestRatio:\n        cpu: 2\n") POD ASKS("500m", "1"),
     .fix = "Bring request and limit nearer to each other.");

#define QUOTA                                                                                      \
    "apiVersion: v1\n"                                                                             \
    "kind: ResourceQuota\n"                                                                        \
    "metadata:\n"                                                                                  \
    "  name: team\n"                                                                               \
    "  namespace: shop\n"                                                                          \
    "spec:\n"                                                                                      \
    "  hard:\n"                                                                                    \
    "    requests.cpu: 2\n"                                                                        \
    "---\n"

RULE(QUOTA_UNSPECIFIED, .summary = "a quota makes requests or limits necessary that are not there",
     .why = "Where a ResourceQuota limits CPU or memory, every container must say how much it "
            "asks for, itself or by a LimitRange. The API server refuses Pods that don't; of a "
            "workload it takes the object, and no Pod ever comes.",
     .bad = QUOTA POD CONTAINER, .good = QUOTA POD ASKS("500m", "1"),
     .fix = "Give each container what the quota counts, or the namespace a LimitRange with "
            "defaults.");

RULE(QUOTA_EXCEEDED, .summary = "more is asked for than a quota of the namespace allows",
     .why = "The ResourceQuota in the repository is smaller than what one Pod, all Pods of a "
            "workload, or all Pods of a declared set ask for. The API server refuses the Pods that "
            "don't fit: a rollout stays where it is.",
     .bad = QUOTA POD ASKS("3", "4"), .good = QUOTA POD ASKS("500m", "1"),
     .fix = "Ask for less, run fewer replicas, or raise the quota.");

/* ---- deletions ---- */

RULE(CHANGE_DELETES_NAMESPACE, .summary = "the change deletes a namespace with all that is in it",
     .why = "Deleting a Namespace deletes every object in it, also those that were never in the "
            "repository, and claims with their data. There is no way back.",
     .fix = "Nothing, if that is what is wanted. Otherwise keep the Namespace and delete what "
            "should go.");

RULE(
    CHANGE_DELETES_CLAIM, .summary = "the change deletes a claim, and mostly its data",
    .why = "When a PersistentVolumeClaim goes, its volume follows its reclaim policy, and for "
           "volumes made on demand that is Delete: the data is gone.",
    .fix = "Make sure that the data is not needed, or that the volume's reclaim policy is Retain.");

RULE(CHANGE_DELETES_CRD, .summary = "the change deletes a CRD with all objects of its kind",
     .why = "Deleting a CustomResourceDefinition deletes all its custom resources in all "
            "namespaces, and whatever their controllers made of them goes as well.",
     .fix = "Nothing, if the kind is retired. Otherwise keep the CRD; to stop its controller, "
            "remove that only.");

/* ---- policies ---- */

#define POLICY_OF(expression)                                                                      \
    "apiVersion: admissionregistration.k8s.io/v1\n"                                                \
    "kind: ValidatingAdmissionPolicy\n"                                                            \
    "metadata:\n"                                                                                  \
    "  name: limits\n"                                                                             \
    "spec:\n"                                                                                      \
    "  matchConstraints:\n"                                                                        \
    "    resourceRules:\n"                                                                         \
    "    - apiGroups: ['']\n"                                                                      \
    "      apiVersions: [v1]\n"                                                                    \
    "      operations: [CREATE, UPDATE]\n"                                                         \
    "      resources: [configmaps]\n"                                                              \
    "  validations:\n"                                                                             \
    "  - expression: " expression "\n"                                                             \
    "---\n"                                                                                        \
    "apiVersion: admissionregistration.k8s.io/v1\n"                                                \
    "kind: ValidatingAdmissionPolicyBinding\n"                                                     \
    "metadata:\n"                                                                                  \
    "  name: limits\n"                                                                             \
    "spec:\n"                                                                                      \
    "  policyName: limits\n"                                                                       \
    "  validationActions: [Deny]\n"                                                                \
    "---\n"                                                                                        \
    "apiVersion: v1\n"                                                                             \
    "kind: ConfigMap\n"                                                                            \
    "metadata:\n"                                                                                  \
    "  name: colours\n"

RULE(POLICY_UNDECIDED, .summary = "only the cluster can tell whether a policy takes the object",
     .why = "A ValidatingAdmissionPolicy of the repository asks for what is not known offline: who "
            "sends the request, what somebody may do, a Namespace or a param that is not in the "
            "repository. It was not passed in silence, and not refused on a guess.",
     .bad = POLICY_OF("request.userInfo.username.startsWith('system:')"),
     .good = POLICY_OF("object.metadata.name.size() < 20"),
     .fix = "Keep the Namespace or the param in the repository, next to what it is about. A policy "
            "about users can only be tried on a cluster.");

#define POLICY_BINDING(name)                                                                       \
    "apiVersion: admissionregistration.k8s.io/v1\n"                                                \
    "kind: ValidatingAdmissionPolicyBinding\n"                                                     \
    "metadata:\n"                                                                                  \
    "  name: limits\n"                                                                             \
    "spec:\n"                                                                                      \
    "  policyName: " name "\n"                                                                     \
    "  validationActions: [Deny]\n"

#define POLICY_ALONE                                                                               \
    "apiVersion: admissionregistration.k8s.io/v1\n"                                                \
    "kind: ValidatingAdmissionPolicy\n"                                                            \
    "metadata:\n"                                                                                  \
    "  name: limits\n"                                                                             \
    "spec:\n"                                                                                      \
    "  matchConstraints:\n"                                                                        \
    "    resourceRules:\n"                                                                         \
    "    - apiGroups: [apps]\n"                                                                    \
    "      apiVersions: [v1]\n"                                                                    \
    "      operations: [CREATE]\n"                                                                 \
    "      resources: [deployments]\n"                                                             \
    "  validations:\n"                                                                             \
    "  - expression: object.spec.replicas < 10\n"

RULE(POLICY_UNBOUND, .summary = "no binding names the policy",
     .why = "The API server runs a policy only where a binding tells it to. Without one the policy "
            "is stored and looks like a safeguard, and refuses nothing. Its binding may be in "
            "another repository.",
     .bad = POLICY_ALONE, .good = POLICY_ALONE "---\n" POLICY_BINDING("limits"),
     .fix = "Add a binding that names the policy.");

RULE(POLICY_MISSING, .summary = "a binding names a policy that is not there",
     .why = "The API server takes the binding and ignores it until there is a policy of that name. "
            "What the policy would refuse can't be told here.",
     .bad = POLICY_ALONE "---\n" POLICY_BINDING("limit"),
     .good = POLICY_ALONE "---\n" POLICY_BINDING("limits"),
     .fix = "Correct the name, keep the policy in the set, or declare it as external.");

RULE(POLICY_CHANGED, .summary = "this change edits policies, bindings or params",
     .why = "A change must not be able to switch off the policies that it is judged by, so those "
            "of the base decide. The new ones are tried as well, on all objects: what they alone "
            "would refuse is told as information.",
     .fix = "Nothing, if the edit is wanted. Mend what the new policies would refuse before they "
            "are merged, or in the same change.");

RULE(POLICY_RULE, .summary = "a rule of the repository is not one that tidegate understands",
     .why = "The file says what must hold for the objects of the repository, but has a key that no "
            "rule has, lacks one that it needs, or an expression that does not compile. Nothing "
            "is held against such a rule, so the check would be weaker than it looks.",
     .fix = "Correct the rule at the place of the finding; `tidegate rules test` tries it on its "
            "examples.");

RULE(POLICY_TYPES, .summary = "an expression of a policy does not fit the kinds that it matches",
     .why = "The API server takes a policy that asks for a field that none of its kinds has, or "
            "compares a number with text, since it looks at types only when an object comes. Then "
            "the expression fails: with failurePolicy Fail every such object is refused, with "
            "Ignore none. The server writes what it finds into the status of the policy, where "
            "few look.",
     .bad = POLICY_OF("object.metadata.name != 'a' || object.spec.replicas < 10"),
     .good = POLICY_OF("object.metadata.name != 'a' || object.data.size() < 10"),
     .fix = "Correct the field or the comparison, or match only the kinds that it is meant for.");
