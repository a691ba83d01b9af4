/* SPDX-License-Identifier: Apache-2.0 */
/* The rights of a preview identity. */
#include "cmd/cluster_setup.h"

#include "doc/doc.h"

struct str setup_quote(struct arena *arena, struct str text)
{
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, 8 * text.n + 16);
    jsonw_quote(&out, text);
    return str_dup(arena, buf_str(&out));
}

/* ---- rules ---- */

/* In a namespace only what is known to be nowhere else is left out. */
static bool is_wanted(const struct setup *setup, const struct setup_resource *resource)
{
    return !setup->namespaces.n || !resource->cluster_scoped;
}

static bool is_first_of_group(const struct setup *setup, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (str_eq(setup->resources.items[k].group, setup->resources.items[i].group) &&
            is_wanted(setup, &setup->resources.items[k]))
            return false;
    return is_wanted(setup, &setup->resources.items[i]);
}

static void write_rule_of_group(const struct setup *setup, struct str group)
{
    buf_format(setup->out, "  - apiGroups: [\"%.*s\"]\n    resources:\n", STR_FMT(group));
    for (size_t i = 0; i < setup->resources.n; i++) {
        const struct setup_resource *resource = &setup->resources.items[i];
        if (str_eq(resource->group, group) && is_wanted(setup, resource))
            buf_format(setup->out, "      - \"%.*s\"\n", STR_FMT(resource->plural));
    }
    buf_add_c(setup->out, "    verbs: [get, list, create, patch]\n");
}

static void write_rules(const struct setup *setup)
{
    buf_add_c(
        setup->out,
        "  # Server-side apply needs patch, and create for what is not there yet. A diff gets\n"
        "  # what is there, and lists it to find what would be pruned. Nothing is deleted.\n");
    for (size_t i = 0; i < setup->resources.n; i++)
        if (is_first_of_group(setup, i))
            write_rule_of_group(setup, setup->resources.items[i].group);
    buf_add_c(
        setup->out,
        "  # Templates are tried as Pods as well: Deployments are accepted whose Pods are not.\n"
        "  - apiGroups: [\"\"]\n"
        "    resources: [pods]\n"
        "    verbs: [create]\n"
        "  # The server holds each Pod alone against a quota; tidegate counts all of them.\n"
        "  - apiGroups: [\"\"]\n"
        "    resources: [resourcequotas]\n"
        "    verbs: [get, list]\n");
    if (setup->args->secrets)
        buf_add_c(
            setup->out,
            "  # The answer to a dry run is the whole object as it would be, with what is in it\n"
            "  # today: this identity can read every Secret that it can name, the tokens of\n"
            "  # service accounts among them.\n"
            "  - apiGroups: [\"\"]\n"
            "    resources: [secrets]\n"
            "    verbs: [get, create, patch]\n");
    if (setup->args->rbac)
        buf_add_c(
            setup->out,
            "  # Without these a role with more rights than this identity has is refused, and so\n"
            "  # is its binding. As nothing is ever stored, they give nothing to anybody, as long\n"
            "  # as the policy stands: without it they are all rights there are.\n"
            "  - apiGroups: [rbac.authorization.k8s.io]\n"
            "    resources: [roles, clusterroles]\n"
            "    verbs: [escalate, bind]\n");
}

/* ---- roles ---- */

static void write_head(const struct setup *setup, const char *kind, struct str namespace)
{
    buf_format(setup->out, "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: %s\nmetadata:\n",
               kind);
    buf_format(setup->out, "  name: %.*s\n", STR_FMT(setup->identity.name_of_things));
    if (namespace.n)
        buf_format(setup->out, "  namespace: \"%.*s\"\n", STR_FMT(namespace));
}

static void write_binding(const struct setup *setup, const char *role, struct str namespace)
{
    const struct setup_identity *identity = &setup->identity;
    const struct str name = setup_quote(setup->arena, identity->name);
    write_head(setup, namespace.n ? "RoleBinding" : "ClusterRoleBinding", namespace);
    buf_format(setup->out,
               "roleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: %s\n  name: %.*s\n", role,
               STR_FMT(identity->name_of_things));
    buf_format(setup->out, "subjects:\n  - kind: %s\n", identity->kind);
    if (identity->namespace.n)
        buf_format(setup->out, "    namespace: \"%.*s\"\n", STR_FMT(identity->namespace));
    else
        buf_add_c(setup->out, "    apiGroup: rbac.authorization.k8s.io\n");
    buf_format(setup->out, "    name: %.*s\n", STR_FMT(name));
}

/* What is needed whatever a repository has. */
static void write_common_rules(const struct setup *setup)
{
    static const struct {
        const char *group, *resources;
    } read[] = {{"\"\"", "namespaces"},
                {"admissionregistration.k8s.io", "\"*\""},
                {"apiextensions.k8s.io", "customresourcedefinitions"},
                {"networking.k8s.io", "ingressclasses"},
                {"node.k8s.io", "runtimeclasses"},
                {"scheduling.k8s.io", "priorityclasses"},
                {"storage.k8s.io", "storageclasses"}};
    buf_add_c(setup->out,
              "  # The proof before each run that a real change is refused: an empty one, of this\n"
              "  # namespace, because it is in every cluster.\n"
              "  - apiGroups: [\"\"]\n"
              "    resources: [namespaces]\n"
              "    resourceNames: [default]\n"
              "    verbs: [patch]\n"
              "  # What decides about objects and what they refer to, for `tidegate diff` and\n"
              "  # `tidegate cluster export`.\n");
    for (size_t i = 0; i < ARRAY_LEN(read); i++)
        buf_format(setup->out, "  - apiGroups: [%s]\n    resources: [%s]\n    verbs: [get, list]\n",
                   read[i].group, read[i].resources);
}

void setup_write_roles(struct setup *setup)
{
    write_head(setup, "ClusterRole", (struct str){0});
    buf_add_c(setup->out, "rules:\n");
    write_common_rules(setup);
    if (!setup->namespaces.n)
        write_rules(setup);
    write_binding(setup, "ClusterRole", (struct str){0});
    for (size_t i = 0; i < setup->namespaces.n; i++) {
        write_head(setup, "Role", setup->namespaces.items[i]);
        buf_add_c(setup->out, "rules:\n");
        write_rules(setup);
        write_binding(setup, "Role", setup->namespaces.items[i]);
    }
}
