/* SPDX-License-Identifier: Apache-2.0 */
/*
 * render: from files to what would be applied. This half knows plain files; overlays and charts are
 * recognised, counted and left out with a reason, so nothing is lost without a word.
 *
 * Flow, once a side (base, head):
 *
 *   struct selection sel = {0};
 *   render_select(&input, &diags, &sel);          // by path: which files, which set, what is left
 * out render_read(&sel, wanted, n, workers, ...);   // parallel: bytes to documents
 *
 * Selecting reads no manifest, only kustomization files, because what an overlay uses is judged as
 * rendered and not by itself. Reading decides by content whether a file is a manifest at all.
 *
 * Lifetime: text, source and documents of all manifests live in the memory that was given to
 * render_read(). Two sides share the manifests of files that are equal on both, so each is parsed
 * once.
 */
#pragma once

#include "base/arena.h"
#include "base/map.h"
#include "base/opt.h"
#include "base/str.h"
#include "base/vec.h"
#include "config/config.h"
#include "diag/diag.h"
#include "doc/doc.h"
#include "repo/repo.h"

enum manifest_state {
    MANIFEST_UNREAD,
    MANIFEST_READ,
    MANIFEST_SKIPPED, /* `skip` says why */
    MANIFEST_FAILED,  /* could not be read; reported */
};

/* Why a file is not checked; the texts stand in render_skip.c and go into reports. */
enum skip_reason {
    SKIP_NONE,
    SKIP_EXCLUDED,      /* include/exclude of the configuration */
    SKIP_CONFIGURATION, /* tidegate's own file */
    SKIP_KUSTOMIZATION, /* kustomization.yaml */
    SKIP_KUSTOMIZED,    /* used by a kustomization: judged as rendered */
    SKIP_HELM_CHART,    /* Chart.yaml, values and other parts of a chart */
    SKIP_HELM_TEMPLATE, /* templates of a chart */
    SKIP_TEMPLATE,      /* {{ … }} outside a chart: not YAML before it is filled in */
    SKIP_PATCH,         /* a strategic merge patch, not a whole object */
    SKIP_CI,            /* configuration of a CI system or of a development tool */
    SKIP_CLIENT_CONFIG, /* has apiVersion and kind, but no API server serves it (kubeconfig, …) */
    SKIP_SOPS,          /* encrypted as a whole: not even its kind can be read */
    SKIP_NOT_A_MANIFEST, /* no document has apiVersion or kind */
    SKIP_EMPTY,          /* nothing but comments */
    SKIP_SYMLINK,
    SKIP_SPECIAL, /* socket, device, FIFO */
    SKIP_SUBMODULE,
    SKIP_BINARY,
    SKIP_REASON_COUNT,
};

const char *skip_reason_name(enum skip_reason reason); /* "helm-template", … */

struct overlay;
struct pointer;

struct manifest {
    struct str path;
    const struct overlay *overlay; /* what renders it; NULL: it is a file */
    const struct pointer *pointer; /* what applies it; NULL: nothing that is known */
    const struct tree_entry *entry;
    uint32_t set; /* index into selection.sets */
    enum manifest_state state;
    enum skip_reason skip;
    bool given; /* named on the command line: reported on even when it looks like no manifest */

    /* After reading. */
    struct source *source;
    struct doc_list docs;
    struct diags diags; /* owned */
};

struct selection_set {
    struct str name;                 /* "" : all plain files that no declared set takes */
    const struct config_set *config; /* NULL: not declared */
    const struct pointer *pointer;   /* pointer.h; NULL: it is not of one */
    struct str namespace;
    struct str_list versions;   /* texts such as "1.36" */
    struct str_list depends_on; /* names of sets */
};

struct selection {
    struct arena arena;
    struct {
        VEC(struct manifest *);
    } manifests; /* sorted by path, then set */
    struct {
        VEC(struct selection_set);
    } sets;
    struct diags diags; /* owned: about pointers */
};

struct render_input {
    const struct tree *tree;
    const struct config *config;
    const struct str_list *paths; /* files and folders of the command line, relative to the tree's
                                     root; empty: everything. Given paths are one set. */
    const struct str_list *versions; /* from the command line, wins over the configuration's */
    bool overlays;                   /* those and charts are rendered, and not left out */
    unsigned workers;                /* that look through files */
    const struct rule_settings *settings;
    struct map *looked; /* what blobs have in them, kept from side to side; or NULL */
};

int render_select(const struct render_input *input, struct diags *diags,
                  struct selection *ret_selection) MUST_USE;
void selection_release(struct selection *selection);
/* Whether a path is one of these, in one of these folders, or matches one of these patterns. */
bool render_path_is_in(const struct str_list *list, struct str path);

/* Called now and then from the calling thread, for progress lines. */
typedef void (*progress_fn)(void *ctx, size_t done, size_t total);

/* An arena for each worker, rather than for each file: most files are small. */
struct render_memory;

struct render_memory *render_memory_new(unsigned workers) MUST_USE RETURNS_NONNULL;
void render_memory_free(struct render_memory *memory);

struct render_work {
    const struct tree *tree;
    struct render_memory *memory;
    const struct rule_settings *settings;
    unsigned workers;     /* at most as many as the memory is for */
    progress_fn progress; /* or NULL */
    void *progress_ctx;
};

/* Reads and parses these manifests. Findings are in each manifest's own list. -1 only when the tree
 * can't be read at all (reported in `diags`). */
int render_read(const struct render_work *work, struct manifest **manifests, size_t n,
                struct diags *diags) MUST_USE;
/* One manifest from text that is at hand, standard input for example. */
void render_text(struct arena *arena, struct manifest *manifest, struct str text,
                 const struct rule_settings *settings);
void manifest_free(struct manifest *manifest);
