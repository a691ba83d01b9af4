/* SPDX-License-Identifier: Apache-2.0 */
/* The order of the rules, and what every kind has. */
#include <stdarg.h>

#include "apply/health_internal.h"
#include "base/limits.h"

/* order: health_state */
static const char *const state_names[] = {"Current",     "InProgress", "Failed",
                                          "Terminating", "Unknown",    "NotFound"};

const char *health_state_name(enum health_state state)
{
    return state_names[state];
}

bool health_is(struct checkup *checkup, enum health_state state, const char *reason,
               const char *fmt, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, fmt);
    const int n = vasprintf(&text, fmt, args);
    va_end(args);
    if (n < 0)
        memory_exhausted(LIMIT_MESSAGE_BYTES);
    *checkup->health = (struct health){state, str_from(reason),
                                       str_dup(checkup->arena, (struct str){text, (size_t)n})};
    free(text);
    return true;
}

bool health_is_current(struct checkup *checkup)
{
    *checkup->health = (struct health){.state = HEALTH_CURRENT};
    return true;
}

/* ---- reading ---- */

const struct node *health_field(const struct node *object, const char *path)
{
    const struct node *node = object;
    for (struct str step, rest = str_from(path); node && str_split(&rest, '.', &step);)
        node = node_get(node, step);
    return node;
}

int64_t health_number(const struct node *object, const char *path, int64_t otherwise)
{
    const struct node *node = health_field(object, path);
    int64_t value;
    return node_kind(node) == NODE_INT && node_i64(node, &value) ? value : otherwise;
}

struct str health_text(const struct node *object, const char *path)
{
    const struct node *node = health_field(object, path);
    return node_kind(node) == NODE_STRING ? node_text(node) : (struct str){0};
}

struct condition health_condition(const struct node *node)
{
    return (struct condition){.type = node_get_text(node, STR("type")),
                              .status = node_get_text(node, STR("status")),
                              .reason = node_get_text(node, STR("reason")),
                              .message = node_get_text(node, STR("message"))};
}

bool condition_is(const struct condition *condition, const char *type, const char *status)
{
    return str_is(condition->type, type) && str_is(condition->status, status);
}

/* Texts where texts belong; else no rule can be trusted with them. */
static bool can_read_conditions(const struct node *conditions)
{
    static const char *const texts[] = {"type", "status", "reason", "message"};
    if (node_is_null(conditions))
        return true;
    if (node_kind(conditions) != NODE_LIST)
        return false;
    for (struct item it = list_first(conditions); it.value; it = list_next(it)) {
        if (node_kind(it.value) != NODE_MAP)
            return false;
        for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
            const struct node *text = node_get(it.value, str_from(texts[i]));
            if (!node_is_null(text) && node_kind(text) != NODE_STRING)
                return false;
        }
    }
    return true;
}

/* ---- every kind ---- */

static bool is_deleted(struct checkup *checkup)
{
    if (!health_text(checkup->object, "metadata.deletionTimestamp").n)
        return false;
    return health_is(checkup, HEALTH_TERMINATING, "Terminating", "it is being deleted");
}

static bool is_unseen(struct checkup *checkup)
{
    const int64_t generation = health_number(checkup->object, "metadata.generation", -1);
    const int64_t seen = health_number(checkup->object, "status.observedGeneration", -1);
    if (generation < 0 || seen < 0 || generation == seen)
        return false;
    return health_is(checkup, HEALTH_IN_PROGRESS, "LatestGenerationNotObserved",
                     "its controller has seen generation %lld of %lld", (long long)seen,
                     (long long)generation);
}

static bool says_so(struct checkup *checkup)
{
    for (struct item it = list_first(checkup->conditions); it.value; it = list_next(it)) {
        const struct condition condition = health_condition(it.value);
        if (condition_is(&condition, "Reconciling", "True"))
            return health_is_condition(checkup, HEALTH_IN_PROGRESS, &condition);
        if (condition_is(&condition, "Stalled", "True"))
            return health_is_condition(checkup, HEALTH_FAILED, &condition);
    }
    return false;
}

bool health_is_condition(struct checkup *checkup, enum health_state state,
                         const struct condition *condition)
{
    *checkup->health = (struct health){state, str_dup(checkup->arena, condition->reason),
                                       str_dup(checkup->arena, condition->message)};
    return true;
}

static bool is_not_ready(struct checkup *checkup)
{
    for (struct item it = list_first(checkup->conditions); it.value; it = list_next(it)) {
        const struct condition condition = health_condition(it.value);
        if (!str_is(condition.type, "Ready"))
            continue;
        if (str_is(condition.status, "True"))
            return health_is_current(checkup);
        if (str_is(condition.status, "False") || str_is(condition.status, "Unknown"))
            return health_is_condition(checkup, HEALTH_IN_PROGRESS, &condition);
    }
    return false;
}

void health_of(struct arena *arena, const struct node *object, const struct health_options *options,
               struct health *ret_health)
{
    static bool (*const rules[])(struct checkup *) = {is_deleted, is_unseen, says_so,
                                                      health_of_kind, is_not_ready};
    struct checkup checkup = {.arena = arena,
                              .object = object,
                              .options = options,
                              .conditions = health_field(object, "status.conditions"),
                              .health = ret_health};
    *ret_health = (struct health){.state = HEALTH_CURRENT};
    if (!can_read_conditions(checkup.conditions)) {
        health_is(&checkup, HEALTH_UNKNOWN, "UnreadableConditions",
                  "its status.conditions are no list of conditions");
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(rules); i++)
        if (rules[i](&checkup))
            return;
}
