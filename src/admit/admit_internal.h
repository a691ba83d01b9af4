/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of this room share: the two halves (built-in kinds decode_*.c, custom resources
 * admit_custom*.c, structural_*.c), and the rules on metadata that both use.
 */
#pragma once

#include "admit/admit.h"

/* ---- custom resources and CRDs; admit_decode and admit_validate dispatch to them ---- */

/* Typed metadata (decode_meta), then pruning against the structural schema: unknown fields. Sets
 * admitted->type_error and strict_error, and value when a copy is needed. */
void custom_decode(struct admit_ctx *ctx, struct admitted *admitted);
/* Drops nulls and fills in defaults: admitted->value becomes a copy. */
void custom_default(struct admit_ctx *ctx, struct admitted *admitted);
/* Everything after metadata rules: OpenAPI values, list sets and maps, embedded metadata. */
void custom_validate(struct admit_ctx *ctx, const struct admitted *admitted,
                     const struct admitted *old);
/* For objects that are CRDs themselves: the rules of apiextensions on names, versions, schemas. */
void crd_validate(struct admit_ctx *ctx, const struct admitted *admitted);

/* ---- decoding (decode_struct.c, decode_scalar.c) ---- */

/* How far decoding got; both may be set. */
struct decode {
    struct admit_ctx *ctx;
    const struct object *object; /* names for messages, sops */
    unsigned minor;
    unsigned depth;
    bool type_error;
    bool strict_error;
};

/* The value at `path` against a built-in type; `key` is where an entry's key stands (NULL in lists). */
void decode_value(struct decode *decode, const struct path *path, type_id type,
                  const struct node *key, const struct node *written);
/* The `metadata` of a custom resource against ObjectMeta; metadata is the entry's value. Unlike in
 * built-in kinds the server drops what it can't decode there only for embedded resources. */
void decode_meta(struct decode *decode, const struct path *path, const struct node *key,
                 const struct node *metadata);
/* Nesting is over the limit: reports it once per object and gives true. */
bool decode_too_deep(struct decode *decode, const struct path *path, const struct node *node);

/* ---- findings ---- */

/* A finding at a field: field and identity come from the path. NULL when the rule is off. */
struct diag *admit_report(struct admit_ctx *ctx, enum rule_id rule, const struct path *path,
                          struct span span, const char *fmt, ...) PRINTF(5, 6);
/* User text in a message: quoted, cut, escaped. */
struct str admit_quote(struct admit_ctx *ctx, struct str text);

/* ---- metadata rules (admit_metadata.c), reusable for pod templates and embedded resources ---- */

/* All rules on the object's own metadata; for custom resources as well. */
void metadata_validate(struct admit_ctx *ctx, const struct admitted *admitted);
void validate_labels(struct admit_ctx *ctx, const struct path *path, const struct node *labels);
void validate_annotations(struct admit_ctx *ctx, const struct path *path,
                          const struct node *annotations);
