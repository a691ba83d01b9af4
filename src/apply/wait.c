/* SPDX-License-Identifier: Apache-2.0 */
/* The states of the objects, what time decides, and the end. */
#include "apply/wait_internal.h"

#include "base/clock.h"
#include "base/map.h"

enum {
    TIMEOUT_MS = 5 * 60 * 1000,
    GRACE_MS = 10 * 1000,
    GONE_MS = 3 * 1000, /* who replaces an object makes it anew at once */
    NAMED = 5,          /* objects of the one line that says why */
    LINE_BYTES = 2048,
};

/* order: wait_outcome */
static const char *const outcome_names[] = {"ready", "failed", "timed out", "cancelled"};

const char *wait_outcome_name(enum wait_outcome outcome)
{
    return outcome_names[outcome];
}

/* ---- words ---- */

/* What the server and its controllers write is one line here, cut at a whole character. */
static void copy_line(char *to, size_t size, struct str text)
{
    size_t n = MIN_OF(text.n, size - 1);
    while (n < text.n && n > 0 && ((unsigned char)text.p[n] & 0xc0) == 0x80)
        n--;
    for (size_t i = 0; i < n; i++) {
        const unsigned char c = (unsigned char)text.p[i];
        to[i] = c < 0x20 || c == 0x7f ? ' ' : text.p[i];
    }
    to[n] = '\0';
}

static void add_name(struct buf *out, const struct wait_seen *seen)
{
    buf_add(out, seen->resource->kind);
    buf_add_char(out, ' ');
    if (seen->namespace.n)
        buf_format(out, "%.*s/", STR_FMT(seen->namespace));
    buf_add(out, seen->name);
}

static void add_why(struct buf *out, const struct wait_seen *seen)
{
    buf_add_c(out, health_state_name(seen->state));
    if (seen->reason[0])
        buf_format(out, " %s", seen->reason);
    if (seen->message[0])
        buf_format(out, ": %s", seen->message);
}

/* Those that have failed first. */
static void add_some(const struct wait *wait, struct buf *out, bool failed, size_t *named)
{
    for (size_t i = 0; i < wait->result.n && *named < NAMED; i++) {
        const struct wait_seen *seen = &wait->result.objects[i];
        if (seen->state == HEALTH_CURRENT || seen->is_final != failed)
            continue;
        buf_add_c(out, *named ? "; " : ": ");
        add_name(out, seen);
        buf_add_char(out, ' ');
        add_why(out, seen);
        ++*named;
    }
}

static struct str describe(struct wait *wait)
{
    struct buf out SCOPED(buf) = {0};
    const struct wait_result *result = &wait->result;
    const size_t left = result->n - result->current;
    size_t named = 0;
    if (!left)
        return (struct str){0};
    buf_init(&out, LINE_BYTES);
    buf_format(&out, "%zu of %zu object%s %s not current", left, result->n,
               result->n == 1 ? "" : "s", left == 1 ? "is" : "are");
    if (result->outcome == WAIT_TIMED_OUT)
        buf_format(&out, " after %u s", wait->options.timeout_ms / 1000);
    add_some(wait, &out, true, &named);
    add_some(wait, &out, false, &named);
    if (left > named)
        buf_format(&out, "; and %zu more", left - named);
    return str_dup(&wait->arena, buf_str(&out));
}

void wait_write(const struct wait *wait, struct buf *out)
{
    for (size_t i = 0; i < wait->result.n; i++) {
        const struct wait_seen *seen = &wait->result.objects[i];
        if (seen->state == HEALTH_CURRENT)
            continue;
        add_name(out, seen);
        buf_add_c(out, ": ");
        add_why(out, seen);
        buf_add_char(out, '\n');
    }
}

/* ---- the end ---- */

static void on_end(struct cluster_timer *timer)
{
    struct wait *wait = timer->ctx;
    wait->is_done = true;
    if (wait->done)
        wait->done(wait->options.ctx, wait);
}

static void finish(struct wait *wait, enum wait_outcome outcome)
{
    if (wait->is_over)
        return;
    wait->is_over = true;
    wait->result.outcome = outcome;
    wait->result.took_ms = clock_ms() - wait->started_at;
    wait->result.reason = describe(wait);
    wait_groups_stop(wait);
    wait_ask_stop(wait);
    cluster_timer_stop(&wait->look);
    cluster_timer_start(wait->options.cluster, &wait->end, 0);
}

