/* SPDX-License-Identifier: Apache-2.0 */
/* Which overlays and charts are sets, and what goes into each. */
#include "base/file.h"
#include "render/overlay.h"
#include "render/pointer.h"
#include "render/render_internal.h"

const char *const overlay_files[] = {"kustomization.yaml", "kustomization.yml", "Kustomization",
                                     "Chart.yaml", NULL};

bool overlay_is_file(struct str path)
{
    return str_is_one_of(path_base(path), overlay_files, ARRAY_LEN(overlay_files) - 1);
}

struct adding {
    const struct overlays *overlays;
    const struct render_input *input;
    struct selection *selection;
};

bool overlay_is_same(const struct overlay *old, const struct overlay *new)
{
    if (old->inputs.n != new->inputs.n || !str_eq(old->kubernetes, new->kubernetes))
        return false;
    for (size_t i = 0; i < old->inputs.n; i++) {
        const struct tree_entry *a = old->inputs.items[i], *b = new->inputs.items[i];
        if (!str_eq(a->path, b->path) || a->kind != b->kind || !blob_id_is_known(&a->id) ||
            !blob_id_eq(&a->id, &b->id))
            return false;
    }
    return true;
}

enum { OVERLAYS_DEPTH = 64 }; /* kustomize has none; a chain of that length is an attack */

/* ---- what goes in ---- */

struct gathering {
    const struct overlays *overlays;
    const struct tree *tree;
    struct arena *arena;
    struct overlay *overlay;
    struct map seen; /* folders and files */
};

static void gather_path(struct gathering *gathering, struct str path, unsigned depth);

static void gather_file(struct gathering *gathering, const struct tree_entry *entry)
{
    if (map_has(&gathering->seen, entry->path))
        return;
    map_put(&gathering->seen, entry->path, gathering);
    VEC_PUSH(gathering->arena, &gathering->overlay->inputs, entry);
}

/* All of a folder: a generator may take any file of it. */
static void gather_folder(struct gathering *gathering, struct str dir)
{
    const struct tree *tree = gathering->tree;
    for (size_t i = tree_below(gathering->arena, tree, dir);
         i < tree->n && path_is_below(tree->entries[i].path, dir); i++)
        gather_file(gathering, &tree->entries[i]);
}

static void gather_path(struct gathering *gathering, struct str path, unsigned depth)
{
    const struct tree_entry *entry = tree_find(gathering->tree, path);
    if (entry) {
        gather_file(gathering, entry);
        return;
    }
    const struct kustomization *kustomization = map_get(&gathering->overlays->kustomizations, path);
    const struct str key = str_concat(gathering->arena, path, STR("/"));
    if (depth == OVERLAYS_DEPTH || map_has(&gathering->seen, key))
        return;
    map_put(&gathering->seen, key, gathering);
    gather_folder(gathering, path);
    for (size_t i = 0; kustomization && i < kustomization->names.n; i++)
        gather_path(gathering, kustomization->names.items[i], depth + 1);
}

static int by_path(const void *a, const void *b)
{
    const struct tree_entry *const *left = a;
    const struct tree_entry *const *right = b;
    return str_cmp((*left)->path, (*right)->path);
}

static void gather(const struct adding *adding, struct overlay *overlay)
{
    struct gathering gathering = {.overlays = adding->overlays,
                                  .tree = adding->input->tree,
                                  .arena = &adding->selection->arena,
                                  .overlay = overlay,
                                  .seen = {.arena = &adding->selection->arena}};
    gather_path(&gathering, overlay->dir, 0);
    for (size_t i = 0; i < overlay->values.n; i++)
        gather_path(&gathering, overlay->values.items[i], 0);
    if (overlay->inputs.n)
        qsort(overlay->inputs.items, overlay->inputs.n, sizeof *overlay->inputs.items, by_path);
}

/* ---- sets ---- */

static uint32_t new_set(const struct adding *adding, struct str dir)
{
    struct selection *selection = adding->selection;
    const struct selection_set set = {.name = dir.n ? dir : STR("."),
                                      .versions = selection->sets.items[0].versions};
    VEC_PUSH(&selection->arena, &selection->sets, set);
    return (uint32_t)selection->sets.n - 1;
}

/* Whether a path of the command line is of this overlay, and not of a folder with many. */
static bool is_named(const struct str_list *paths, const struct overlay *overlay)
{
    for (size_t i = 0; paths && i < paths->n; i++)
        if (str_eq(paths->items[i], overlay->file) ||
            (overlay->dir.n && str_eq(paths->items[i], overlay->dir)))
            return true;
    return false;
}

/* The manifest of its file is in the sets that have declared it, in that of the command line, or
 * in set 0 because nobody said anything: then it is a set of its own. */
