/* SPDX-License-Identifier: Apache-2.0 */
/* What a commit says of itself, and what it comes from. */
#include "base/limits.h"
#include "repo/repo_internal.h"

static struct str first_line(struct str message)
{
    const ptrdiff_t end = str_find_char(message, '\n');
    return str_trim(end < 0 ? message : str_sub(message, 0, (size_t)end));
}

/* Names and mails come from outside: what is no UTF-8 or too long is cut by whoever shows it. */
static struct str author_of(struct arena *arena, const git_commit *commit)
{
    const git_signature *author = git_commit_author(commit);
    return author && author->name ? str_dup(arena, str_from(author->name)) : (struct str){0};
}

int repo_read_commit(struct repo *repo, struct arena *arena, struct str id, struct diags *diags,
                     struct commit_info *ret_info)
{
    SCOPED(commit_handle) git_commit *commit = NULL;
    git_oid oid;
    if (!repo_is_id(id) || git_oid_fromstrn(&oid, id.p, id.n) < 0 ||
        git_commit_lookup(&commit, repo->handle, &oid) < 0)
        return library_report(diags, "commit %.*s cannot be read", STR_FMT(id));
    const struct str message = str_from(git_commit_message(commit));
    struct commit_info info = {
        .message = str_dup(arena, str_sub(message, 0, MIN_OF(message.n, (size_t)COMMIT_MESSAGE))),
        .author = author_of(arena, commit),
        .time_s = git_commit_time(commit)};
    info.subject = first_line(info.message);
    *ret_info = info;
    return 0;
}

enum descent repo_descends(struct repo *repo, struct str ancestor, struct str commit)
{
    git_oid from, to;
    if (git_oid_fromstrn(&from, ancestor.p, ancestor.n) < 0 ||
        git_oid_fromstrn(&to, commit.p, commit.n) < 0)
        return DESCENT_UNKNOWN;
    if (git_oid_equal(&from, &to))
        return DESCENT_YES;
    const int result = git_graph_descendant_of(repo->handle, &to, &from);
    if (result > 0)
        return DESCENT_YES;
    return result == 0 && !repo->shallow ? DESCENT_NO : DESCENT_UNKNOWN;
}
