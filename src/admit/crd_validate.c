/* SPDX-License-Identifier: Apache-2.0 */
/* CRDs as manifests: group, names, scope, approval (ValidateCustomResourceDefinition). */
#include "admit/crd.h"

#include <stdarg.h>

#include "base/limits.h"
#include "cel/cel_url.h"

static void check_group(struct crd *crd, const struct path *spec, struct span key);
static void check_scope(struct crd *crd, const struct path *spec, struct span key);
static void check_names(struct crd *crd, const struct path *spec, struct span key);
static void check_name(struct crd *crd);
static void check_approval(struct crd *crd);
static void check_preserve(struct crd *crd, const struct path *spec);

struct diag *crd_report(struct crd *crd, enum rule_id rule, const struct path *up,
                        const struct node *map, const char *name, struct span key, const char *fmt,
                        ...)
{
    char text[LIMIT_MESSAGE_BYTES];
    va_list args;
    va_start(args, fmt);
    const struct str said = str_print(text, sizeof text, fmt, args);
    va_end(args);
    const struct str field = str_from(name);
    const ptrdiff_t dot = str_find_last_char(field, '.');
    const struct entry e = node_entry(map, str_from_offset(field, (size_t)(dot + 1)));
    const struct path path = {.up = up, .name = field, .node = e.value};
    struct arena *arena = crd->ctx->arena;
    crd->errors++;
    return diag_add_path(crd->ctx->diags, rule, e.key ? node_span(e.written) : key, &path,
                         "%.*s %.*s", STR_FMT(shown_path(arena, &path)), STR_FMT(said));
}

void crd_required(struct crd *crd, const struct path *up, const struct node *map, const char *name,
                  struct span key)
{
    const bool there = node_entry(map, str_from(name)).key;
    crd_report(crd, RULE_API_REQUIRED, up, map, name, key,
               there ? "must not be empty" : "is required");
}

void crd_validate(struct admit_ctx *ctx, const struct admitted *admitted,
                  const struct admitted *old)
{
    const struct path root = {.node = admitted->value};
    const struct entry entry = node_entry(admitted->value, STR("spec"));
    const struct entry kind = node_entry(admitted->value, STR("kind"));
    const struct path spec = {.up = &root, .name = STR("spec"), .node = entry.value};
    const struct span key = node_span(entry.key ? entry.key : kind.written);
    struct crd crd = {
        .ctx = ctx,
        .admitted = admitted,
        .spec = entry.value,
        .patterns = {.arena = ctx->arena},
        .old = old ? node_get(old->value, STR("spec")) : NULL,
        .known = {.arena = ctx->arena},
        .known_messages = {.arena = ctx->arena},
    };
    if (entry.value && node_kind(entry.value) != NODE_MAP && node_kind(entry.value) != NODE_NULL)
        return;
    schema_view_init(&crd.view, ctx->arena, ctx->view->minor);
    check_name(&crd);
    check_group(&crd, &spec, key);
    check_scope(&crd, &spec, key);
    check_names(&crd, &spec, key);
    check_approval(&crd);
    check_preserve(&crd, &spec);
    crd_check_versions(&crd);
    crd_check_conversion(&crd);
    schema_view_release(&crd.view);
}

/* Text of a member; false when it is something else, which decoding has reported. */
static bool get_text(const struct node *map, const char *name, struct str *ret_text)
{
    const struct node *value = node_get(map, str_from(name));
    *ret_text = node_text(value);
    return node_is_null(value) || node_kind(value) == NODE_STRING;
}

/* ---- metadata ---- */

