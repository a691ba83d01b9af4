/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of api/... rules that fire while an object is decoded: its kind, its fields, their types.
 */
#include "diag/rule_text.h"

RULE(API_MISSING_TYPE, .summary = "apiVersion or kind is missing",
     .why = "These two fields say what the rest of the document means. Without them no tool "
            "can tell which API to send the object to, and kubectl stops with an error. A "
            "file that is no manifest at all is better left out of what is checked.",
     .bad = "kind: ConfigMap\n"
            "metadata:\n"
            "  name: shop-config\n"
            "data:\n"
            "  REGION: eu-north\n",
     .good = "apiVersion: v1\n"
             "kind: ConfigMap\n"
             "metadata:\n"
             "  name: shop-config\n"
             "data:\n"
             "  REGION: eu-north\n",
     .fix = "Add the missing field at the top of the document. `kubectl api-resources` "
            "lists the versions and kinds that a cluster has.");

RULE(API_UNKNOWN_KIND, .summary = "the API group has no such kind in any version",
     .why = "The pair of apiVersion and kind names nothing that Kubernetes has, in this "
            "version or any other that tidegate knows. Mostly the kind is right and the "
            "group is not: a Deployment belongs to `apps/v1`, not to `v1`. Kinds are "
            "case-sensitive.",
     .bad = "apiVersion: v1\n"
            "kind: Deployment\n"
            "metadata:\n"
            "  name: web\n"
            "spec:\n"
            "  selector:\n"
            "    matchLabels:\n"
            "      app: web\n"
            "  template:\n"
            "    metadata:\n"
            "      labels:\n"
            "        app: web\n"
            "    spec:\n"
            "      containers:\n"
            "        - name: web\n"
            "          image: shop/web:1.4.2\n",
     .good = "apiVersion: apps/v1\n"
             "kind: Deployment\n"
             "metadata:\n"
             "  name: web\n"
             "spec:\n"
             "  selector:\n"
             "    matchLabels:\n"
             "      app: web\n"
             "  template:\n"
             "    metadata:\n"
             "      labels:\n"
             "        app: web\n"
             "    spec:\n"
             "      containers:\n"
             "        - name: web\n"
             "          image: shop/web:1.4.2\n",
     .fix = "Correct apiVersion or kind; the hint of the finding names the nearest pair "
            "that exists.");

RULE(API_REMOVED_VERSION, .summary = "this version of the API is gone",
     .why = "Kubernetes retires beta versions a few releases after their successor is "
            "stable. From then on the API server answers as if the kind had never existed, "
            "and the manifest can no longer be applied, although the objects that it once "
            "made may still be running.",
     .bad = "apiVersion: batch/v1beta1\n"
            "kind: CronJob\n"
            "metadata:\n"
            "  name: nightly-report\n"
            "spec:\n"
            "  schedule: \"15 2 * * *\"\n"
            "  jobTemplate:\n"
            "    spec:\n"
            "      template:\n"
            "        spec:\n"
            "          restartPolicy: Never\n"
            "          containers:\n"
            "            - name: report\n"
            "              image: shop/report:3.0.1\n",
     .good = "apiVersion: batch/v1\n"
             "kind: CronJob\n"
             "metadata:\n"
             "  name: nightly-report\n"
             "spec:\n"
             "  schedule: \"15 2 * * *\"\n"
             "  jobTemplate:\n"
             "    spec:\n"
             "      template:\n"
             "        spec:\n"
             "          restartPolicy: Never\n"
             "          containers:\n"
             "            - name: report\n"
             "              image: shop/report:3.0.1\n",
     .fix = "Move to the replacement that the finding names. Some successors renamed or "
            "added fields, for instance `backend.service.name` and `pathType` of an "
            "Ingress: check again after the change.");

