/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which file of an overlay a value is from. What acts last is looked at first: of each
 * kustomization, outer ones before those that they use, its own fields, its patches from the last
 * to the first, and then all files with objects.
 */
#include "base/file.h"
#include "base/limits.h"
#include "render/origin_layer.h"

/* ---- reading ---- */

static void read_layer(struct origins *origins, struct str dir, unsigned depth);

static struct str beside(struct origins *origins, struct str dir, struct str path)
{
    struct str normal;
    return path_normal(origins->arena, path_join(origins->arena, dir, path), &normal) ? normal
                                                                                      : STR("");
}

struct manifest *origin_beside(struct origins *origins, struct str dir, struct str path)
{
    return origin_file(origins, beside(origins, dir, path));
}

static void add_docs(struct origins *origins, struct origin_layer *layer,
                     const struct doc_list *docs, struct origin_patch patch)
{
    for (size_t i = 0; i < docs->n; i++) {
        patch.source = docs->items[i].source;
        patch.root = docs->items[i].root;
        if (patch.root)
            VEC_PUSH(origins->arena, &layer->patches, patch);
    }
}

static void add_text(struct origins *origins, struct origin_layer *layer, struct origin_patch patch)
{
    struct diags dropped SCOPED(diags) = {0};
    struct doc_list docs = {0};
    struct source *source = source_new(origins->arena, layer->source->path, node_text(patch.text));
    dropped.at.source = source;
    if (doc_read_file(origins->arena, source, &dropped, &docs) == 0)
        add_docs(origins, layer, &docs, patch);
}

static void add_file(struct origins *origins, struct origin_layer *layer, struct str path,
                     struct origin_patch patch)
{
    const struct manifest *file = origin_beside(origins, layer->dir, path);
    if (file)
        add_docs(origins, layer, &file->docs, patch);
}

static void add_patches(struct origins *origins, struct origin_layer *layer)
{
    static const char *const lists[] = {"patches", "patchesJson6902"};
    for (size_t l = 0; l < ARRAY_LEN(lists); l++) {
        const struct node *list = node_get(layer->root, str_from(lists[l]));
        for (struct item it = list_first(list); it.value; it = list_next(it)) {
            struct origin_patch patch = {.selector = node_get(it.value, STR("target")),
                                         .text = node_get(it.value, STR("patch"))};
            if (patch.text)
                add_text(origins, layer, patch);
            else
                add_file(origins, layer, node_get_text(it.value, STR("path")), patch);
        }
    }
    const struct node *merges = node_get(layer->root, STR("patchesStrategicMerge"));
    for (struct item it = list_first(merges); it.value; it = list_next(it)) {
        if (str_find_char(node_text(it.value), '\n') >= 0)
            add_text(origins, layer, (struct origin_patch){.text = it.value});
        else
            add_file(origins, layer, node_text(it.value), (struct origin_patch){0});
    }
}

static void add_resources(struct origins *origins, struct origin_layer *layer, unsigned depth)
{
    static const char *const lists[] = {"components", "resources", "bases", "crds"};
    for (size_t l = 0; l < ARRAY_LEN(lists); l++) {
        const struct node *list = node_get(layer->root, str_from(lists[l]));
        for (struct item it = list_first(list); it.value; it = list_next(it)) {
            const struct str path = beside(origins, layer->dir, node_text(it.value));
            struct manifest *file = origin_file(origins, path);
            if (file)
                VEC_PUSH(origins->arena, &layer->resources, file);
            else
                read_layer(origins, path, depth + 1);
        }
    }
}

static void read_layer(struct origins *origins, struct str dir, unsigned depth)
{
    static const char *const names[] = {"kustomization.yaml", "kustomization.yml", "Kustomization"};
    enum { LAYERS_DEPTH = 64, LAYERS_MAX = 1024 };
    const struct manifest *file = NULL;
    for (size_t i = 0; i < ARRAY_LEN(names) && !file; i++)
        file = origin_file(origins, path_join(origins->arena, dir, str_from(names[i])));
    if (!file || !file->docs.n || depth > LAYERS_DEPTH || origins->layers.n >= LAYERS_MAX)
        return;
    struct origin_layer *layer = ARENA_NEW(origins->arena, struct origin_layer);
    layer->dir = dir;
    layer->source = file->source;
    layer->root = file->docs.items[0].root;
    VEC_PUSH(origins->arena, &origins->layers, layer);
    add_patches(origins, layer);
    add_resources(origins, layer, depth);
}

