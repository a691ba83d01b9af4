/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a kustomization's replacements and generators set: fields of one object in others, and
 * objects that have no file.
 *
 * Source: kubectl.docs.kubernetes.io/references/kustomize, "replacements", "configMapGenerator".
 */
#include "base/number.h"
#include "render/origin_layer.h"

/* ---- replacements ---- */

/* The next part of "spec.containers.[name=web].image"; in brackets a dot is a part of it. */
static bool next_part(struct str *rest, struct str *ret_part)
{
    size_t n = 0;
    bool is_open = false;
    if (!rest->n)
        return false;
    for (; n < rest->n && (is_open || rest->p[n] != '.'); n++)
        is_open = rest->p[n] == '[' || (is_open && rest->p[n] != ']');
    *ret_part = str_sub(*rest, 0, n);
    *rest = str_from_offset(*rest, MIN_OF(n + 1, rest->n));
    return true;
}

static struct str unbracketed(struct str part)
{
    return str_starts(part, STR("[")) && str_ends(part, STR("]")) ? str_sub(part, 1, part.n - 1)
                                                                  : part;
}

/* "[name=web]", "0" or "*" for an item, and a key otherwise. */
static bool is_step(struct str part, const struct origin_step *step)
{
    uint64_t index;
    if (str_is(part, "*"))
        return true;
    const struct str inner = unbracketed(part);
    if (!step->item)
        return str_eq(inner, step->key);
    if (number_parse_u64(part, &index) == 0)
        return index == step->index;
    const ptrdiff_t equals = str_find_char(inner, '=');
    return equals > 0 && str_eq(node_get_text(step->item, str_sub(inner, 0, (size_t)equals)),
                                str_from_offset(inner, (size_t)equals + 1));
}

static bool is_path_of(const struct origin_path *path, struct str written)
{
    struct str part;
    size_t n = 0;
    while (next_part(&written, &part))
        if (n == path->n || !is_step(part, &path->steps[n++]))
            return false;
    return n == path->n && n > 0;
}

static bool is_selected(const struct node *select, const struct object *object)
{
    const struct str kind = node_get_text(select, STR("kind"));
    const struct str name = node_get_text(select, STR("name"));
    return select && (!kind.n || str_eq(kind, object->gvk.kind)) &&
           (!name.n || str_has(object->name, name));
}

/* The field of the object that is copied from. */
static struct origin_place source_of(const struct origin_layer *layer, const struct node *from)
{
    struct origin_place place = {0};
    for (size_t r = 0; r < layer->resources.n; r++) {
        const struct doc_list *docs = &layer->resources.items[r]->docs;
        for (size_t d = 0; d < docs->n; d++) {
            struct object object;
            const struct node *node = docs->items[d].root;
            struct str rest = node_get_text(from, STR("fieldPath")), part;
            if (!node || !object_read(&docs->items[d], node, &object) ||
                !is_selected(from, &object))
                continue;
            while (node && next_part(&rest, &part))
                node = node_get(node, unbracketed(part));
            if (node)
                place = origin_place_at(docs->items[d].source, node);
        }
    }
    return place;
}

static struct origin_place from_replacement(const struct origin_layer *layer, struct source *source,
                                            const struct node *replacement,
                                            const struct origin_target *target,
                                            struct origin_also *ret_also)
{
    const struct node *targets = node_get(replacement, STR("targets"));
    for (struct item it = list_first(targets); it.value; it = list_next(it)) {
        const struct node *paths = node_get(it.value, STR("fieldPaths"));
        if (!is_selected(node_get(it.value, STR("select")), target->object))
            continue;
        for (struct item path = list_first(paths); path.value; path = list_next(path)) {
            if (!is_path_of(target->path, node_text(path.value)))
                continue;
            ret_also->place = source_of(layer, node_get(replacement, STR("source")));
            ret_also->says = "the value is from here";
            return origin_place_at(source, path.value);
        }
    }
    return (struct origin_place){0};
}