RULE(API_NOT_SERVED,
     .summary = "the API server does not offer this version unless it is switched on",
     .why = "Alpha versions, and beta versions newer than Kubernetes 1.24, are off by "
            "default. On a cluster with default settings the manifest fails as if the kind "
            "did not exist.",
     .bad = "apiVersion: networking.k8s.io/v1beta1\n"
            "kind: ServiceCIDR\n"
            "metadata:\n"
            "  name: more-services\n"
            "spec:\n"
            "  cidrs:\n"
            "    - 10.96.64.0/20\n",
     .good = "apiVersion: networking.k8s.io/v1\n"
             "kind: ServiceCIDR\n"
             "metadata:\n"
             "  name: more-services\n"
             "spec:\n"
             "  cidrs:\n"
             "    - 10.96.64.0/20\n",
     .fix = "Use the stable version if there is one. If your cluster has the version "
            "switched on (`--runtime-config` of its API server), record that with an ignore "
            "and a reason.");

RULE(API_NOT_AN_OBJECT, .summary = "the document is not a mapping",
     .why = "A Kubernetes object is a mapping with apiVersion, kind and metadata. A "
            "document that is a list or a bare value cannot be one; usually a stray dash "
            "turned the object into a list.",
     .bad = "- apiVersion: v1\n"
            "  kind: ConfigMap\n"
            "  metadata:\n"
            "    name: motd\n"
            "  data:\n"
            "    greeting: welcome\n",
     .good = "apiVersion: v1\n"
             "kind: ConfigMap\n"
             "metadata:\n"
             "  name: motd\n"
             "data:\n"
             "  greeting: welcome\n",
     .fix = "Write each object as a mapping and separate several of them with `---`.");

RULE(API_UNKNOWN_FIELD, .summary = "the kind has no such field at this place",
     .why = "A field that the API does not know has no effect: a strict server refuses the "
            "manifest, a lenient client drops the field, and the setting you believe in is "
            "not there. Most of these are typing slips and fields that stand one level too "
            "high or too low. Names are case-sensitive.",
     .bad = "apiVersion: v1\n"
            "kind: Service\n"
            "metadata:\n"
            "  name: web\n"
            "spec:\n"
            "  selectors:\n"
            "    app: web\n"
            "  ports:\n"
            "    - port: 80\n",
     .good = "apiVersion: v1\n"
             "kind: Service\n"
             "metadata:\n"
             "  name: web\n"
             "spec:\n"
             "  selector:\n"
             "    app: web\n"
             "  ports:\n"
             "    - port: 80\n",
     .fix = "Use the name that the hint suggests, or move the field to where it belongs. "
            "`kubectl explain KIND.spec` shows what a level may hold.");

RULE(API_WRONG_TYPE, .summary = "the value has another type than the field",
     .why = "The API server does not convert between text, numbers and booleans. The "
            "classic is a value without quotes that YAML reads as a number or boolean "
            "(`8080`, `1.10`, `yes`, `on`) where text is wanted: environment variables, "
            "labels, annotations and ConfigMap data. The first such value stops the "
            "server's decoder.",
     .bad = "apiVersion: v1\n"
            "kind: ConfigMap\n"
            "metadata:\n"
            "  name: shop-config\n"
            "data:\n"
            "  PORT: 8080\n"
            "  DEBUG: yes\n",
     .good = "apiVersion: v1\n"
             "kind: ConfigMap\n"
             "metadata:\n"
             "  name: shop-config\n"
             "data:\n"
             "  PORT: \"8080\"\n"
             "  DEBUG: \"yes\"\n",
     .fix = "Quote the value where text is wanted, remove the quotes where a number or "
            "boolean is wanted, and use a list or mapping where the field needs one.");

RULE(API_OUT_OF_RANGE, .summary = "the number does not fit the field",
     .why = "Integer fields have 32 or 64 bits. The API server refuses a larger number, "
            "whereas server-side apply has been seen to wrap it around to another one "
            "without a word. A number that is a thousand times too large is often "
            "milliseconds where seconds are wanted.",
     .bad = "apiVersion: batch/v1\n"
            "kind: Job\n"
            "metadata:\n"
            "  name: import-prices\n"
            "spec:\n"
            "  ttlSecondsAfterFinished: 2592000000\n"
            "  template:\n"
            "    spec:\n"
            "      restartPolicy: Never\n"
            "      containers:\n"
            "        - name: import\n"
            "          image: shop/import:2.2.0\n",
     .good = "apiVersion: batch/v1\n"
             "kind: Job\n"
             "metadata:\n"
             "  name: import-prices\n"
             "spec:\n"
             "  ttlSecondsAfterFinished: 2592000\n"
             "  template:\n"
             "    spec:\n"
             "      restartPolicy: Never\n"
             "      containers:\n"
             "        - name: import\n"
             "          image: shop/import:2.2.0\n",
     .fix = "Check the unit of the field and write a number in its range. A 32-bit field "
            "holds at most 2147483647.");

