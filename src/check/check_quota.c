/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pods against the ResourceQuotas of their namespace: requests and limits that a quota makes
 * necessary, and more than it allows. One Pod that asks for more than the whole quota is refused
 * for certain; the Pods of a workload are refused later, when there are too many. What all objects
 * of a set need together is only known where the set is declared: elsewhere repositories keep
 * variants side by side.
 *
 * Quotas of a priority class or across namespaces are left out: what they count can't be told from
 * the manifest alone.
 */
#include "base/limits.h"
#include "check/check_internal.h"
#include "pod/pod_resources.h"

struct counting {
    const struct check_context *context;
    struct arena *arena;
    struct diags *diags;
    const struct object *quota;
    struct amounts hard;
};

/* What a Pod counts as, under the names that quotas have. */
static const struct usage {
    const char *resource, *as;
    bool is_limit;
} usages[] = {
    {"cpu", "cpu", false},
    {"cpu", "requests.cpu", false},
    {"cpu", "limits.cpu", true},
    {"memory", "memory", false},
    {"memory", "requests.memory", false},
    {"memory", "limits.memory", true},
    {"ephemeral-storage", "ephemeral-storage", false},
    {"ephemeral-storage", "requests.ephemeral-storage", false},
    {"ephemeral-storage", "limits.ephemeral-storage", true},
};

static const struct usage *usage_of(struct str as)
{
    for (size_t i = 0; i < ARRAY_LEN(usages); i++)
        if (str_is(as, usages[i].as))
            return &usages[i];
    return NULL;
}

/* ---- scopes ---- */

static bool is_terminating(const struct pod *pod)
{
    int64_t seconds = -1;
    (void)node_i64(node_get(pod->spec, STR("activeDeadlineSeconds")), &seconds);
    return seconds >= 0;
}

static bool scope_matches(struct str scope, const struct pod *pod)
{
    if (str_is(scope, "Terminating"))
        return is_terminating(pod);
    return str_is(scope, "NotTerminating") && !is_terminating(pod);
}

static bool matches(const struct object *quota, const struct pod *pod)
{
    const struct node *spec = node_get(quota->root, STR("spec"));
    if (!node_is_null(node_get(spec, STR("scopeSelector"))))
        return false;
    for (struct item it = list_first(node_get(spec, STR("scopes"))); it.value; it = list_next(it))
        if (!scope_matches(node_text(it.value), pod))
            return false;
    return true;
}

/* ---- what must be said ---- */

static bool lacks(const struct resources *own, const struct usage *usage)
{
    const struct amounts *amounts = usage->is_limit ? &own->limits : &own->requests;
    return !amounts_get(amounts, str_from(usage->resource));
}

/* "cpu for: web,proxy", or nothing. */
static struct str lacking(struct counting *counting, const struct in_pod *in,
                          const struct usage *usage, const struct node **place)
{
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_MESSAGE_BYTES);
    const struct resources defaults =
        check_defaults(counting->context, counting->arena, in->namespace);
    for (struct container c = container_first(&in->pod); c.node; c = container_next(c)) {
        const struct resources own = container_resources(counting->arena, &c, &defaults);
        if (c.list == CONTAINERS_EPHEMERAL || !lacks(&own, usage))
            continue;
        struct str name = diag_quote(counting->arena, c.name);
        const bool is_first = buf_str(&out).n == 0;
        buf_format(&out, "%s%s%.*s", is_first ? usage->as : "", is_first ? " for: " : ",",
                   STR_FMT(name));
        if (!*place)
            *place = c.node;
    }
    return str_dup(counting->arena, buf_str(&out));
}

static bool check_said(struct counting *counting, const struct in_pod *in)
{
    /* Sorted, as the server lists them; storage need not be said. */
    static const char *const asked[] = {"cpu",    "limits.cpu",   "limits.memory",
                                        "memory", "requests.cpu", "requests.memory"};
    if (pod_level_resources(&in->pod))
        return true;
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_MESSAGE_BYTES);
    const struct node *place = NULL;
    for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
        if (!amounts_get(&counting->hard, str_from(asked[i])))
            continue;
        struct str part = lacking(counting, in, usage_of(str_from(asked[i])), &place);
        if (part.n)
            buf_format(&out, "%s%.*s", buf_str(&out).n ? "; " : "", STR_FMT(part));
    }
    if (!place)
        return true;
    struct str name = diag_quote(counting->arena, counting->quota->name);
    struct diag *diag = check_report(counting->diags, RULE_QUOTA_UNSPECIFIED, in->pod.object, place,
                                     "failed quota: %.*s: must specify %.*s", STR_FMT(name),
                                     STR_FMT(buf_str(&out)));
    if (!in->pod.is_template)
        check_make_error(diag);
    return false;
}

/* ---- how much ---- */

