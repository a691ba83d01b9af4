/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of rules about what a live API server says to a dry run. */
#include "diag/rule_text.h"

RULE(DRY_RUN_REJECTED, .summary = "the API server of the cluster refuses the object",
     .why = "The object was sent to the cluster as a dry run, just as it will be applied, and was "
            "refused. After the merge it would be refused the same way, with whatever was applied "
            "before it left half done. What only the cluster knows speaks here: admission webhooks "
            "and policies, quota, fields that can't change once they are set, kinds that it does "
            "not serve.",
     .fix = "Change what the server names. If it says that a field can't change, the object has to "
            "be replaced, or the change left out. If a webhook or a policy refuses, ask whoever "
            "owns it.");

RULE(DRY_RUN_POD, .summary = "the workload is accepted, and its Pods will be refused",
     .why = "The API server takes a Deployment whose Pods it will refuse: PodSecurity, LimitRange, "
            "quota, a service account, a priority or runtime class are looked at when Pods are "
            "made. Nobody is told but an event of the ReplicaSet, and the rollout hangs. The "
            "template was sent as a Pod, as the controller would make it, in a dry run.",
     .fix = "Change the template so that the Pod would be accepted, or bring what it needs. When "
            "the workload has no replicas or is suspended this is an information: it matters once "
            "it runs.");

RULE(DRY_RUN_QUOTA, .summary = "the Pods of the change ask for more than a quota leaves",
     .why = "Each Pod alone fits into the quota of its namespace, so the server accepts each in a "
            "dry run, which is charged to nobody. All of them do not: the last ones will not be "
            "made, and a rollout hangs. Counted are the Pods that there will be more of than now, "
            "with the defaults that the server gives them.",
     .fix = "Ask for less, have fewer replicas, or have the quota raised. If the change takes away "
            "other Pods at the same time, there may be room enough.");

RULE(DRY_RUN_WARNING, .summary = "the API server of the cluster warns of the object",
     .why = "The object would be accepted, and the server has something to say of it: a field that "
            "is deprecated, one that has no effect, a policy that only warns. Clients show such "
            "words once, in a log that nobody reads. Of an object that is being deleted the server "
            "says nothing and takes the change, which then goes with the object.",
     .fix = "Do as the warning says. What the offline check says already is not told again.");

RULE(DRY_RUN_CONFLICT, .summary = "another field manager owns the field with another value",
     .why = "Somebody else, a controller, an autoscaler or a person, has set this field to another "
            "value and owns it. Server-side apply refuses to change it unless it is forced to, and "
            "forced to it takes the field away from the other, who may set it again: two of them "
            "then take turns for ever.",
     .fix = "Leave the field out of the manifest when somebody else is to decide it, replicas for "
            "an autoscaler for example. Else have the other give it up, or apply with force once.");

RULE(DRY_RUN_WAITS, .summary = "the API server can't judge the object yet",
     .why = "The server refuses the object only because something is not there that this change "
            "brings: its namespace, its CustomResourceDefinition, a role, a service account, a "
            "class. That is no fault of the object. The offline verdict is the only one for what "
            "the server did not get to.",
     .fix = "Nothing needs to be done. To have the server's word before the rest is applied, bring "
            "the namespace or the definition in a change of its own.");

RULE(DRY_RUN_NOT_ALLOWED, .summary = "whoever asks may not do a dry run of the object",
     .why = "A dry run needs the right to write, and this identity lacks it for the kind or the "
            "namespace; for roles it needs the rights that they give, or `escalate` and `bind`. So "
            "the server said nothing of the object itself, and the offline verdict is the only "
            "one. With --strict this is an error.",
     .fix = "Give the identity create and patch for the kind, with a policy that denies it "
            "everything but dry runs; or leave it: an identity that a pull request uses is better "
            "without rights to Secrets.");

RULE(DRY_RUN_NOT_SENT, .summary = "the object can't be sent as a dry run",
     .why = "What is encrypted by SOPS can be read by none but the one who applies it, and ${VAR} "
            "without a value here stands for nothing yet. The offline verdict is the only one.",
     .fix = "Nothing needs to be done.");

RULE(DRY_RUN_DIFFERS, .summary = "the offline check and the API server disagree",
     .why = "The offline check refuses the object and the server of this cluster accepts it. One "
            "reason is another version: the check judges for the versions that are configured. "
            "Another is a server that was started with other feature gates or admission plugins. "
            "The last is a fault of the check.",
     .fix = "Compare the versions; `cluster:` in tidegate.yaml says what the server was started "
            "with. If they are the same, the check is wrong: keep the manifest as a case for it.");

RULE(DRY_RUN_CAN_WRITE, .summary = "the identity that asks the cluster can change it",
     .why = "A dry run needs the same rights as a real change. Whoever gets hold of a token that "
            "may do both, by a job that prints it or an action that was tampered with, can change "
            "the cluster. An admission policy can refuse all but dry runs to one identity. Whether "
            "one does was asked with an empty patch of the namespace default, which changes "
            "nothing; and which rights the identity has that get around policies.",
     .fix = "Have an administrator apply what `tidegate cluster setup-gate` prints, and give the "
            "job a token of that identity. With --require-dry-run-only nothing is sent by another "
            "one. Where people check with their own rights, turn the rule off.");

RULE(DRY_RUN_UNPROVEN, .summary = "whether the identity can change the cluster is not known",
     .why = "The proof is an empty patch of the namespace default that is refused when it is real, "
            "and not when it is a dry run. Without the right to patch that namespace the server "
            "never asks its policies, so nothing is shown about other kinds.",
     .fix =
         "Use the identity of `tidegate cluster setup-gate`: its rights have this patch, and its "
         "policy refuses it.");

RULE(DRY_RUN_FAILED, .summary = "the cluster could not be asked about the object",
     .why = "Without an answer nobody knows what the server would say, and a gate that opens then "
            "is no gate. A webhook that can't be reached is named: a real apply would fail just "
            "now as well.",
     .fix = "See that the server can be reached and that the credentials are valid, and run the "
            "check again. For a webhook, see whether its Pods run.");
