/* SPDX-License-Identifier: Apache-2.0 */
/*
 * repo: where files come from. A commit, the index, the work tree and a plain folder all become a
 * `struct tree`: a sorted list of entries that can be read one by one. Blobs come from the object
 * store, never from a checkout of untrusted code. The only room that knows libgit2.
 *
 * Flow:
 *
 *   struct repo *repo;
 *   if (repo_open(&arena, ".", &diags, &repo) < 0) return -1;     // NULL: not in a repository
 *   struct tree head, base;
 *   tree_of_commit(repo, &arena, STR("HEAD"), &diags, &head);
 *   tree_of_commit(repo, &arena, STR("main"), &diags, &base);
 *   tree_diff(&arena, &base, &head, &changes);
 *   struct tree_reader *reader = tree_reader_open(&head);          // one a thread
 *   tree_read(reader, &head.entries[i], &arena, &text);
 *
 * Threads: a `struct repo` and what is made from it stay on one thread; a `struct tree` is plain
 * data for all; each worker opens a reader of its own.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/opt.h"
#include "base/str.h"
#include "base/vec.h"
#include "diag/diag.h"

struct repo;

enum { BLOB_ID_BYTES = 20, BLOB_ID_HEX = 40 };

struct blob_id {
    unsigned char bytes[BLOB_ID_BYTES]; /* all zero: unknown (work tree, plain folder) */
};

bool blob_id_is_known(const struct blob_id *id);
bool blob_id_eq(const struct blob_id *a, const struct blob_id *b);

enum entry_kind {
    ENTRY_FILE,
    ENTRY_SYMLINK,
    ENTRY_SUBMODULE,
    ENTRY_OTHER, /* socket, device, FIFO */
};

struct tree_entry {
    struct str path; /* relative to the tree's root, forward slashes */
    struct blob_id id;
    enum entry_kind kind;
    uint32_t size; /* bytes on disk, at most UINT32_MAX; 0: unknown. For sharing out work only. */
};

enum tree_kind {
    TREE_NONE, /* no files: the base of a first commit */
    TREE_COMMIT,
    TREE_INDEX,
    TREE_WORK,   /* the repository's work tree: tracked and untracked files that are not ignored */
    TREE_FOLDER, /* a folder outside any repository */
};

struct tree {
    enum tree_kind kind;
    struct str root;    /* work trees and folders: path of the root; commits: of the repository */
    struct str objects; /* object store that readers open; empty for a plain folder */
    struct str name;    /* for reports: the commit's full id, "index", "work tree", the folder */
    struct tree_entry *entries; /* sorted by path, byte order */
    size_t n;
    size_t cap;
};

struct tree_change {
    const struct tree_entry *old; /* NULL: added */
    const struct tree_entry *new; /* NULL: removed */
};

struct tree_changes {
    VEC(struct tree_change);
};

/*
 * The repository that a path is in, honouring GIT_DIR and a pre-receive quarantine. *ret_repo is
 * NULL when there is none. -1 when there is one that cannot be used: broken, or owned by somebody
 * else (then the finding has the exact safe.directory line).
 */
int repo_open(struct arena *arena, const char *path, struct diags *diags,
              struct repo **ret_repo) MUST_USE;
void repo_close(struct repo *repo);
static inline void repo_scoped(struct repo **repo)
{
    repo_close(*repo);
}
struct str repo_work_dir(const struct repo *repo); /* empty for a bare repository */
/* The folder that all work trees of the repository share: names its object store for good, while
 * `objects` of a tree may be a quarantine. */
struct str repo_common_dir(const struct repo *repo);
/* Where git looks for hooks: core.hooksPath, or hooks of the common folder. */
struct str repo_hooks_dir(const struct repo *repo, struct arena *arena);
bool repo_is_shallow(const struct repo *repo);

/* How a base was found, for the report and for doctor. */
enum base_rung {
    BASE_GIVEN,        /* --base */
    BASE_FIRST_PARENT, /* head is a merge commit: its first parent */
    BASE_MERGE_BASE,   /* merge base of head and the target branch */
    BASE_EMPTY,        /* head has no parent: everything is new */
};
const char *base_rung_name(enum base_rung rung); /* "given", "first-parent", ... */

/* Full id of a revision. -1 with io/git-history when it is not there; says when the clone is
 * shallow and how to fetch more. */
int repo_resolve(struct repo *repo, struct arena *arena, struct str revision, struct diags *diags,
                 struct str *ret_id) MUST_USE;
/* Base of `head` (a full id) by the ladder: first parent of a merge commit, merge base with
 * `target` (a revision; empty: origin/HEAD, origin/main, origin/master, main, master). A merge of
 * the target into a branch is no test merge: the merge base is taken. */
