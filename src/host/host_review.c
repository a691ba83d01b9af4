/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fixes as suggestions in reviews. A review is made with all its comments or not at all, but its
 * answer may be a fault all the same, so what is there is listed before anything is sent, and again
 * before it is repeated. A comment is known again by a marker that no page shows, with the key of
 * its suggestion in it. Anybody's will do: who imitates one only keeps a suggestion away.
 */
#include "base/map.h"
#include "host/host_changes.h"
#include "host/host_publish_internal.h"

enum {
    BATCH = 30,             /* comments of one review; many more are answered with a 502 */
    BATCHES_MOST = 5,       /* of one run: nobody reads more at once */
    CONFIRMATIONS = 3,      /* questions about what became of a request */
    BODY_BYTES = 65000,     /* of a comment */
    SUGGESTIONS_MOST = 5000 /* that are weighed */
};

#define MARKER "<!-- tidegate:fix:"

struct reviewing {
    struct host_client *client;
    const struct report *report;
    struct arena *arena;
    struct str pull; /* path of the pull request */
    struct host_changes changes;
    struct map there; /* keys of comments that there are */
    struct {
        VEC(struct report_suggestion);
    } all;          /* that can be shown, none of them twice */
    size_t outside; /* that the pull request does not show */
    size_t clashes; /* of lines that another one is about */
    size_t held;    /* that are over the number of one run */
    struct host_sent result;
};

/* ---- what there is to suggest ---- */

/* The one that is about some of its lines, NULL when none is. */
static const struct report_suggestion *find_near(const struct reviewing *reviewing,
                                                 const struct report_suggestion *suggestion)
{
    for (size_t i = reviewing->all.n; i-- > 0;) {
        const struct report_suggestion *other = &reviewing->all.items[i];
        if (str_eq(other->path, suggestion->path) && suggestion->first <= other->last &&
            other->first <= suggestion->last)
            return other;
    }
    return NULL;
}

static bool is_same(const struct report_suggestion *a, const struct report_suggestion *b)
{
    return a->first == b->first && a->last == b->last && str_eq(a->text, b->text);
}

static bool is_shown(const struct reviewing *reviewing, const struct report_suggestion *suggestion)
{
    const struct host_change *change = host_changes_find(&reviewing->changes, suggestion->path);
    return change && host_change_shows(change, suggestion->first, suggestion->old);
}

static void weigh(struct reviewing *reviewing, const struct diag *diag)
{
    struct report_suggestion suggestion;
    if (diag->state != DIAG_NEW || !diag->fix || !report_lists(reviewing->report, diag) ||
        !report_suggest(reviewing->arena, reviewing->report, diag, &suggestion))
        return;
    const struct report_suggestion *near = find_near(reviewing, &suggestion);
    if (!is_shown(reviewing, &suggestion) || suggestion.body.n > BODY_BYTES)
        reviewing->outside++;
    else if (!near)
        VEC_PUSH(reviewing->arena, &reviewing->all, suggestion);
    else if (!is_same(near, &suggestion)) /* else two findings have one mending */
        reviewing->clashes++;
}

static void collect(struct reviewing *reviewing)
{
    const struct diags *diags = reviewing->report->diags;
    for (size_t i = 0; i < diags->n && reviewing->all.n < SUGGESTIONS_MOST; i++)
        weigh(reviewing, &diags->items[i]);
}

/* ---- what is there ---- */

static bool fail(struct reviewing *reviewing, const struct host_answer *answer)
{
    reviewing->result.outcome = answer->outcome;
    reviewing->result.why = answer->why;
    return false;
}

static void succeed(struct reviewing *reviewing)
{
    reviewing->result.outcome = HOST_DONE;
    reviewing->result.why = (struct str){0};
}

static void take_key(struct reviewing *reviewing, struct str body)
{
    if (!str_starts(body, STR(MARKER)))
        return;
    const struct str rest = str_from_offset(body, STR(MARKER).n);
    const ptrdiff_t end = str_find_char(rest, ' ');
    if (end > 0)
        map_put(&reviewing->there, str_dup(reviewing->arena, str_sub(rest, 0, (size_t)end)),
                reviewing);
}

/* All pages: what is on the last one would be suggested again. */
static bool look(struct reviewing *reviewing)
{
    struct host_answer answer;
    struct host_call call = {.method = "GET",
                             .is_read = true,
                             .path = str_format(reviewing->arena, "%.*s/comments?per_page=100",
                                                STR_FMT(reviewing->pull))};
    do {
        host_call(reviewing->client, &call, &answer);
        for (struct item it = list_first(answer.body); it.value; it = list_next(it))
            take_key(reviewing, node_get_text(it.value, STR("body")));
        call.path = answer.next;
    } while (answer.outcome == HOST_DONE && call.path.n);
    return answer.outcome == HOST_DONE || fail(reviewing, &answer);
}

static bool is_there(const struct reviewing *reviewing, const struct report_suggestion *suggestion)
{
    return map_get(&reviewing->there, suggestion->key) != NULL;
}

/* ---- reviews ---- */

