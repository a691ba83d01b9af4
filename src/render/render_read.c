/* SPDX-License-Identifier: Apache-2.0 */
/* Files to documents, on several threads; each file is touched by one worker. */
#include "base/limits.h"
#include "base/pool.h"
#include "object/object.h"
#include "render/overlay.h"
#include "render/pointer.h"
#include "render/render_internal.h"

enum {
    BINARY_PROBE_BYTES = 8000, /* as git decides whether a file is binary */
    CACHE_LINE = 64,
};

/* Arenas that two workers write to all the time must not share a cache line. */
struct worker_arena {
    _Alignas(CACHE_LINE) struct arena arena;
};

struct render_memory {
    unsigned workers;
    struct worker_arena arenas[];
};

struct reading {
    const struct render_work *work;
    struct manifest **manifests;
    struct tree_reader **readers; /* one a worker */
    size_t n;
};

static void read_one(void *ctx, unsigned worker, size_t item);

struct render_memory *render_memory_new(unsigned workers)
{
    size_t size =
        size_add(sizeof(struct render_memory), size_mul(sizeof(struct worker_arena), workers));
    struct render_memory *memory = aligned_alloc(CACHE_LINE, size);
    if (!memory)
        memory_exhausted(size);
    memory->workers = workers;
    for (unsigned i = 0; i < workers; i++)
        memory->arenas[i].arena = (struct arena){0};
    return memory;
}

void render_memory_free(struct render_memory *memory)
{
    for (unsigned i = 0; memory && i < memory->workers; i++)
        arena_release(&memory->arenas[i].arena);
    free(memory);
}

/* Largest first, so that no worker is left alone with a large one at the end. */
static int by_size(const void *a, const void *b)
{
    const struct manifest *left = *(struct manifest *const *)a;
    const struct manifest *right = *(struct manifest *const *)b;
    uint32_t left_size = left->entry->size;
    uint32_t right_size = right->entry->size;
    return (left_size < right_size) - (left_size > right_size);
}

static struct manifest **in_order(struct arena *arena, struct manifest **manifests, size_t n,
                                  unsigned workers)
{
    if (workers < 2)
        return manifests;
    struct manifest **sorted = arena_dup(arena, manifests, n * sizeof(struct manifest *));
    qsort(sorted, n, sizeof(struct manifest *), by_size);
    return sorted;
}

int render_read(const struct render_work *work, struct manifest **manifests, size_t n,
                struct diags *diags)
{
    if (!n)
        return 0;
    unsigned workers = (unsigned)MIN_OF((size_t)work->workers, n);
    struct arena arena SCOPED(arena) = {0};
    struct reading reading = {.work = work,
                              .manifests = in_order(&arena, manifests, n, workers),
                              .readers = ARENA_ARRAY(&arena, struct tree_reader *, workers),
                              .n = n};
    int result = 0;
    for (unsigned i = 0; i < workers && result == 0; i++)
        if (!(reading.readers[i] = tree_reader_open(work->tree, diags)))
            result = -1;
    if (result == 0)
        pool_run(workers, n, read_one, &reading);
    for (unsigned i = 0; i < workers; i++)
        tree_reader_close(reading.readers[i]);
    return result;
}

/* Text that stands for a file whose content lies elsewhere (Git LFS). */
static bool is_lfs_pointer(struct str text)
{
    return text.n < 1024 && str_starts(text, STR("version https://git-lfs.github.com/spec/"));
}

/* UTF-16 has NUL bytes and is text all the same, when it says so by its byte order mark. */
static bool is_binary(struct str text)
{
    if (str_starts(text, STR("\xff\xfe")) || str_starts(text, STR("\xfe\xff")))
        return false;
    return memchr(text.p ? text.p : "", 0, MIN_OF(text.n, (size_t)BINARY_PROBE_BYTES)) != NULL;
}

static void skip(struct manifest *manifest, enum skip_reason reason)
{
    manifest->state = MANIFEST_SKIPPED;
    manifest->skip = reason;
    diags_release(&manifest->diags);
}

static void fail(struct manifest *manifest)
{
    manifest->state = MANIFEST_FAILED;
}

