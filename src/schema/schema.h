/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema: the types of the Kubernetes API for every supported minor, and of CRDs.
 *
 * Two worlds, because the server has two: built-in kinds are Go structs (`struct type`, from
 * schemas/, compiled into one read-only table without pointers, so nothing is parsed or relocated
 * at start-up); custom resources follow the structural schema of their CRD (`struct structural`).
 * A `schema_view` answers for both, for one Kubernetes minor and one set of CRDs.
 *
 *   struct schema_view view;
 *   schema_view_init(&view, &arena, 36);
 *   schema_view_add_crd(&view, crd_root, source);
 *   struct kind_info kind;
 *   enum kind_state state = schema_find_kind(&view, group, version, kind_name, &kind);
 *
 * `required` of the published OpenAPI is not what the server enforces, so it is kept only as a hint
 * for messages. Lifetime: the built-in table is const and lives for ever; CRD schemas live until
 * the view is released and point into the CRD's document.
 */
#pragma once

#include <stdatomic.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/regex.h"
#include "base/str.h"
#include "base/vec.h"
#include "doc/doc.h"

/* Oldest and newest supported 1.x: what schemas/ was compiled from. */
unsigned schema_minor_min(void);
unsigned schema_minor_max(void);
/* Text of a target version ("1.36", "v1.36.2", "36") to its minor; false when it is not supported.
 */
bool schema_minor_parse(struct str text, unsigned *ret_minor);

/* ---- built-in types ---- */

enum type_kind {
    TYPE_ANY,    /* any JSON value, kept as it is: apiextensions JSON, FieldsV1 */
    TYPE_OBJECT, /* RawExtension: meant to be an object; the decoder itself keeps any value */
    TYPE_BOOL,
    TYPE_INT32,
    TYPE_INT64,
    TYPE_DOUBLE,
    TYPE_STRING,
    TYPE_BYTES, /* base64 text */
    TYPE_QUANTITY,
    TYPE_INT_OR_STRING,
    TYPE_TIME,
    TYPE_MICRO_TIME,
    TYPE_DURATION,
    TYPE_LIST,
    TYPE_MAP, /* of text to `element` */
    TYPE_STRUCT,
    /* A CRD schema (`element`), or the other form named here. The server decodes what is below them
     * without looking for unknown fields. */
    TYPE_SCHEMA_OR_BOOL,
    TYPE_SCHEMA_OR_LIST,    /* a list of schemas */
    TYPE_SCHEMA_OR_STRINGS, /* a list of text */
};

/* Index into the table; 0 is TYPE_ANY. */
typedef uint16_t type_id;

struct type {
    uint32_t name;      /* string table: "DeploymentSpec"; scalars: "int32"; lists and maps: 0 */
    uint32_t full_name; /* string table: "apps.v1.DeploymentSpec"; only structs */
    uint16_t first_field;
    uint16_t field_count; /* fields are sorted by name; a name may occur twice with other minors */
    type_id element;      /* lists, maps, and the schema of TYPE_SCHEMA_OR_... */
    uint8_t kind;         /* enum type_kind */
    uint8_t unused;
};

enum list_type { LIST_ATOMIC, LIST_SET, LIST_MAP };

struct field {
    uint32_t name; /* string table */
    type_id type;
    uint16_t enumeration; /* index of its values, 0: none */
    uint16_t map_keys;    /* index of its list-map keys, 0: none */
    uint8_t since;        /* first minor that has it so; the oldest one: or before */
    uint8_t until;        /* last minor that has it, 255: still there */
    uint8_t list_type;    /* enum list_type */
    uint8_t required;     /* hint only */
};

const struct type *type_get(type_id id) RETURNS_NONNULL;
struct str type_name(const struct type *type);
struct str type_full_name(const struct type *type);
/* Whether Go reads a zero from a value of this kind; a struct that is written is none. */
bool type_is_zero(enum type_kind kind, const struct node *value);
/* By full name: "meta.v1.ObjectMeta"; 0 when there is none. */
type_id type_find(struct str full_name);
/* metadata of every object */
type_id type_object_meta(void);
/* Field of a struct type at a minor, or NULL. */
const struct field *type_field(const struct type *type, struct str name, unsigned minor);
/* i-th field of a type at any minor, for walking all; NULL past the end. */
const struct field *type_field_at(const struct type *type, size_t i);
bool field_is_in(const struct field *field, unsigned minor);
struct str field_name(const struct field *field);
/* Allowed values, sorted, of the field or of its elements; 0 when the published API lists none. The
 * published API lists values from 1.34 on; older minors get those of the first minor that has them.
 */