void wait_check(struct wait *wait)
{
    const struct wait_result *result = &wait->result;
    if (wait->is_over || wait->is_telling_list)
        return;
    if (result->current == result->n)
        finish(wait, WAIT_READY);
    else if (result->failed &&
             (!wait->options.goes_on || result->current + result->failed == result->n))
        finish(wait, WAIT_FAILED);
}

void wait_cancel(struct wait *wait)
{
    finish(wait, WAIT_CANCELLED);
}

bool wait_is_done(const struct wait *wait)
{
    return wait->is_done;
}

const struct wait_result *wait_result(const struct wait *wait)
{
    return &wait->result;
}

void wait_free(struct wait *wait)
{
    if (!wait)
        return;
    if (!wait->is_over)
        finish(wait, WAIT_CANCELLED);
    cluster_timer_stop(&wait->end);
    wait_groups_release(wait);
    wait_ask_release(wait);
    arena_release(&wait->arena);
    free(wait);
}

/* ---- states ---- */

static bool is_new(const struct wait_seen *seen, const struct wait_seen *next)
{
    return seen->state != next->state || seen->is_final != next->is_final ||
           strcmp(seen->reason, next->reason) != 0 || strcmp(seen->message, next->message) != 0;
}

void wait_set(struct wait *wait, struct wait_entry *entry, const struct health *health,
              bool is_final)
{
    struct wait_seen *seen = entry->seen;
    struct wait_seen next = *seen;
    next.state = health->state;
    next.is_final = is_final;
    copy_line(next.reason, sizeof next.reason, health->reason);
    copy_line(next.message, sizeof next.message, health->message);
    entry->doubt = DOUBT_NONE;
    if (!is_new(seen, &next))
        return;
    wait->result.current -= seen->state == HEALTH_CURRENT;
    wait->result.failed -= seen->is_final;
    wait->result.current += next.state == HEALTH_CURRENT;
    wait->result.failed += next.is_final;
    *seen = next;
    if (wait->options.tell)
        wait->options.tell(wait->options.ctx, seen);
}

static uint64_t patience_ms(const struct wait *wait, enum wait_doubt doubt)
{
    switch (doubt) {
    case DOUBT_STATUS:
        return wait->options.grace_ms;
    case DOUBT_STALE:
        return wait->options.settle_ms;
    case DOUBT_GONE:
        return GONE_MS;
    case DOUBT_NONE:
    case DOUBT_CLASS:
    case DOUBT_SERVED:
        break;
    }
    return UINT64_MAX;
}

static void arm(struct wait *wait)
{
    const uint64_t now = clock_ms();
    uint64_t at = wait->deadline;
    for (size_t i = 0; i < wait->result.n; i++)
        if (wait->entries[i].doubt)
            at = MIN_OF(at, wait->entries[i].due);
    cluster_timer_start(wait->options.cluster, &wait->look, at > now ? (unsigned)(at - now) : 0);
}

/* What was in doubt before stays so for the same time. */
static void doubt_of(struct wait *wait, struct wait_entry *entry, enum wait_doubt doubt,
                     enum wait_doubt before)
{
    const uint64_t patience = patience_ms(wait, doubt);
    entry->doubt = doubt;
    if (doubt == before)
        return;
    entry->due = patience == UINT64_MAX ? UINT64_MAX : clock_ms() + patience;
    arm(wait);
}

/* The time is up for what was in doubt. */
static void settle(struct wait *wait, struct wait_entry *entry)
{
    static const struct health current = {.state = HEALTH_CURRENT};
    struct wait_seen seen = *entry->seen;
    const struct health same = {seen.state, str_from(seen.reason), str_from(seen.message)};
    const bool is_current = entry->doubt == DOUBT_STATUS;
    entry->has_waited |= is_current;
    entry->has_settled |= entry->doubt == DOUBT_STALE;
    wait_set(wait, entry, is_current ? &current : &same, !is_current);
}

/* What time has decided stays decided. */
static void apply_patience(struct wait_entry *entry, struct wait_verdict *verdict)
{
    if (verdict->doubt == DOUBT_STATUS && entry->has_waited)
        *verdict = (struct wait_verdict){0};
    entry->has_settled &= verdict->doubt == DOUBT_STALE;
    if (entry->has_settled) {
        verdict->doubt = DOUBT_NONE;
        verdict->is_final = true;
    }
}

