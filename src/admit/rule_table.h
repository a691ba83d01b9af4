/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compiled rules and defaults: what tools/rulegen writes and the walks read. Integers and
 * offsets only, but for the two arrays of functions.
 *
 * A string is an offset into rule_strings, where its length stands in the two bytes before it; 0
 * is none. A list is an index into rule_lists: first the count, then the items; 0 is the empty
 * one. Types and fields are numbered as in schema_table.h.
 */
#pragma once

#include "schema/schema.h"

/* X(name, word in the text, what its arguments are) */
#define RULE_VERBS(X)                                                                              \
    X(REQUIRED, "required", NONE)                                                                  \
    X(FORBIDDEN, "forbidden", NONE)                                                                \
    X(ENUM, "enum", VALUES)                                                                        \
    X(RANGE, "range", RANGE)                                                                       \
    X(MIN, "min", MINIMUM)                                                                         \
    X(MAX, "max", MAXIMUM)                                                                         \
    X(FORMAT, "format", FORMAT)                                                                    \
    X(MAX_BYTES, "max-bytes", MAXIMUM)                                                             \
    X(MAX_LENGTH, "max-length", MAXIMUM)                                                           \
    X(MIN_ITEMS, "min-items", MINIMUM)                                                             \
    X(MAX_ITEMS, "max-items", MAXIMUM)                                                             \
    X(UNIQUE, "unique", KEYS)                                                                      \
    X(ONE_OF, "one-of", FIELDS)                                                                    \
    X(AT_MOST_ONE_OF, "at-most-one-of", FIELDS)                                                    \
    X(REQUIRES, "requires", FIELDS)                                                                \
    X(EXCLUDES, "excludes", FIELDS)                                                                \
    X(IMMUTABLE, "immutable", NONE)                                                                \
    X(SKIP, "skip", NONE)                                                                          \
    X(CALL, "call", FUNCTION)

enum rule_verb {
#define X(name, word, args) RULE_VERB_##name,
    RULE_VERBS(X)
#undef X
};

/* The words of error=; RULE_SAYS_VERB: what the verb implies. */
#define RULE_ERRORS(X)                                                                             \
    X(REQUIRED, "required")                                                                        \
    X(INVALID, "invalid")                                                                          \
    X(UNSUPPORTED, "unsupported")                                                                  \
    X(FORBIDDEN, "forbidden")                                                                      \
    X(DUPLICATE, "duplicate")                                                                      \
    X(TOO_LONG, "too-long")                                                                        \
    X(TOO_MANY, "too-many")                                                                        \
    X(NOT_FOUND, "not-found")                                                                      \
    X(IMMUTABLE, "immutable")

enum rule_error {
    RULE_SAYS_VERB,
#define X(name, word) RULE_SAYS_##name,
    RULE_ERRORS(X)
#undef X
};

enum rule_part { RULE_SELF, RULE_ITEMS, RULE_KEYS, RULE_MAP_VALUES };
enum rule_at { RULE_AT_SELF, RULE_AT_PARENT, RULE_AT_LIST };

enum rule_flag {
    RULE_POINTER = 1 << 0,
    RULE_ALWAYS = 1 << 1,
    RULE_UPDATE = 1 << 2,
    RULE_CREATE = 1 << 3,
    RULE_WARNING = 1 << 4,
    RULE_NOT_IN = 1 << 5, /* `in` is not-in= */
    RULE_NOT_AS = 1 << 6,
};

enum rule_op { RULE_IS_SET, RULE_IS_NOT_SET, RULE_IS, RULE_IS_NOT };

struct rule_when {
    uint64_t minors;       /* at a default server, gates included */
    uint64_t minors_alone; /* without what gates say */
    uint32_t gates;        /* list of 2 * gate, + 1 where it must be off */
    uint32_t ifs;          /* list of count triples: field, enum rule_op, list of texts */
    uint32_t in;           /* list of kinds */
    uint32_t as;           /* list of fields */
    uint32_t flags;        /* enum rule_flag */
};

struct rule_row {
    struct rule_when when;
    int64_t min, max;
    uint32_t says;     /* string */
    uint32_t values;   /* list: values, keys, fields */
    uint16_t function; /* index into rule_functions, or of the format */
    uint8_t verb;      /* enum rule_verb */
    uint8_t part;      /* enum rule_part */
    uint8_t error;     /* enum rule_error */
    uint8_t at;        /* enum rule_at */
};

struct fill_row {
    struct rule_when when;
    uint32_t field; /* string; "" calls the function */
    uint32_t value; /* string */
    uint16_t function;
    uint8_t kind; /* enum node_kind of the value; NODE_NULL takes the field away */
};

/* Rows of a field. */
struct rule_slot {
    uint32_t field; /* string */
    uint32_t first_row;
    uint32_t row_count;
};

struct rule_type {
    uint32_t first_slot;
    uint32_t first_row; /* of the struct itself */
    uint32_t first_fill;
    uint16_t row_count;
    uint16_t fill_count;
    uint8_t slot_count;
};

enum rule_below { RULES_BELOW = 1, FILLS_BELOW = 2 };
enum { RULE_SLOTS_MAX = 64, RULE_FIELD_SKIPPED = 255 };

struct rule_gate {
    uint32_t name;
    uint64_t minors; /* where it is on by default */
    uint64_t known;  /* where servers know it */
    uint64_t locked; /* where it can't be changed */
};

struct validating;
struct spot;
struct filling;

extern const unsigned char rule_strings[];
extern const uint32_t rule_lists[];
extern const struct rule_type rule_types[]; /* by type_id; the last one has no rules */
extern const struct rule_slot rule_slots[];
extern const struct rule_row rule_rows[];
extern const struct fill_row fill_rows[];
extern const uint8_t rule_below[];          /* by type_id: enum rule_below at or below it */
extern const uint8_t rule_fields[];         /* by field: its slot + 1, RULE_FIELD_SKIPPED */
extern const struct rule_gate rule_gates[]; /* sorted */
extern const uint32_t rule_gate_count;
extern void (*const rule_functions[])(struct validating *v, const struct spot *spot);
extern void (*const fill_functions[])(struct filling *f);

static inline struct str rule_str(uint32_t offset)
{
    const unsigned char *p = rule_strings + offset;
    return (struct str){(const char *)p, (size_t)(p[-2] | p[-1] << 8)};
}
