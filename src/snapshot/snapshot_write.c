/* SPDX-License-Identifier: Apache-2.0 */
/* The file's text: a line an object, so that two files can be compared. */
#include "snapshot/snapshot_write.h"

#include <time.h>

#include "base/base64.h"
#include "base/digest.h"
#include "base/limits.h"
#include "snapshot/snapshot_clear.h"
#include "snapshot/snapshot_fields.h"

/* ---- what is managed ---- */

/* Labels of those who apply many objects; their values tell which. */
static const char *const labels_told[] = {
    "applyset.kubernetes.io/part-of",   "app.kubernetes.io/managed-by",
    "kustomize.toolkit.fluxcd.io/name", "kustomize.toolkit.fluxcd.io/namespace",
    "helm.toolkit.fluxcd.io/name",      "helm.toolkit.fluxcd.io/namespace",
    "argocd.argoproj.io/instance",      "app.kubernetes.io/instance",
};

static const char *const annotations_of_tools[] = {
    "kubectl.kubernetes.io/last-applied-configuration",
    "argocd.argoproj.io/tracking-id",
    "meta.helm.sh/release-name",
};

bool snapshot_is_managed(const struct node *object)
{
    const struct node *metadata = node_get(object, STR("metadata"));
    const struct node *labels = node_get(metadata, STR("labels"));
    const struct node *annotations = node_get(metadata, STR("annotations"));
    const struct node *managers = node_get(metadata, STR("managedFields"));
    for (struct item it = list_first(managers); it.value; it = list_next(it))
        if (str_is(node_get_text(it.value, STR("operation")), "Apply"))
            return true;
    for (size_t i = 0; i < ARRAY_LEN(labels_told); i++)
        if (node_get(labels, str_from(labels_told[i])))
            return true;
    for (size_t i = 0; i < ARRAY_LEN(annotations_of_tools); i++)
        if (node_get(annotations, str_from(annotations_of_tools[i])))
            return true;
    return false;
}

/* ---- parts ---- */

void snapshot_part_begin(struct snapshot_part *part, struct str salt, struct str group,
                         struct str kind)
{
    *part = (struct snapshot_part){.salt = salt, .group = group, .kind = kind};
    buf_init(&part->items, LIMIT_SNAPSHOT_BYTES);
    buf_init(&part->others, LIMIT_SNAPSHOT_BYTES);
}

static void next_item(struct buf *items)
{
    buf_add_c(items, items->n ? ",\n   " : "\n   ");
}

static void add_node(struct snapshot_part *part, const struct node *node)
{
    if (!node)
        return;
    next_item(&part->items);
    doc_write_json(&part->items, node, 0);
}

void snapshot_part_add_clear(struct snapshot_part *part, struct str version,
                             const struct node *object)
{
    struct arena arena SCOPED(arena) = {0};
    add_node(part, snapshot_clear(&arena, &(struct gvk){part->group, version, part->kind}, object));
}

void snapshot_part_add_param(struct snapshot_part *part, struct str version,
                             const struct node *object)
{
    struct arena arena SCOPED(arena) = {0};
    const struct gvk gvk = {part->group, version, part->kind};
    add_node(part, snapshot_clear_param(&arena, &gvk, object));
}

static void put_managers(struct jsonw *w, const struct node *metadata)
{
    const struct node *managers = node_get(metadata, STR("managedFields"));
    jsonw_key(w, "managers");
    jsonw_open_list(w);
    for (struct item it = list_first(managers); it.value; it = list_next(it)) {
        const struct str subresource = node_get_text(it.value, STR("subresource"));
        jsonw_open_map(w);
        jsonw_put_text(w, "name", node_get_text(it.value, STR("manager")));
        jsonw_put_text(w, "operation", node_get_text(it.value, STR("operation")));
        if (subresource.n)
            jsonw_put_text(w, "subresource", subresource);
        jsonw_close_map(w);
    }
    jsonw_close_list(w);
}

static void put_labels(struct jsonw *w, const struct node *metadata)
{
    const struct node *labels = node_get(metadata, STR("labels"));
    bool is_open = false;
    for (size_t i = 0; i < ARRAY_LEN(labels_told); i++) {
        if (!node_get(labels, str_from(labels_told[i])))
            continue;
        if (!is_open) {
            jsonw_key(w, "labels");
            jsonw_open_map(w);
        }
        is_open = true;
        jsonw_put_text(w, labels_told[i], node_get_text(labels, str_from(labels_told[i])));
    }
    if (is_open)
        jsonw_close_map(w);
}

static void put_object(struct snapshot_part *part, const struct node *object, struct str key,
                       enum snapshot_detail detail)
{
    struct arena arena SCOPED(arena) = {0};
    const struct node *metadata = node_get(object, STR("metadata"));
    const struct str namespace = node_get_text(metadata, STR("namespace"));
    const struct str uid =
        str_format(&arena, "uid %.*s", STR_FMT(node_get_text(metadata, STR("uid"))));
    struct jsonw w = {.out = &part->items};
    next_item(&part->items);
    jsonw_open_map(&w);
    if (namespace.n)
        jsonw_put_text(&w, "namespace", namespace);
    jsonw_put_text(&w, "name", node_get_text(metadata, STR("name")));
    jsonw_put_text(&w, "uid", snapshot_hash_name(&arena, part->salt, uid));
    put_managers(&w, metadata);
    put_labels(&w, metadata);
    const struct node *fields =
        detail == SNAPSHOT_FIELDS ? snapshot_fields(&arena, part->salt, key, object) : NULL;
    if (fields && node_kind(fields) == NODE_MAP) {
        jsonw_key(&w, "fields");
        doc_write_json(&part->items, fields, 0);
    }
    buf_add_char(&part->items, '}');
}

