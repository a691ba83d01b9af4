/* SPDX-License-Identifier: Apache-2.0 */
/* The queue and its thread. */
#include "sync/feedback.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "sync/feedback_internal.h"

enum {
    NOTES_MAX = 2000, /* waiting; and as many sets are remembered */
    PATIENCE_MS = 30 * 60 * 1000,
    RETRY_MS = 5000,
    RETRY_MAX_MS = 5 * 60 * 1000,
    SESSION_MS = 60000, /* of one client, of which there is one while there is something to tell */
    LAST_MS = 5000,     /* for all that waits when it is to stop */
    ERROR_BYTES = 300,
};

struct lane {
    uint64_t next_ms; /* not before */
    unsigned wait_ms; /* after the last failure; 0: none */
};

struct feedback {
    struct arena arena; /* of the place's texts; written before the thread starts */
    struct feedback_place place;
    unsigned patience_ms, retry_ms;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* Under the lock: */
    struct note *first; /* oldest first */
    struct note *told;  /* of each lane and set the last one that was told, the latest first */
    bool is_busy, is_stopping, is_failing;
    uint64_t stop_ms; /* when stopping: until when */
    struct lane lanes[LANES];
    size_t waiting, sent, replaced, given_up;
    char last_error[ERROR_BYTES];
};

/* The thread's own, for host_client's callback, which has no context. */
static _Thread_local struct feedback *here;

static bool is_stopping(void)
{
    if (!here)
        return false;
    (void)pthread_mutex_lock(&here->lock);
    const bool is = here->is_stopping;
    (void)pthread_mutex_unlock(&here->lock);
    return is;
}

/* ---- notes ---- */

static struct note *note_new(enum feedback_lane lane, struct str commit, struct str set)
{
    struct note *note = xcalloc(1, sizeof *note);
    note->lane = lane;
    note->commit = str_dup(&note->arena, commit);
    note->set = diag_escape(&note->arena, set);
    note->born_ms = clock_ms();
    return note;
}

static void note_free(struct note *note)
{
    if (note)
        arena_release(&note->arena);
    free(note);
}

static bool is_of_one_set(const struct note *a, const struct note *b)
{
    return a->lane == b->lane && a->is_whole == b->is_whole && str_eq(a->set, b->set);
}

static bool is_of_one_thing(const struct note *a, const struct note *b)
{
    return is_of_one_set(a, b) && str_eq(a->commit, b->commit);
}

static bool says_the_same(const struct note *a, const struct note *b)
{
    return is_of_one_thing(a, b) && a->state == b->state &&
           a->deployment_state == b->deployment_state && str_eq(a->words, b->words);
}

static struct note **find(struct note **at, const struct note *note,
                          bool (*is)(const struct note *, const struct note *))
{
    while (*at && !is(*at, note))
        at = &(*at)->next;
    return at;
}

static struct note *unlink_note(struct note **at)
{
    struct note *note = *at;
    if (note)
        *at = note->next;
    return note;
}

static void give_up(struct feedback *feedback, struct note *note)
{
    feedback->given_up++;
    note_free(note);
}

/* ---- the queue ---- */

/* At the place of what waits of the same thing, else at the end. */
static void enqueue(struct feedback *feedback, struct note *note)
{
    struct note **at = find(&feedback->first, note, is_of_one_thing);
    if (*at) {
        struct note *old = unlink_note(at);
        note_free(old);
        feedback->replaced++;
        feedback->waiting--;
    }
    note->next = *at;
    *at = note;
    feedback->waiting++;
    if (feedback->waiting > NOTES_MAX) {
        give_up(feedback, unlink_note(&feedback->first));
        feedback->waiting--;
    }
    (void)pthread_cond_broadcast(&feedback->changed);
}

static void add(struct feedback *feedback, struct note *note)
{
    note->words = str_dup(&note->arena, note->words);
    (void)pthread_mutex_lock(&feedback->lock);
    enqueue(feedback, note);
    (void)pthread_mutex_unlock(&feedback->lock);
}