RULE(API_INVALID_QUANTITY, .summary = "the value is not a resource quantity",
     .why = "CPU, memory and storage are written as a number and a suffix from a fixed set: "
            "`n u m k M G T P E` for powers of ten and `Ki Mi Gi Ti Pi Ei` for powers of "
            "two. There is no `B`, no blank before the suffix, no capital `K` alone, and "
            "small `m` means a thousandth: `512m` of memory is half a byte.",
     .bad = "apiVersion: v1\n"
            "kind: ResourceQuota\n"
            "metadata:\n"
            "  name: team-quota\n"
            "spec:\n"
            "  hard:\n"
            "    limits.cpu: \"16\"\n"
            "    limits.memory: 32GB\n",
     .good = "apiVersion: v1\n"
             "kind: ResourceQuota\n"
             "metadata:\n"
             "  name: team-quota\n"
             "spec:\n"
             "  hard:\n"
             "    limits.cpu: \"16\"\n"
             "    limits.memory: 32Gi\n",
     .fix = "Use `Mi` or `Gi` for memory and storage, and whole cores or `m` (thousandths "
            "of a core) for CPU.");

RULE(API_INVALID_TIME, .summary = "the value is not a time in RFC 3339 format",
     .why = "Times are complete: date, time of day and zone, as in `2031-05-17T09:30:00Z`. "
            "A date alone or a time without a zone is refused when the object is decoded. "
            "Most times in manifests are left over from an export and belong to the server.",
     .bad = "apiVersion: v1\n"
            "kind: ConfigMap\n"
            "metadata:\n"
            "  name: motd\n"
            "  creationTimestamp: \"2031-05-17\"\n"
            "data:\n"
            "  greeting: welcome\n",
     .good = "apiVersion: v1\n"
             "kind: ConfigMap\n"
             "metadata:\n"
             "  name: motd\n"
             "data:\n"
             "  greeting: welcome\n",
     .fix = "Write the whole time with its zone, or delete the field if the server fills it "
            "in, as it does with `creationTimestamp`.");

RULE(API_INVALID_DURATION, .summary = "the value is not a duration",
     .why = "Duration fields take numbers with units, as in `90s`, `5m` or `1h30m`; the "
            "units are `ns us ms s m h`. A bare number, a `d` for days and blanks are "
            "refused. No built-in kind of current Kubernetes versions has such a field, but "
            "kinds of other API servers do.",
     .fix = "Give every number a unit and write days as hours: `48h`.");

RULE(API_INVALID_BASE64, .summary = "the value is not base64",
     .why = "`data` of a Secret and `binaryData` of a ConfigMap carry bytes as base64 in "
            "the standard alphabet, with padding. Plain text that happens to decode would "
            "reach your containers as garbage; this value does not even decode, and the API "
            "server refuses the object.",
     .bad = "apiVersion: v1\n"
            "kind: Secret\n"
            "metadata:\n"
            "  name: db-login\n"
            "data:\n"
            "  user: shop_reader\n",
     .good = "apiVersion: v1\n"
             "kind: Secret\n"
             "metadata:\n"
             "  name: db-login\n"
             "stringData:\n"
             "  user: shop_reader\n",
     .fix = "Put plain text under `stringData`, or encode it: `printf %s VALUE | base64 "
            "-w0`. Note that `echo` without `-n` adds a line break to the value.");

RULE(API_TOO_LARGE, .summary = "the object is larger than the API server takes",
     .why = "A request may have 3 MiB, the store behind the API server takes about 1.5 MiB "
            "for an object, and the values of one ConfigMap or Secret may have 1 MiB in "
            "total. Client-side `kubectl apply` needs yet more room, because it keeps a "
            "copy of the manifest in an annotation of at most 256 KiB.",
     .fix = "Split the data over several objects, or put large files into an image or a "
            "volume and mount them from there.");
