/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of this room share: the two halves (built-in kinds: decode_*.c; custom resources:
 * custom_*.c and crd_*.c), and the rules on metadata that both use.
 */
#pragma once

#include "admit/admit.h"

/* ---- custom resources and CRDs; admit_decode and admit_validate dispatch to them ---- */

/* Typed metadata (decode_meta), then pruning against the structural schema: unknown fields. Sets
 * admitted->type_error and strict_error. */
void custom_decode(struct admit_ctx *ctx, struct admitted *admitted);
/* Drops nulls and fills in defaults: admitted->value becomes a copy. */
void custom_default(struct admit_ctx *ctx, struct admitted *admitted);
/* The same of the object as it was written, with the nulls that server-side apply does not drop;
 * NULL when there is none. `old`: NULL on create. */
const struct node *custom_keep_nulls(struct admit_ctx *ctx, const struct admitted *admitted,
                                     const struct admitted *old);
/* What comes after the metadata rules, which admit_validate has run by then: OpenAPI values, list
 * sets and maps, metadata of embedded resources. */
void custom_validate(struct admit_ctx *ctx, const struct admitted *admitted,
                     const struct admitted *old);
/* For objects that are CRDs themselves: the rules of apiextensions on names (metadata.name is
 * plural.group), versions and schemas. */
void crd_validate(struct admit_ctx *ctx, const struct admitted *admitted,
                  const struct admitted *old);

/* ---- decoding (decode_struct.c, decode_scalar.c, decode_list.c, decode_unknown.c) ---- */

struct decode {
    struct admit_ctx *ctx;
    const struct object *object; /* names for messages, sops */
    unsigned depth;
    unsigned lenient;  /* inside what the server decodes without looking for unknown fields */
    bool type_error;   /* the server would stop at the first of these */
    bool strict_error; /* unknown fields */
    bool null_entries; /* a list or map has a null */
    bool too_deep;     /* reported once */
};

/* One step down, on the walker's stack. path.up is &up->path. */
struct frame {
    struct path path;
    const struct frame *up;
    const struct field *field; /* how `up`'s struct declares it, NULL for entries and the root */
    type_id type;
};

/* The value at a frame (path.node) against its type. `written` is the node as it stands there. */
void decode_value(struct decode *decode, const struct frame *frame, const struct node *written);
/* The `metadata` entry of any object against ObjectMeta; does nothing when there is none. */
void decode_meta(struct decode *decode, const struct frame *root);
void decode_scalar(struct decode *decode, const struct frame *frame, const struct node *written);
void decode_schema_or(struct decode *decode, const struct frame *frame, const struct node *written);
/* Reports a value of a kind that the type does not take. */
void decode_wrong_type(struct decode *decode, const struct frame *frame,
                       const struct node *written);
/* Entries of list-type=map and =set lists that server-side apply would refuse. */
void decode_duplicates(struct decode *decode, const struct frame *list);
void decode_keyless_entries(struct decode *decode, const struct frame *list);
/* A key that the struct of `frame` does not have. */
void decode_unknown_field(struct decode *decode, const struct frame *frame,
                          const struct entry *entry);

/* The value for a message: the string "3", the number 1.5, a list; never the text of a secret. */
struct str describe_value(struct admit_ctx *ctx, const struct object *object,
                          const struct node *written);
/* What stands in the source for a plain scalar; "" when it can't or must not be quoted. */
struct str written_text(struct admit_ctx *ctx, const struct object *object,
                        const struct node *written);

/* What can be said of an object that SOPS encrypted (admit_sops.c). */
void sops_validate(struct admit_ctx *ctx, const struct admitted *admitted);

/* ---- metadata rules (admit_metadata.c), reusable for pod templates and embedded resources ---- */

/* All rules on the object's own metadata; for custom resources as well. */
void metadata_validate(struct admit_ctx *ctx, const struct admitted *admitted, bool is_update);
/* What only an update refuses; for custom resources as well (admit_metadata_update.c). */
void metadata_validate_update(struct admit_ctx *ctx, const struct admitted *admitted,
                              const struct admitted *old);
/* The same but for names, of an object inside a custom resource. */
void metadata_validate_embedded(struct admit_ctx *ctx, const struct path *metadata);
/* path is that of the map itself; fields are reported at it, as the server does. */
void validate_labels(struct admit_ctx *ctx, const struct path *path);
void validate_annotations(struct admit_ctx *ctx, const struct path *path);
/* The server's warnings on them (admit_owners.c): metadata.ownerReferences as a whole, and one
 * finalizer of a custom resource. */
void warn_of_repeated_owners(struct admit_ctx *ctx, const struct path *path);
void warn_of_finalizer(struct admit_ctx *ctx, const struct path *finalizer);
/* A finding whose field the server writes shorter than what tells it apart from its neighbours. */
struct diag *report_inside(struct admit_ctx *ctx, enum rule_id rule, const struct path *field,
                           const struct path *inside, struct span span, struct str message);

/* ---- names (admit_names.c) ---- */

/* What is wrong with a name of this kind at the target minor, or NULL. */
const char *name_error(struct admit_ctx *ctx, const struct admitted *admitted, struct str name);
/* The same for metadata.generateName. */
const char *generate_name_error(struct admit_ctx *ctx, const struct admitted *admitted,
                                struct str prefix);
/* The same for the name that the server makes of it. */
const char *made_name_error(struct admit_ctx *ctx, const struct admitted *admitted,
                            struct str prefix);
/* The same on update, where most kinds leave generateName to the registry. */
const char *updated_prefix_error(struct admit_ctx *ctx, const struct admitted *admitted,
                                 struct str prefix);
/* Reviews and bindings are answered, not stored: nobody asks for their name, nor for labels of a
 * review. */
bool kind_checks_metadata(const struct kind_info *kind);
/* Kinds that get a name on creation when they have none. */
bool kind_makes_names(const struct kind_info *kind);
bool kind_has_names(const struct kind_info *kind);
/* Whether finalizers without a domain must be one of Kubernetes' own. */
bool kind_checks_finalizers(const struct kind_info *kind);
/* Whether creation sets metadata.generation to 1, whatever stands there. */
bool kind_resets_generation(const struct kind_info *kind);

/* ---- more formats: NULL when valid, else the reason ---- */

const char *format_config_key(struct str s);
const char *format_time(struct str s);       /* RFC 3339 as metav1.Time reads it */
const char *format_micro_time(struct str s); /* metav1.MicroTime: exactly six digits of a second */
const char *format_duration(struct str s);   /* Go's time.ParseDuration */