static void check_name(struct crd *crd)
{
    struct str plural, group;
    struct arena *arena = crd->ctx->arena;
    const struct node *metadata = node_get(crd->admitted->value, STR("metadata"));
    const struct str name = node_get_text(metadata, STR("name"));
    const struct node *names = node_get(crd->spec, STR("names"));
    if (!node_is_null(names) && node_kind(names) != NODE_MAP)
        return;
    if (!get_text(names, "plural", &plural) || !get_text(crd->spec, "group", &group))
        return;
    const struct str want = str_format(arena, "%.*s.%.*s", STR_FMT(plural), STR_FMT(group));
    const struct str prefix = node_get_text(metadata, STR("generateName"));
    const struct path root = {.node = crd->admitted->value};
    const struct path path = {.up = &root, .name = STR("metadata"), .node = metadata};
    if (prefix.n && !str_eq(prefix, want))
        crd_report(crd, RULE_API_INVALID_NAME, &path, metadata, "generateName", (struct span){0},
                   "must be what metadata.name must be: leave it out");
    if (name.n == 0 || str_eq(name, want))
        return;
    struct diag *diag =
        crd_report(crd, RULE_API_INVALID_NAME, &path, metadata, "name", (struct span){0},
                   "must be spec.names.plural and spec.group with a "
                   "dot between them");
    if (plural.n > 0 && group.n > 0)
        diag_hint(crd->ctx->diags, diag, "for example: %.*s", STR_FMT(diag_quote(arena, want)));
}

static bool is_kubernetes_group(struct str group)
{
    return str_is(group, "k8s.io") || str_ends(group, STR(".k8s.io")) ||
           str_is(group, "kubernetes.io") || str_ends(group, STR(".kubernetes.io"));
}

/* Groups of the Kubernetes community need a link to the review of their API. */
static void check_approval(struct crd *crd)
{
    static const char name[] = "api-approved.kubernetes.io";
    struct str group;
    struct cel_url url;
    if (!get_text(crd->spec, "group", &group) || !is_kubernetes_group(group))
        return;
    const struct path root = {.node = crd->admitted->value};
    const struct entry metadata = node_entry(root.node, STR("metadata"));
    const struct entry annotations = node_entry(metadata.value, STR("annotations"));
    const struct entry approval = node_entry(annotations.value, str_from(name));
    const struct str text = node_text(approval.value);
    if (text.n > 0 &&
        (str_starts(text, STR("unapproved")) ||
         (url_parse(crd->ctx->arena, text, true, &url) && url.host.n > 0 && url.scheme.n > 0)))
        return;
    const struct path up = {.up = &root, .name = STR("metadata"), .node = metadata.value};
    const struct path map = {.up = &up, .name = STR("annotations"), .node = annotations.value};
    const struct path path = {
        .up = &map, .name = str_from(name), .is_key = true, .node = approval.value};
    const struct node *place = approval.key      ? approval.written
                               : annotations.key ? annotations.key
                               : metadata.key    ? metadata.key
                                                 : root.node;
    diag_add_path(crd->ctx->diags, text.n ? RULE_API_INVALID_VALUE : RULE_API_REQUIRED,
                  node_span(place), &path,
                  "the annotation %s must hold the URL of the API review, or start with "
                  "'unapproved', because group %.*s belongs to the Kubernetes community",
                  name, STR_FMT(diag_quote(crd->ctx->arena, group)));
}

/* ---- spec ---- */

static void check_group(struct crd *crd, const struct path *spec, struct span key)
{
    struct str group;
    if (!get_text(crd->spec, "group", &group))
        return;
    const char *error = group.n ? format_dns1123_subdomain(group) : NULL;
    if (group.n == 0)
        crd_required(crd, spec, crd->spec, "group", key);
    else if (error)
        crd_report(crd, RULE_API_INVALID_VALUE, spec, crd->spec, "group", key, "%s", error);
    else if (str_find_char(group, '.') < 0)
        crd_report(crd, RULE_API_INVALID_VALUE, spec, crd->spec, "group", key,
                   "must be a domain with at least one dot");
}

