/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules of CRDs that are CEL expressions (x-kubernetes-validations), and other expressions that
 * stand in manifests: what the files expr_*.c and crd_expr.c share.
 *
 *   expr_type.c      a structural schema as a type of the language
 *   expr_compile.c   the rules of one schema, and of all below it
 *   expr_evaluate.c  rules on a custom resource
 *   crd_expr.c       rules in a CRD
 *
 * Types and programs are const once they are made; those of a kind belong to the schema view, so
 * that all objects of the kind, in all threads, share them.
 */
#pragma once

#include "admit/crd.h"
#include "cel/cel.h"

/* ---- types (expr_type.c) ---- */

/* A schema as a type, as apiserver/pkg/cel/common/schemas.go (SchemaDeclType) makes it. */
struct expr_type {
    struct cel_type cel;      /* first, so that one is found from the other */
    struct cel_object object; /* of an object: how its fields are found */
    const struct structural *schema;
    uint64_t min_size;               /* bytes of the shortest value as JSON */
    const struct expr_field *fields; /* of an object, sorted by name */
    uint32_t field_count;
    const struct expr_type *element;  /* of a list or map */
    const struct cel_type *params[2]; /* of cel */
};

struct expr_field {
    struct str name; /* escaped */
    struct str key;
    const struct expr_type *type;
};

/* NULL when expressions can't see such data. root: of a resource, where metadata.name is known. */
const struct expr_type *expr_type_make(struct arena *arena, const struct structural *schema,
                                       bool root);
/* The type of a property; NULL when there is none, which is so for names that can't be written. */
const struct expr_type *expr_type_property(struct arena *arena, const struct expr_type *type,
                                           struct str key);

/* ---- compiling (expr_compile.c) ---- */

struct expr_rule {
    const struct node *node; /* the entry of x-kubernetes-validations */
    struct str source;
    struct cel_program *program; /* NULL: blank, or `error` says why */
    struct str error;            /* "compilation failed: ERROR: ..." */
    struct cel_program *message; /* of messageExpression; NULL: none, or message_error */
    struct str message_error;
    struct str field; /* fieldPath without its dot */
    bool uses_old;
    bool optional_old; /* optionalOldSelf: true */
};

struct expr_compiler {
    struct arena *arena; /* programs, environments */
    unsigned minor;
    /* Only what the server takes in new expressions, but for the texts in `known` and
     * `known_messages`, which the stored CRD had before. NULL maps: everything. */
    bool is_new;
    const struct map *known, *known_messages;
    const struct cel_env *base[2]; /* stored, new; made on first use */
};

struct expr_rule *expr_compile(struct expr_compiler *compiler, const struct node *validations,
                               const struct structural *schema, const struct expr_type *type,
                               uint32_t *ret_n);
void expr_release(struct expr_rule *rules, uint32_t n);
/* On one line: "ERROR: <input>:1:5: undefined field 'x'; ERROR: ...". */
struct str expr_issues(struct arena *arena, const struct cel_issues *issues);

/* All rules of a schema and below. */
struct expr_node {
    const struct structural *schema; /* of the value, also for rules that stand in its allOf */
    const struct expr_type *type;
    struct expr_rule *rules;
    uint32_t rule_count;
    bool uses_old; /* a rule does */
    const struct expr_node *items, *additional;
    const struct expr_property *properties; /* sorted by name */
    uint32_t property_count;
    const struct expr_node *const *all_of;
    uint32_t all_of_count;
};

struct expr_property {
    struct str name;
    const struct expr_node *node;
};

/* Whether there is a rule, at the schema or below; allOf and the like don't count. */
bool expr_has_rules(const struct structural *schema);
/* NULL when no rule is there, which the server decides without looking into allOf. */
const struct expr_node *expr_node_make(struct arena *arena, unsigned minor,
                                       const struct structural *schema, bool root);
void expr_node_release(const struct expr_node *node); /* patterns; accepts NULL */

/* ---- named formats (expr_format.c), for cel_env_options ---- */

enum { EXPR_FORMAT_COUNT = 13 };
extern const struct cel_format expr_formats[EXPR_FORMAT_COUNT];

/* ---- evaluating (expr_evaluate.c) ---- */

/* All rules on a value; the spot's old is the value before an update. Adds to values->errors. */
void expr_check(struct values *values, const struct expr_node *node, const struct spot *spot);
/* The same, of a default: a value that was there before and is the same is not forgiven. */
void expr_check_default(struct values *values, const struct expr_node *node,
                        const struct spot *spot);
/* The rules of a custom resource. */
void expr_check_object(struct values *values, const struct structural *schema,
                       const struct spot *root);

/* ---- expressions of policies, webhooks and device selectors (expr_admission.c) ---- */

/* What an expression sees besides object, oldObject, request and namespaceObject. */
enum expr_sees {
    EXPR_PARAMS = 1 << 0,
    EXPR_AUTHORIZER = 1 << 1,
    EXPR_VARIABLES = 1 << 2,
    EXPR_STORED = 1 << 3,        /* and may use what only the newest server knows */
    EXPR_DEVICE = 1 << 4,        /* nothing of the above but a device */
    EXPR_SHARED_DEVICE = 1 << 5, /* which has allowMultipleAllocations */
    EXPR_PATCHES = 1 << 6,       /* and may make JSONPatch{} and Object{} */
};

/* JSONPatch{}, jsonpatch.escapeKey and the Object types that a text names, for an environment of
 * its own. */
void expr_add_patch_types(struct arena *arena, struct cel_env *env, struct str source);
/* list(JSONPatch) and Object: what expressions of mutations give. */
extern const struct cel_type *const expr_patches, *const expr_applied;
/* Of request, namespaceObject, device, and JSONPatch{} (expr_fixed.c). */
extern const struct cel_type expr_request_type, expr_namespace_type, expr_device_type,
    expr_shared_device_type, expr_patch_type;
/* What a variable of a type is to those who use it: plain types, and lists and maps of them
 * (apiserver's convertCelTypeToDeclType). */
const struct cel_type *expr_declared_type(struct arena *arena, const struct cel_type *type);

struct expr_admission {
    struct arena *arena; /* borrowed */
    unsigned minor;
    struct cel_object variables;
    struct map types; /* name of a variable -> struct cel_type * */
    const struct cel_env *base[2];
    const struct cel_env *envs[128]; /* by what is seen */
};

void expr_admission_init(struct expr_admission *admission, struct arena *arena, unsigned minor);
/* A variable that the next expressions know; NULL: of any type. */
void expr_admission_add(struct expr_admission *admission, struct str name,
                        const struct cel_type *type);
/* "" or what the server says against the expression, which must be of one of the wanted types
 * unless there are none. ret_type is NULL when it does not compile. */
struct str expr_admission_check(struct expr_admission *admission, struct str source, unsigned sees,
                                const struct cel_type *const *wanted, size_t n,
                                const struct cel_type **ret_type);
