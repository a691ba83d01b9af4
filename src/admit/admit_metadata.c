/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules on metadata, those of apimachinery's ValidateObjectMeta. Fields that the server owns and
 * clears (uid, resourceVersion, creationTimestamp, managedFields, ...) have none.
 */
#include "admit/admit_internal.h"

#include "base/ascii.h"
#include "base/utf8.h"

enum { ANNOTATIONS_MAX = 256 << 10 };

static void check_common(struct admit_ctx *ctx, const struct admitted *admitted,
                         const struct path *metadata);
static void check_name(struct admit_ctx *ctx, const struct admitted *admitted,
                       const struct path *metadata, bool is_update);
static void check_namespace(struct admit_ctx *ctx, const struct admitted *admitted,
                            const struct path *metadata);
static void check_generation(struct admit_ctx *ctx, const struct admitted *admitted,
                             const struct path *metadata);
static void check_owners(struct admit_ctx *ctx, const struct path *metadata);
static void check_finalizers(struct admit_ctx *ctx, const struct admitted *admitted,
                             const struct path *metadata);

static struct path child(const struct path *up, const char *name)
{
    const struct str field = str_from(name);
    return (struct path){.up = up, .name = field, .node = node_get(up->node, field)};
}

static void check_managed_fields(struct admit_ctx *ctx, const struct path *metadata);

void metadata_validate(struct admit_ctx *ctx, const struct admitted *admitted, bool is_update)
{
    const struct path root = {.node = admitted->value};
    const struct path metadata = child(&root, "metadata");
    if (!node_is_null(metadata.node) && node_kind(metadata.node) != NODE_MAP)
        return;
    if (admitted->state == KIND_SERVED) {
        check_name(ctx, admitted, &metadata, is_update);
        check_namespace(ctx, admitted, &metadata);
        /* An update keeps the old one, whatever is written. */
        if (!is_update && kind_checks_metadata(&admitted->kind))
            check_generation(ctx, admitted, &metadata);
    }
    if (kind_checks_metadata(&admitted->kind))
        check_common(ctx, admitted, &metadata);
    check_managed_fields(ctx, &metadata);
}

/* The patch handler of server-side apply wants none. */
static void check_managed_fields(struct admit_ctx *ctx, const struct path *metadata)
{
    const struct path fields = child(metadata, "managedFields");
    if (node_kind(fields.node) != NODE_LIST || node_real(fields.node)->n == 0)
        return;
    struct diag *diag =
        diag_add_path(ctx->diags, RULE_APPLY_MANAGED_FIELDS, node_span(fields.node), &fields,
                      "metadata.managedFields must be nil for server-side apply");
    diag_hint(ctx->diags, diag, "remove it: the server keeps it");
}

void metadata_validate_embedded(struct admit_ctx *ctx, const struct path *metadata)
{
    const struct admitted unknown = {.state = KIND_UNKNOWN};
    check_common(ctx, &unknown, metadata);
}

/* What holds for every kind, known or not. */
static void check_common(struct admit_ctx *ctx, const struct admitted *admitted,
                         const struct path *metadata)
{
    const struct path labels = child(metadata, "labels");
    const struct path annotations = child(metadata, "annotations");
    validate_labels(ctx, &labels);
    validate_annotations(ctx, &annotations);
    check_owners(ctx, metadata);
    check_finalizers(ctx, admitted, metadata);
}

struct diag *report_inside(struct admit_ctx *ctx, enum rule_id rule, const struct path *field,
                           const struct path *inside, struct span span, struct str message)
{
    struct diag *diag = diag_add_path(ctx->diags, rule, span, field, "%.*s", STR_FMT(message));
    if (diag)
        diag->identity = path_identity(&ctx->diags->arena, inside);
    return diag;
}

/* ---- name, namespace, generation ---- */

/* Where a missing field of metadata is reported: at the key, or where the object starts. */
static struct span metadata_place(const struct admitted *admitted)
{
    const struct entry metadata = node_entry(admitted->value, STR("metadata"));
    if (metadata.key)
        return node_span(metadata.key);
    const struct entry kind = node_entry(admitted->value, STR("kind"));
    return node_span(kind.key ? kind.written : admitted->value);
}

