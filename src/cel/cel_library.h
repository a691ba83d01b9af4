/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How functions are written. A library is one file cel_lib_<topic>.c with an array of rows, one an
 * overload, and one `const struct cel_library` at its end; the library gets a declaration below and
 * a line in cel_libraries.c. Nothing else needs to know it.
 *
 *   #include "cel/cel_rows.h"
 *
 *   static struct cel_value upper(struct cel_run *run, const struct cel_value *args, size_t n);
 *
 *   static const struct cel_function rows[] = {
 *       {"upperAscii", "string_upper_ascii", CEL_MEMBER, PARAMS(STRING), STRING, upper,
 *        .cost = &cel_cost_string_result},
 *   };
 *   const struct cel_library cel_lib_strings = {"strings", 0, 0, LIBRARY_ROWS(rows)};
 *
 * An implementation gets exactly the parameters of its row, receiver first, each of a kind that the
 * row allows (CEL_DYN and CEL_PARAM allow every kind), never an error: errors of arguments come
 * back before it is called. It answers with a value or cel_fail(run, "..."), in cel-go's words.
 * What it builds lives in run->arena. Loops over data call cel_tick so that nobody gets work for
 * free.
 */
#pragma once

#include "cel/cel.h"

enum cel_function_flag {
    CEL_MEMBER = 1 << 0,    /* receiver style: x.f(y); the first parameter is the receiver */
    CEL_UNGUARDED = 1 << 1, /* also called when argument kinds don't fit the row: the function says
                               "no such overload" itself, as cel-go's operators do */
    CEL_VARIADIC = 1 << 2,  /* arguments are not looked at after one that is an error: what cel-go
                               does with bindings of any number of arguments */
};

typedef struct cel_value cel_function_eval(struct cel_run *run, const struct cel_value *args,
                                           size_t n);

struct cel_cost; /* cel_cost.h */

struct cel_function {
    const char *name; /* "size", "_+_", "ip.isCanonical" */
    const char *id;   /* cel-go's overload id: unique, and what costs are looked up by */
    uint8_t flags;    /* enum cel_function_flag */
    uint8_t n;        /* parameters, the receiver among them */
    const struct cel_type *params[4];
    const struct cel_type *result;
    cel_function_eval *eval;
    const struct cel_cost *cost; /* NULL: 1 to run, 1 to estimate */
    /* Minors of the row alone, as in struct cel_library. */
    uint8_t since, until;
};

struct cel_library {
    const char *name;
    /* apiserver/pkg/cel/environment/base.go: IntroducedVersion and RemovedVersion, 0 when it was
     * always there, or still is. */
    uint8_t since, until;
    const struct cel_function *rows;
    size_t n;
    const struct cel_type *const *types; /* that expressions may name (net.IP), NULL-terminated */
};

/* Type parameters and what is made of them, for rows; cel_rows.h has short names for these. */
extern const struct cel_type cel_type_a, cel_type_b, cel_type_list_a, cel_type_map_ab,
    cel_type_optional_a, cel_type_optional_b, cel_type_type_a;

/* An opaque value's class: what the language needs to know of it. All but type may be NULL. */
struct cel_class {
    const struct cel_type *type; /* CEL_OPAQUE or CEL_STRUCT, by what cel-go declares */
    bool (*equal)(const void *a, const void *b);
    uint64_t (*size)(const void *data); /* what costs count; 1 when NULL */
    /* Struct-like values of the host (`variables`): a field by name, false when there is none. */
    bool (*field)(struct cel_run *run, const void *data, struct str name,
                  struct cel_value *ret_value);
    void (*format)(struct buf *out, const void *data); /* for people, and string() if `text` */
    bool mixes; /* == with a value of another kind is false, not an error */
    bool text;
};
struct cel_value cel_opaque(const struct cel_class *class, const void *data);

/* An error value with the message, at the expression that is being evaluated. */
struct cel_value cel_fail(struct cel_run *run, const char *fmt, ...) PRINTF(2, 3);
struct cel_value cel_fail_overload(struct cel_run *run); /* "no such overload" */
/* Work that the cost model doesn't see: `n` steps. False when the run has done too much; then
 * answer cel_fail_budget. */
bool cel_tick(struct cel_run *run, size_t n);
struct cel_value cel_fail_budget(struct cel_run *run);
static inline bool cel_is_error(struct cel_value value)
{
    return value.kind == CEL_ERROR || value.kind == CEL_UNKNOWN;
}

