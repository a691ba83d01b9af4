/* SPDX-License-Identifier: Apache-2.0 */
/* Which kinds a preview identity may try: those that one keeps in git, and what is asked for. */
#include "cmd/cluster_setup.h"

#include <stdlib.h>

#include "base/dns.h"

/* Without what controllers and kubelets make for themselves (Lease, Event, Node,
 * ControllerRevision, EndpointSlice of a Service), without Secrets, and without admission policies,
 * whose changes no policy can refuse. */
static const struct {
    const char *group, *plural;
    bool cluster_scoped;
} usual[] = {
    {"", "configmaps", false},
    {"", "endpoints", false},
    {"", "limitranges", false},
    {"", "namespaces", true},
    {"", "persistentvolumeclaims", false},
    {"", "persistentvolumes", true},
    {"", "pods", false},
    {"", "podtemplates", false},
    {"", "replicationcontrollers", false},
    {"", "resourcequotas", false},
    {"", "serviceaccounts", false},
    {"", "services", false},
    {"admissionregistration.k8s.io", "mutatingwebhookconfigurations", true},
    {"admissionregistration.k8s.io", "validatingwebhookconfigurations", true},
    {"apiextensions.k8s.io", "customresourcedefinitions", true},
    {"apiregistration.k8s.io", "apiservices", true},
    {"apps", "daemonsets", false},
    {"apps", "deployments", false},
    {"apps", "replicasets", false},
    {"apps", "statefulsets", false},
    {"autoscaling", "horizontalpodautoscalers", false},
    {"batch", "cronjobs", false},
    {"batch", "jobs", false},
    {"discovery.k8s.io", "endpointslices", false},
    {"flowcontrol.apiserver.k8s.io", "flowschemas", true},
    {"flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations", true},
    {"networking.k8s.io", "ingressclasses", true},
    {"networking.k8s.io", "ingresses", false},
    {"networking.k8s.io", "networkpolicies", false},
    {"node.k8s.io", "runtimeclasses", true},
    {"policy", "poddisruptionbudgets", false},
    {"rbac.authorization.k8s.io", "clusterrolebindings", true},
    {"rbac.authorization.k8s.io", "clusterroles", true},
    {"rbac.authorization.k8s.io", "rolebindings", false},
    {"rbac.authorization.k8s.io", "roles", false},
    {"resource.k8s.io", "deviceclasses", true},
    {"resource.k8s.io", "resourceclaims", false},
    {"resource.k8s.io", "resourceclaimtemplates", false},
    {"scheduling.k8s.io", "priorityclasses", true},
    {"storage.k8s.io", "csidrivers", true},
    {"storage.k8s.io", "storageclasses", true},
    {"storage.k8s.io", "volumeattributesclasses", true},
};

void setup_add_resource(struct setup *setup, struct str group, struct str plural,
                        bool cluster_scoped)
{
    for (size_t i = 0; i < setup->resources.n; i++)
        if (str_eq(setup->resources.items[i].group, group) &&
            str_eq(setup->resources.items[i].plural, plural))
            return;
    VEC_PUSH(setup->arena, &setup->resources,
             ((struct setup_resource){group, plural, cluster_scoped}));
}

static int by_group(const void *a, const void *b)
{
    const struct setup_resource *left = a, *right = b;
    const int order = str_cmp(left->group, right->group);
    return order ? order : str_cmp(left->plural, right->plural);
}

bool setup_is_resource(struct str group, struct str plural)
{
    return (dns_is_label(plural) || str_is(plural, "*")) && (!group.n || dns_is_subdomain(group));
}

/* What the policy can't guard, or what has an option of its own. */
const char *setup_why_not(struct str group, struct str plural)
{
    const bool is_all = str_is(plural, "*");
    if (!group.n && is_all)
        return "it has Secrets and the tokens of service accounts in it; name each resource";
    if (!group.n && str_is(plural, "secrets"))
        return "Secrets are for --secrets, and are read by whoever may try to change them";
    if (str_is(group, "admissionregistration.k8s.io") && (is_all || str_has(plural, STR("polic"))))
        return "no policy guards admission policies, so whoever may change them can write";
    return NULL;
}

static int add_given(struct setup *setup, struct str text)
{
    const struct str quoted = diag_quote(setup->arena, text);
    const ptrdiff_t dot = str_find_char(text, '.');
    const struct str plural = dot < 0 ? text : str_sub(text, 0, (size_t)dot);
    const struct str group = dot < 0 ? STR("") : str_from_offset(text, (size_t)dot + 1);
    if (str_find_char(text, '/') >= 0)
        return usage_error("--resource '%.*s' is a subresource, and a dry run needs none",
                           STR_FMT(quoted));
    if (!setup_is_resource(group, plural) || (dot >= 0 && !group.n))
        return usage_error("--resource '%.*s' is no resource; write it as deployments.apps",
                           STR_FMT(quoted));
    const char *why = setup_why_not(group, plural);
    if (why)
        return usage_error("--resource '%.*s' is refused: %s", STR_FMT(quoted), why);
    setup_add_resource(setup, group, plural, false);
    return EXIT_OK;
}

static void add_usual(struct setup *setup)
{
    for (size_t i = 0; i < ARRAY_LEN(usual); i++)
        setup_add_resource(setup, str_from(usual[i].group), str_from(usual[i].plural),
                           usual[i].cluster_scoped);
}

int setup_choose_resources(struct setup *setup, const struct str_list *paths)
{
    const struct str_list *given = &setup->args->resources;
    int code = EXIT_OK;
    if (paths->n)
        code = setup_use_paths(setup, paths);
    else
        add_usual(setup);
    for (size_t i = 0; code == EXIT_OK && i < given->n; i++) {
        struct str rest = given->items[i];
        if (!rest.n)
            return usage_error("--resource takes names of resources, as deployments.apps");
        for (struct str part; code == EXIT_OK && str_split(&rest, ',', &part);)
            code = add_given(setup, str_trim(part));
    }
    if (code != EXIT_OK)
        return code;
    if (!setup->resources.n && !setup->args->secrets) {
        output_say("there is no kind that could be tried; give manifests, or --resource");
        return EXIT_NOTHING;
    }
    if (setup->resources.n)
        qsort(setup->resources.items, setup->resources.n, sizeof *setup->resources.items, by_group);
    return EXIT_OK;
}