/* Present and of another type than text: decoding has said so. */
static bool is_no_text(const struct node *node)
{
    return !node_is_null(node) && node_kind(node) != NODE_STRING;
}

/* The nearest name that any kind takes: lower case, dashes for what is not allowed. */
static struct str propose_name(struct admit_ctx *ctx, struct str name)
{
    char *text = arena_alloc_text(ctx->arena, name.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (ascii_is_upper(c))
            c = (char)(c - 'A' + 'a');
        const bool good = ascii_is_lower_alnum(c);
        if (good)
            text[n++] = c;
        else if (n > 0 && text[n - 1] != '-')
            text[n++] = '-';
    }
    while (n > 0 && text[n - 1] == '-')
        n--;
    return (struct str){text, n};
}

static void report_name(struct admit_ctx *ctx, const struct admitted *admitted,
                        const struct path *path, const char *error)
{
    const struct str name = node_text(path->node);
    const struct str proposal = propose_name(ctx, name);
    const bool useful = proposal.n > 0 && utf8_is_ascii(name) && !str_eq(proposal, name) &&
                        !name_error(ctx, admitted, proposal);
    struct diag *diag = diag_add_path(
        ctx->diags, RULE_API_INVALID_NAME, node_span(path->node), path, "%s \"%.*s\" of a %.*s %s",
        str_to_c(ctx->arena, path->name), STR_FMT(diag_quote(ctx->arena, name)),
        STR_FMT(diag_quote(ctx->arena, admitted->kind.kind)), error);
    if (useful)
        diag_hint(ctx->diags, diag, "for example: %.*s", STR_FMT(diag_quote(ctx->arena, proposal)));
}

static const char *check_prefix(struct admit_ctx *ctx, const struct admitted *admitted,
                                struct str prefix, bool is_update)
{
    if (prefix.n == 0)
        return NULL;
    return is_update ? updated_prefix_error(ctx, admitted, prefix)
                     : generate_name_error(ctx, admitted, prefix);
}

/* The server looks at the name that it makes as well. */
static void check_made_name(struct admit_ctx *ctx, const struct admitted *admitted,
                            const struct path *metadata, const struct path *prefix)
{
    const struct path name = child(metadata, "name");
    const char *error = made_name_error(ctx, admitted, node_text(prefix->node));
    if (error)
        diag_add_path(ctx->diags, RULE_API_INVALID_NAME, node_span(prefix->node), &name,
                      "the name of a %.*s that is made from this metadata.generateName %s",
                      STR_FMT(diag_quote(ctx->arena, admitted->kind.kind)), error);
}

static void check_name(struct admit_ctx *ctx, const struct admitted *admitted,
                       const struct path *metadata, bool is_update)
{
    const struct path name = child(metadata, "name");
    const struct path prefix = child(metadata, "generateName");
    if (is_no_text(name.node) || is_no_text(prefix.node) || !kind_has_names(&admitted->kind))
        return;
    const struct str text = node_text(name.node);
    const struct str prefix_text = node_text(prefix.node);
    if (text.n == 0 && prefix_text.n == 0 && kind_makes_names(&admitted->kind))
        return;
    if (text.n == 0 && prefix_text.n == 0) {
        diag_add_path(ctx->diags, RULE_API_MISSING_NAME, metadata_place(admitted), &name,
                      "metadata.name is required");
        return;
    }
    const char *error = check_prefix(ctx, admitted, prefix_text, is_update);
    if (error)
        report_name(ctx, admitted, &prefix, error);
    if (text.n == 0) {
        check_made_name(ctx, admitted, metadata, &prefix);
        diag_add_path(ctx->diags, RULE_OBJECT_GENERATE_NAME, node_span(prefix.node), &prefix,
                      "metadata.generateName works with kubectl create only: each apply needs a "
                      "metadata.name");
        return;
    }
    error = name_error(ctx, admitted, text);
    if (error)
        report_name(ctx, admitted, &name, error);
}