/* ---- fields of a kustomization ---- */

struct origin_place origin_place_at(struct source *source, const struct node *node)
{
    return (struct origin_place){.source = source, .span = node_span(node)};
}

static bool ends_in(const struct origin_path *path, const char *key)
{
    return path->n && !path->steps[path->n - 1].item && str_is(path->steps[path->n - 1].key, key);
}

/* Names in the cluster are those of the sources with something before and behind. */
static bool is_name_of(struct str rendered, struct str written)
{
    return written.n && str_has(rendered, written);
}

/* The image as written before a tag or digest. */
static struct str image_name(struct str image)
{
    const ptrdiff_t digest = str_find_char(image, '@');
    if (digest >= 0)
        image = str_sub(image, 0, (size_t)digest);
    const ptrdiff_t slash = str_find_last_char(image, '/');
    const ptrdiff_t colon = str_find_last_char(image, ':');
    return colon > slash ? str_sub(image, 0, (size_t)colon) : image;
}

static struct origin_place from_images(const struct origin_layer *layer,
                                       const struct origin_target *target)
{
    static const char *const parts[] = {"newTag", "digest", "newName", "name"};
    const struct node *list = node_get(layer->root, STR("images"));
    const struct str name = image_name(node_text(target->path->value));
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        const struct str renamed = node_get_text(it.value, STR("newName"));
        if (!str_eq(renamed.n ? renamed : node_get_text(it.value, STR("name")), name))
            continue;
        for (size_t i = 0; i < ARRAY_LEN(parts); i++)
            if (node_get(it.value, str_from(parts[i])))
                return origin_place_at(layer->source, node_get(it.value, str_from(parts[i])));
    }
    return (struct origin_place){0};
}

static struct origin_place from_replicas(const struct origin_layer *layer,
                                         const struct origin_target *target)
{
    const struct node *list = node_get(layer->root, STR("replicas"));
    for (struct item it = list_first(list); it.value; it = list_next(it))
        if (is_name_of(target->object->name, node_get_text(it.value, STR("name"))) &&
            node_get(it.value, STR("count")))
            return origin_place_at(layer->source, node_get(it.value, STR("count")));
    return (struct origin_place){0};
}

/* A label or annotation of a map, and of the maps `pairs` of a list. */
static struct origin_place from_pairs(const struct origin_layer *layer,
                                      const struct origin_path *path, const char *field)
{
    const struct node *maps = node_get(layer->root, str_from(field));
    const struct str key = path->steps[path->n - 1].key;
    struct entry entry = node_entry(maps, key);
    for (struct item it = list_first(maps); it.value && !entry.key; it = list_next(it))
        entry = node_entry(node_get(it.value, STR("pairs")), key);
    if (!entry.key || !str_eq(node_text(entry.value), node_text(path->value)))
        return (struct origin_place){0};
    return origin_place_at(layer->source, path->is_key ? entry.key : entry.value);
}

static struct origin_place from_fields(const struct origin_layer *layer,
                                       const struct origin_target *target)
{
    static const char *const pairs[] = {"commonLabels", "labels", "commonAnnotations"};
    const struct origin_path *path = target->path;
    struct origin_place place = {0};
    if (!path->n || path->steps[path->n - 1].item)
        return place;
    if (ends_in(path, "image"))
        place = from_images(layer, target);
    if (ends_in(path, "replicas"))
        place = from_replicas(layer, target);
    if (ends_in(path, "namespace") && path->n == 2 &&
        str_eq(node_get_text(layer->root, STR("namespace")), node_text(path->value)))
        place = origin_place_at(layer->source, node_get(layer->root, STR("namespace")));
    for (size_t i = 0; i < ARRAY_LEN(pairs) && !place.source; i++)
        place = from_pairs(layer, path, pairs[i]);
    return place;
}