int repo_find_base(struct repo *repo, struct arena *arena, struct str head, struct str target,
                   struct diags *diags, struct str *ret_base, enum base_rung *ret_rung) MUST_USE;

/* Merge base of `head` (a full id) and `target`, whatever parents head has. */
int repo_merge_base(struct repo *repo, struct arena *arena, struct str head, struct str target,
                    struct diags *diags, struct str *ret_base) MUST_USE;
/* Tip of the branch that a change goes to, a full id; `target` as above. */
int repo_find_target(struct repo *repo, struct arena *arena, struct str target, struct diags *diags,
                     struct str *ret_id) MUST_USE;
/* Whether a commit is a merge of another (full ids) into its first parent. */
bool repo_is_merge_of(struct repo *repo, struct arena *arena, struct str merge, struct str merged);

/* Whether a text is a full commit id other than zeros. */
bool repo_is_id(struct str text);
/* First parent of a merge commit (a full id), which need not be there; "" of any other commit. */
struct str repo_merged_into(struct repo *repo, struct arena *arena, struct str merge);
/* Commits (full ids) from the remote `origin` into a shallow clone, without their history, by the
 * git in PATH; see repo_fetch.c for what it may do. -1 with a reason, one line for people. */
int repo_fetch(struct repo *repo, struct arena *arena, const struct str_list *ids,
               unsigned timeout_ms, struct str *ret_why) MUST_USE;

enum { COMMIT_MESSAGE = 64 << 10 }; /* bytes that are read of it */
struct commit_info {
    struct str message, subject; /* whole, and its first line */
    struct str author;           /* name */
    int64_t time_s;              /* since 1970, of the commit */
};
/* Of a full id. */
int repo_read_commit(struct repo *repo, struct arena *arena, struct str id, struct diags *diags,
                     struct commit_info *ret_info) MUST_USE;
/* Whether a commit is another, or comes from it (full ids): not known where history is cut. */
enum descent { DESCENT_YES, DESCENT_NO, DESCENT_UNKNOWN };
enum descent repo_descends(struct repo *repo, struct str ancestor, struct str commit);

int tree_of_commit(struct repo *repo, struct arena *arena, struct str revision, struct diags *diags,
                   struct tree *ret_tree) MUST_USE;
/* What merging a commit into another makes (full ids). Files in conflict are reported, and -1. */
int tree_of_merge(struct repo *repo, struct arena *arena, struct str into, struct str merged,
                  struct diags *diags, struct tree *ret_tree) MUST_USE;
/* What the next commit will have; files in conflict are reported and left out. */
int tree_of_index(struct repo *repo, struct arena *arena, struct diags *diags,
                  struct tree *ret_tree) MUST_USE;
int tree_of_work(struct repo *repo, struct arena *arena, struct diags *diags,
                 struct tree *ret_tree) MUST_USE;
/* Every file below a folder. What cannot be listed is reported and left out. */
int tree_of_folder(struct arena *arena, const char *path, struct diags *diags,
                   struct tree *ret_tree) MUST_USE;
/* The same without the folders that lead to none of `only`, which are relative to the folder: files
 * beside and above them are there, because they may say what those are for. */
int tree_of_paths(struct arena *arena, const char *path, const struct str_list *only,
                  struct diags *diags, struct tree *ret_tree) MUST_USE;

/* Binary search; NULL when there is no such file. */
const struct tree_entry *tree_find(const struct tree *tree, struct str path);
/* Entries that differ, sorted by path. Entries with unknown ids differ unless both are the same
 * file. */
void tree_diff(struct arena *arena, const struct tree *old, const struct tree *new,
               struct tree_changes *ret_changes);

struct tree_reader;

/* NULL when the repository cannot be opened again (reported). */
struct tree_reader *tree_reader_open(const struct tree *tree, struct diags *diags) MUST_USE;
void tree_reader_close(struct tree_reader *reader);
/* Text of a file entry into the arena. A negative errno when it can't be read: -EFBIG over max,
 * -ENOENT not there (blobs of a partial clone), -EIO damaged, -ELOOP a symlink on the way.
 * Reports nothing: the caller knows what the file is for. */
int tree_read(struct tree_reader *reader, const struct tree_entry *entry, struct arena *arena,
              size_t max, struct str *ret_text) MUST_USE;
/* Where a symlink points, as written; work trees: without following it. */
int tree_read_link(struct tree_reader *reader, const struct tree_entry *entry, struct arena *arena,
                   struct str *ret_target) MUST_USE;

/* The change of a text as `git apply` takes it, with a/ and b/ before the path; nothing when both
 * are equal. -1 when it is too large. */
int text_diff(struct buf *out, struct str path, struct str old, struct str new) MUST_USE;
