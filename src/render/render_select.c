/* SPDX-License-Identifier: Apache-2.0 */
/* Which files belong to a run, and to which set. */
#include "base/file.h"
#include "base/glob.h"
#include "base/limits.h"
#include "render/pointer.h"
#include "render/render_internal.h"

struct selecting {
    const struct render_input *input;
    struct selection *out;
    struct overlays overlays;
    struct pointers pointers;
    uint32_t first_pointed; /* set of the first pointer; the others follow in order */
    size_t pointed;         /* times that a file is in more than one of them */
};

static void add_sets(struct selecting *selecting);
static void add_file(struct selecting *selecting, const struct tree_entry *entry);
static int add_pointers(struct selecting *selecting, struct diags *diags);

/* What is found keeps the address of the arena, so the selection is made where it stays. */
int render_select(const struct render_input *input, struct diags *diags,
                  struct selection *ret_selection)
{
    struct selecting selecting = {.input = input, .out = ret_selection};
    *ret_selection = (struct selection){0};
    if (overlays_read(&ret_selection->arena, input->tree, diags, &selecting.overlays) < 0) {
        selection_release(ret_selection);
        return -1;
    }
    add_sets(&selecting);
    if (add_pointers(&selecting, diags) < 0) {
        selection_release(ret_selection);
        return -1;
    }
    for (size_t i = 0; i < input->tree->n; i++)
        add_file(&selecting, &input->tree->entries[i]);
    if (input->overlays)
        overlays_add(&selecting.overlays, input, ret_selection);
    return 0;
}

void selection_release(struct selection *selection)
{
    diags_release(&selection->diags);
    arena_release(&selection->arena);
    *selection = (struct selection){0};
}

static bool has_paths(const struct render_input *input)
{
    return input->paths && input->paths->n;
}

/* Set 0 holds what no declared set takes; with paths on the command line it is the only one. */
static void add_sets(struct selecting *selecting)
{
    const struct render_input *input = selecting->input;
    struct arena *arena = &selecting->out->arena;
    const struct str_list *run = input->versions && input->versions->n ? input->versions : NULL;
    struct selection_set rest = {.versions = run ? *run : input->config->versions};
    VEC_PUSH(arena, &selecting->out->sets, rest);
    for (size_t i = 0; !has_paths(input) && i < input->config->sets.n; i++) {
        const struct config_set *config = &input->config->sets.items[i];
        struct selection_set set = {.name = config->name,
                                    .config = config,
                                    .namespace = config->namespace,
                                    .versions = rest.versions,
                                    .depends_on = config->depends_on};
        if (!run && config->versions.n)
            set.versions = config->versions;
        VEC_PUSH(arena, &selecting->out->sets, set);
    }
}

/* They are sets behind those that are declared. */
static int add_pointers(struct selecting *selecting, struct diags *diags)
{
    struct selection *out = selecting->out;
    out->diags.settings = selecting->input->settings;
    const struct pointer_input input = {.arena = &out->arena,
                                        .tree = selecting->input->tree,
                                        .config = selecting->input->config,
                                        .overlays = &selecting->overlays,
                                        .workers = selecting->input->workers,
                                        .looked = selecting->input->looked,
                                        .run = diags,
                                        .diags = &out->diags};
    if (pointers_read(&input, &selecting->pointers) < 0)
        return -1;
    selecting->first_pointed = (uint32_t)out->sets.n;
    for (size_t i = 0; i < selecting->pointers.all.n; i++) {
        const struct pointer *pointer = selecting->pointers.all.items[i];
        VEC_PUSH(&out->arena, &out->sets,
                 ((struct selection_set){.name = pointer->set,
                                         .pointer = pointer,
                                         .namespace = pointer->namespace,
                                         .versions = out->sets.items[0].versions,
                                         .depends_on = pointer->depends_on}));
    }
    return 0;
}

