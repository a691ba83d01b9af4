/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First stage: does the server have this kind at the target minor, and can it decode the object?
 * What it serves by default decides; why it does not is told apart, because the fix differs.
 */
#include "admit/admit_fix.h"
#include "admit/admit_internal.h"

#include "base/suggest.h"

enum {
    BODY_MAX = 3 << 20, /* bytes of a request that the server reads */
    VERSIONS_MAX = 8,
};

static bool check_size(struct admit_ctx *ctx, const struct object *object);
static bool check_type_fields(struct admit_ctx *ctx, const struct object *object);
static bool check_served(struct admit_ctx *ctx, struct admitted *admitted);
static void check_deprecated(struct admit_ctx *ctx, const struct admitted *admitted);
static void decode_object(struct admit_ctx *ctx, struct admitted *admitted);

void admit_decode(struct admit_ctx *ctx, const struct object *object, struct admitted *ret_admitted)
{
    struct admitted admitted = {.object = object, .state = KIND_UNKNOWN, .value = object->root};
    const bool fits = check_size(ctx, object);
    if (check_type_fields(ctx, object))
        admitted.state = schema_find_kind(ctx->view, object->gvk.group, object->gvk.version,
                                          object->gvk.kind, &admitted.kind);
    else
        admitted.type_error = true;
    if (admitted.type_error || !check_served(ctx, &admitted)) {
        admitted.type_error = true;
        *ret_admitted = admitted;
        return;
    }
    check_deprecated(ctx, &admitted);
    if (admitted.kind.custom)
        custom_decode(ctx, &admitted);
    else
        decode_object(ctx, &admitted);
    admitted.type_error = admitted.type_error || !fits;
    *ret_admitted = admitted;
}

static void decode_object(struct admit_ctx *ctx, struct admitted *admitted)
{
    struct decode decode = {.ctx = ctx, .object = admitted->object};
    const struct frame root = {.path = {.node = admitted->value}, .type = admitted->kind.type};
    if (admitted->no_schema)
        decode_meta(&decode, &root);
    else
        decode_value(&decode, &root, admitted->value);
    admitted->type_error = decode.type_error;
    admitted->strict_error = decode.strict_error;
    admitted->null_entries = decode.null_entries;
}

/* The server counts the bytes of the request, which for one document is the text that is sent. */
static bool check_size(struct admit_ctx *ctx, const struct object *object)
{
    const struct span span = object->list_index >= 0 ? node_span(object->root) : object->doc->span;
    const size_t n = span.end - span.start;
    if (n <= BODY_MAX)
        return true;
    diag_add(ctx->diags, RULE_API_TOO_LARGE, (struct span){span.start, span.start}, (struct str){0},
             "the object has %zu bytes, and the server reads at most %d; split it", n, BODY_MAX);
    return false;
}

/* ---- apiVersion and kind ---- */

static void report_type_field(struct admit_ctx *ctx, const struct object *object, const char *name,
                              const char *example)
{
    const struct entry e = node_entry(object->root, str_from(name));
    const struct span whole = node_span(object->root);
    const struct span span = e.key ? node_span(e.written) : (struct span){whole.start, whole.start};
    if (node_is_null(e.value) || (node_kind(e.value) == NODE_STRING && !node_text(e.value).n)) {
        diag_add(ctx->diags, RULE_API_MISSING_TYPE, span, str_from(name),
                 "%s is missing: say which type this is, as in %s", name, example);
        return;
    }
    if (node_kind(e.value) != NODE_STRING) {
        diag_add(ctx->diags, RULE_API_MISSING_TYPE, span, str_from(name),
                 "%s must be a string, not %.*s", name,
                 STR_FMT(describe_value(ctx, object, e.written)));
        return;
    }
    diag_add(ctx->diags, RULE_API_MISSING_TYPE, span, str_from(name),
             "apiVersion \"%.*s\" must be a version, or a group and a version, as in apps/v1",
             STR_FMT(diag_quote(ctx->arena, node_text(e.value))));
}

static bool check_type_fields(struct admit_ctx *ctx, const struct object *object)
{
    if (object->gvk.version.n == 0)
        report_type_field(ctx, object, "apiVersion", "apiVersion: v1");
    if (object->gvk.kind.n == 0)
        report_type_field(ctx, object, "kind", "kind: ConfigMap");
    return object->gvk.version.n > 0 && object->gvk.kind.n > 0;
}

/* ---- kinds that are not served ---- */

