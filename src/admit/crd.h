/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files on CRDs as manifests (crd_*.c) share: the rules of apiextensions.k8s.io/v1 on the
 * CRD itself (its validation.go), and those on structural schemas.
 *
 * Fields are written as the server writes them: it moves what all versions have in common from
 * spec.versions[*] to spec, and calls a schema there spec.validation.
 */
#pragma once

#include "admit/custom.h"
#include "base/map.h"

/* One pass over a CRD. */
struct crd {
    struct admit_ctx *ctx;
    const struct admitted *admitted;
    const struct node *spec;
    struct schema_view view; /* of the schemas that have defaults; owns their patterns */
    struct map patterns;     /* pattern -> its error as struct str *, NULL when it compiles */
    const struct node *old;  /* spec before an update, or NULL */
    struct str version;      /* whose schema is looked at; of a common one: the first */
    /* Texts of rules and messageExpressions of before: they may be of a newer server. */
    struct map known, known_messages;
    size_t errors; /* in the schema of this version */
    unsigned depth;
    bool too_deep;
};

/* A version's part of the path: spec, or spec.versions[i]. */
struct crd_version {
    struct path path;
    const struct node *node; /* the entry of spec.versions */
    struct span key;         /* where missing fields are reported */
    bool has_status;
};

/* A finding at a field that may be absent: its value when it stands in the map, else `key`. */
struct diag *crd_report(struct crd *crd, enum rule_id rule, const struct path *up,
                        const struct node *map, const char *name, struct span key, const char *fmt,
                        ...) PRINTF(7, 8);
/* "<field> must not be empty" and the like for the usual case of a string in a map. */
void crd_required(struct crd *crd, const struct path *up, const struct node *map, const char *name,
                  struct span key);

/* crd_version.c */
void crd_check_versions(struct crd *crd);
/* crd_conversion.c */
void crd_check_conversion(struct crd *crd);

/* ---- schemas (crd_schema.c, crd_structural.c, crd_nested.c, crd_rules.c, crd_default.c) ---- */

/* order: crd_keywords */
enum crd_keyword {
    KW_ID,
    KW_NOT,
    KW_REF,
    KW_TYPE,
    KW_ENUM,
    KW_ITEMS,
    KW_TITLE,
    KW_ALL_OF,
    KW_ANY_OF,
    KW_ONE_OF,
    KW_FORMAT,
    KW_SCHEMA,
    KW_DEFAULT,
    KW_MAXIMUM,
    KW_MINIMUM,
    KW_PATTERN,
    KW_EXAMPLE,
    KW_REQUIRED,
    KW_MAX_ITEMS,
    KW_MIN_ITEMS,
    KW_NULLABLE,
    KW_MAX_LENGTH,
    KW_MIN_LENGTH,
    KW_MULTIPLE_OF,
    KW_PROPERTIES,
    KW_DESCRIPTION,
    KW_UNIQUE_ITEMS,
    KW_DEFINITIONS,
    KW_DEPENDENCIES,
    KW_EXTERNAL_DOCS,
    KW_MAX_PROPERTIES,
    KW_MIN_PROPERTIES,
    KW_ADDITIONAL_ITEMS,
    KW_EXCLUSIVE_MAXIMUM,
    KW_EXCLUSIVE_MINIMUM,
    KW_PATTERN_PROPERTIES,
    KW_ADDITIONAL_PROPERTIES,
    KW_X_MAP_TYPE,
    KW_X_LIST_TYPE,
    KW_X_VALIDATIONS,
    KW_X_INT_OR_STRING,
    KW_X_LIST_MAP_KEYS,
    KW_X_EMBEDDED_RESOURCE,
    KW_X_PRESERVE_UNKNOWN_FIELDS,
    KW_COUNT,
};

/* The keywords of one schema; what is null or of a wrong kind is as good as absent. */
struct crd_schema {
    const struct node *node;
    const struct node *at[KW_COUNT];
    struct str type;
    bool nullable, int_or_string, embedded, preserve;
};

enum crd_level {
    CRD_ROOT,
    CRD_ITEM,
    CRD_FIELD,
};

/* A schema on the way down, on the walker's stack. */
struct crd_step {
    struct path path; /* path.node: the schema */
    struct span key;  /* of its key: where what is missing in it is reported */
    enum crd_level level;
    bool nested;             /* under allOf, anyOf, oneOf or not */
    bool int_or_string_any;  /* its anyOf is the one form that may name types */
    bool int_or_string_type; /* is one of the two schemas there */
    bool inside_meta;        /* describes apiVersion, kind or metadata */
    bool in_additional;      /* defaults are not judged there */
    const char *no_defaults; /* why defaults are forbidden here, or NULL */
};

const char *crd_keyword_name(enum crd_keyword keyword);
/* False when the node is neither a map nor null, which is a schema that says nothing. */
bool crd_schema_read(const struct node *node, struct crd_schema *ret_schema);
/* Whether a keyword says nothing: false, "", an empty list or map. */
bool crd_is_zero(const struct node *value);
/* All of a version's openAPIV3Schema. */
void crd_check_schema(struct crd *crd, const struct path *up, const struct node *schema,
                      struct span key, bool has_status);
void crd_walk(struct crd *crd, const struct crd_step *step);
/* Rules that hold for each schema, and for those outside and inside of allOf and the like. */
void crd_check_any(struct crd *crd, const struct crd_step *step, const struct crd_schema *schema);
void crd_check_structural(struct crd *crd, const struct crd_step *step,
                          const struct crd_schema *schema);
void crd_check_nested(struct crd *crd, const struct crd_step *step,
                      const struct crd_schema *schema);
void crd_check_pattern(struct crd *crd, const struct crd_step *step,
                       const struct crd_schema *schema);
/* The list of exactly {type: integer} and {type: string}. */
bool crd_is_int_or_string(const struct node *any_of);
void crd_check_lists(struct crd *crd, const struct crd_step *step, const struct crd_schema *schema);
/* x-kubernetes-validations: their shape, not their expressions. */
void crd_check_rules(struct crd *crd, const struct crd_step *step, const struct crd_schema *schema);
void crd_check_default(struct crd *crd, const struct crd_step *step,
                       const struct crd_schema *schema);
/* x-kubernetes-validations: their expressions, of all of a version's openAPIV3Schema. */
void crd_check_expressions(struct crd *crd, const struct path *path, struct span key);
/* Whether what allOf and the like of the root say about fields has fields to speak of. */
void crd_check_complete(struct crd *crd, const struct crd_step *root,
                        const struct crd_schema *schema);

/* A finding api/crd-schema at a keyword, or at the schema's key when it is absent. */
struct diag *crd_schema_report(struct crd *crd, const struct crd_step *step,
                               enum crd_keyword keyword, const char *fmt, ...) PRINTF(4, 5);

/* Where a path like .spec.size or .spec['x'] leads in a schema: "" and ret_schema, or what is wrong
 * with it. brackets: whether ['x'] is allowed. ret_root is its first step. */
const char *crd_field_path(struct arena *arena, const struct node *schema, struct str path,
                           bool brackets, struct str *ret_root, const struct node **ret_schema);
