/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/follow.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "sync/follow_internal.h"

const char *follow_state_name(enum follow_state state)
{
    static const char *const names[] = {
        [FOLLOW_STARTING] = "starting", [FOLLOW_WELL] = "well",         [FOLLOW_FAILED] = "failed",
        [FOLLOW_DIVERGED] = "diverged", [FOLLOW_UNSIGNED] = "unsigned", [FOLLOW_BROKEN] = "broken",
    };
    return names[state];
}

void follow_copy(char *out, size_t size, struct str text)
{
    const size_t n = MIN_OF(text.n, size - 1);
    if (n)
        memcpy(out, text.p, n);
    out[n] = '\0';
}

/* ---- the loop's side ---- */

bool follow_take(struct follow *follow, struct follow_ready *ret_ready)
{
    bool is_there = false;
    pthread_mutex_lock(&follow->lock);
    for (size_t i = 0; i < ARRAY_LEN(follow->ready) && !is_there; i++) {
        if (!follow->ready[i].commit)
            continue;
        *ret_ready = follow->ready[i];
        follow->ready[i] = (struct follow_ready){0};
        is_there = true;
    }
    pthread_mutex_unlock(&follow->lock);
    return is_there;
}

void follow_hint(struct follow *follow)
{
    pthread_mutex_lock(&follow->lock);
    follow->is_hinted = true;
    follow->status.hints++;
    pthread_cond_signal(&follow->changed);
    pthread_mutex_unlock(&follow->lock);
}

void follow_want(struct follow *follow, struct str id)
{
    pthread_mutex_lock(&follow->lock);
    follow_copy(follow->want, sizeof follow->want, id);
    follow->status.want_why[0] = '\0';
    pthread_cond_signal(&follow->changed);
    pthread_mutex_unlock(&follow->lock);
}

void follow_applied(struct follow *follow, struct str id)
{
    pthread_mutex_lock(&follow->lock);
    follow_copy(follow->from[0], FOLLOW_ID, id);
    follow->from_n = id.n > 0;
    pthread_mutex_unlock(&follow->lock);
}

void follow_again(struct follow *follow)
{
    pthread_mutex_lock(&follow->lock);
    follow->is_again = follow->is_hinted = true;
    pthread_cond_signal(&follow->changed);
    pthread_mutex_unlock(&follow->lock);
}

void follow_status(struct follow *follow, struct follow_status *ret_status)
{
    pthread_mutex_lock(&follow->lock);
    *ret_status = follow->status;
    pthread_mutex_unlock(&follow->lock);
}

struct str follow_url(const struct follow *follow)
{
    return str_from(follow->url);
}

/* ---- beginning and end ---- */

static void read_anchors(struct follow *follow, const struct str_list *from)
{
    for (size_t i = 0; i < from->n && follow->from_n < FOLLOW_ANCHORS; i++)
        follow_copy(follow->from[follow->from_n++], FOLLOW_ID, from->items[i]);
}

static bool start_thread(struct follow *follow)
{
    pthread_condattr_t attributes;
    if (pthread_mutex_init(&follow->lock, NULL) != 0 || pthread_condattr_init(&attributes) != 0)
        return false;
    /* Deadlines are of clock_ms(), which no change of the date moves. */
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    const bool is_made = pthread_cond_init(&follow->changed, &attributes) == 0;
    (void)pthread_condattr_destroy(&attributes);
    return is_made && pthread_create(&follow->thread, NULL, follow_run, follow) == 0;
}

struct follow *follow_start(const struct follow_options *options, struct arena *arena,
                            struct str *ret_why)
{
    struct follow *follow = calloc(1, sizeof *follow);
    if (!follow)
        abort();
    follow->options = *options;
    follow->timer.seed = options->seed;
    follow->remote = remote_open(&follow->arena, &options->remote, ret_why);
    if (follow->remote) {
        follow_copy(follow->url, sizeof follow->url, remote_url(follow->remote));
        read_anchors(follow, &options->from);
        follow->status.since_ms = clock_ms();
        if (start_thread(follow))
            return follow;
        *ret_why = STR("there is no thread for following the repository");
    }
    *ret_why = str_dup(arena, *ret_why);
    remote_close(follow->remote);
    arena_release(&follow->arena);
    free(follow);
    return NULL;
}

static bool join(pthread_t thread, unsigned wait_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += (time_t)(wait_ms / 1000);
    until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    return pthread_timedjoin_np(thread, NULL, &until) == 0;
}

bool follow_stop(struct follow *follow, unsigned wait_ms)
{
    if (!follow)
        return true;
    pthread_mutex_lock(&follow->lock);
    follow->is_stopping = true;
    pthread_cond_signal(&follow->changed);
    pthread_mutex_unlock(&follow->lock);
    if (!join(follow->thread, wait_ms))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(follow->ready); i++)
        if (follow->ready[i].commit)
            follow->options.drop(follow->ready[i].commit);
    remote_close(follow->remote);
    pthread_mutex_destroy(&follow->lock);
    pthread_cond_destroy(&follow->changed);
    arena_release(&follow->arena);
    free(follow);
    return true;
}
