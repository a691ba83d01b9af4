/* SPDX-License-Identifier: Apache-2.0 */
#include "host/host.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/vec.h"
#include "host/host_internal.h"
#include "http/http.h"

static const char *get_own(void *ctx, const char *name)
{
    (void)ctx;
    return getenv(name);
}

struct host_environment host_environment(void)
{
    return (struct host_environment){.get = get_own};
}

const char *host_kind_name(enum host_kind kind)
{
    static const char *const names[] = {[HOST_PLAIN] = "no CI that tidegate knows",
                                        [HOST_GITHUB] = "GitHub Actions",
                                        [HOST_GITEA] = "Gitea or Forgejo Actions",
                                        [HOST_GITLAB] = "GitLab CI"};
    return names[kind];
}

/* ---- reading what comes from outside ---- */

struct str host_variable(const struct detecting *detecting, const char *name)
{
    return str_from(detecting->environment.get(detecting->environment.ctx, name));
}

void host_note(const struct detecting *detecting, const char *fmt, ...)
{
    char text[LIMIT_NOTE_BYTES];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    VEC_PUSH(detecting->arena, &detecting->host->notes, str_dup(detecting->arena, str_from(text)));
}

bool host_is_commit(struct str text)
{
    bool any = false;
    if (text.n != 40 && text.n != 64)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        const char c = text.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
        any |= c != '0';
    }
    return any;
}

struct str host_commit(const struct detecting *detecting, struct str text, const char *what)
{
    if (host_is_commit(text))
        return text;
    if (text.n)
        host_note(detecting, "%s is no commit id", what);
    return (struct str){0};
}

struct str host_url(const struct detecting *detecting, const char *name)
{
    struct str url = host_variable(detecting, name);
    while (str_ends(url, STR("/")))
        url.n--;
    if (!url.n || http_is_safe_url(url))
        return url;
    host_note(detecting, "%s is no https URL; it is not used", name);
    return (struct str){0};
}

/* ---- detecting ---- */

void host_detect(struct arena *arena, struct host_environment environment, struct host *ret_host)
{
    const struct detecting detecting = {arena, environment, ret_host};
    *ret_host = (struct host){.kind = HOST_PLAIN};
    ret_host->base_ref = host_variable(&detecting, "GITHUB_BASE_REF"); /* of their imitators too */
    if (!ret_host->base_ref.n)
        ret_host->base_ref = host_variable(&detecting, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME");
    if (str_is(host_variable(&detecting, "GITLAB_CI"), "true"))
        host_detect_gitlab(&detecting);
    else if (str_is(host_variable(&detecting, "GITHUB_ACTIONS"), "true"))
        host_detect_actions(&detecting);
}

/* ---- what to compare ---- */

/*
 * What is there already of a branch that is new or was rewritten is what the main branch has. The
 * main branch itself would be compared with itself, which finds nothing: then everything counts, as
 * it does for a tag.
 */
static void push_range(struct arena *arena, const struct host *host, struct host_range *range)
{
    range->how = STR("push");
    range->change = host->head_sha; /* no test merge, however many parents it has */
    if (!host->is_forced)
        range->base = host->before;
    if (range->base.n)
        return;
    range->all = !host->main_branch.n || str_eq(host->branch, host->main_branch) ||
                 str_starts(host->branch, STR("refs/tags/"));
    range->target = str_format(arena, "origin/%.*s", STR_FMT(host->main_branch));
}

struct host_range host_range(struct arena *arena, const struct host *host)
{
    struct host_range range = {0};
    const struct str branch = host->base_ref.n
                                  ? str_format(arena, "origin/%.*s", STR_FMT(host->base_ref))
                                  : (struct str){0};
    switch (host->event) {
    case EVENT_PULL_REQUEST: /* of a test merge the first parent is found without the targets */
    case EVENT_PULL_REQUEST_TARGET:
        range.target = branch.n ? branch : host->base_sha;
        range.other = branch.n ? host->base_sha : branch;
        range.change = host->head_sha;
        range.heads_target = host->event == EVENT_PULL_REQUEST_TARGET;
        break;
    case EVENT_MERGE_GROUP:
        range.base = host->base_sha;
        range.target = branch;
        range.how = STR("merge-group");
        break;
    case EVENT_PUSH:
        push_range(arena, host, &range);
        break;
    case EVENT_NONE:
        range.all = host->kind != HOST_PLAIN;
        range.target = branch;
        break;
    }
    return range;
}
