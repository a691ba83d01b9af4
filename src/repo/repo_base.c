/* SPDX-License-Identifier: Apache-2.0 */
/* Revisions to commits, and the ladder on which the base of a change is found. */
#include "repo/repo_internal.h"

#include "base/limits.h"

static int report_missing(struct repo *repo, struct arena *arena, struct diags *diags,
                          struct str revision);
static int find_target(struct repo *repo, struct arena *arena, struct str target,
                       struct diags *diags, git_oid *ret_id, struct str *ret_name);
static bool is_back_merge(struct repo *repo, const git_commit *head, const git_oid *target);

/* order: base_rung */
static const char *const rung_names[] = {"given", "first-parent", "merge-base", "empty"};

const char *base_rung_name(enum base_rung rung)
{
    return rung_names[rung];
}

static struct str id_text(struct arena *arena, const git_oid *id)
{
    char hex[GIT_OID_HEXSZ + 1];
    git_oid_tostr(hex, sizeof hex, id);
    return str_dup(arena, str_from(hex));
}

/* ---- revisions ---- */

static bool is_usable_text(struct str revision)
{
    return revision.n > 0 && revision.n <= LIMIT_PATH_BYTES && revision.p[0] != '-' &&
           str_find_char(revision, '\0') < 0;
}

static bool is_zeros(struct str revision)
{
    size_t zeros = 0;
    while (zeros < revision.n && revision.p[zeros] == '0')
        zeros++;
    return zeros == BLOB_ID_HEX && zeros == revision.n;
}

static int report_revision(struct repo *repo, struct arena *arena, struct diags *diags,
                           struct str revision, int code)
{
    struct str shown = diag_quote(arena, revision);
    if (code == GIT_EAMBIGUOUS) {
        struct diag *diag = repo_finding(diags, RULE_GIT_HISTORY,
                                         "%.*s stands for more than one object", STR_FMT(shown));
        diag_hint(diags, diag, "give more digits of the id, or the full name of the branch");
        return -1;
    }
    if (code == GIT_EINVALIDSPEC) {
        (void)repo_finding(diags, RULE_GIT_HISTORY, "%.*s is not a way to name a revision",
                           STR_FMT(shown));
        return -1;
    }
    if (code != GIT_ENOTFOUND)
        return library_report(diags, "%.*s cannot be read", STR_FMT(shown));
    if (is_zeros(revision)) {
        struct diag *diag =
            repo_finding(diags, RULE_GIT_HISTORY, "an id of zeros stands for no commit");
        diag_hint(diags, diag, "git gives it for a new or deleted branch; leave --base out");
        return -1;
    }
    if (str_is(revision, "HEAD") && git_repository_head_unborn(repo->handle) == 1) {
        struct diag *diag = repo_finding(diags, RULE_GIT_HISTORY, "HEAD has no commit yet");
        diag_hint(diags, diag, "commit first, or check the work tree with --all");
        return -1;
    }
    return report_missing(repo, arena, diags, revision);
}

static bool is_full_id(struct str revision)
{
    git_oid id;
    return revision.n == BLOB_ID_HEX && git_oid_fromstrn(&id, revision.p, revision.n) == 0;
}

bool repo_is_id(struct str text)
{
    return is_full_id(text) && !is_zeros(text);
}

/* A branch or tag that is there, though its commit is not: that is no matter of history. */
static int report_broken_reference(struct repo *repo, struct arena *arena, struct diags *diags,
                                   struct str revision)
{
    git_reference *reference = NULL;
    SCOPED(object_handle) git_object *object = NULL;
    if (is_full_id(revision) ||
        git_reference_dwim(&reference, repo->handle, str_to_c(arena, revision)) < 0)
        return 0;
    int code = git_reference_peel(&object, reference, GIT_OBJECT_COMMIT);
    git_reference_free(reference);
    if (code != GIT_ENOTFOUND)
        return 0;
    struct str shown = diag_quote(arena, revision);
    return library_report(diags, "%.*s cannot be read", STR_FMT(shown));
}

