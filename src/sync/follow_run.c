/* SPDX-License-Identifier: Apache-2.0 */
/* What the thread does that follows a repository: wait, poll, fetch, check, judge, lay ready. */
#include <signal.h>
#include <time.h>

#include "base/clock.h"
#include "sync/follow_internal.h"

enum { READY_HEAD, READY_WANTED };

/* What became of looking at a commit. */
struct look {
    enum follow_state state;
    enum remote_failure failure;
    enum remote_signature signature;
    struct str signer;
    struct str why;
    struct sync_commit *commit;
};

static void wake(const struct follow *follow)
{
    if (follow->options.wake)
        follow->options.wake(follow->options.ctx);
}

/* ---- checks ---- */

static bool comes_from(struct follow *follow, struct arena *arena, struct str id, struct look *look)
{
    char from[FOLLOW_ANCHORS][FOLLOW_ID];
    pthread_mutex_lock(&follow->lock);
    const size_t n = follow->options.any_history ? 0 : follow->from_n;
    memcpy(from, follow->from, sizeof from);
    pthread_mutex_unlock(&follow->lock);
    for (size_t i = 0; i < n; i++) {
        struct str why = {0};
        const struct str anchor = str_from(from[i]);
        const enum remote_descent descent =
            remote_descends(follow->remote, arena, anchor, id, &why);
        if (descent == REMOTE_DESCENDS)
            continue;
        look->state = FOLLOW_DIVERGED;
        look->why =
            descent == REMOTE_DIVERGED
                ? str_format(arena,
                             "commit %.12s does not come from %.12s, which is applied: the history "
                             "was rewritten",
                             id.p, from[i])
                : str_format(arena, "whether commit %.12s comes from %.12s can't be told: %.*s",
                             id.p, from[i], STR_FMT(why));
        return false;
    }
    return true;
}

static bool is_signed(struct follow *follow, struct arena *arena, struct str id, struct look *look)
{
    struct remote_verdict verdict = {0};
    if (!follow->options.must_be_signed)
        return true;
    remote_verify(follow->remote, arena, &follow->options.signers, id, &verdict);
    look->signature = verdict.signature;
    look->signer = verdict.who;
    if (verdict.signature == SIGNATURE_GOOD)
        return true;
    look->state = FOLLOW_UNSIGNED;
    look->why = str_format(arena, "commit %.12s: %.*s", id.p, STR_FMT(verdict.why));
    return false;
}

static void judge(struct follow *follow, struct arena *arena, struct str id, struct look *look)
{
    const struct follow_options *options = &follow->options;
    look->commit = options->judge(options->ctx, remote_folder(follow->remote), id, &look->why);
    look->state = look->commit ? FOLLOW_WELL : FOLLOW_BROKEN;
    if (!look->commit && !look->why.n)
        look->why = str_format(arena, "commit %.12s can't be read", id.p);
}

/* ---- what the loop sees ---- */

static void lay_ready(struct follow *follow, size_t slot, struct str id, const struct look *look,
                      uint64_t seen_ms)
{
    struct follow_ready ready = {
        .commit = look->commit, .is_wanted = slot == READY_WANTED, .seen_ms = seen_ms};
    follow_copy(ready.id, sizeof ready.id, id);
    follow_copy(ready.signer, sizeof ready.signer, look->signer);
    pthread_mutex_lock(&follow->lock);
    struct sync_commit *old = follow->ready[slot].commit;
    follow->ready[slot] = ready;
    follow->status.commits++;
    if (slot == READY_HEAD)
        follow_copy(follow->status.ready, FOLLOW_ID, id);
    pthread_mutex_unlock(&follow->lock);
    if (old)
        follow->options.drop(old);
}

static void tell(struct follow *follow, const struct look *look)
{
    struct follow_status *status = &follow->status;
    pthread_mutex_lock(&follow->lock);
    if (status->state != look->state || status->failure != look->failure)
        status->since_ms = clock_ms();
    status->state = look->state;
    status->failure = look->failure;
    status->signature = look->signature;
    status->failed_polls += look->state == FOLLOW_FAILED;
    status->refused += look->state > FOLLOW_FAILED;
    follow_copy(status->why, sizeof status->why, look->why);
    status->busy_ms = 0;
    pthread_mutex_unlock(&follow->lock);
    wake(follow);
}

/* ---- the head ---- */

static bool fetch(struct follow *follow, struct arena *arena, struct str *id, struct look *look)
{
    struct remote_answer got;
    if (str_is(*id, follow->fetched))
        return true;
    pthread_mutex_lock(&follow->lock);
    follow->status.fetches++;
    pthread_mutex_unlock(&follow->lock);
    if (remote_fetch(follow->remote, arena, &got) < 0) {
        *look = (struct look){.state = FOLLOW_FAILED, .failure = got.failure, .why = got.why};
        return false;
    }
    follow_copy(follow->fetched, FOLLOW_ID, got.id);
    *id = got.id; /* somebody may have pushed in between */
    return true;
}