static void check_namespace(struct admit_ctx *ctx, const struct admitted *admitted,
                            const struct path *metadata)
{
    const struct path path = child(metadata, "namespace");
    const struct str namespace = node_text(path.node);
    if (node_kind(path.node) != NODE_STRING || namespace.n == 0)
        return;
    if (!admitted->kind.namespaced) {
        diag_add_path(ctx->diags, RULE_OBJECT_CLUSTER_NAMESPACE, node_span(path.node), &path,
                      "a %.*s belongs to no namespace: the server drops metadata.namespace",
                      STR_FMT(diag_quote(ctx->arena, admitted->kind.kind)));
        return;
    }
    const char *error = format_dns1123_label(namespace);
    if (error)
        diag_add_path(ctx->diags, RULE_API_INVALID_NAMESPACE, node_span(path.node), &path,
                      "namespace \"%.*s\" %s", STR_FMT(diag_quote(ctx->arena, namespace)), error);
}

static void check_generation(struct admit_ctx *ctx, const struct admitted *admitted,
                             const struct path *metadata)
{
    const struct path path = child(metadata, "generation");
    int64_t generation;
    if (node_i64(path.node, &generation) && generation < 0 &&
        !kind_resets_generation(&admitted->kind))
        diag_add_path(ctx->diags, RULE_API_INVALID_METADATA, node_span(path.node), &path,
                      "metadata.generation must not be negative; leave it out");
}

/* ---- labels and annotations ---- */

static void report_entry(struct admit_ctx *ctx, enum rule_id rule, const struct path *path,
                         const struct entry *entry, bool at_key, const char *error)
{
    const struct str key = node_text(entry->key);
    const struct path inside = {.up = path, .name = key, .is_key = true, .node = entry->value};
    const struct str field = path_format(ctx->arena, path);
    const struct str key_text = diag_quote(ctx->arena, key);
    struct str message;
    if (at_key)
        message = str_format(ctx->arena, "key \"%.*s\" of %.*s %s", STR_FMT(key_text),
                             STR_FMT(field), error);
    else
        message = str_format(ctx->arena, "value \"%.*s\" of %.*s[%.*s] %s",
                             STR_FMT(diag_quote(ctx->arena, node_text(entry->value))),
                             STR_FMT(field), STR_FMT(key_text), error);
    report_inside(ctx, rule, path, &inside, node_span(at_key ? entry->key : entry->written),
                  message);
}

void validate_labels(struct admit_ctx *ctx, const struct path *path)
{
    for (struct entry e = map_first(path->node); e.key; e = map_next(e)) {
        const char *error = format_qualified_name(node_text(e.key));
        if (error)
            report_entry(ctx, RULE_API_INVALID_LABEL, path, &e, true, error);
        if (is_no_text(e.value))
            continue;
        error = format_label_value(node_text(e.value));
        if (error)
            report_entry(ctx, RULE_API_INVALID_LABEL, path, &e, false, error);
    }
}

void validate_annotations(struct admit_ctx *ctx, const struct path *path)
{
    size_t total = 0;
    for (struct entry e = map_first(path->node); e.key; e = map_next(e)) {
        const struct str key = node_text(e.key);
        total = size_add(total, size_add(key.n, node_text(e.value).n));
        /* keys in capitals are taken, so the lower-cased key counts; most need no copy */
        const char *error = format_qualified_name(key);
        if (error)
            error = format_qualified_name(str_lower(ctx->arena, key));
        if (error)
            report_entry(ctx, RULE_API_INVALID_ANNOTATION, path, &e, true, error);
    }
    if (total > ANNOTATIONS_MAX)
        diag_add_path(ctx->diags, RULE_API_TOO_LONG, node_span(path->node), path,
                      "annotations have %zu bytes together, and at most %d are allowed", total,
                      ANNOTATIONS_MAX);
}

/* ---- owners ---- */

static void report_owner(struct admit_ctx *ctx, const struct path *owner, const char *name,
                         const char *error)
{
    /* the server leaves the index out */
    const struct path list_field = {.up = owner->up, .name = str_from(name)};
    const struct path inside = {.up = owner, .name = str_from(name)};
    const struct entry e = node_entry(owner->node, str_from(name));
    report_inside(ctx, RULE_API_INVALID_OWNER, &list_field, &inside,
                  node_span(e.key ? e.written : owner->node),
                  str_format(ctx->arena, "%s of an owner reference %s", name, error));
}

