/* SPDX-License-Identifier: Apache-2.0 */
/* Fixes of what the server refuses, where only one mending is right. */
#pragma once

#include "admit/admit.h"

/* Another text in the place of the value at path.node. */
void fix_value(struct admit_ctx *ctx, struct diag *diag, const struct node *root,
               const struct path *path, struct str value);
/* Quotes around a plain scalar where text is wanted, or none around a boolean or an integer. The
 * caller knows that it is one of these which is wanted. */
void fix_quotes(struct admit_ctx *ctx, struct diag *diag, const struct object *object,
                const struct path *path, const struct node *written, bool wants_text);
/* Another key for the value at path.node. */
void fix_key(struct admit_ctx *ctx, struct diag *diag, const struct node *root,
             const struct path *path, struct str name);

/* Names one slip away from what is written. */
struct near_names {
    struct str wanted;
    struct str name; /* the last of them */
    unsigned n;
};
void near_offer(struct near_names *near, struct str name);

/* The one value that is the text but for the case of its letters, or "". */
struct str only_case_differs(struct str text, const struct str *values, size_t n);