struct wanted {
    struct admit_ctx *ctx;
    const struct object *object;
    struct str version; /* as written, for messages */
    struct str kind;
    struct span version_span;
    struct span kind_span;
};

static struct wanted make_wanted(struct admit_ctx *ctx, const struct object *object)
{
    return (struct wanted){
        .ctx = ctx,
        .object = object,
        .version = diag_quote(ctx->arena, object->api_version),
        .kind = diag_quote(ctx->arena, object->gvk.kind),
        .version_span = node_span(node_entry(object->root, STR("apiVersion")).written),
        .kind_span = node_span(node_entry(object->root, STR("kind")).written),
    };
}

static struct str group_version(struct arena *arena, const struct kind_info *kind)
{
    if (kind->group.n == 0)
        return kind->version;
    return str_format(arena, "%.*s/%.*s", STR_FMT(kind->group), STR_FMT(kind->version));
}

/* An empty selector changed its meaning; with any other a PodDisruptionBudget is what it was. */
static bool is_budget(const struct wanted *w)
{
    const struct node *spec = node_get(w->object->root, STR("spec"));
    const struct node *selector = node_get(spec, STR("selector"));
    const struct node *labels = node_get(selector, STR("matchLabels"));
    const struct node *expressions = node_get(selector, STR("matchExpressions"));
    return str_is(w->object->gvk.kind, "PodDisruptionBudget") &&
           (map_first(labels).key || list_first(expressions).value);
}

/* Whether the same object may be sent as the replacement. */
static bool is_drop_in(const struct wanted *w, const struct lifecycle *life)
{
    /* order: schemas/lifecycle.txt says so in these words */
    static const char same[] = "the fields are the same: change apiVersion only";
    struct kind_info kind;
    struct str group, version;
    return (str_is(life->note, same) || is_budget(w)) &&
           api_version_split(life->replacement, &group, &version) &&
           schema_peek_kind(w->ctx->view, group, version, w->object->gvk.kind, &kind) ==
               KIND_SERVED;
}

static void report_removed(const struct wanted *w, const struct lifecycle *life)
{
    const struct str when =
        life->removed ? str_format(w->ctx->arena, "was removed in Kubernetes 1.%u", life->removed)
                      : STR("is gone");
    struct diag *diag = diag_add(
        w->ctx->diags, RULE_API_REMOVED_VERSION, w->version_span, STR("apiVersion"),
        "%.*s %.*s %.*s%s%.*s", STR_FMT(w->version), STR_FMT(w->kind), STR_FMT(when),
        life->replacement.n ? "; use " : " without a replacement", STR_FMT(life->replacement));
    if (life->note.n)
        diag_hint(w->ctx->diags, diag, "%.*s", STR_FMT(life->note));
    if (is_drop_in(w, life)) {
        const struct path root = {.node = w->object->root};
        const struct path path = {.up = &root,
                                  .name = STR("apiVersion"),
                                  .node = node_get(w->object->root, STR("apiVersion"))};
        fix_value(w->ctx, diag, w->object->root, &path, life->replacement);
    }
}

static void report_not_served(const struct wanted *w, enum kind_state state,
                              const struct kind_info *kind)
{
    const struct lifecycle *life = &kind->lifecycle;
    if (kind->custom) {
        struct diag *diag =
            diag_add(w->ctx->diags, RULE_API_NOT_SERVED, w->version_span, STR("apiVersion"),
                     "%.*s %.*s is switched off by its CRD: served is false", STR_FMT(w->version),
                     STR_FMT(w->kind));
        diag_relate(w->ctx->diags, diag, kind->source, kind->span, "the CRD");
        return;
    }
    if (state == KIND_FUTURE && life->introduced) {
        diag_add(w->ctx->diags, RULE_API_NOT_SERVED, w->version_span, STR("apiVersion"),
                 "%.*s %.*s comes with Kubernetes 1.%u", STR_FMT(w->version), STR_FMT(w->kind),
                 life->introduced);
        return;
    }
    diag_add(
        w->ctx->diags, RULE_API_NOT_SERVED, w->version_span, STR("apiVersion"),
        "%.*s %.*s is not served by default: alpha and newer beta versions must be switched on in "
        "the API server",
        STR_FMT(w->version), STR_FMT(w->kind));
}

