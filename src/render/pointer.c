/* SPDX-License-Identifier: Apache-2.0 */
/* From the files of a tree to its pointers, and which of them lead to folders of this repository.
 */
#include <stdarg.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "render/pointer_internal.h"

/* ---- one pointer ---- */

struct pointer *pointer_new(struct pointing *pointing, const struct pointer_file *file,
                            const struct object *object, enum pointer_engine engine)
{
    struct arena *arena = pointing->in.arena;
    struct pointer *pointer = ARENA_NEW(arena, struct pointer);
    const struct str folder = path_dir(file->entry->path);
    *pointer = (struct pointer){.engine = engine,
                                .file = file->entry->path,
                                .source = file->source,
                                .object = *object,
                                .set = str_format(arena, "%.*s@%.*s", STR_FMT(object->name),
                                                  STR_FMT(folder.n ? folder : STR(".")))};
    return pointer;
}

struct diag *pointer_report(struct pointing *pointing, const struct pointer *pointer,
                            const struct node *place, enum severity severity, const char *fmt, ...)
{
    struct diags *diags = pointing->in.diags;
    char text[LIMIT_MESSAGE_BYTES];
    va_list args;
    va_start(args, fmt);
    const struct str message = str_print(text, sizeof text, fmt, args);
    va_end(args);
    diags->at =
        (struct diag_at){.source = pointer->source, .object = object_diag(&pointer->object)};
    struct diag *diag =
        diag_add(diags, RULE_RENDER_POINTER, node_span(place), STR(""), "%.*s", STR_FMT(message));
    if (diag && diag->severity == diag->rule->severity) /* not set by name */
        diag->severity = severity;
    return diag;
}

void pointer_tell_ignored(struct pointing *pointing, const struct pointer *pointer,
                          const struct node *map, const char *const *fields, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct entry entry = node_entry(map, str_from(fields[i]));
        if (entry.key && !node_is_zero(entry.value))
            pointer_report(pointing, pointer, entry.key, SEVERITY_INFO,
                           "%s of it is not applied here: the set is judged without", fields[i]);
    }
}

bool pointer_path(struct pointing *pointing, struct str dir, struct str written,
                  struct str *ret_path)
{
    while (str_starts(written, STR("/")))
        written = str_from_offset(written, 1);
    return written.n < LIMIT_PATH_BYTES &&
           path_normal(pointing->in.arena, path_join(pointing->in.arena, dir, written), ret_path);
}

struct str pointer_yaml(struct arena *arena, const struct node *node)
{
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, (size_t)LIMIT_POINTER_FILE * 2);
    doc_write_yaml(&out, node);
    return str_dup(arena, buf_str(&out));
}

bool pointer_folder_exists(const struct pointing *pointing, struct str dir)
{
    const struct tree *tree = pointing->in.tree;
    const size_t below = tree_below(pointing->in.arena, tree, dir);
    return below < tree->n && path_is_below(tree->entries[below].path, dir);
}

/* ---- which are of this repository ---- */

/* Its path is not known yet when a variable stands in it. */
static bool has_variable(const struct pointer *pointer)
{
    return str_has(pointer->written, STR("${"));
}

void pointer_add(struct pointing *pointing, struct pointer *pointer)
{
    struct pointers *out = pointing->out;
    if (out->all.n == LIMIT_POINTERS) {
        struct diags *diags = pointing->in.diags;
        diags->at = (struct diag_at){.source = pointer->source};
        diag_add(diags, RULE_LIMIT_COUNT, node_span(pointer->place), STR(""),
                 "more than %d objects of Flux and Argo CD name folders of this repository",
                 LIMIT_POINTERS);
    }
    if (out->all.n <= LIMIT_POINTERS)
        VEC_PUSH(pointing->in.arena, &out->all, pointer);
}

/* A folder of the tree, other than the top, which every repository has. */
static bool speaks(struct pointing *pointing, const struct pointer *pointer)
{
    struct str dir;
    return pointer_path(pointing, (struct str){0}, pointer->written, &dir) && dir.n &&
           pointer_folder_exists(pointing, dir);
}

/* Repositories that a pointer with a path of this tree is of. */
static void find_own(struct pointing *pointing, struct map *own, struct map *keys)
{
    for (size_t i = 0; i < pointing->out->all.n; i++) {
        struct pointer *pointer = pointing->out->all.items[i];
        map_put(keys, pointer->repository, pointer);
        if (!has_variable(pointer) && speaks(pointing, pointer))
            map_put(own, pointer->repository, pointer);
    }
}

/* `flux bootstrap` gives this name to the repository that it writes to. A source that is not in the
 * tree, as somebody made it by hand, is taken for this one, when it is the only one. */