void feedback_commit(struct feedback *feedback, struct str commit, enum host_commit_state state,
                     struct str words)
{
    if (!feedback || !host_is_commit(commit))
        return;
    struct note *note = note_new(LANE_STATUS, commit, (struct str){0});
    note->is_whole = true;
    note->state = state;
    note->words = words;
    add(feedback, note);
}

void feedback_attempt(struct feedback *feedback, struct str set, const struct set_attempt *attempt)
{
    if (!feedback || !host_is_commit(attempt->commit))
        return;
    for (int lane = LANE_STATUS; lane < LANES; lane++) {
        if (lane == LANE_DEPLOYMENT && !feedback->place.deployments)
            continue;
        struct note *note = note_new((enum feedback_lane)lane, attempt->commit, set);
        if (feedback_translate(attempt, (enum feedback_lane)lane, note))
            add(feedback, note);
        else
            note_free(note);
    }
}

/* ---- the thread; all with the lock, but for sending ---- */

static bool may_go(const struct feedback *feedback, const struct note *note, uint64_t now)
{
    return feedback->is_stopping || feedback->lanes[note->lane].next_ms <= now;
}

static struct note *take_one(struct feedback *feedback, uint64_t now)
{
    struct note **at = &feedback->first;
    while (*at && !may_go(feedback, *at, now))
        at = &(*at)->next;
    struct note *note = unlink_note(at);
    if (note) {
        note->next = NULL;
        feedback->waiting--;
    }
    return note;
}

/* The next that may go and is news. */
static struct note *take(struct feedback *feedback, uint64_t now)
{
    struct note *note = take_one(feedback, now);
    while (note && *find(&feedback->told, note, says_the_same)) {
        note_free(note);
        note = take_one(feedback, now);
    }
    if (!note)
        return NULL;
    const struct note *last = *find(&feedback->told, note, is_of_one_set);
    const bool goes_on = last && str_eq(last->commit, note->commit);
    if (goes_on)
        note->deployment = str_dup(&note->arena, last->deployment);
    if (last)
        note->older = str_dup(&note->arena, goes_on ? last->older : last->deployment);
    return note;
}

static void remember(struct feedback *feedback, struct note *note)
{
    size_t n = 0;
    note_free(unlink_note(find(&feedback->told, note, is_of_one_set)));
    note->next = feedback->told;
    feedback->told = note;
    struct note **at = &feedback->told;
    for (; *at && n < NOTES_MAX; n++)
        at = &(*at)->next;
    note_free(unlink_note(at));
}

static void slow_down(struct feedback *feedback, struct lane *lane)
{
    const uint64_t wait = lane->wait_ms ? (uint64_t)lane->wait_ms * 2 : feedback->retry_ms;
    lane->wait_ms =
        (unsigned)MIN_OF(wait, (uint64_t)MAX_OF(feedback->retry_ms, (unsigned)RETRY_MAX_MS));
    lane->next_ms = clock_ms() + lane->wait_ms;
}

static void keep_error(struct feedback *feedback, struct str why)
{
    (void)snprintf(feedback->last_error, sizeof feedback->last_error, "%.*s", STR_FMT(why));
}

/* What can't be told now is told later, unless there is something newer of it by then. */
static void settle(struct feedback *feedback, struct note *note, const struct host_sent *sent)
{
    struct lane *lane = &feedback->lanes[note->lane];
    feedback->is_failing = sent->outcome != HOST_DONE;
    if (sent->outcome == HOST_DONE) {
        *lane = (struct lane){0};
        feedback->last_error[0] = '\0';
        feedback->sent++;
        remember(feedback, note);
        return;
    }
    keep_error(feedback, sent->why);
    if (sent->outcome == HOST_WRONG || feedback->is_stopping ||
        clock_ms() - note->born_ms > feedback->patience_ms) {
        give_up(feedback, note);
        return;
    }
    slow_down(feedback, lane);
    if (*find(&feedback->first, note, is_of_one_thing)) {
        note_free(note);
        feedback->replaced++;
        return;
    }
    note->next = feedback->first;
    feedback->first = note;
    feedback->waiting++;
}

