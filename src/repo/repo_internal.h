/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the room share. */
#pragma once

#include <sys/stat.h>

#include <git2.h>

#include "base/map.h"
#include "repo/repo.h"

struct repo {
    git_repository *handle; /* owned */
    struct str root;        /* for messages: the work tree, or the folder of a bare repository */
    struct str work_dir;    /* without a slash at its end; empty for a bare repository */
    struct str objects;     /* folder of the object store */
    struct str index_path;  /* empty when there is none */
    bool shallow;
    struct tree_memory *last_tree; /* tree_commit.c: the folders of the commit listed last */
};

/* Makes libgit2 ready; the first call in the process pays for it (no start of the program does). */
void library_start(void);
/* What libgit2 says about its last failure, in words that help. */
struct str library_reason(struct arena *arena);
/* Adds io/git: the formatted text, a colon, and the reason. Always -1. */
int library_report(struct diags *diags, const char *fmt, ...) PRINTF(2, 3);
int library_merge_base(git_oid *ret_base, git_repository *handle, const git_oid *a,
                       const git_oid *b) MUST_USE;
/* A finding about the run, not about what diags->at says. */
struct diag *repo_finding(struct diags *diags, enum rule_id rule, const char *fmt, ...)
    PRINTF(3, 4);
/* A finding about one file or folder of the tree; the path lives as long as the arena. */
void repo_path_finding(struct diags *diags, struct arena *arena, enum rule_id rule, struct str path,
                       const char *fmt, ...) PRINTF(5, 6);

/* 0 when the repository belongs to the user or is listed in safe.directory, otherwise reported. */
int owner_check(git_repository *handle, struct arena *arena, struct diags *diags) MUST_USE;

/* Folder of the object store, honouring the quarantine of a pre-receive hook. */
struct str objects_path(struct arena *arena, git_repository *handle);
/* Opens it with the alternates of the environment. A libgit2 error code. */
int objects_open(struct arena *arena, struct str path, git_odb **ret_odb) MUST_USE;
/* An object of this type and of at most max bytes, whose contents were compared with its id. A
 * libgit2 error code: GIT_EEXISTS when it is larger. */
int objects_read(git_odb *odb, const git_oid *id, git_object_t type, size_t max,
                 git_odb_object **ret_object) MUST_USE;
/* Whether the environment names object folders that libgit2 would not look at by itself. */
bool objects_in_environment(void);

/* An environment variable, empty when unset. */
struct str env_get(const char *name);

/* The index with conflicts and all; empty when the file is not there. `ret_written` is when it was
 * written, for telling entries that may have changed since. */
int index_read(struct repo *repo, struct arena *arena, struct diags *diags, git_index **ret_index,
               struct timespec *ret_written) MUST_USE;

/* A tree under construction, which meets every limit. */
struct tree_builder {
    struct arena *arena; /* borrowed */
    struct diags *diags; /* borrowed */
    struct tree tree;
    size_t folders;
    size_t path_bytes;
    bool said_deep; /* each limit is reported once a tree */
    bool said_long;
};

/* prefix (empty or with a slash at its end) and name. An empty path: too long, reported, leave it
 * out. */
struct str builder_path(struct tree_builder *builder, struct str prefix, struct str name);
/* -1 when there are too many (reported): stop. The path is borrowed from the arena. */
int builder_add(struct tree_builder *builder, struct str path, const struct blob_id *id,
                enum entry_kind kind) MUST_USE;
/* Counts a folder that is about to be walked: 1 go on, 0 too deep: leave it out, -1 stop. */
int builder_enter(struct tree_builder *builder, struct str prefix, unsigned depth) MUST_USE;
/* Whether the entries are in order; git's own order is ours, so they usually are. */
bool tree_is_sorted(const struct tree *tree);
/* Sorts. */
struct tree builder_end(struct tree_builder *builder);

struct blob_id blob_id_from(const git_oid *id);
enum entry_kind entry_kind_of_mode(unsigned mode);

/* A walk over a folder on disk. */
struct walk {
    struct tree_builder *builder;
    struct repo *repo; /* only what is tracked or not ignored; NULL: a plain folder */
    git_index *index;
    struct timespec written;     /* when the index was */
    const struct str_list *only; /* enter what leads to one of these paths; NULL: everything */
};

int folder_walk(struct walk *walk, int root_fd) MUST_USE;

/* Handles of libgit2 that free themselves. */
#define HANDLE_SCOPED(name, type, free_it)                                                         \
    static inline void name##_scoped(type **handle)                                                \
    {                                                                                              \
        free_it(*handle);                                                                          \
    }

HANDLE_SCOPED(object_handle, git_object, git_object_free)
HANDLE_SCOPED(commit_handle, git_commit, git_commit_free)
HANDLE_SCOPED(tree_handle, git_tree, git_tree_free)
HANDLE_SCOPED(index_handle, git_index, git_index_free)
HANDLE_SCOPED(config_handle, git_config, git_config_free)
HANDLE_SCOPED(odb_handle, git_odb, git_odb_free)
HANDLE_SCOPED(odb_object_handle, git_odb_object, git_odb_object_free)
#undef HANDLE_SCOPED