static void add_to(const struct adding *adding, struct overlay overlay, struct manifest *manifest)
{
    struct selection *selection = adding->selection;
    const struct str_list *paths = adding->input->paths;
    const struct pointer *pointer = manifest->pointer;
    overlay.is_declared =
        (manifest->set > 0 && !(pointer && pointer->lacks_values)) || is_named(paths, &overlay);
    if (manifest->set == 0 && !(paths && paths->n))
        manifest->set = new_set(adding, overlay.dir);
    const struct selection_set *set = &selection->sets.items[manifest->set];
    overlay.namespace = set->namespace;
    overlay.kubernetes = set->versions.items[0];
    if (set->config && overlay.tool == TOOL_HELM) {
        overlay.values = set->config->values;
        overlay.release = set->config->release;
    }
    if (pointer && overlay.tool == TOOL_HELM) {
        overlay.values = pointer->values;
        overlay.texts = pointer->texts;
        overlay.settings = pointer->settings;
        overlay.release = pointer->release;
    }
    gather(adding, &overlay);
    manifest->overlay = arena_dup(&selection->arena, &overlay, sizeof overlay);
    manifest->skip = SKIP_NONE;
    manifest->state = MANIFEST_UNREAD;
}

static void add(const struct adding *adding, enum overlay_tool tool, struct str dir,
                struct str file)
{
    const struct overlay overlay = {.tool = tool, .dir = dir, .file = file};
    for (size_t i = 0; i < adding->selection->manifests.n; i++) {
        struct manifest *manifest = adding->selection->manifests.items[i];
        if (str_eq(manifest->path, file) && manifest->skip != SKIP_EXCLUDED && !manifest->pointer)
            add_to(adding, overlay, manifest);
    }
}

static const struct kustomization *kustomization_at(const struct overlays *overlays,
                                                    const struct tree_entry *entry)
{
    const struct kustomization *found = map_get(&overlays->kustomizations, path_dir(entry->path));
    return found && str_eq(found->path, entry->path) ? found : NULL;
}

/* What a pointer names is a set though it is part of another one. */
static void add_pointed(const struct adding *adding)
{
    for (size_t i = 0; i < adding->selection->manifests.n; i++) {
        struct manifest *manifest = adding->selection->manifests.items[i];
        const struct str dir = path_dir(manifest->path);
        const struct tree_entry *chart = map_get(&adding->overlays->charts, dir);
        const struct kustomization *kustomization =
            kustomization_at(adding->overlays, manifest->entry);
        const struct overlay overlay = {
            .tool = kustomization ? TOOL_KUSTOMIZE : TOOL_HELM, .dir = dir, .file = manifest->path};
        if (manifest->pointer && manifest->skip != SKIP_EXCLUDED &&
            (kustomization || chart == manifest->entry))
            add_to(adding, overlay, manifest);
    }
}

/* A chart that another one has among its dependencies; it may itself be one of a dependency. */
static bool is_part(const struct overlays *overlays, struct str dir)
{
    for (struct str up = dir; up.n;) {
        up = path_dir(up);
        if (str_is(path_base(up), "charts") && map_has(&overlays->charts, path_dir(up)))
            return true;
    }
    return false;
}

/* ---- what a kustomization leads to ---- */

static void reach(const struct overlays *overlays, struct map *reached, struct str dir,
                  unsigned depth)
{
    const struct kustomization *kustomization = map_get(&overlays->kustomizations, dir);
    if (!kustomization || depth == OVERLAYS_DEPTH || map_has(reached, dir))
        return;
    map_put(reached, kustomization->dir, reached);
    for (size_t i = 0; i < kustomization->names.n; i++)
        reach(overlays, reached, kustomization->names.items[i], depth + 1);
}

/* Those that use each other would be built by nobody: the first of them is, and kustomize then says
 * what is wrong. So is one that only a component uses which nobody uses. */
static void add_kustomizations(const struct adding *adding)
{
    const struct overlays *overlays = adding->overlays;
    const struct tree *tree = adding->input->tree;
    struct map reached = {.arena = &adding->selection->arena};
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < tree->n; i++) {
            const struct kustomization *one = kustomization_at(overlays, &tree->entries[i]);
            const bool is_next = one && !one->is_component && !map_has(&reached, one->dir) &&
                                 (round == 1 || !map_has(&overlays->kustomized, one->dir));
            if (!is_next)
                continue;
            reach(overlays, &reached, one->dir, 0);
            add(adding, TOOL_KUSTOMIZE, one->dir, one->path);
        }
    }
}

void overlays_add(const struct overlays *overlays, const struct render_input *input,
                  struct selection *selection)
{
    const struct adding adding = {overlays, input, selection};
    const struct tree *tree = input->tree;
    add_pointed(&adding);
    add_kustomizations(&adding);
    for (size_t i = 0; i < tree->n; i++) {
        const struct str path = tree->entries[i].path;
        const struct str dir = path_dir(path);
        if (map_get(&overlays->charts, dir) == &tree->entries[i] && !is_part(overlays, dir))
            add(&adding, TOOL_HELM, dir, path);
    }
}