static void drop_all(struct feedback *feedback)
{
    while (feedback->first)
        give_up(feedback, unlink_note(&feedback->first));
    feedback->waiting = 0;
    while (feedback->told)
        note_free(unlink_note(&feedback->told));
}

static void wait_until(struct feedback *feedback, uint64_t ms)
{
    struct timespec when = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
    (void)pthread_cond_timedwait(&feedback->changed, &feedback->lock, &when);
}

/* Until something can be told. NULL: the end. */
static struct note *next_note(struct feedback *feedback)
{
    for (;;) {
        const uint64_t now = clock_ms();
        if (feedback->is_stopping && (!feedback->first || now >= feedback->stop_ms))
            return NULL;
        struct note *note = take(feedback, now);
        if (note)
            return note;
        uint64_t next = UINT64_MAX;
        for (const struct note *it = feedback->first; it; it = it->next)
            next = MIN_OF(next, feedback->lanes[it->lane].next_ms);
        if (next == UINT64_MAX) {
            (void)pthread_cond_broadcast(&feedback->changed); /* the last ones were no news */
            (void)pthread_cond_wait(&feedback->changed, &feedback->lock);
        } else {
            wait_until(feedback, next);
        }
    }
}

/* ---- sending, without the lock ---- */

/* Connections of one client are used until it is old or there is nothing more to tell. */
struct session {
    struct arena arena;
    struct host host;
    struct host_client *client;
    uint64_t end_ms;
};

static void session_end(struct session *session)
{
    host_client_free(session->client);
    arena_release(&session->arena);
    *session = (struct session){0};
}

static struct str read_token(struct arena *arena, const struct feedback_place *place)
{
    struct str text;
    if (!place->token_file.n)
        return place->host.token;
    const int error =
        file_read(arena, str_to_c(arena, place->token_file), LIMIT_TOKEN_BYTES, &text);
    text = error < 0 ? (struct str){0} : str_trim(text);
    return str_has_control(text) ? (struct str){0} : text;
}

static struct host_client *session_client(struct session *session,
                                          const struct feedback_place *place, struct str *ret_why)
{
    if (session->client && clock_ms() < session->end_ms)
        return session->client;
    session_end(session);
    session->host = place->host;
    session->host.token = read_token(&session->arena, place);
    session->client = host_client_new(&session->arena, &session->host,
                                      &(struct host_client_options){.user_agent = place->user_agent,
                                                                    .ca_bundle = place->ca_bundle,
                                                                    .total_ms = 2 * SESSION_MS,
                                                                    .is_interrupted = is_stopping},
                                      ret_why);
    session->end_ms = clock_ms() + SESSION_MS;
    return session->client;
}

static void deliver(struct feedback *feedback, struct session *session, struct note *note)
{
    struct host_sent sent = {.outcome = HOST_FAILED};
    struct host_client *client = session_client(session, &feedback->place, &sent.why);
    if (client)
        sent = feedback_send(client, &feedback->place, note);
    (void)pthread_mutex_lock(&feedback->lock);
    settle(feedback, note, &sent);
    (void)pthread_mutex_unlock(&feedback->lock);
    if (sent.outcome != HOST_DONE)
        session_end(session); /* the next try reads the token anew */
}

static void *run(void *ctx)
{
    struct feedback *feedback = here = ctx;
    struct session session = {0};
    (void)pthread_mutex_lock(&feedback->lock);
    for (struct note *note; (note = next_note(feedback));) {
        feedback->is_busy = true;
        (void)pthread_mutex_unlock(&feedback->lock);
        deliver(feedback, &session, note);
        (void)pthread_mutex_lock(&feedback->lock);
        feedback->is_busy = false;
        const bool is_idle = !feedback->first;
        (void)pthread_cond_broadcast(&feedback->changed);
        if (!is_idle)
            continue;
        (void)pthread_mutex_unlock(&feedback->lock);
        session_end(&session);
        (void)pthread_mutex_lock(&feedback->lock);
    }
    (void)pthread_mutex_unlock(&feedback->lock);
    session_end(&session);
    return NULL;
}

/* ---- life ---- */

