/* SPDX-License-Identifier: Apache-2.0 */
/* Which files kustomizations use and where charts are. */
#include "base/file.h"
#include "base/limits.h"
#include "render/render_internal.h"

/* Where a kustomization names files. `member` is the entry's field that has the path. */
static const struct reference_field {
    const char *field;
    const char *member; /* NULL: the items are paths themselves */
    const char *nested; /* a list of paths below each item, or NULL */
} fields[] = {
    {"resources", NULL, NULL},
    {"bases", NULL, NULL},
    {"components", NULL, NULL},
    {"crds", NULL, NULL},
    {"configurations", NULL, NULL},
    {"generators", NULL, NULL},
    {"transformers", NULL, NULL},
    {"validators", NULL, NULL},
    {"patchesStrategicMerge", NULL, NULL},
    {"patches", "path", NULL},
    {"patchesJson6902", "path", NULL},
    {"replacements", "path", NULL},
    {"helmCharts", "valuesFile", NULL},
    {"configMapGenerator", NULL, "files"},
    {"secretGenerator", NULL, "files"},
    {"configMapGenerator", NULL, "envs"},
    {"secretGenerator", NULL, "envs"},
};

size_t tree_below(struct arena *arena, const struct tree *tree, struct str dir)
{
    const struct str first = dir.n ? str_concat(arena, dir, STR("/")) : dir;
    size_t low = 0, high = tree->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (str_cmp(tree->entries[middle].path, first) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool path_is_below(struct str path, struct str dir)
{
    return !dir.n || (path.n > dir.n && path.p[dir.n] == '/' && str_starts(path, dir));
}

/* A file, or a folder with files. */
static bool tree_has(struct arena *arena, const struct tree *tree, struct str path)
{
    if (tree_find(tree, path))
        return true;
    const size_t below = tree_below(arena, tree, path);
    return below < tree->n && path_is_below(tree->entries[below].path, path);
}

static void add_used(struct overlays *overlays, struct str folder, struct str by,
                     struct str written)
{
    /* A generator's file may be written key=path. */
    ptrdiff_t equals = str_find_char(written, '=');
    struct str path = equals < 0 ? written : str_from_offset(written, (size_t)equals + 1);
    struct str joined = path_join(overlays->arena, folder, path);
    struct str normal;
    if (!path_normal(overlays->arena, joined, &normal))
        return; /* leads out of the tree: kustomize will say so */
    struct str *owner = ARENA_NEW(overlays->arena, struct str);
    *owner = by;
    map_put(&overlays->kustomized, str_dup(overlays->arena, normal), owner);
}

static void add_items(struct overlays *overlays, struct str folder, struct str by,
                      const struct node *list, const struct reference_field *field)
{
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        if (field->nested) {
            const struct node *files = node_get(it.value, str_from(field->nested));
            for (struct item f = list_first(files); f.value; f = list_next(f))
                add_used(overlays, folder, by, node_text(f.value));
            continue;
        }
        struct str path =
            field->member ? node_get_text(it.value, str_from(field->member)) : node_text(it.value);
        if (path.n)
            add_used(overlays, folder, by, path);
    }
}

/* Whatever names something of the tree may be needed to build it: fields that are not known here
 * (openapi.path, generators of plugins) as well. */
static void add_names(struct overlays *overlays, struct kustomization *kustomization,
                      const struct tree *tree, const struct node *node, unsigned depth)
{
    if (depth >= LIMIT_DEPTH)
        return;
    for (struct entry e = map_first(node); e.key; e = map_next(e))
        add_names(overlays, kustomization, tree, e.value, depth + 1);
    for (struct item it = list_first(node); it.value; it = list_next(it))
        add_names(overlays, kustomization, tree, it.value, depth + 1);
    struct str text = node_text(node), normal;
    const ptrdiff_t equals = str_find_char(text, '=');
    text = str_from_offset(text, equals < 0 ? 0 : (size_t)equals + 1);
    if (text.n && text.n < LIMIT_PATH_BYTES && str_find_char(text, '\n') < 0 &&
        path_normal(overlays->arena, path_join(overlays->arena, kustomization->dir, text),
                    &normal) &&
        tree_has(overlays->arena, tree, normal))
        VEC_PUSH(overlays->arena, &kustomization->names, normal);
}

static void read_kustomization(struct overlays *overlays, const struct tree *tree,
                               struct kustomization *kustomization, struct str text)
{
    const struct str path = kustomization->path;
    /* What is wrong with the file is for kustomize to say: findings are dropped, files that it
     * would have used are then judged as plain files. */
    struct arena arena SCOPED(arena) = {0};
    struct diags dropped SCOPED(diags) = {0};
    struct source *source = source_new(&arena, path, text);
    struct doc_list docs = {0};
    if (doc_read_stream(&arena, source, &dropped, &docs) < 0 || !docs.n)
        return;
    const struct node *root = docs.items[0].root;
    kustomization->is_component = str_is(node_get_text(root, STR("kind")), "Component");
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        add_items(overlays, path_dir(path), path, node_get(root, str_from(fields[i].field)),
                  &fields[i]);
    add_names(overlays, kustomization, tree, root, 0);
}

int overlays_read(struct arena *arena, const struct tree *tree, struct diags *diags,
                  struct overlays *ret_overlays)
{
    struct overlays overlays = {.arena = arena,
                                .charts.arena = arena,
                                .kustomizations.arena = arena,
                                .kustomized.arena = arena};
    struct tree_reader *reader = NULL;
    for (size_t i = 0; i < tree->n; i++) {
        const struct tree_entry *entry = &tree->entries[i];
        if (entry->kind != ENTRY_FILE)
            continue;
        if (str_is(path_base(entry->path), "Chart.yaml")) {
            map_put(&overlays.charts, path_dir(entry->path), &tree->entries[i]);
            continue;
        }
        if (!path_is_kustomization(entry->path))
            continue;
        if (!reader && !(reader = tree_reader_open(tree, diags)))
            return -1;
        struct arena scratch SCOPED(arena) = {0};
        struct str text;
        struct kustomization *kustomization = ARENA_NEW(arena, struct kustomization);
        *kustomization = (struct kustomization){.path = entry->path, .dir = path_dir(entry->path)};
        map_put(&overlays.kustomizations, kustomization->dir, kustomization);
        if (tree_read(reader, entry, &scratch, LIMIT_CONFIG_BYTES, &text) == 0)
            read_kustomization(&overlays, tree, kustomization, text);
    }
    tree_reader_close(reader);
    *ret_overlays = overlays;
    return 0;
}