static void check_scope(struct crd *crd, const struct path *spec, struct span key)
{
    struct str scope;
    if (!get_text(crd->spec, "scope", &scope) || str_is(scope, "Namespaced") ||
        str_is(scope, "Cluster"))
        return;
    if (scope.n == 0)
        diag_hint(crd->ctx->diags,
                  crd_report(crd, RULE_API_REQUIRED, spec, crd->spec, "scope", key, "is required"),
                  "add scope: Namespaced or scope: Cluster");
    else
        crd_report(crd, RULE_API_UNSUPPORTED_VALUE, spec, crd->spec, "scope", key,
                   "must be Namespaced or Cluster, not \"%.*s\"",
                   STR_FMT(diag_quote(crd->ctx->arena, scope)));
}

static void check_preserve(struct crd *crd, const struct path *spec)
{
    const struct entry e = node_entry(crd->spec, STR("preserveUnknownFields"));
    if (node_kind(e.value) == NODE_BOOL && node_bool(e.value))
        crd_report(crd, RULE_API_INVALID_VALUE, spec, crd->spec, "preserveUnknownFields",
                   node_span(e.key),
                   "must be false; set x-kubernetes-preserve-unknown-fields in the schema instead");
}

/* ---- names ---- */

static void check_name_label(struct crd *crd, const struct path *names, const char *name,
                             struct span key, bool mixed_case)
{
    struct str text;
    if (!get_text(names->node, name, &text) || text.n == 0)
        return;
    const char *error = format_dns1035_label(mixed_case ? str_lower(crd->ctx->arena, text) : text);
    if (error)
        crd_report(crd, RULE_API_INVALID_VALUE, names, names->node, name, key, "%s%s",
                   mixed_case ? "in lower case " : "", error);
}

static void check_name_list(struct crd *crd, const struct path *names, const char *name)
{
    const struct path list = {
        .up = names, .name = str_from(name), .node = node_get(names->node, str_from(name))};
    for (struct item it = list_first(list.node); it.value; it = list_next(it)) {
        const struct path item = {.up = &list, .index = it.index, .node = it.value};
        const bool text = node_kind(it.value) == NODE_STRING || node_is_null(it.value);
        const char *error = text ? format_dns1035_label(node_text(it.value)) : NULL;
        if (error)
            diag_add_path(crd->ctx->diags, RULE_API_INVALID_VALUE, node_span(it.written), &item,
                          "%.*s %s", STR_FMT(shown_path(crd->ctx->arena, &item)), error);
    }
}

/* singular and listKind have defaults made of kind. */
static void check_kinds(struct crd *crd, const struct path *names, struct span key)
{
    struct str kind, list_kind, singular;
    if (!get_text(names->node, "kind", &kind) || !get_text(names->node, "listKind", &list_kind) ||
        !get_text(names->node, "singular", &singular))
        return;
    if (kind.n == 0) {
        crd_required(crd, names, names->node, "kind", key);
        if (list_kind.n == 0)
            crd_required(crd, names, names->node, "listKind", key);
        if (singular.n == 0)
            crd_required(crd, names, names->node, "singular", key);
        return;
    }
    if (str_eq(kind, list_kind))
        crd_report(crd, RULE_API_INVALID_VALUE, names, names->node, "listKind", key,
                   "must not be the same as kind");
}

static void check_names(struct crd *crd, const struct path *spec, struct span key)
{
    struct str plural;
    const struct entry entry = node_entry(crd->spec, STR("names"));
    const struct path names = {.up = spec, .name = STR("names"), .node = entry.value};
    const struct span place = entry.key ? node_span(entry.key) : key;
    if (!node_is_null(entry.value) && node_kind(entry.value) != NODE_MAP)
        return;
    if (get_text(entry.value, "plural", &plural) && plural.n == 0)
        crd_required(crd, &names, entry.value, "plural", place);
    check_kinds(crd, &names, place);
    check_name_label(crd, &names, "plural", place, false);
    check_name_label(crd, &names, "singular", place, false);
    check_name_label(crd, &names, "kind", place, true);
    check_name_label(crd, &names, "listKind", place, true);
    check_name_list(crd, &names, "shortNames");
    check_name_list(crd, &names, "categories");
}