static void check_owner(struct admit_ctx *ctx, const struct path *owner)
{
    static const char *const required[] = {"kind", "name", "uid"};
    const struct node *node = owner->node;
    const struct node *version_node = node_get(node, STR("apiVersion"));
    const struct str text = node_text(version_node);
    const size_t core = str_starts(text, STR("/")) ? 1 : 0; /* /v1 is taken here */
    struct str group = {0};
    struct str version = {0};
    if (!is_no_text(version_node) &&
        !api_version_split(str_from_offset(text, core), &group, &version))
        report_owner(ctx, owner, "apiVersion", "must be a version, or a group and a version");
    for (size_t i = 0; i < ARRAY_LEN(required); i++) {
        const struct node *value = node_get(node, str_from(required[i]));
        if (!is_no_text(value) && node_text(value).n == 0)
            report_owner(ctx, owner, required[i], "must not be empty");
    }
    if (group.n == 0 && str_is(version, "v1") && str_is(node_get_text(node, STR("kind")), "Event"))
        report_inside(ctx, RULE_API_INVALID_OWNER, owner->up, owner, node_span(node),
                      STR("an Event must not be an owner"));
}

static void check_owners(struct admit_ctx *ctx, const struct path *metadata)
{
    const struct path path = child(metadata, "ownerReferences");
    const struct node *controller = NULL;
    warn_of_repeated_owners(ctx, &path);
    for (struct item it = list_first(path.node); it.value; it = list_next(it)) {
        const struct path owner = {.up = &path, .index = it.index, .node = it.value};
        if (node_kind(it.value) != NODE_MAP && !node_is_null(it.value))
            continue;
        check_owner(ctx, &owner);
        if (!node_bool(node_get(it.value, STR("controller"))))
            continue;
        if (controller) {
            struct diag *diag =
                report_inside(ctx, RULE_API_INVALID_OWNER, &path, &owner, node_span(it.value),
                              STR("only one owner reference can be the controller"));
            diag_relate(ctx->diags, diag, ctx->diags->at.source, node_span(controller),
                        "the first one");
        }
        controller = controller ? controller : it.value;
    }
}

/* ---- finalizers ---- */

static void check_finalizer(struct admit_ctx *ctx, const struct admitted *admitted,
                            const struct path *path)
{
    static const char *const standard[] = {"kubernetes", "orphan", "foregroundDeletion"};
    const struct str name = node_text(path->node);
    const char *error = format_qualified_name(name);
    const struct str shown = diag_quote(ctx->arena, name);
    if (error)
        report_inside(ctx, RULE_API_INVALID_FINALIZER, path->up, path, node_span(path->node),
                      str_format(ctx->arena, "finalizer \"%.*s\" %s", STR_FMT(shown), error));
    else if (kind_checks_finalizers(&admitted->kind) && str_find_char(name, '/') < 0 &&
             admitted->state == KIND_SERVED && !str_is_one_of(name, standard, ARRAY_LEN(standard)))
        diag_add_path(ctx->diags, RULE_API_INVALID_FINALIZER, node_span(path->node), path,
                      "finalizer \"%.*s\" must have a domain, as in example.com/%.*s",
                      STR_FMT(shown), STR_FMT(shown));
    else if (admitted->kind.crd_version)
        warn_of_finalizer(ctx, path);
}

static void check_finalizers(struct admit_ctx *ctx, const struct admitted *admitted,
                             const struct path *metadata)
{
    const struct path path = child(metadata, "finalizers");
    bool orphan = false;
    bool foreground = false;
    for (struct item it = list_first(path.node); it.value; it = list_next(it)) {
        const struct path finalizer = {.up = &path, .index = it.index, .node = it.value};
        if (is_no_text(it.value))
            continue;
        check_finalizer(ctx, admitted, &finalizer);
        orphan = orphan || str_is(node_text(it.value), "orphan");
        foreground = foreground || str_is(node_text(it.value), "foregroundDeletion");
    }
    if (orphan && foreground)
        diag_add_path(ctx->diags, RULE_API_INVALID_FINALIZER, node_span(path.node), &path,
                      "finalizers orphan and foregroundDeletion exclude each other");
}