static bool is_own(const struct pointing *pointing, const struct pointer *pointer,
                   const struct map *own, const struct map *keys)
{
    if (map_has(own, pointer->repository) ||
        str_is(pointer->repository, "GitRepository/flux-system/flux-system"))
        return true;
    return pointer->engine != POINTER_APPLICATION && own->n == 0 && keys->n == 1 &&
           !map_has(&pointing->declared, pointer->repository);
}

/* The folder is there, and can be what the engine wants. */
static bool check_folder(struct pointing *pointing, const struct pointer *pointer)
{
    struct arena scratch SCOPED(arena) = {0};
    const struct str quoted = diag_quote(&scratch, pointer->written);
    struct diag *diag = NULL;
    if (!pointer_folder_exists(pointing, pointer->dir)) {
        diag = pointer_report(pointing, pointer, pointer->place, SEVERITY_WARNING,
                              "there is no folder \"%.*s\" in this repository", STR_FMT(quoted));
        diag_hint(pointing->in.diags, diag, "correct the path, or remove what names it");
        return false;
    }
    if (pointer->engine != POINTER_HELM_RELEASE ||
        map_has(&pointing->in.overlays->charts, pointer->dir))
        return true;
    diag = pointer_report(pointing, pointer, pointer->place, SEVERITY_WARNING,
                          "the folder \"%.*s\" has no Chart.yaml", STR_FMT(quoted));
    diag_hint(pointing->in.diags, diag, "name the folder of the chart");
    return false;
}

static bool is_declared(const struct pointing *pointing, const struct pointer *pointer)
{
    const struct tree *tree = pointing->in.tree;
    const struct config *config = pointing->in.config;
    const size_t first = tree_below(pointing->in.arena, tree, pointer->dir);
    for (size_t i = 0; i < config->sets.n; i++)
        if (render_path_is_in(&config->sets.items[i].paths, tree->entries[first].path))
            return true;
    return false;
}

static bool leads_here(struct pointing *pointing, struct pointer *pointer, const struct map *own,
                       const struct map *keys)
{
    if (!is_own(pointing, pointer, own, keys))
        return false;
    if (has_variable(pointer)) {
        pointer_report(pointing, pointer, pointer->place, SEVERITY_INFO,
                       "this path has a variable without a known value, so it is not followed");
        return false;
    }
    if (!pointer_path(pointing, (struct str){0}, pointer->written, &pointer->dir)) {
        struct diag *diag = pointer_report(pointing, pointer, pointer->place, SEVERITY_WARNING,
                                           "this path leads out of the repository");
        diag_hint(pointing->in.diags, diag, "paths count from its top");
        return false;
    }
    return check_folder(pointing, pointer) && !is_declared(pointing, pointer);
}

static void index_pointer(struct pointers *pointers, struct pointer *pointer)
{
    void **slot = map_slot(&pointers->by_dir, pointer->dir);
    if (!*slot)
        *slot = ARENA_NEW(pointers->arena, struct pointer_list);
    struct pointer_list *list = *slot;
    VEC_PUSH(pointers->arena, list, pointer);
}

/* Names of sets are unique: what was before is found by them. */
static void name_set(struct pointing *pointing, struct pointer *pointer, struct map *names)
{
    const struct str wanted = pointer->set;
    for (size_t n = 2; map_has(names, pointer->set); n++)
        pointer->set = str_format(pointing->in.arena, "%.*s#%zu", STR_FMT(wanted), n);
    map_put(names, pointer->set, pointer);
}

static void keep_own(struct pointing *pointing)
{
    struct arena scratch SCOPED(arena) = {0};
    struct map own = {.arena = &scratch}, keys = {.arena = &scratch}, names = {.arena = &scratch};
    struct pointers *out = pointing->out;
    size_t n = 0;
    find_own(pointing, &own, &keys);
    for (size_t i = 0; i < out->all.n; i++) {
        struct pointer *pointer = out->all.items[i];
        if (!leads_here(pointing, pointer, &own, &keys))
            continue;
        name_set(pointing, pointer, &names);
        index_pointer(out, pointer);
        out->all.items[n++] = pointer;
    }
    out->all.n = n;
}

/* ---- what they depend on ---- */

static size_t shared_bytes(struct str a, struct str b)
{
    size_t n = 0;
    while (n < a.n && n < b.n && a.p[n] == b.p[n])
        n++;
    return n;
}

/* The one of that name whose file is nearest: clusters side by side have the same names. */
static const struct pointer *find_named(const struct pointers *pointers,
                                        const struct pointer *pointer, struct str namespace,
                                        struct str name)
{
    const struct pointer *found = NULL;
    size_t shared = 0;
    for (size_t i = 0; i < pointers->all.n; i++) {
        const struct pointer *other = pointers->all.items[i];
        const size_t now = shared_bytes(other->file, pointer->file);
        if (other == pointer || other->engine != pointer->engine ||
            !str_eq(other->object.name, name) || !str_eq(other->object.namespace, namespace) ||
            (found && now <= shared))
            continue;
        found = other;
        shared = now;
    }
    return found;
}