/* Built lists and maps. Adding to a list that nobody else has grown since is in place, so folds
 * that append are linear; a list that several threads see must therefore be as long as its
 * capacity. A map keeps the order of insertion. */
struct cel_value cel_list_new(struct cel_run *run, size_t capacity);
struct cel_value cel_list_add(struct cel_run *run, struct cel_value list, struct cel_value item);
struct cel_value cel_list_join(struct cel_run *run, struct cel_value a, struct cel_value b);
/* Whether an item equals one of the list's. */
bool cel_list_has(struct cel_run *run, struct cel_value list, struct cel_value item);
struct cel_value cel_map_new(struct cel_run *run, size_t capacity);
/* An error when the key can't be one, or when it is there already: "... already exists". */
struct cel_value cel_map_add(struct cel_run *run, struct cel_value map, struct cel_value key,
                             struct cel_value value);
struct cel_value cel_optional(struct cel_run *run, struct cel_value value);
struct cel_value cel_none(void);
/* Text copied into the run's arena as a string value; counts against the run's memory. */
struct cel_value cel_string_dup(struct cel_run *run, struct str text);
/* The text of a buf, which is released. */
struct cel_value cel_string_take(struct cel_run *run, struct buf *buf);
/* Code points of a string. */
size_t cel_runes(struct cel_value *string);

/* The type of a value as type(x) tells it: containers without what they hold. */
const struct cel_type *cel_value_type(struct cel_value value);
/* -1, 0, 1 of two comparable values (numbers across kinds, strings, bytes, bools, timestamps,
 * durations); an error value otherwise, NaN included. */
struct cel_value cel_compare(struct cel_run *run, struct cel_value a, struct cel_value b);
/* Conversions, as int("1") and so on; to is a kind. Errors in cel-go's words. */
struct cel_value cel_convert(struct cel_run *run, struct cel_value value, enum cel_kind to);
/* Go's ParseDuration and Duration.String with seconds only ("90s"), time.RFC3339 both ways. */
bool cel_duration_parse(struct str text, int64_t *ret_nanos);
bool cel_timestamp_parse(struct str text, int64_t *ret_seconds, uint32_t *ret_nanos);
void cel_duration_format(struct buf *out, int64_t nanos);
void cel_timestamp_format(struct buf *out, int64_t seconds, uint32_t nanos);
/* As Go's %g: the shortest text, with an exponent from 1e+06 on and below 1e-04. */
void cel_double_format(struct buf *out, double value);

/* A compiled pattern, kept for the run (literals: for the program). NULL and an error value when
 * it is no pattern. */
struct regex;
const struct regex *cel_regex_get(struct cel_run *run, struct str pattern,
                                  struct cel_value *ret_error);

/* Bound on what one run may build, whatever its cost. */
enum { CEL_RUN_BYTES = 64 << 20, CEL_RUN_TICKS = 64 << 20 };

extern const struct cel_library cel_lib_operators; /* cel_lib_operators.c: + - == < [] in && ... */
extern const struct cel_library cel_lib_convert;   /* int() string() type() dyn() ... */
extern const struct cel_library cel_lib_text;      /* size contains startsWith endsWith matches */
extern const struct cel_library cel_lib_time;      /* getHours ... */
extern const struct cel_library cel_lib_strings;   /* cel-go's strings extension */
extern const struct cel_library cel_lib_lists;     /* cel-go's lists extension, version 3 */
extern const struct cel_library cel_lib_sets;
extern const struct cel_library cel_lib_optional;
extern const struct cel_library cel_lib_fold;       /* what the macros of two variables need */
extern const struct cel_library cel_lib_kube_lists; /* isSorted sum min max indexOf */
extern const struct cel_library cel_lib_regex;      /* find findAll */
extern const struct cel_library cel_lib_url;
extern const struct cel_library cel_lib_quantity;
extern const struct cel_library cel_lib_ip;
extern const struct cel_library cel_lib_cidr;
extern const struct cel_library cel_lib_format; /* format.dns1123Label() ... validate */
extern const struct cel_library cel_lib_semver;
extern const struct cel_library cel_lib_authorizer;
extern const struct cel_library cel_lib_authorizer_selectors;
/* Of mutating policies only, which add it with cel_env_add_functions. */
extern const struct cel_library cel_lib_jsonpatch;
/* All but that, in cel_libraries.c; NULL-terminated. */
extern const struct cel_library *const cel_libraries[];