/* The kind exists, elsewhere: the most frequent of all mistakes here. */
static bool report_elsewhere(const struct wanted *w)
{
    struct kind_info others[VERSIONS_MAX];
    const size_t n =
        schema_kind_versions(w->ctx->view, w->object->gvk.kind, others, ARRAY_LEN(others));
    if (n == 0)
        return false;
    struct str list = group_version(w->ctx->arena, &others[0]);
    for (size_t i = 1; i < MIN_OF(n, ARRAY_LEN(others)); i++) {
        const struct str next = group_version(w->ctx->arena, &others[i]);
        list = str_format(w->ctx->arena, "%.*s or %.*s", STR_FMT(list), STR_FMT(next));
    }
    diag_add(w->ctx->diags, RULE_API_UNKNOWN_KIND, w->version_span, STR("apiVersion"),
             "%.*s is in %.*s, not in %.*s", STR_FMT(w->kind), STR_FMT(list), STR_FMT(w->version));
    return true;
}

static void report_unknown(const struct wanted *w)
{
    if (report_elsewhere(w))
        return;
    const struct str nearest = schema_nearest_kind(w->ctx->view, w->object->gvk.kind);
    if (nearest.n)
        diag_add(w->ctx->diags, RULE_API_UNKNOWN_KIND, w->kind_span, STR("kind"),
                 "%.*s has no kind %.*s; did you mean '%.*s'?", STR_FMT(w->version),
                 STR_FMT(w->kind), STR_FMT(nearest));
    else
        diag_add(w->ctx->diags, RULE_API_UNKNOWN_KIND, w->kind_span, STR("kind"),
                 "%.*s has no kind %.*s", STR_FMT(w->version), STR_FMT(w->kind));
}

/* ---- kinds of groups that are not Kubernetes' own ---- */

/* Stable before beta before alpha, as the server ranks versions. */
static int version_rank(const struct custom *custom)
{
    if (!custom->served)
        return -1;
    if (str_has(custom->info.version, STR("alpha")))
        return 0;
    return str_has(custom->info.version, STR("beta")) ? 1 : 2;
}

static void report_custom_version(const struct wanted *w, const struct custom *custom)
{
    const struct custom *best = custom;
    for (const struct custom *c = custom->next; c; c = c->next)
        if (version_rank(c) > version_rank(best))
            best = c;
    struct diag *diag =
        diag_add(w->ctx->diags, RULE_API_NOT_SERVED, w->version_span, STR("apiVersion"),
                 "the CRD of %.*s does not serve %.*s", STR_FMT(w->kind), STR_FMT(w->version));
    if (best->served)
        diag_hint(w->ctx->diags, diag, "use %.*s",
                  STR_FMT(group_version(w->ctx->arena, &best->info)));
    diag_relate(w->ctx->diags, diag, custom->info.source, custom->info.span, "the CRD");
}

/* A CRD of the set has this group: its version or kind is what is misspelt. */
static bool report_custom(const struct wanted *w)
{
    const struct gvk *gvk = &w->object->gvk;
    struct suggest nearest;
    suggest_init(&nearest, gvk->kind);
    for (size_t i = 0; i < w->ctx->view->customs.n; i++) {
        const struct custom *custom = w->ctx->view->customs.items[i];
        if (!str_eq(custom->info.group, gvk->group))
            continue;
        if (!str_eq(custom->info.kind, gvk->kind)) {
            suggest_offer(&nearest, custom->info.kind);
            continue;
        }
        report_custom_version(w, custom);
        return true;
    }
    if (nearest.best.n == 0)
        return false;
    diag_add(w->ctx->diags, RULE_API_UNKNOWN_KIND, w->kind_span, STR("kind"),
             "%.*s has no kind %.*s; did you mean '%.*s'?", STR_FMT(w->version), STR_FMT(w->kind),
             STR_FMT(diag_quote(w->ctx->arena, nearest.best)));
    return true;
}

/* apps.k8s.io for apps */
static bool has_needless_end(struct str group, struct str right)
{
    const struct str end = STR(".k8s.io");
    return right.n && str_find_char(right, '.') < 0 && group.n == right.n + end.n &&
           str_starts(group, right) && str_ends(group, end);
}

/* A group that can't be a CRD's, because those have a dot, of a kind that is known or nearly one of
 * Kubernetes' own; or a near miss of the group that has exactly this kind. Kinds that are only
 * similar to a CRD's don't count: a finding must not depend on CRDs that share no name with the
 * object, or a changed CRD could affect any file (gate_affected.c). */