/* What the object says, and what applies the object itself. */
static void add_dependencies(const struct pointers *pointers, struct pointer *pointer)
{
    const struct node *list =
        node_get(node_get(pointer->object.root, STR("spec")), STR("dependsOn"));
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        const struct str namespace = node_get_text(it.value, STR("namespace"));
        const struct pointer *other =
            find_named(pointers, pointer, namespace.n ? namespace : pointer->object.namespace,
                       node_get_text(it.value, STR("name")));
        if (other)
            VEC_PUSH(pointers->arena, &pointer->depends_on, other->set);
    }
    struct pointer_list parents = {0};
    pointers_cover(pointers, pointer->file, &parents);
    for (size_t i = 0; i < parents.n; i++)
        if (parents.items[i] != pointer)
            VEC_PUSH(pointers->arena, &pointer->depends_on, parents.items[i]->set);
    if (!pointer->namespace.n && pointer->engine == POINTER_HELM_RELEASE && parents.n)
        pointer->namespace = parents.items[0]->namespace;
}

/* ---- all of a tree ---- */

enum phase { PHASE_KUSTOMIZATIONS, PHASE_REST };

/* Objects that a Kustomization with variables applies may have some in them, so those are known
 * first. A Kustomization that has some itself comes with the rest. */
static bool is_of_phase(const struct object *object, enum phase phase)
{
    const struct span span = node_span(object->root);
    const bool has_variables =
        str_has(str_sub(object->source->text, span.start, span.end), STR("${"));
    const bool is_first = str_is(object->gvk.group, "source.toolkit.fluxcd.io") ||
                          (str_is(object->gvk.kind, "Kustomization") && !has_variables);
    return is_first == (phase == PHASE_KUSTOMIZATIONS);
}

static void read_object(struct pointing *pointing, struct pointer_file *file, const struct doc *doc,
                        const struct node *root, enum phase phase)
{
    struct object object;
    if (!object_read(doc, root, &object) || !object.name.n || !is_of_phase(&object, phase))
        return;
    pointer_add_flux(pointing, file, &object);
    pointer_add_argo(pointing, file, &object);
}

/* The documents with the variables of what applies them. */
static struct doc_list filled(struct pointing *pointing, const struct pointer_file *file)
{
    struct arena *arena = pointing->in.arena;
    struct diags dropped SCOPED(diags) = {0};
    struct pointer_list parents = {0};
    struct doc_list docs = file->docs;
    docs.items = arena_dup(arena, docs.items, docs.n * sizeof *docs.items);
    pointers_cover(pointing->out, file->entry->path, &parents);
    for (size_t i = 0; i < parents.n; i++)
        if (parents.items[i]->variables) {
            substitute_docs(arena, parents.items[i]->variables, &docs, &dropped);
            break; /* applied by several, it is several; the first one stands for them */
        }
    return docs;
}

static void read_phase(struct pointing *pointing, enum phase phase)
{
    for (size_t i = 0; i < pointing->files.n; i++) {
        struct pointer_file *file = &pointing->files.items[i];
        if (!file->points || !pointer_file_read(pointing, file) || !file->docs.n)
            continue;
        const struct doc_list docs = phase == PHASE_REST ? filled(pointing, file) : file->docs;
        for (size_t d = 0; d < docs.n; d++) {
            const struct node *root = docs.items[d].root;
            const struct node *items = node_get(root, STR("items"));
            if (!root)
                continue;
            read_object(pointing, file, &docs.items[d], root, phase);
            for (struct item it = list_first(items); it.value; it = list_next(it))
                read_object(pointing, file, &docs.items[d], it.value, phase);
        }
    }
}

/* Where the first ones lead, for the variables of the others; told later. */
static void index_first(struct pointing *pointing)
{
    struct pointers *out = pointing->out;
    for (size_t i = 0; i < out->all.n; i++) {
        struct pointer *pointer = out->all.items[i];
        if (pointer_path(pointing, (struct str){0}, pointer->written, &pointer->dir))
            index_pointer(out, pointer);
    }
}

int pointers_read(const struct pointer_input *input, struct pointers *ret_pointers)
{
    *ret_pointers = (struct pointers){
        .arena = input->arena, .overlays = input->overlays, .by_dir.arena = input->arena};
    struct pointing pointing = {.in = *input, .declared.arena = input->arena, .out = ret_pointers};
    const int result = pointer_files_find(&pointing);
    if (result == 0) {
        read_phase(&pointing, PHASE_KUSTOMIZATIONS);
        index_first(&pointing);
        read_phase(&pointing, PHASE_REST);
        ret_pointers->by_dir = (struct map){.arena = input->arena};
        keep_own(&pointing);
        for (size_t i = 0; i < ret_pointers->all.n; i++)
            add_dependencies(ret_pointers, ret_pointers->all.items[i]);
    }
    tree_reader_close(pointing.reader);
    return result;
}
