/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of plan share. */
#pragma once

#include "plan/plan.h"

#include "report/report_escape.h"
#include "report/report_paint.h"

/* ---- plan_secret.c ---- */

/* A copy of a Secret with the bytes that its values stand for: `data` decoded, `stringData` over
 * it. NULL stays NULL. */
const struct node *plan_secret_values(struct arena *arena, const struct node *root);
/* "3f9a12bc": of equal values the same, and under another key another one. */
struct str plan_digest(struct arena *arena, const struct plan *plan, const struct node *value);

/* ---- plan_value.c ---- */

/* A value on one line, at most some hundred characters: 3, "web:1", {"a":1}, <secret 3f9a12bc>. */
struct str plan_value_short(struct arena *arena, const struct plan *plan,
                            const struct plan_change *change, const struct node *value);
/* Whether a change is better told by lines: a text of several, or a larger tree. */
bool plan_value_is_long(const struct plan_change *change);
/* A line for people, with its sign: '+', '-', ' ', '@' for what stands between, without end. */
typedef void (*plan_line_fn)(void *ctx, char sign, struct str line);
/* At most `max` lines. */
void plan_value_lines(const struct plan_change *change, size_t max, plan_line_fn line, void *ctx);

/* ---- plan_words.c ---- */

/* One line of why a step is not as simple as its action says, "" when it is. */
struct str plan_remark(struct arena *arena, const struct plan_step *step);
char plan_symbol(enum plan_action action);
/* "the cluster (v1.36.3) and the work tree are compared", with what is not known. */
void plan_scope(const struct plan *plan, struct buf *out);
struct str plan_place(struct arena *arena, const struct plan_step *step); /* "apps/web.yaml:3" */

/* ---- plan.c ---- */

/* What is looked up about kinds: those built in at the minor, and CRDs among the objects. */
struct plan_types {
    struct schema_view view;
    unsigned minor;
};
void plan_types_init(struct arena *arena, const struct plan_input *input, unsigned minor,
                     struct plan_types *ret_types);
void plan_types_release(struct plan_types *types);
/* How both trees of a step are compared; `kind` is filled. */
struct plan_compare plan_compare_of(const struct plan_types *types, const struct plan_step *step,
                                    struct kind_info *kind);

/* ---- plan_match.c: what belongs together in two revisions ---- */

/* The index in `was` of what each of `want` was, or PLAN_NONE; and which of `was` are gone. */
enum { PLAN_NONE = -1 };
struct plan_matches {
    ptrdiff_t *was_of; /* by index of want */
    bool *is_gone;     /* by index of was */
};
void plan_match(struct arena *arena, const struct plan_input *input,
                struct plan_matches *ret_matches);