void snapshot_part_add(struct snapshot_part *part, const struct node *object,
                       enum snapshot_detail detail)
{
    struct arena arena SCOPED(arena) = {0};
    const struct node *metadata = node_get(object, STR("metadata"));
    const struct str name = node_get_text(metadata, STR("name"));
    if (!name.n)
        return;
    const struct str key = snapshot_object_key(&arena, part->group, part->kind,
                                               node_get_text(metadata, STR("namespace")), name);
    if (detail != SNAPSHOT_NAME_HASH) {
        put_object(part, object, key, detail);
        return;
    }
    const struct str hash = snapshot_hash_name(&arena, part->salt, key);
    buf_format(&part->others, "%s\"%.*s\"", part->others.n ? "," : "", STR_FMT(hash));
}

bool snapshot_part_end(struct arena *arena, struct snapshot_part *part,
                       struct snapshot_text *ret_text)
{
    const bool is_whole = !part->items.full && !part->others.full;
    *ret_text = (struct snapshot_text){.group = part->group,
                                       .kind = part->kind,
                                       .is_complete = true,
                                       .items = str_dup(arena, buf_str(&part->items)),
                                       .others = str_dup(arena, buf_str(&part->others))};
    buf_release(&part->items);
    buf_release(&part->others);
    return is_whole;
}

/* ---- the whole ---- */

static int text_cmp(const void *a, const void *b)
{
    const struct snapshot_text *left = a;
    const struct snapshot_text *right = b;
    const int by_group = str_cmp(left->group, right->group);
    return by_group ? by_group : str_cmp(left->kind, right->kind);
}

static void put(struct buf *out, const char *before, const char *key, struct str text)
{
    buf_format(out, "%s\"%s\": ", before, key);
    jsonw_quote(out, text);
}

static void write_texts(struct buf *out, const char *key, const struct snapshot_texts *texts)
{
    struct arena arena SCOPED(arena) = {0};
    struct snapshot_text *sorted = ARENA_ARRAY(&arena, struct snapshot_text, texts->n);
    for (size_t i = 0; i < texts->n; i++)
        sorted[i] = texts->items[i];
    if (texts->n)
        qsort(sorted, texts->n, sizeof *sorted, text_cmp);
    buf_format(out, " \"%s\": [", key);
    for (size_t i = 0; i < texts->n; i++) {
        const struct snapshot_text *text = &sorted[i];
        put(out, i ? ",\n  {" : "\n  {", "group", text->group);
        put(out, ", ", "kind", text->kind);
        buf_format(out, ", \"complete\": %s", text->is_complete ? "true" : "false");
        if (text->why.n)
            put(out, ", ", "why", text->why);
        buf_format(out, ", \"items\": [");
        buf_add(out, text->items);
        buf_add_char(out, ']');
        if (text->others.n) {
            buf_add_c(out, ",\n   \"others\": [");
            buf_add(out, text->others);
            buf_add_char(out, ']');
        }
        buf_add_char(out, '}');
    }
    buf_add_c(out, "],\n");
}

static void write_kinds(struct buf *out, const struct snapshot_kinds *kinds)
{
    buf_add_c(out, " \"kinds\": [");
    for (size_t i = 0; i < kinds->n; i++) {
        const struct snapshot_kind *kind = &kinds->items[i];
        put(out, i ? ",\n  {" : "\n  {", "group", kind->group);
        put(out, ", ", "version", kind->version);
        put(out, ", ", "kind", kind->kind);
        put(out, ", ", "plural", kind->plural);
        buf_format(out, ", \"namespaced\": %s}", kind->namespaced ? "true" : "false");
    }
    buf_add_c(out, "],\n");
}

static void write_unknown(struct buf *out, const struct snapshot_kinds *unknown)
{
    buf_add_c(out, " \"unknownKinds\": [");
    for (size_t i = 0; i < unknown->n; i++) {
        put(out, i ? ", {" : "{", "group", unknown->items[i].group);
        put(out, ", ", "version", unknown->items[i].version);
        buf_add_char(out, '}');
    }
    buf_add_c(out, "],\n");
}

static struct str time_text(struct arena *arena, int64_t seconds)
{
    const time_t time = (time_t)seconds;
    struct tm parts;
    char text[32];
    if (!gmtime_r(&time, &parts))
        return (struct str){0};
    return str_dup(arena,
                   (struct str){text, strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)});
}

void snapshot_write(const struct snapshot_contents *contents, struct buf *out)
{
    struct arena arena SCOPED(arena) = {0};
    char hex[65];
    buf_format(out, "{\n \"tidegateSnapshot\": %d,\n", SNAPSHOT_FORMAT);
    put(out, " ", "name", contents->name);
    put(out, ",\n ", "created", time_text(&arena, contents->created));
    put(out, ",\n ", "serverVersion", contents->version);
    put(out, ",\n ", "salt", base64_encode(&arena, contents->salt));
    buf_add_c(out, ",\n");
    write_kinds(out, &contents->kinds);
    write_unknown(out, &contents->unknown);
    write_texts(out, "lists", &contents->lists);
    write_texts(out, "objects", &contents->objects);
    buf_add_char(out, ' ');
    const struct sha256 sum = sha256_of(buf_str(out));
    sha256_hex(&sum, hex);
    buf_format(out, "\"digest\": \"sha256:%s\"\n}\n", hex);
}