static bool is_misspelt_group(const struct wanted *w)
{
    enum { NEAR = 3 };
    const struct str group = w->object->gvk.group;
    struct kind_info others[VERSIONS_MAX];
    const size_t n =
        schema_kind_versions(w->ctx->view, w->object->gvk.kind, others, ARRAY_LEN(others));
    const struct schema_view builtin = {.minor = w->ctx->view->minor};
    if (str_find_char(group, '.') < 0)
        return n > 0 || schema_nearest_kind(&builtin, w->object->gvk.kind).n > 0;
    for (size_t i = 0; i < MIN_OF(n, ARRAY_LEN(others)); i++)
        if (has_needless_end(group, others[i].group) ||
            (str_find_char(others[i].group, '.') >= 0 &&
             suggest_distance(group, others[i].group, NEAR) <= NEAR))
            return true;
    return false;
}

static bool check_unknown(struct admit_ctx *ctx, struct admitted *admitted)
{
    const struct wanted w = make_wanted(ctx, admitted->object);
    if (schema_group_is_builtin(admitted->object->gvk.group)) {
        report_unknown(&w);
        return false;
    }
    if (report_custom(&w))
        return false;
    if (is_misspelt_group(&w)) {
        report_unknown(&w);
        return false;
    }
    admitted->no_schema = true;
    return true;
}

/* A kind that the server knows and yet nobody can create: a list, options, a sub-resource's body.
 */
static bool check_creatable(struct admit_ctx *ctx, const struct admitted *admitted)
{
    if (admitted->kind.custom || (admitted->kind.creatable && !admitted->kind.is_list))
        return true;
    const struct wanted w = make_wanted(ctx, admitted->object);
    diag_add(ctx->diags, RULE_API_UNKNOWN_KIND, w.kind_span, STR("kind"),
             admitted->kind.is_list ? "%.*s is a list of the API's answers and has no items here"
                                    : "%.*s is no object that can be created",
             STR_FMT(w.kind));
    return false;
}

/* Whether decoding can go on. Reports why not. */
static bool check_served(struct admit_ctx *ctx, struct admitted *admitted)
{
    if (admitted->state == KIND_SERVED)
        return check_creatable(ctx, admitted);
    const struct wanted w = make_wanted(ctx, admitted->object);
    switch (admitted->state) {
    case KIND_SERVED:
        break;
    case KIND_NOT_SERVED:
    case KIND_FUTURE:
        report_not_served(&w, admitted->state, &admitted->kind);
        return false;
    case KIND_REMOVED:
        report_removed(&w, &admitted->kind.lifecycle);
        return false;
    case KIND_NOT_IN_GROUP:
        report_unknown(&w);
        return false;
    case KIND_UNKNOWN:
        return check_unknown(ctx, admitted);
    }
    return false;
}

/* ---- deprecation ---- */

/* In the words of the CRD when it has some, as the server does. */
static void report_custom_deprecated(const struct wanted *w, const struct kind_info *kind)
{
    struct str text = diag_quote(w->ctx->arena, kind->deprecation_warning);
    if (text.n == 0)
        text = str_format(w->ctx->arena, "%.*s %.*s is deprecated", STR_FMT(w->version),
                          STR_FMT(w->kind));
    diag_add(w->ctx->diags, RULE_VERSION_CRD_DEPRECATED, w->version_span, STR("apiVersion"), "%.*s",
             STR_FMT(text));
}

static void report_deprecated(const struct wanted *w, const struct lifecycle *life)
{
    const struct str removal =
        life->removed ? str_format(w->ctx->arena, ", unavailable in v1.%u+", life->removed)
                      : (struct str){0};
    struct diag *diag =
        diag_add(w->ctx->diags, RULE_VERSION_DEPRECATED, w->version_span, STR("apiVersion"),
                 "%.*s %.*s is deprecated in v1.%u+%.*s%s%.*s", STR_FMT(w->version),
                 STR_FMT(w->kind), life->deprecated, STR_FMT(removal),
                 life->replacement.n ? "; use " : "", STR_FMT(life->replacement));
    if (life->note.n)
        diag_hint(w->ctx->diags, diag, "%.*s", STR_FMT(life->note));
}

static void check_deprecated(struct admit_ctx *ctx, const struct admitted *admitted)
{
    const struct kind_info *kind = &admitted->kind;
    const unsigned since = kind->lifecycle.deprecated;
    const bool custom = kind->custom && kind->deprecated;
    const bool builtin = !kind->custom && since > 0 && since <= ctx->view->minor;
    if (admitted->no_schema || (!custom && !builtin))
        return;
    const struct wanted w = make_wanted(ctx, admitted->object);
    if (custom)
        report_custom_deprecated(&w, kind);
    else
        report_deprecated(&w, &kind->lifecycle);
}