static void write_comment(const struct reviewing *reviewing, struct jsonw *w,
                          const struct report_suggestion *suggestion)
{
    jsonw_open_map(w);
    jsonw_put_text(w, "path", suggestion->path);
    if (suggestion->first != suggestion->last) {
        jsonw_put_i64(w, "start_line", suggestion->first);
        jsonw_put_text(w, "start_side", STR("RIGHT"));
    }
    jsonw_put_i64(w, "line", suggestion->last);
    jsonw_put_text(w, "side", STR("RIGHT"));
    jsonw_put_text(w, "body",
                   str_format(reviewing->arena, MARKER "%.*s -->\n%.*s", STR_FMT(suggestion->key),
                              STR_FMT(suggestion->body)));
    jsonw_close_map(w);
}

/* The next batch of those that are not there yet; gives how many. */
static size_t write_review(const struct reviewing *reviewing, struct buf *body)
{
    struct jsonw w = {.out = body};
    size_t n = 0;
    jsonw_open_map(&w);
    jsonw_put_text(&w, "commit_id", host_client_host(reviewing->client)->head_sha);
    jsonw_put_text(&w, "event", STR("COMMENT"));
    jsonw_put_text(&w, "body", STR("tidegate can mend this: look, and commit what is right."));
    jsonw_key(&w, "comments");
    jsonw_open_list(&w);
    for (size_t i = 0; i < reviewing->all.n && n < BATCH; i++)
        if (!is_there(reviewing, &reviewing->all.items[i])) {
            write_comment(reviewing, &w, &reviewing->all.items[i]);
            n++;
        }
    jsonw_close_list(&w);
    jsonw_close_map(&w);
    return n;
}

static void mark_sent(struct reviewing *reviewing, size_t n)
{
    for (size_t i = 0; i < reviewing->all.n && n > 0; i++)
        if (!is_there(reviewing, &reviewing->all.items[i])) {
            map_put(&reviewing->there, reviewing->all.items[i].key, reviewing);
            n--;
        }
}

/* One review. False when it could not be made, or there is nothing left to suggest. */
static bool send(struct reviewing *reviewing)
{
    for (unsigned i = 0; i < CONFIRMATIONS; i++) {
        SCOPED(buf) struct buf body;
        struct host_answer answer;
        buf_init(&body, SIZE_MAX - 1);
        const size_t n = write_review(reviewing, &body);
        if (!n) {
            succeed(reviewing);
            return false;
        }
        host_call(reviewing->client,
                  &(struct host_call){
                      .method = "POST",
                      .path = str_concat(reviewing->arena, reviewing->pull, STR("/reviews")),
                      .body = buf_str(&body)},
                  &answer);
        if (answer.outcome == HOST_DONE) {
            succeed(reviewing);
            mark_sent(reviewing, n);
            reviewing->result.url = node_get_text(answer.body, STR("html_url"));
            return true;
        }
        (void)fail(reviewing, &answer);
        if ((answer.outcome != HOST_UNSURE && answer.status < 500) || !look(reviewing))
            return false;
    }
    return false;
}

static void tell_rest(struct reviewing *reviewing)
{
    for (size_t i = 0; i < reviewing->all.n; i++)
        reviewing->held += !is_there(reviewing, &reviewing->all.items[i]);
    const size_t later = reviewing->held + reviewing->clashes;
    if (!reviewing->outside && !later)
        return;
    reviewing->result.note =
        str_format(reviewing->arena,
                   "not suggested: %zu fix%s of lines that the pull request does not show, %zu for "
                   "the next run; tidegate check --fix makes them all",
                   reviewing->outside, reviewing->outside == 1 ? "" : "es", later);
}

static struct host_sent problem_of(const struct host_client *client)
{
    const struct host *host = host_client_host(client);
    if (host->kind == HOST_GITHUB && host->number && host->head_sha.n)
        return (struct host_sent){.outcome = HOST_DONE};
    return (struct host_sent){.outcome = HOST_FAILED,
                              .why = STR("there is no pull request of GitHub to suggest fixes in")};
}

struct host_sent host_publish_review(struct host_client *client, const struct report *report)
{
    struct arena *arena = host_client_arena(client);
    const struct host *host = host_client_host(client);
    struct reviewing reviewing = {.client = client,
                                  .report = report,
                                  .arena = arena,
                                  .there = {.arena = arena},
                                  .result = problem_of(client)};
    if (reviewing.result.outcome != HOST_DONE)
        return reviewing.result;
    reviewing.pull =
        str_format(arena, "/repos/%.*s/pulls/%" PRIu64, STR_FMT(host->repository), host->number);
    reviewing.result = host_changes_list(client, &reviewing.changes);
    if (reviewing.result.outcome != HOST_DONE)
        return reviewing.result;
    collect(&reviewing);
    if (reviewing.all.n && !look(&reviewing))
        return reviewing.result;
    unsigned made = 0;
    while (made < BATCHES_MOST && !host_client_is_interrupted(client) && send(&reviewing))
        made++;
    if (reviewing.result.outcome == HOST_DONE)
        tell_rest(&reviewing);
    return reviewing.result;
}
