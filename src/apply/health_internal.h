/* SPDX-License-Identifier: Apache-2.0 */
/* What the rules of all kinds and those of one share. A rule gives true when it has the answer. */
#pragma once

#include "apply/health.h"

struct checkup {
    struct arena *arena;
    const struct node *object, *conditions;
    const struct health_options *options;
    struct health *health;
};

struct condition {
    struct str type, status, reason, message;
};

/* Each gives true, for the end of a rule. */
bool health_is(struct checkup *checkup, enum health_state state, const char *reason,
               const char *fmt, ...) PRINTF(4, 5);
bool health_is_current(struct checkup *checkup);
bool health_is_condition(struct checkup *checkup, enum health_state state,
                         const struct condition *condition);

/* A path of names with dots between them; NULL, the other value or "" when it is not there, or not
 * of that type. */
const struct node *health_field(const struct node *object, const char *path);
int64_t health_number(const struct node *object, const char *path, int64_t otherwise);
struct str health_text(const struct node *object, const char *path);

struct condition health_condition(const struct node *node);
bool condition_is(const struct condition *condition, const char *type, const char *status);

/* health_kinds.c: the rule of the object's kind, if there is one. */
bool health_of_kind(struct checkup *checkup);