static struct feedback_place copy_place(struct arena *arena, const struct feedback_options *options)
{
    const struct host *host = options->host;
    return (struct feedback_place){
        .host = {.kind = host->kind,
                 .api_url = str_dup(arena, host->api_url),
                 .repository = str_dup(arena, host->repository),
                 .token = str_dup(arena, host->token)},
        .token_file = str_dup(arena, options->token_file),
        .cluster = diag_escape(arena, options->cluster),
        .environment =
            str_dup(arena, options->environment.n ? options->environment : options->cluster),
        .page_url = str_dup(arena, options->page_url),
        .user_agent = str_dup(arena, options->user_agent),
        .ca_bundle = str_dup(arena, options->ca_bundle),
        .deployments = options->deployments && host->kind == HOST_GITHUB,
        .is_production = options->is_production,
    };
}

static const char *problem_of(const struct feedback_options *options)
{
    if (options->host->kind == HOST_PLAIN)
        return "the forge of the repository is not known; say which of github, gitlab and gitea it "
               "is";
    if (!options->host->api_url.n || !options->host->repository.n)
        return "the API and the name of the repository at the forge are not known";
    if (!options->host->token.n && !options->token_file.n)
        return "there is no token for the forge";
    return options->cluster.n ? NULL : "the cluster has no name, which statuses are told under";
}

/* Signals are the main thread's. */
static int start_thread(struct feedback *feedback)
{
    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    const int error = pthread_create(&feedback->thread, NULL, run, feedback);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

struct feedback *feedback_start(const struct feedback_options *options, struct str *ret_why)
{
    const char *problem = problem_of(options);
    if (problem) {
        *ret_why = str_from(problem);
        return NULL;
    }
    struct feedback *feedback = xcalloc(1, sizeof *feedback);
    pthread_condattr_t attributes;
    feedback->place = copy_place(&feedback->arena, options);
    feedback->patience_ms = options->patience_ms ? options->patience_ms : PATIENCE_MS;
    feedback->retry_ms = options->retry_ms ? options->retry_ms : RETRY_MS;
    (void)pthread_mutex_init(&feedback->lock, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&feedback->changed, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    if (start_thread(feedback) != 0) {
        *ret_why = STR("no thread could be started");
        arena_release(&feedback->arena);
        free(feedback);
        return NULL;
    }
    return feedback;
}

bool feedback_drain(struct feedback *feedback, unsigned max_ms)
{
    if (!feedback)
        return true;
    const uint64_t end = clock_ms() + max_ms;
    (void)pthread_mutex_lock(&feedback->lock);
    while ((feedback->first || feedback->is_busy) && clock_ms() < end)
        wait_until(feedback, end);
    const bool is_told = !feedback->first && !feedback->is_busy;
    (void)pthread_mutex_unlock(&feedback->lock);
    return is_told;
}

void feedback_stats(struct feedback *feedback, struct arena *arena,
                    struct feedback_stats *ret_stats)
{
    *ret_stats = (struct feedback_stats){0};
    if (!feedback)
        return;
    (void)pthread_mutex_lock(&feedback->lock);
    *ret_stats = (struct feedback_stats){
        .waiting = feedback->waiting + feedback->is_busy,
        .sent = feedback->sent,
        .replaced = feedback->replaced,
        .given_up = feedback->given_up,
        .is_failing = feedback->is_failing,
        .last_error = str_dup(arena, str_from(feedback->last_error)),
    };
    (void)pthread_mutex_unlock(&feedback->lock);
}

void feedback_stop(struct feedback *feedback)
{
    if (!feedback)
        return;
    (void)pthread_mutex_lock(&feedback->lock);
    feedback->is_stopping = true;
    feedback->stop_ms = clock_ms() + LAST_MS;
    (void)pthread_cond_broadcast(&feedback->changed);
    (void)pthread_mutex_unlock(&feedback->lock);
    (void)pthread_join(feedback->thread, NULL);
    drop_all(feedback);
    (void)pthread_cond_destroy(&feedback->changed);
    (void)pthread_mutex_destroy(&feedback->lock);
    arena_release(&feedback->arena);
    free(feedback);
}