void wait_look_at(struct wait *wait, struct wait_entry *entry, const struct node *object)
{
    SCOPED(arena) struct arena arena = {0};
    struct wait_verdict verdict;
    struct wait_question question = {
        .resource = entry->seen->resource,
        .object = wait_with_type(&arena, entry->seen->resource, object),
        .rules = wait->options.rules,
        .now_s = wait->options.now_s(),
    };
    entry->is_listed = true;
    if (entry->ends && entry->is_there && entry->seen->state == HEALTH_CURRENT)
        return; /* it has ended, and is being taken away */
    if (!entry->is_there)
        entry->mark = wait_mark(question.object);
    entry->is_there = true;
    entry->ends |= wait_ends(entry->seen->resource, question.object);
    question.mark = entry->mark;
    wait_judge(&arena, &question, &verdict);
    apply_patience(entry, &verdict);
    const enum wait_doubt before = entry->doubt;
    wait_set(wait, entry, &verdict.health, verdict.is_final);
    if (verdict.doubt)
        doubt_of(wait, entry, verdict.doubt, before);
    if (verdict.doubt == DOUBT_CLASS)
        wait_ask_class(wait, entry, question.object);
    else if (verdict.doubt == DOUBT_SERVED)
        wait_ask_served(wait, entry, question.object);
}

void wait_is_gone(struct wait *wait, struct wait_entry *entry)
{
    static const struct health ended = {
        .state = HEALTH_CURRENT,
        .reason = {"Ended", 5},
        .message = {"it has ended and is gone", 24},
    };
    static const struct health gone = {
        .state = HEALTH_NOT_FOUND,
        .reason = {"NotFound", 8},
        .message = {"it is not there, or not with the label of its set", 49},
    };
    const enum wait_doubt before = entry->doubt;
    const bool has_failed = entry->seen->state == HEALTH_FAILED;
    entry->is_there = false;
    if (entry->ends) {
        if (!has_failed)
            wait_set(wait, entry, &ended, false);
        return;
    }
    wait_set(wait, entry, &gone, false);
    doubt_of(wait, entry, DOUBT_GONE, before);
}

static void on_time(struct cluster_timer *timer)
{
    struct wait *wait = timer->ctx;
    const uint64_t now = clock_ms();
    for (size_t i = 0; i < wait->result.n; i++)
        if (wait->entries[i].doubt && wait->entries[i].due <= now)
            settle(wait, &wait->entries[i]);
    wait_check(wait);
    if (wait->is_over)
        return;
    if (now < wait->deadline) {
        arm(wait);
        return;
    }
    for (size_t i = 0; i < wait->result.n; i++) {
        struct wait_entry *entry = &wait->entries[i];
        const struct str trouble = wait_trouble(wait, entry);
        if (trouble.n && !entry->is_there && entry->seen->state != HEALTH_CURRENT)
            copy_line(entry->seen->message, sizeof entry->seen->message, trouble);
    }
    finish(wait, WAIT_TIMED_OUT);
}

/* ---- the start ---- */

/* Kinds may be read again while it goes on. */
static const struct cluster_resource *copy_resource(struct wait *wait, struct map *copies,
                                                    const struct cluster_resource *resource)
{
    struct arena *arena = &wait->arena;
    const struct str key = str_format(arena, "%.*s/%.*s/%.*s", STR_FMT(resource->group),
                                      STR_FMT(resource->version), STR_FMT(resource->kind));
    struct cluster_resource *copy = map_get(copies, key);
    if (copy)
        return copy;
    copy = ARENA_NEW(arena, struct cluster_resource);
    *copy = (struct cluster_resource){.group = str_dup(arena, resource->group),
                                      .version = str_dup(arena, resource->version),
                                      .kind = str_dup(arena, resource->kind),
                                      .plural = str_dup(arena, resource->plural),
                                      .singular = str_dup(arena, resource->singular),
                                      .namespaced = resource->namespaced};
    for (size_t i = 0; i < resource->verbs.n; i++)
        VEC_PUSH(arena, &copy->verbs, str_dup(arena, resource->verbs.items[i]));
    for (size_t i = 0; i < resource->subresources.n; i++)
        VEC_PUSH(arena, &copy->subresources,
                 (struct cluster_subresource){
                     .name = str_dup(arena, resource->subresources.items[i].name)});
    (void)map_put(copies, key, copy);
    return copy;
}