/* ---- patches ---- */

/* A place in text that stands in a kustomization, as a place of that: a line of the text is the end
 * of one there. */
static struct origin_place place_in_patch(const struct origin_layer *layer,
                                          const struct origin_patch *patch, const struct node *node)
{
    if (!patch->text)
        return origin_place_at(patch->source, node);
    if (node_real(patch->text)->style != NODE_LITERAL)
        return origin_place_at(layer->source, patch->text);
    const struct span span = node_span(node);
    const struct place at = source_place(patch->source, span.start);
    const struct str inner = source_line(patch->source, at.line);
    const uint32_t line =
        source_place(layer->source, node_span(node_real(patch->text)).start).line + at.line;
    const struct str outer = source_line(layer->source, line);
    if (!inner.n || !str_ends(outer, inner))
        return origin_place_at(layer->source, patch->text);
    const uint32_t start = source_line_start(layer->source, line) + (uint32_t)(outer.n - inner.n) +
                           (span.start - source_line_start(patch->source, at.line));
    return (struct origin_place){.source = layer->source,
                                 .span = {start, start + (span.end - span.start)}};
}

/* Patterns of a target are regular expressions of whole names; names alone are most of them. */
static bool is_patch_of(const struct origin_patch *patch, const struct object *object)
{
    const struct node *selector = patch->selector;
    const struct str kind =
        selector ? node_get_text(selector, STR("kind")) : node_get_text(patch->root, STR("kind"));
    const struct str name =
        selector ? node_get_text(selector, STR("name"))
                 : node_get_text(node_get(patch->root, STR("metadata")), STR("name"));
    bool is_pattern = false;
    for (size_t i = 0; i < name.n && !is_pattern; i++)
        is_pattern = strchr(".*[(|\\", name.p[i]) != NULL;
    return (!kind.n || str_eq(kind, object->gvk.kind)) &&
           (is_pattern || (selector && !name.n) || is_name_of(object->name, name));
}

static struct origin_place from_operations(const struct origin_layer *layer,
                                           const struct origin_patch *patch,
                                           const struct origin_path *path)
{
    for (struct item it = list_first(patch->root); it.value; it = list_next(it)) {
        const struct node *value = node_get(it.value, STR("value"));
        if (!value)
            continue;
        /* The operation may set something around the place. */
        for (struct origin_path up = *path; up.n; up.n--) {
            const struct str pointer = node_get_text(it.value, STR("path"));
            if (!origin_is_pointer(&up, pointer))
                continue;
            /* "-" : behind the others, whose number is not known */
            if (str_ends(pointer, STR("/-")) &&
                !origin_is_same_item(value, up.steps[up.n - 1].item))
                continue;
            struct origin_path rest = {.is_key = path->is_key, .value = path->value};
            for (size_t i = up.n; i < path->n; i++)
                rest.steps[rest.n++] = path->steps[i];
            const struct origin_end end = origin_follow(value, &rest);
            if (end.is_equal)
                return place_in_patch(layer, patch, path->is_key && end.key ? end.key : end.node);
        }
    }
    return (struct origin_place){0};
}

static struct origin_place from_patches(const struct origin_layer *layer,
                                        const struct origin_target *target)
{
    for (size_t i = layer->patches.n; i-- > 0;) {
        const struct origin_patch *patch = &layer->patches.items[i];
        if (!is_patch_of(patch, target->object))
            continue;
        if (node_kind(patch->root) == NODE_LIST) {
            const struct origin_place place = from_operations(layer, patch, target->path);
            if (place.source)
                return place;
            continue;
        }
        const struct origin_end end = origin_follow(patch->root, target->path);
        if (end.is_equal && node_is_scalar(end.node) && end.key)
            return place_in_patch(layer, patch, target->path->is_key ? end.key : end.node);
    }
    return (struct origin_place){0};
}