size_t field_enum(const struct field *field, struct str *out, size_t max);
/* What identifies a list entry: the list-map keys, or for other lists the strategic merge key. */
size_t field_map_keys(const struct field *field, struct str *out, size_t max);

/* ---- structural schemas of CRDs ---- */

enum structural_type {
    STRUCTURAL_NONE, /* no type: int-or-string or preserve-unknown-fields */
    STRUCTURAL_OBJECT,
    STRUCTURAL_ARRAY,
    STRUCTURAL_STRING,
    STRUCTURAL_INTEGER,
    STRUCTURAL_NUMBER,
    STRUCTURAL_BOOLEAN,
};

struct structural;
struct schema_view;

struct structural_property {
    struct str name;
    const struct structural *schema;
};

/* Value validation: everything that constrains values, also inside allOf/anyOf/oneOf/not. */
struct structural {
    const struct node *node; /* the schema as written, for positions and messages */
    enum structural_type type;
    enum list_type list_type;
    bool nullable;
    bool int_or_string;
    bool preserve_unknown;
    bool embedded_resource;
    bool map_atomic;
    bool additional_any; /* additionalProperties: true */
    bool unique_items;
    bool exclusive_minimum, exclusive_maximum;
    bool has_minimum, has_maximum, has_multiple_of;
    double minimum, maximum, multiple_of;
    int64_t min_length, max_length;         /* -1: none */
    int64_t min_items, max_items;           /* -1: none */
    int64_t min_properties, max_properties; /* -1: none */
    struct str format;
    struct str pattern;
    const struct regex *regex; /* of pattern, owned by the view; NULL: none, no RE2, or too long */
    const struct node *enumeration;   /* list, or NULL */
    const struct node *default_value; /* or NULL; a null is no default */
    const struct node *validations;   /* x-kubernetes-validations, or NULL */
    const struct str *required;
    const struct str *list_keys;
    const struct structural_property *properties; /* sorted by name */
    const struct structural *items;
    const struct structural *additional; /* additionalProperties as a schema */
    const struct structural *const *all_of, *const *any_of, *const *one_of;
    const struct structural *not_schema;
    uint32_t required_count, list_key_count, property_count;
    uint32_t all_of_count, any_of_count, one_of_count;
};

const struct structural *structural_property(const struct structural *schema, struct str name);
/* A schema as structural, in the view's memory; NULL when it is no map, or over LIMIT_SCHEMA_NODES.
 * One thread at a time. */
const struct structural *structural_read(struct schema_view *view, const struct node *schema);

/* What a higher room makes of a schema, such as compiled rules: once, in the view's memory, when it
 * is asked for first, and released with the view. `make` may give NULL; neither may ask the view.
 */
struct schema_maker {
    void *(*make)(struct arena *arena, const struct structural *schema, unsigned minor);
    void (*release)(void *made);
};
/* Any number of threads; one maker for all calls. */
const void *schema_view_keep(const struct schema_view *view, const struct structural *schema,
                             const struct schema_maker *maker);

/* ---- kinds ---- */

/* When an API came and went, as minors of 1.x; 0: never, or unknown. */
struct lifecycle {
    uint8_t introduced;
    uint8_t deprecated;
    uint8_t removed;
    struct str replacement; /* "apps/v1", with the kind where it differs; "" */
    struct str note;        /* what changes when one moves, "" */
};

struct kind_info {
    struct str group;
    struct str version;
    struct str kind;
    struct str plural;
    bool namespaced;
    bool is_list;    /* PodList, List */
    bool creatable;  /* has a create verb: not a TokenReview's spec-only sub-kind such as Scale */
    bool custom;     /* from a CRD */
    bool deprecated; /* CRD version with deprecated: true */
    struct str deprecation_warning;
    type_id type;                        /* built-in */
    const struct structural *structural; /* custom; NULL when the CRD has no usable schema; only
                                            schema_find_kind() fills it in */
    bool schema_too_large;               /* custom; over LIMIT_SCHEMA_NODES, so there is none */
    const struct node *crd_version;      /* custom: its entry in the CRD's spec.versions */
    struct source *source;               /* custom: where the CRD stands */
    struct span span;
    struct lifecycle lifecycle;
};