/* The commit itself, for those who need its parents. NULL after a report. */
static git_commit *find_commit(struct repo *repo, struct arena *arena, struct str revision,
                               struct diags *diags)
{
    SCOPED(object_handle) git_object *object = NULL;
    git_object *commit = NULL;
    if (!is_usable_text(revision)) {
        (void)report_revision(repo, arena, diags, revision, GIT_EINVALIDSPEC);
        return NULL;
    }
    if (report_broken_reference(repo, arena, diags, revision) < 0)
        return NULL;
    int code = git_revparse_single(&object, repo->handle, str_to_c(arena, revision));
    git_object_t type = code < 0 ? GIT_OBJECT_INVALID : git_object_type(object);
    if (code == 0)
        code = git_object_peel(&commit, object, GIT_OBJECT_COMMIT);
    if (code == 0)
        return (git_commit *)commit;
    if (type == GIT_OBJECT_BLOB || type == GIT_OBJECT_TREE || code == GIT_EPEEL) {
        struct str shown = diag_quote(arena, revision);
        (void)repo_finding(diags, RULE_GIT_HISTORY, "%.*s names a %s, not a commit", STR_FMT(shown),
                           git_object_type2string(type));
        return NULL;
    }
    (void)report_revision(repo, arena, diags, revision, code);
    return NULL;
}

int repo_resolve(struct repo *repo, struct arena *arena, struct str revision, struct diags *diags,
                 struct str *ret_id)
{
    SCOPED(commit_handle) git_commit *commit = find_commit(repo, arena, revision, diags);
    if (!commit)
        return -1;
    *ret_id = id_text(arena, git_commit_id(commit));
    return 0;
}

/* ---- the ladder ---- */

static int missing_history(struct repo *repo, struct diags *diags, struct diag *diag)
{
    if (repo->shallow)
        diag_hint(diags, diag,
                  "set fetch-depth: 2 (pull requests) or 0 (all history) on actions/checkout, or "
                  "run git fetch --deepen=100 or git fetch --unshallow; --base-missing=all checks "
                  "everything without a base");
    else
        diag_hint(diags, diag,
                  "fetch it with git fetch origin, or name another base with --base; "
                  "--base-missing=all checks everything without a base");
    return -1;
}

static int first_parent(struct repo *repo, struct arena *arena, const git_commit *head,
                        struct diags *diags, struct str *ret_base)
{
    SCOPED(commit_handle) git_commit *parent = NULL;
    int code = git_commit_parent(&parent, head, 0);
    struct str id = id_text(arena, git_commit_parent_id(head, 0));
    if (code == GIT_ENOTFOUND) {
        struct diag *diag = repo_finding(
            diags, RULE_GIT_HISTORY, "%.*s, the first parent of the head commit, is not in this %s",
            STR_FMT(id), repo->shallow ? "clone, which is shallow" : "repository");
        return missing_history(repo, diags, diag);
    }
    if (code < 0)
        return library_report(diags, "commit %.*s cannot be read", STR_FMT(id));
    *ret_base = id;
    return 0;
}

static int merge_base(struct repo *repo, struct arena *arena, const git_oid *head,
                      const git_oid *target, struct str target_name, struct diags *diags,
                      struct str *ret_base)
{
    git_oid base;
    if (library_merge_base(&base, repo->handle, head, target) == 0) {
        *ret_base = id_text(arena, &base);
        return 0;
    }
    struct str shown = diag_quote(arena, target_name);
    struct diag *diag =
        repo->shallow
            ? repo_finding(diags, RULE_GIT_HISTORY,
                           "the history between the head commit and %.*s is not in this clone, "
                           "which is shallow",
                           STR_FMT(shown))
            : repo_finding(diags, RULE_GIT_HISTORY,
                           "the head commit and %.*s have no commit in common", STR_FMT(shown));
    return missing_history(repo, diags, diag);
}

int repo_find_base(struct repo *repo, struct arena *arena, struct str head, struct str target,
                   struct diags *diags, struct str *ret_base, enum base_rung *ret_rung)
{
    SCOPED(commit_handle) git_commit *commit = find_commit(repo, arena, head, diags);
    if (!commit)
        return -1;
    unsigned parents = git_commit_parentcount(commit);
    if (parents == 0) {
        *ret_base = (struct str){0};
        *ret_rung = BASE_EMPTY;
        return 0;
    }
    git_oid target_id = {{0}};
    struct str target_name = {0};
    int found =
        find_target(repo, arena, target, parents > 1 ? NULL : diags, &target_id, &target_name);
    if (parents > 1 && (found < 0 || !is_back_merge(repo, commit, &target_id))) {
        *ret_rung = BASE_FIRST_PARENT;
        return first_parent(repo, arena, commit, diags, ret_base);
    }
    if (found < 0)
        return -1;
    *ret_rung = BASE_MERGE_BASE;
    return merge_base(repo, arena, git_commit_id(commit), &target_id, target_name, diags, ret_base);
}