/* An item or a map that only a patch has. */
static struct origin_place from_added(const struct origin_layer *layer,
                                      const struct origin_target *target)
{
    for (size_t i = layer->patches.n; i-- > 0;) {
        const struct origin_patch *patch = &layer->patches.items[i];
        if (node_kind(patch->root) != NODE_MAP || !is_patch_of(patch, target->object))
            continue;
        const struct origin_end end = origin_follow(patch->root, target->path);
        if (end.steps == target->path->n && end.key)
            return place_in_patch(layer, patch, target->path->is_key ? end.key : end.node);
    }
    return (struct origin_place){0};
}

/* ---- objects ---- */

struct best {
    struct origin_place place;
    size_t steps, name; /* gone, and bytes of the name that agree */
};

static void try_object(struct best *best, const struct doc *doc, const struct node *root,
                       const struct origin_target *target)
{
    struct object object;
    (void)object_read(doc, root, &object);
    if (!str_eq(object.gvk.kind, target->object->gvk.kind) ||
        !is_name_of(target->object->name, object.name))
        return;
    const struct origin_end end = origin_follow(root, target->path);
    const bool is_better =
        object.name.n != best->name ? object.name.n > best->name : end.steps > best->steps;
    if (best->place.source && !is_better)
        return;
    const bool at_key = end.key && (target->path->is_key || end.steps < target->path->n);
    const struct node *node = at_key ? end.key : end.node;
    *best = (struct best){origin_place_at(doc->source, node), end.steps, object.name.n};
    best->place.is_near = end.steps < target->path->n;
}

static void try_docs(struct best *best, const struct doc_list *docs,
                     const struct origin_target *target)
{
    for (size_t i = 0; i < docs->n; i++) {
        const struct doc *doc = &docs->items[i];
        if (!doc->root)
            continue;
        try_object(best, doc, doc->root, target);
        const struct node *items = node_get(doc->root, STR("items"));
        for (struct item it = list_first(items); it.value; it = list_next(it))
            try_object(best, doc, it.value, target);
    }
}

/* What a kustomization puts in front of a name, or behind it. */
static void look_for_affix(const struct origins *origins, const struct origin_target *target,
                           struct origin_also *ret_also)
{
    static const char *const fields[] = {"namePrefix", "nameSuffix"};
    const struct origin_path *path = target->path;
    if (path->is_key || path->n != 2 || !ends_in(path, "name") ||
        !str_is(path->steps[0].key, "metadata"))
        return;
    for (size_t i = 0; i < origins->layers.n; i++)
        for (size_t f = 0; f < ARRAY_LEN(fields); f++) {
            const struct origin_layer *layer = origins->layers.items[i];
            const struct node *affix = node_get(layer->root, str_from(fields[f]));
            if (!node_text(affix).n || !str_has(target->object->name, node_text(affix)))
                continue;
            *ret_also =
                (struct origin_also){origin_place_at(layer->source, affix),
                                     f ? "with this behind it" : "with this in front of it"};
            return;
        }
}

struct origin_place origin_in_overlay(struct origins *origins, const struct origin_target *target,
                                      struct origin_also *ret_also)
{
    struct best best = {0};
    if (!origins->is_read)
        read_layer(origins, origins->manifest->overlay->dir, 0);
    origins->is_read = true;
    for (size_t i = 0; i < origins->layers.n; i++) {
        const struct origin_layer *layer = origins->layers.items[i];
        struct origin_place place = from_fields(layer, target);
        if (!place.source)
            place = origin_from_replacements(origins, layer, target, ret_also);
        if (!place.source)
            place = from_patches(layer, target);
        if (place.source)
            return place;
        for (size_t r = 0; r < layer->resources.n; r++)
            try_docs(&best, &layer->resources.items[r]->docs, target);
    }
    for (size_t i = 0; i < origins->layers.n && best.place.is_near; i++) {
        const struct origin_place added = from_added(origins->layers.items[i], target);
        if (added.source)
            return added;
    }
    for (size_t i = 0; i < origins->layers.n && !best.place.source; i++)
        best.place = origin_from_generators(origins->layers.items[i], target);
    look_for_affix(origins, target, ret_also);
    return best.place;
}