static void note_head(struct follow *follow, const struct remote_answer *head, bool is_answered)
{
    pthread_mutex_lock(&follow->lock);
    follow->status.polls++;
    if (is_answered)
        follow->status.answered_ms = clock_ms();
    if (head->id.n)
        follow_copy(follow->status.head, FOLLOW_ID, head->id);
    pthread_mutex_unlock(&follow->lock);
}

static bool take_again(struct follow *follow)
{
    pthread_mutex_lock(&follow->lock);
    const bool is_again = follow->is_again;
    follow->is_again = false;
    pthread_mutex_unlock(&follow->lock);
    return is_again;
}

static struct look look_at_head(struct follow *follow, struct arena *arena)
{
    struct look look = {.state = FOLLOW_WELL};
    struct remote_answer head = {0};
    const uint64_t seen = clock_ms();
    if (take_again(follow))
        follow->judged[0] = '\0';
    const enum remote_outcome outcome =
        remote_poll(follow->remote, arena, str_from(follow->judged), &head);
    note_head(follow, &head, outcome != REMOTE_FAILED);
    if (outcome == REMOTE_FAILED)
        return (struct look){.state = FOLLOW_FAILED, .failure = head.failure, .why = head.why};
    if (outcome == REMOTE_UNCHANGED)
        return look;
    struct str id = head.id;
    if (!fetch(follow, arena, &id, &look) || !comes_from(follow, arena, id, &look) ||
        !is_signed(follow, arena, id, &look))
        return look;
    judge(follow, arena, id, &look);
    if (look.commit) {
        follow_copy(follow->judged, FOLLOW_ID, id);
        lay_ready(follow, READY_HEAD, id, &look, seen);
    }
    return look;
}

/* ---- a commit that was asked for ---- */

static void look_at_wanted(struct follow *follow, struct arena *arena, struct str id)
{
    struct look look = {0};
    struct remote_answer got;
    const uint64_t seen = clock_ms();
    if (remote_fetch_commit(follow->remote, arena, id, &got) < 0)
        look.why = got.why;
    else if (is_signed(follow, arena, id, &look))
        judge(follow, arena, id, &look);
    if (look.commit)
        lay_ready(follow, READY_WANTED, id, &look, seen);
    follow->fetched[0] = '\0'; /* the folder may have been begun anew */
    pthread_mutex_lock(&follow->lock);
    follow_copy(follow->status.want_why, FOLLOW_WHY, look.why);
    pthread_mutex_unlock(&follow->lock);
    wake(follow);
}

/* ---- waiting ---- */

static struct timespec moment(uint64_t at_ms)
{
    return (struct timespec){.tv_sec = (time_t)(at_ms / 1000),
                             .tv_nsec = (long)(at_ms % 1000) * 1000000};
}

enum turn { TURN_POLL, TURN_WANT, TURN_STOP };

/* Until there is something to do. */
static enum turn await(struct follow *follow, char *ret_want)
{
    enum { LONGEST_MS = 60000 }; /* a timespec of "never" is nothing that systems agree on */
    enum turn turn = TURN_STOP;
    pthread_mutex_lock(&follow->lock);
    while (!follow->is_stopping) {
        const uint64_t now = clock_ms();
        if (follow->is_hinted)
            remote_timer_hint(&follow->timer, &follow->options.pace, now);
        follow->is_hinted = false;
        turn = follow->want[0] ? TURN_WANT : TURN_POLL;
        if (turn == TURN_WANT || remote_timer_is_due(&follow->timer, now))
            break;
        turn = TURN_STOP;
        const struct timespec until = moment(MIN_OF(follow->timer.at_ms, now + LONGEST_MS));
        (void)pthread_cond_timedwait(&follow->changed, &follow->lock, &until);
    }
    memcpy(ret_want, follow->want, FOLLOW_ID);
    follow->want[0] = '\0';
    if (turn == TURN_POLL)
        follow->status.busy_ms = clock_ms();
    pthread_mutex_unlock(&follow->lock);
    return turn;
}

/* The process' signals are the loop's. */
static void block_signals(void)
{
    sigset_t all;
    sigfillset(&all);
    (void)pthread_sigmask(SIG_BLOCK, &all, NULL);
}

void *follow_run(void *given)
{
    struct follow *follow = given;
    char want[FOLLOW_ID];
    enum turn turn;
    block_signals();
    while ((turn = await(follow, want)) != TURN_STOP) {
        struct arena arena = {0};
        if (turn == TURN_WANT) {
            look_at_wanted(follow, &arena, str_from(want));
        } else {
            remote_timer_begin(&follow->timer, clock_ms());
            const struct look look = look_at_head(follow, &arena);
            remote_timer_end(&follow->timer, &follow->options.pace, look.state != FOLLOW_FAILED,
                             clock_ms());
            tell(follow, &look);
        }
        arena_release(&arena);
    }
    return NULL;
}