enum kind_state {
    KIND_SERVED,       /* by default at this minor, or by a CRD */
    KIND_NOT_SERVED,   /* exists at this minor, but off by default (alpha, beta) */
    KIND_FUTURE,       /* comes in a later minor */
    KIND_REMOVED,      /* existed, does not any more */
    KIND_UNKNOWN,      /* not built-in and no CRD here: may be a custom resource, or a typo */
    KIND_NOT_IN_GROUP, /* the group is built in, and this kind never was in this group-version */
};

/* One version of a CRD. */
struct custom {
    struct kind_info info;
    struct custom *next;         /* version of the same CRD */
    struct custom *next_of_kind; /* served, of another CRD or version, with the same kind name */
    bool served;                 /* versions[].served */
    const struct node *schema;   /* as written */

    /* Only schema_find_kind() looks at these. */
    atomic_bool is_read;
    bool schema_too_large;
    const struct structural *structural;
};

struct schema_view {
    unsigned minor;
    struct arena *arena; /* borrowed */
    struct {
        VEC(struct custom *);
    } customs;                      /* in order of adding */
    struct map by_name;             /* "Kind.group" -> first struct custom of a CRD */
    struct map by_kind;             /* kind name -> struct custom_chain * */
    struct schema_reading *reading; /* memory and lock of schemas; NULL: there are none */
};

void schema_view_init(struct schema_view *view, struct arena *arena, unsigned minor);
void schema_view_release(struct schema_view *view); /* schemas and compiled patterns */
/* Adds the versions of a CRD (apiextensions.k8s.io/v1). The view may be read by any number of
 * threads afterwards; a schema is read when its kind is looked up for the first time, since most
 * CRDs of a repository are larger than what uses them, and many are not used at all. Tolerant: what
 * is wrong with the CRD itself is for admit to say, and one without a group or a kind adds nothing.
 * A later CRD of the same group and kind replaces nothing: the first stays and false is returned.
 */
bool schema_view_add_crd(struct schema_view *view, const struct node *crd, struct source *source);
enum kind_state schema_find_kind(const struct schema_view *view, struct str group,
                                 struct str version, struct str kind, struct kind_info *ret_info);
/* The same without the schema of a custom kind. */
enum kind_state schema_peek_kind(const struct schema_view *view, struct str group,
                                 struct str version, struct str kind, struct kind_info *ret_info);
/* Whether a group is one of Kubernetes' own: an unknown kind in it is an error, not a missing CRD.
 */
bool schema_group_is_builtin(struct str group);
/* Served "group/version" pairs that have this kind at this minor, for "did you mean". */
size_t schema_kind_versions(const struct schema_view *view, struct str kind, struct kind_info *out,
                            size_t max);
/* Nearest kind name served at this minor, or "". */
struct str schema_nearest_kind(const struct schema_view *view, struct str kind);

/* i-th built-in kind by name, whatever its state at the view's minor; false past the end. A kind
 * whose published form changed over the minors comes more than once. */
bool schema_kind_at(const struct schema_view *view, size_t i, enum kind_state *ret_state,
                    struct kind_info *ret_info);

/* ---- compiling (tidegate schemas compile) ---- */

/*
 * Merges one published OpenAPI v2 document (JSON) into the text files of a schemas/ folder as the
 * given minor. The text is a function of what was published for each minor, so neither order nor
 * repetition matters. Inputs are trees: they may come from files or from a server's answers
 * (/openapi/v2, and /api and /apis as APIGroupDiscoveryList).
 */
struct schema_input {
    struct source *source; /* of the OpenAPI document, for findings */
    const struct node *openapi;
    const struct node *discovery[2]; /* of /api and /apis in any order; NULL: stable group-versions
                                        and those that lifecycle.txt names are taken as served */
    unsigned minor;
};

int schema_compile(struct arena *arena, const struct schema_input *input, const char *folder,
                   struct diags *diags) MUST_USE;