int repo_merge_base(struct repo *repo, struct arena *arena, struct str head, struct str target,
                    struct diags *diags, struct str *ret_base)
{
    SCOPED(commit_handle) git_commit *commit = find_commit(repo, arena, head, diags);
    git_oid target_id = {{0}};
    struct str target_name = {0};
    if (!commit || find_target(repo, arena, target, diags, &target_id, &target_name) < 0)
        return -1;
    return merge_base(repo, arena, git_commit_id(commit), &target_id, target_name, diags, ret_base);
}

int repo_find_target(struct repo *repo, struct arena *arena, struct str target, struct diags *diags,
                     struct str *ret_id)
{
    git_oid id = {{0}};
    struct str name = {0};
    if (find_target(repo, arena, target, diags, &id, &name) < 0)
        return -1;
    *ret_id = id_text(arena, &id);
    return 0;
}

bool repo_is_merge_of(struct repo *repo, struct arena *arena, struct str merge, struct str merged)
{
    struct diags unwanted SCOPED(diags) = {0};
    SCOPED(commit_handle) git_commit *commit = find_commit(repo, arena, merge, &unwanted);
    if (!commit)
        return false;
    for (unsigned i = 1; i < git_commit_parentcount(commit); i++)
        if (str_eq(id_text(arena, git_commit_parent_id(commit, i)), merged))
            return true;
    return false;
}

struct str repo_merged_into(struct repo *repo, struct arena *arena, struct str merge)
{
    struct diags unwanted SCOPED(diags) = {0};
    SCOPED(commit_handle) git_commit *commit = find_commit(repo, arena, merge, &unwanted);
    if (!commit || git_commit_parentcount(commit) < 2)
        return (struct str){0};
    return id_text(arena, git_commit_parent_id(commit, 0));
}

/* Branches that a pull request is usually made against, the likeliest first. */
static const char *const usual_targets[] = {
    "refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master",
    "refs/heads/main",          "refs/heads/master",
};

/* The commit of the target branch. diags NULL: only look, don't report. */
static int find_target(struct repo *repo, struct arena *arena, struct str target,
                       struct diags *diags, git_oid *ret_id, struct str *ret_name)
{
    struct diags unwanted = {0};
    int result = -1;
    if (target.n > 0) {
        SCOPED(commit_handle)
        git_commit *commit = find_commit(repo, arena, target, diags ? diags : &unwanted);
        if (commit) {
            *ret_id = *git_commit_id(commit);
            *ret_name = target;
            result = 0;
        }
        diags_release(&unwanted);
        return result;
    }
    for (size_t i = 0; i < ARRAY_LEN(usual_targets); i++) {
        if (git_reference_name_to_id(ret_id, repo->handle, usual_targets[i]) == 0) {
            *ret_name = str_from(usual_targets[i]);
            return 0;
        }
    }
    if (diags) {
        struct diag *diag = repo_finding(diags, RULE_GIT_HISTORY,
                                         "there is no branch to compare with: neither origin/HEAD "
                                         "nor main nor master is in this repository");
        (void)missing_history(repo, diags, diag);
    }
    return -1;
}

/*
 * A test merge has the target branch as its first parent. When somebody merges the target into
 * their branch it is the other way round, and the first parent would hide what the branch did
 * before: then the target is asked. When history is too short to tell, it is a test merge.
 */
static bool is_back_merge(struct repo *repo, const git_commit *head, const git_oid *target)
{
    const git_oid *first = git_commit_parent_id(head, 0);
    if (git_oid_equal(first, target) || git_oid_equal(git_commit_id(head), target))
        return false;
    if (git_graph_descendant_of(repo->handle, target, first) != 0)
        return false;
    for (unsigned i = 1; i < git_commit_parentcount(head); i++) {
        const git_oid *parent = git_commit_parent_id(head, i);
        if (git_oid_equal(parent, target) ||
            git_graph_descendant_of(repo->handle, target, parent) == 1)
            return true;
    }
    return false;
}

static int report_missing(struct repo *repo, struct arena *arena, struct diags *diags,
                          struct str revision)
{
    struct str shown = diag_quote(arena, revision);
    git_oid id;
    struct str remote = str_concat(arena, STR("refs/remotes/origin/"), revision);
    struct diag *diag =
        repo_finding(diags, RULE_GIT_HISTORY, "%.*s is not in this %s", STR_FMT(shown),
                     repo->shallow ? "clone, which is shallow" : "repository");
    if (git_reference_name_to_id(&id, repo->handle, str_to_c(arena, remote)) == 0) {
        diag_hint(diags, diag, "did you mean origin/%.*s?", STR_FMT(shown));
        return -1;
    }
    return missing_history(repo, diags, diag);
}