void render_text(struct arena *arena, struct manifest *manifest, struct str text,
                 const struct rule_settings *settings)
{
    const struct span start = {0, 0};
    manifest->source = source_new(arena, manifest->path, text);
    manifest->diags.settings = settings;
    manifest->diags.at = (struct diag_at){.source = manifest->source};
    if (is_lfs_pointer(text)) {
        struct diag *diag = diag_add(&manifest->diags, RULE_FILE_LFS, start, STR(""),
                                     "this is a Git LFS pointer, not the manifest itself");
        diag_hint(&manifest->diags, diag,
                  "check out with LFS content (git lfs pull), or keep manifests out of LFS");
        fail(manifest);
        return;
    }
    if (is_binary(text)) {
        if (!manifest->given) {
            skip(manifest, SKIP_BINARY);
            return;
        }
        diag_add(&manifest->diags, RULE_YAML_ENCODING, start, STR(""),
                 "this file is binary, not YAML or JSON text");
        fail(manifest);
        return;
    }
    if (doc_read_file(arena, manifest->source, &manifest->diags, &manifest->docs) < 0) {
        source_mask_unparsed(manifest->source);
        fail(manifest);
        return;
    }
    pointer_fill(arena, manifest->pointer, &manifest->docs, &manifest->diags);
    enum skip_reason reason = skip_by_content(manifest);
    if (reason != SKIP_NONE) {
        skip(manifest, reason);
        return;
    }
    for (size_t i = 0; i < manifest->docs.n; i++)
        if (manifest->docs.items[i].broken)
            source_mask_unparsed(manifest->source);
    manifest->state = MANIFEST_READ;
}

static void report_unreadable(struct arena *arena, struct manifest *manifest, int error)
{
    manifest->source = source_new(arena, manifest->path, (struct str){0});
    manifest->diags.at = (struct diag_at){.source = manifest->source};
    const struct span start = {0, 0};
    struct diag *diag;
    if (error == -EFBIG) {
        diag = diag_add(&manifest->diags, RULE_LIMIT_SIZE, start, STR(""),
                        "the file is over %d MiB, the most that one manifest may have",
                        LIMIT_FILE_BYTES >> 20);
        diag_hint(&manifest->diags, diag, "split it, or exclude it in tidegate.yaml");
    } else {
        diag = diag_add(&manifest->diags, RULE_FILE_UNREADABLE, start, STR(""),
                        "the file can't be read: %s", strerror(-error));
        diag_hint(&manifest->diags, diag, "check its permissions and that it is a regular file");
    }
    fail(manifest);
}

/* Without its program an overlay is left out, as its finding says. */
static void read_overlay(struct arena *arena, struct manifest *manifest, struct tree_reader *reader,
                         const struct rule_settings *settings)
{
    struct str text;
    if (tree_read(reader, manifest->entry, arena, LIMIT_FILE_BYTES, &text) < 0)
        text = (struct str){0};
    manifest->source = source_new(arena, manifest->path, text);
    manifest->source->no_excerpt = true; /* literals of Secrets may stand in it */
    manifest->diags.at = (struct diag_at){.source = manifest->source};
    if (overlay_render(arena, manifest->overlay, reader, &manifest->diags, &text) == 0) {
        manifest->given = true; /* a program that is to write objects wrote it */
        render_text(arena, manifest, text, settings);
        return;
    }
    fail(manifest);
    const struct rule *missing = rule_get(RULE_RENDER_TOOL);
    for (size_t i = 0; i < manifest->diags.n; i++)
        if (manifest->diags.items[i].rule == missing)
            manifest->state = MANIFEST_SKIPPED;
    if (manifest->state == MANIFEST_SKIPPED)
        manifest->skip =
            manifest->overlay->tool == TOOL_HELM ? SKIP_HELM_CHART : SKIP_KUSTOMIZATION;
}

static void read_one(void *ctx, unsigned worker, size_t item)
{
    struct reading *reading = ctx;
    struct manifest *manifest = reading->manifests[item];
    const struct render_work *work = reading->work;
    if (worker == 0 && work->progress)
        work->progress(work->progress_ctx, item, reading->n);
    manifest->diags.settings = work->settings;
    struct arena *arena = &work->memory->arenas[worker].arena;
    struct str text;
    if (manifest->overlay) {
        read_overlay(arena, manifest, reading->readers[worker], work->settings);
        return;
    }
    int error =
        tree_read(reading->readers[worker], manifest->entry, arena, LIMIT_FILE_BYTES, &text);
    if (error < 0)
        report_unreadable(arena, manifest, error);
    else
        render_text(arena, manifest, text, work->settings);
}

void manifest_free(struct manifest *manifest)
{
    if (!manifest)
        return;
    diags_release(&manifest->diags);
    free(manifest);
}
