/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admit: the offline API server. What kube-apiserver would say to a strict dry-run of one object,
 * in the server's own order of stages, but with the findings of all stages at once:
 *
 *   struct admitted a;
 *   admit_decode(&ctx, object, &a);     // kind served? strict decoding: fields, types, formats
 *   admit_default(&ctx, &a);            // the object as the server would store it
 *   admit_validate(&ctx, &a, old);      // rules on the defaulted object; old: NULL on create
 *
 * between default and validate the mutation policies of the set run (room policy).
 *
 * Built-in kinds are decoded against their Go types (schema), custom resources against the
 * structural schema of their CRD: typed metadata, pruning, dropping of nulls, defaulting, OpenAPI
 * validation, list sets and maps. Findings are yaml/... and api/... errors, exactly what the server
 * refuses, and a few others for what it accepts but the author should know.
 *
 * Threads: ctx belongs to one worker; view is shared and const.
 * Sources: reference is the server itself; rules cite Kubernetes' own names.
 */
#pragma once

#include "base/arena.h"
#include "diag/diag.h"
#include "doc/doc.h"
#include "object/object.h"
#include "schema/schema.h"

struct admit_ctx {
    const struct schema_view *view;
    struct arena *arena;           /* of this pass: defaulted copies, regex scratch */
    struct diags *diags;           /* `at` is set by the caller to the object */
    const struct profile *profile; /* of the cluster; NULL: a default server */
};

struct admitted {
    const struct object *object;
    enum kind_state state;
    struct kind_info kind;    /* valid when state is KIND_SERVED */
    const struct node *value; /* what the next stage looks at: the source's tree, or a defaulted
                                 copy whose nodes keep the place of what they were made from */
    bool type_error;          /* decoding failed: the server would stop here */
    bool strict_error;        /* unknown or duplicate fields: the server would stop here */
    bool null_entries;        /* decoding met a null in a list or map of a built-in kind */
    bool no_schema;           /* custom kind without a schema: nothing more can be said */
};

void admit_decode(struct admit_ctx *ctx, const struct object *object,
                  struct admitted *ret_admitted);
void admit_default(struct admit_ctx *ctx, struct admitted *admitted);
void admit_validate(struct admit_ctx *ctx, const struct admitted *admitted,
                    const struct admitted *old);

/* ---- names and formats, as the server words them (apimachinery's validation package) ---- */

/* NULL when valid, else the reason, a text as in "must be no more than 63 characters". */
const char *format_dns1123_label(struct str s);
const char *format_dns1123_subdomain(struct str s);
const char *format_dns1035_label(struct str s);
const char *format_path_segment(struct str s);
const char *format_qualified_name(struct str s);
const char *format_label_value(struct str s);