static struct amounts usage_of_pod(struct counting *counting, const struct in_pod *in)
{
    const struct resources defaults =
        check_defaults(counting->context, counting->arena, in->namespace);
    const struct resources whole = pod_resources(counting->arena, &in->pod, &defaults);
    struct amounts used = {0};
    for (size_t i = 0; i < counting->hard.n; i++) {
        const struct str as = counting->hard.items[i].name;
        const struct usage *usage = usage_of(as);
        const struct quantity *value =
            usage ? amounts_get(usage->is_limit ? &whole.limits : &whole.requests,
                                str_from(usage->resource))
                  : NULL;
        if (value)
            VEC_PUSH(counting->arena, &used, ((struct amount){as, *value}));
        else if (str_is(as, "pods") || str_is(as, "count/pods"))
            VEC_PUSH(counting->arena, &used,
                     ((struct amount){as, {.nano = 1000000000, .format = QUANTITY_DECIMAL}}));
    }
    return used;
}

/* "cpu=3,memory=4Gi" of those that exceed, with what is needed or with what is allowed. */
static struct str exceeding(const struct counting *counting, const struct amounts *used, int64_t n,
                            bool show_hard)
{
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_MESSAGE_BYTES);
    for (size_t i = 0; i < used->n; i++) {
        const struct quantity *hard = amounts_get(&counting->hard, used->items[i].name);
        const struct quantity needed = quantity_times(used->items[i].value, n);
        if (!hard || quantity_cmp(&needed, hard) <= 0)
            continue;
        struct str name = diag_quote(counting->arena, used->items[i].name);
        struct str value = quantity_format(counting->arena, show_hard ? hard : &needed);
        buf_format(&out, "%s%.*s=%.*s", buf_str(&out).n ? "," : "", STR_FMT(name), STR_FMT(value));
    }
    return str_dup(counting->arena, buf_str(&out));
}

static void check_alone(struct counting *counting, const struct in_pod *in,
                        const struct amounts *used)
{
    const int64_t n = in->pod.is_template ? MAX_OF(pod_count(&in->pod), INT64_C(1)) : 1;
    const struct str needed = exceeding(counting, used, n, false);
    if (!needed.n)
        return;
    const struct str hard = exceeding(counting, used, n, true);
    struct str name = diag_quote(counting->arena, counting->quota->name);
    const struct node *place = pod_level_resources(&in->pod);
    struct diag *diag = check_report(counting->diags, RULE_QUOTA_EXCEEDED, in->pod.object,
                                     place ? place : node_get(in->pod.spec, STR("containers")),
                                     "exceeded quota: %.*s, requested: %.*s, limited: %.*s",
                                     STR_FMT(name), STR_FMT(needed), STR_FMT(hard));
    if (!in->pod.is_template)
        check_make_error(diag);
    else if (n > 1)
        diag_hint(counting->diags, diag, "this is what its %lld Pods need together", (long long)n);
}

/* Names of a set's own objects count once, however many variants of them there are. */
static bool is_first_variant(const struct object_set *set, const struct object *object)
{
    const struct object_index *index =
        object->identity.n ? object_set_find(set, object->identity) : NULL;
    return !index || &set->items[index->items[0]] == object;
}

static void check_sum(struct counting *counting, const struct amounts *sum, size_t pods)
{
    const struct str needed = exceeding(counting, sum, 1, false);
    if (!needed.n || pods < 2)
        return;
    const struct str hard = exceeding(counting, sum, 1, true);
    const struct lookup place = path_find(counting->quota->root, STR("spec.hard"));
    (void)check_report(counting->diags, RULE_QUOTA_EXCEEDED, counting->quota, place.value,
                       "the set's Pods in this namespace request %.*s together, limited: %.*s",
                       STR_FMT(needed), STR_FMT(hard));
}

static void check_quota_of(struct counting *counting, struct str namespace)
{
    struct amounts sum = {0};
    size_t pods = 0;
    const struct check_context *context = counting->context;
    for (size_t i = 0; i < context->pods.n; i++) {
        const struct in_pod *in = &context->pods.items[i];
        if (!str_eq(in->namespace, namespace) || !matches(counting->quota, &in->pod) ||
            !check_said(counting, in))
            continue;
        struct amounts used = usage_of_pod(counting, in);
        check_alone(counting, in, &used);
        const int64_t n = pod_count(&in->pod);
        if (n == 0 || !is_first_variant(context->input->objects, in->pod.object))
            continue;
        for (size_t u = 0; u < used.n; u++)
            used.items[u].value = quantity_times(used.items[u].value, n);
        amounts_add(counting->arena, &sum, &used);
        pods++;
    }
    if (context->input->declared)
        check_sum(counting, &sum, pods);
}

static void run(const struct check_context *context, struct diags *diags)
{
    if (context->input->no_quota)
        return;
    for (size_t i = 0; i < context->quotas.n; i++) {
        const struct declarers *quotas = context->quotas.entries[i].value;
        for (size_t q = 0; q < quotas->n; q++) {
            struct arena arena SCOPED(arena) = {0};
            struct counting counting = {context, &arena, diags, quotas->items[q], {0}};
            const struct node *spec = node_get(quotas->items[q]->root, STR("spec"));
            amounts_read(&arena, node_get(spec, STR("hard")), &counting.hard);
            check_quota_of(&counting, context->quotas.entries[i].key);
        }
    }
}

const struct check check_quota = {.name = "quota", .run = run};