struct origin_place origin_from_replacements(struct origins *origins,
                                             const struct origin_layer *layer,
                                             const struct origin_target *target,
                                             struct origin_also *ret_also)
{
    const struct node *list = node_get(layer->root, STR("replacements"));
    struct origin_place place = {0};
    if (target->path->is_key)
        return place;
    for (struct item it = list_first(list); it.value && !place.source; it = list_next(it)) {
        const struct str path = node_get_text(it.value, STR("path"));
        const struct manifest *file = path.n ? origin_beside(origins, layer->dir, path) : NULL;
        if (!path.n)
            place = from_replacement(layer, layer->source, it.value, target, ret_also);
        for (size_t i = 0; file && i < file->docs.n && !place.source; i++) {
            const struct node *root = file->docs.items[i].root;
            if (node_kind(root) == NODE_MAP)
                place = from_replacement(layer, file->source, root, target, ret_also);
            for (struct item of = list_first(root); of.value && !place.source; of = list_next(of))
                place = from_replacement(layer, file->source, of.value, target, ret_also);
        }
    }
    return place;
}

/* ---- generators ---- */

/* "key=…" of a literal, or of a file that gives the key or has its name. */
static const struct node *entry_for(const struct node *generator, struct str key)
{
    static const char *const lists[] = {"literals", "files"};
    for (size_t l = 0; l < ARRAY_LEN(lists); l++) {
        const struct node *list = node_get(generator, str_from(lists[l]));
        for (struct item it = list_first(list); it.value; it = list_next(it)) {
            const struct str text = node_text(it.value);
            const ptrdiff_t equals = str_find_char(text, '=');
            const ptrdiff_t slash = str_find_last_char(text, '/');
            const struct str name = equals >= 0 ? str_sub(text, 0, (size_t)equals)
                                                : str_from_offset(text, (size_t)(slash + 1));
            if (str_eq(name, key))
                return it.value;
        }
    }
    return NULL;
}

/* A label or annotation of the generator's options, or of those of all generators. */
static const struct node *option_for(const struct origin_layer *layer, const struct node *generator,
                                     const struct origin_path *path)
{
    const struct node *options[] = {node_get(generator, STR("options")),
                                    node_get(layer->root, STR("generatorOptions"))};
    for (size_t i = 0; i < ARRAY_LEN(options); i++) {
        const struct entry entry =
            node_entry(node_get(options[i], path->steps[1].key), path->steps[2].key);
        if (entry.key)
            return path->is_key ? entry.key : entry.value;
    }
    return NULL;
}

static const struct node *part_of(const struct origin_layer *layer, const struct node *generator,
                                  const struct origin_path *path)
{
    const struct node *part = NULL;
    if (path->n == 2 && !path->steps[1].item && str_is(path->steps[0].key, "data"))
        part = entry_for(generator, path->steps[1].key);
    if (path->n == 3 && str_is(path->steps[0].key, "metadata"))
        part = option_for(layer, generator, path);
    return part ? part : node_get(generator, STR("name"));
}

struct origin_place origin_from_generators(const struct origin_layer *layer,
                                           const struct origin_target *target)
{
    static const struct {
        const char *kind, *field;
    } generators[] = {{"ConfigMap", "configMapGenerator"}, {"Secret", "secretGenerator"}};
    const struct node *best = NULL;
    size_t length = 0;
    for (size_t g = 0; g < ARRAY_LEN(generators); g++) {
        if (!str_is(target->object->gvk.kind, generators[g].kind))
            continue;
        const struct node *list = node_get(layer->root, str_from(generators[g].field));
        for (struct item it = list_first(list); it.value; it = list_next(it)) {
            const struct str name = node_get_text(it.value, STR("name"));
            if (name.n <= length || !str_has(target->object->name, name))
                continue;
            best = it.value;
            length = name.n;
        }
    }
    return best ? origin_place_at(layer->source, part_of(layer, best, target->path))
                : (struct origin_place){0};
}