/* A path of the command line or of a set: a file, a folder with all below it, or a pattern. */
static bool path_covers(struct str given, struct str path)
{
    while (given.n > 1 && given.p[given.n - 1] == '/')
        given.n--;
    if (!given.n || str_is(given, "."))
        return true;
    if (str_starts(path, given) && (path.n == given.n || path.p[given.n] == '/'))
        return true;
    return glob_match(given, path);
}

bool render_path_is_in(const struct str_list *list, struct str path)
{
    for (size_t i = 0; i < list->n; i++)
        if (path_covers(list->items[i], path))
            return true;
    return false;
}

static bool list_names(const struct str_list *list, struct str path)
{
    for (size_t i = 0; list && i < list->n; i++)
        if (str_eq(list->items[i], path))
            return true;
    return false;
}

static void add_manifest(struct selecting *selecting, const struct tree_entry *entry, uint32_t set)
{
    struct manifest *manifest = xcalloc(1, sizeof *manifest);
    manifest->path = entry->path;
    manifest->entry = entry;
    manifest->set = set;
    manifest->given = list_names(selecting->input->paths, entry->path);
    manifest->pointer = selecting->out->sets.items[set].pointer;
    manifest->skip = skip_by_path(&selecting->overlays, selecting->input->config, entry);
    if (manifest->pointer && manifest->skip == SKIP_KUSTOMIZED)
        manifest->skip = SKIP_NONE; /* that somebody else uses it as well changes nothing */
    /* Asked for by name: no guess overrules that. These two are no guess, and come along where a
     * shell writes *.yaml out. */
    if (manifest->given && entry->kind == ENTRY_FILE && manifest->skip != SKIP_KUSTOMIZATION &&
        manifest->skip != SKIP_CONFIGURATION)
        manifest->skip = SKIP_NONE;
    if (manifest->skip != SKIP_NONE)
        manifest->state = MANIFEST_SKIPPED;
    VEC_PUSH(&selecting->out->arena, &selecting->out->manifests, manifest);
}

static void tell_too_many(struct selecting *selecting, const struct tree_entry *entry)
{
    struct diags *diags = &selecting->out->diags;
    diags->at = (struct diag_at){
        .source = source_new(&selecting->out->arena, entry->path, (struct str){0})};
    diag_add(diags, RULE_LIMIT_COUNT, (struct span){0, 0}, STR(""),
             "objects of Flux and Argo CD put files into more than %d further sets",
             LIMIT_POINTER_FILES);
}

/* Whether a pointer takes the file, or several. */
static bool add_pointed(struct selecting *selecting, const struct tree_entry *entry)
{
    struct pointer_list covering;
    pointers_cover(&selecting->pointers, entry->path, &covering);
    for (size_t i = 0; i < covering.n; i++) {
        if (i && selecting->pointed++ == LIMIT_POINTER_FILES)
            tell_too_many(selecting, entry);
        if (i && selecting->pointed > LIMIT_POINTER_FILES)
            break;
        uint32_t set = selecting->first_pointed;
        while (selecting->out->sets.items[set].pointer != covering.items[i])
            set++;
        add_manifest(selecting, entry, set);
    }
    return covering.n > 0;
}

static void add_file(struct selecting *selecting, const struct tree_entry *entry)
{
    const struct render_input *input = selecting->input;
    bool given = list_names(input->paths, entry->path);
    if (!given && entry->kind != ENTRY_SUBMODULE && !path_is_manifest_like(entry->path) &&
        !path_is_kustomization(entry->path))
        return;
    if (has_paths(input)) {
        if ((given || render_path_is_in(input->paths, entry->path)) &&
            !add_pointed(selecting, entry))
            add_manifest(selecting, entry, 0);
        return;
    }
    bool taken = false;
    for (uint32_t i = 1; i < selecting->first_pointed; i++) {
        if (!render_path_is_in(&selecting->out->sets.items[i].config->paths, entry->path))
            continue;
        add_manifest(selecting, entry, i);
        taken = true;
    }
    if (!taken && !add_pointed(selecting, entry))
        add_manifest(selecting, entry, 0);
}
