/* SPDX-License-Identifier: Apache-2.0 */
/* `tidegate cluster setup-gate|export`: what has to do with a cluster as a whole. */
#include "cmd/cmd_cluster.h"

#define AT(member) .offset = offsetof(struct cluster_args, member)

static const struct opt options[] = {
    {.name = "service-account",
     .kind = OPT_TEXT,
     .arg = "NS/NAME",
     .help = "setup-gate: for a service account that is there already; a new one by default",
     AT(account)},
    {.name = "user",
     .kind = OPT_TEXT,
     .arg = "NAME",
     .help = "setup-gate: for a user, as the API server names it",
     AT(user)},
    {.name = "group",
     .kind = OPT_TEXT,
     .arg = "NAME",
     .help = "setup-gate: for all members of a group",
     AT(group)},
    {.name = "namespace",
     .kind = OPT_LIST,
     .arg = "NAME",
     .help = "setup-gate: only what is in this namespace; repeat, or separate by commas",
     AT(namespaces)},
    {.name = "resource",
     .kind = OPT_LIST,
     .arg = "RESOURCE.GROUP",
     .help = "setup-gate: one more kind, as certificates.cert-manager.io or '*.cert-manager.io'",
     AT(resources)},
    {.name = "secrets",
     .kind = OPT_FLAG,
     .help = "setup-gate: Secrets too; whoever may try to change them may read them",
     AT(secrets)},
    {.name = "rbac",
     .kind = OPT_FLAG,
     .help = "setup-gate: roles that allow more than the identity itself may do",
     AT(rbac)},
    EXPORT_OPTIONS(struct cluster_args, export),
    CONNECT_OPTIONS(struct cluster_args, export.connect),
    COMMON_OPTIONS,
};

struct verb {
    const char *name;
    int (*run)(struct call *call);
    const char *arguments;
    size_t min, max; /* how many */
};

static const struct verb verbs[] = {
    {"setup-gate", cluster_setup_gate, "files and folders of manifests", 0, SIZE_MAX},
    {"export", cluster_export, "no arguments", 0, 0},
};

static int run(struct call *call)
{
    for (size_t i = 0; call->rest.n && i < ARRAY_LEN(verbs); i++) {
        if (!str_is(call->rest.items[0], verbs[i].name))
            continue;
        const size_t n = call->rest.n - 1;
        if (n < verbs[i].min || n > verbs[i].max)
            return usage_error("cluster %s takes %s", verbs[i].name, verbs[i].arguments);
        return verbs[i].run(call);
    }
    return usage_error("cluster takes one of %s", command_cluster.arguments);
}

const struct command command_cluster = {
    .name = "cluster",
    .summary = "set up a cluster for the gate, or export what it is like",
    .arguments = "setup-gate|export",
    .about =
        "setup-gate prints manifests for an identity that can try everything and change nothing:\n"
        "a job that asks the API server with `check --dry-run` needs the rights to change what it\n"
        "asks about, and an admission policy refuses it all that is no dry run. Rights and policy\n"
        "come with comments: read them before they are applied, by an administrator. Nothing is\n"
        "sent by this command. It is for the kinds that repositories usually have, or with paths\n"
        "for those of the manifests that are there; Secrets only with --secrets.\n"
        "\n"
        "export writes a snapshot: what the server serves, CRDs, admission policies, namespaces "
        "and\n"
        "what else manifests refer to, and of all other objects names, field managers and a keyed\n"
        "hash of each field that somebody owns. `check --snapshot` takes it where there is no\n"
        "credential of the cluster. No value of a Secret, ConfigMap, environment or annotation is "
        "in\n"
        "it; but who has the file can test a guess against a hash, so short passwords in plain\n"
        "fields can be found out. What may not be listed is in the file as not known.\n",
    .examples = "  tidegate cluster setup-gate | kubectl apply -f -\n"
                "  tidegate cluster setup-gate --user ci@example.com --namespace shop,front\n"
                "  tidegate cluster setup-gate --resource '*.cert-manager.io' --rbac\n"
                "  tidegate cluster setup-gate . > gate.yaml\n"
                "  tidegate cluster export --name prod --output prod.snapshot.json\n",
    .options = options,
    .args_size = sizeof(struct cluster_args),
    .run = run,
};