static bool has_rule(const struct wait *wait, const struct cluster_resource *resource)
{
    SCOPED(arena) struct arena arena = {0};
    const struct str version =
        resource->group.n
            ? str_format(&arena, "%.*s/%.*s", STR_FMT(resource->group), STR_FMT(resource->version))
            : resource->version;
    return health_rules_find(wait->options.rules, version, resource->kind) != NULL;
}

static bool can_be_watched(const struct cluster_resource *resource)
{
    return !resource->verbs.n ||
           (cluster_resource_can(resource, "list") && cluster_resource_can(resource, "watch"));
}

static void add_object(struct wait *wait, struct map *copies, size_t i,
                       const struct wait_object *object)
{
    struct wait_entry *entry = &wait->entries[i];
    struct wait_seen *seen = entry->seen;
    *seen = (struct wait_seen){.resource = copy_resource(wait, copies, object->resource),
                               .namespace = object->resource->namespaced
                                                ? str_dup(&wait->arena, object->namespace)
                                                : (struct str){0},
                               .name = str_dup(&wait->arena, object->name),
                               .state = HEALTH_UNKNOWN};
    entry->due = UINT64_MAX;
    entry->ends = wait_ends(seen->resource, object->object);
    struct health health = {.state = HEALTH_CURRENT};
    if (!can_be_watched(seen->resource)) {
        health.reason = STR("NotWatched");
        health.message = STR("the server can't watch its kind");
    } else if (wait_is_plain(seen->resource) && !has_rule(wait, seen->resource)) {
        health.reason = str_from(wait_standstill(seen->resource, object->object));
    } else {
        health = (struct health){HEALTH_UNKNOWN, STR("NotSeen"), STR("it was not looked at yet")};
        wait->sorted[wait->sorted_n++] = entry;
    }
    seen->state = health.state;
    copy_line(seen->reason, sizeof seen->reason, health.reason);
    copy_line(seen->message, sizeof seen->message, health.message);
    wait->result.current += health.state == HEALTH_CURRENT;
    if (wait->options.tell && health.reason.n && health.state == HEALTH_CURRENT)
        wait->options.tell(wait->options.ctx, seen);
}

static void set_options(struct wait *wait, const struct wait_options *options)
{
    struct wait_options *own = &wait->options;
    *own = *options;
    own->part_of = str_dup(&wait->arena, options->part_of);
    own->timeout_ms = own->timeout_ms ? own->timeout_ms : TIMEOUT_MS;
    own->grace_ms = own->grace_ms ? own->grace_ms : GRACE_MS;
    own->settle_ms = own->settle_ms ? own->settle_ms : GRACE_MS;
    own->now_s = own->now_s ? own->now_s : clock_now;
}

struct wait *wait_start(const struct wait_options *options, const struct wait_object *objects,
                        size_t n, void (*done)(void *ctx, struct wait *wait))
{
    struct wait *wait = xcalloc(1, sizeof *wait);
    struct map copies = {.arena = &wait->arena};
    const size_t room = MAX_OF(n, (size_t)1);
    set_options(wait, options);
    struct wait_seen *seen = ARENA_ARRAY(&wait->arena, struct wait_seen, room);
    wait->result.objects = seen;
    wait->result.n = n;
    wait->entries = ARENA_ARRAY(&wait->arena, struct wait_entry, room);
    wait->sorted = ARENA_ARRAY(&wait->arena, struct wait_entry *, room);
    wait->done = done;
    wait->started_at = clock_ms();
    wait->deadline = wait->started_at + wait->options.timeout_ms;
    wait->look = (struct cluster_timer){.done = on_time, .ctx = wait};
    wait->end = (struct cluster_timer){.done = on_end, .ctx = wait};
    for (size_t i = 0; i < n; i++) {
        wait->entries[i].seen = &seen[i];
        add_object(wait, &copies, i, &objects[i]);
    }
    wait_groups_start(wait);
    arm(wait);
    wait_check(wait);
    return wait;
}
