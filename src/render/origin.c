/* SPDX-License-Identifier: Apache-2.0 */
/* From a finding about what was rendered to the place in its sources. */
#include "base/limits.h"
#include "render/origin_internal.h"

struct origins *origins_open(struct origin_files *files, const struct manifest *manifest)
{
    struct origins *origins = ARENA_NEW(files->arena, struct origins);
    *origins = (struct origins){.arena = files->arena, .files = files, .manifest = manifest};
    files->by_path.arena = files->arena;
    return origins;
}

/* ---- files ---- */

/* Literals of generated Secrets stand in the kustomization. */
static void mask_generators(struct source *source, const struct node *root)
{
    const struct node *list = node_get(root, STR("secretGenerator"));
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        const struct node *literals = node_get(it.value, STR("literals"));
        for (struct item literal = list_first(literals); literal.value;
             literal = list_next(literal))
            source_mask(source, node_span(literal.written));
    }
}

/* Patches stand in kustomizations as text. */
static bool mentions_secret(struct str text)
{
    return str_has(text, STR("Secret")) || str_has(text, STR("secret"));
}

static void mask_values(const struct manifest *file)
{
    for (size_t i = 0; i < file->docs.n; i++) {
        const struct doc *doc = &file->docs.items[i];
        struct object object;
        if (doc->broken || !doc->root) {
            source_mask_unparsed(file->source);
            continue;
        }
        mask_generators(file->source, doc->root);
        if (path_is_kustomization(file->path) && mentions_secret(file->source->text))
            file->source->no_excerpt = true;
        if (object_read(doc, doc->root, &object) || object.gvk.kind.n)
            object_mask_secrets(&object);
    }
}

struct manifest *origin_file(struct origins *origins, struct str path)
{
    struct origin_files *files = origins->files;
    struct manifest *file = map_get(&files->by_path, path);
    const struct tree_entry *entry = file ? file->entry : tree_find(files->tree, path);
    struct str text;
    if (file || !entry || entry->kind != ENTRY_FILE ||
        tree_read(files->reader, entry, files->arena, LIMIT_RENDER_BYTES, &text) < 0)
        return file;
    file = xcalloc(1, sizeof *file);
    file->path = entry->path;
    file->entry = entry;
    file->source = source_new(files->arena, entry->path, text);
    file->state = MANIFEST_READ;
    map_put(&files->by_path, entry->path, file);
    VEC_PUSH(files->arena, files, file);
    struct diags dropped SCOPED(diags) = {.at.source = file->source};
    if ((path_is_manifest_like(path) || path_is_kustomization(path)) &&
        doc_read_file(files->arena, file->source, &dropped, &file->docs) == 0)
        mask_values(file);
    else
        source_mask_unparsed(file->source);
    return file;
}

/* ---- findings ---- */

static const struct doc *doc_at(const struct manifest *manifest, struct span span)
{
    for (size_t i = 0; i < manifest->docs.n; i++) {
        const struct doc *doc = &manifest->docs.items[i];
        if (doc->root && span.start >= doc->span.start && span.end <= doc->span.end)
            return doc;
    }
    return NULL;
}

static struct origin_place place_of(struct origins *origins, struct span span,
                                    struct origin_also *ret_also)
{
    const struct doc *doc = doc_at(origins->manifest, span);
    struct origin_path path;
    struct object object;
    const struct origin_place unknown = {0};
    if (!doc || !origin_path_to(doc->root, span, &path))
        return unknown;
    (void)object_read(doc, doc->root, &object);
    const struct origin_target target = {&object, &path};
    const struct origin_place place = origins->manifest->overlay->tool == TOOL_HELM
                                          ? origin_in_chart(origins, &target, ret_also)
                                          : origin_in_overlay(origins, &target, ret_also);
    /* A patch of a Secret need not say that it is of one. */
    if (place.source && str_is(object.gvk.kind, "Secret"))
        place.source->no_excerpt = true;
    return place;
}

static void move_related(struct origins *origins, struct diag *diag)
{
    for (size_t i = 0; i < diag->related.n; i++) {
        struct diag_related *related = &diag->related.items[i];
        struct origin_also also = {0};
        if (related->source != origins->manifest->source)
            continue;
        const struct origin_place place = place_of(origins, related->span, &also);
        related->source = place.source ? place.source : diag->source;
        related->span = place.source ? place.span : diag->span;
    }
}

void origins_move(struct origins *origins, struct diags *diags, struct diag *diag)
{
    const struct overlay *overlay = origins->manifest->overlay;
    const char *tool = overlay_tool_name(overlay->tool);
    struct origin_also also = {0};
    const struct origin_place place = place_of(origins, diag->span, &also);
    const struct manifest *file = origin_file(origins, overlay->file);
    const struct span top = {0, 0};
    diag->fix = NULL; /* it is of the rendered text */
    if (place.source) {
        diag->source = place.source;
        diag->span = place.span;
    } else {
        diag->source = file ? file->source : origins->manifest->source;
        diag->span = top;
    }
    move_related(origins, diag);
    if (also.place.source)
        diag_relate(diags, diag, also.place.source, also.place.span, "%s", also.says);
    if (!place.source)
        diag_hint(diags, diag, "it is in what %s makes of this; where in the sources is not known",
                  tool);
    else if (place.is_near)
        diag_hint(diags, diag,
                  "it is in what %s makes of this; what in the sources sets it is not "
                  "known",
                  tool);
    if (place.source && file && file->source != place.source)
        diag_relate(diags, diag, file->source, top, "as %s builds it here", tool);
}
