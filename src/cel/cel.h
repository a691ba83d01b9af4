/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cel: the Common Expression Language as the Kubernetes API server speaks it: cel-go's syntax,
 * types, messages and costs, with the libraries that each Kubernetes minor has. It knows trees
 * (doc.h) but no API types: who has a schema describes it with `struct cel_type`.
 *
 * Flow: an environment says what names and functions there are; compiling against it gives a
 * program or issues; a run evaluates programs, with a budget.
 *
 *   struct cel_env *base = cel_env_new(&arena, (struct cel_env_options){.minor = 36});
 *   struct cel_env *env = cel_env_extend(&arena, base);       // cheap: per policy, per schema
 *   cel_env_add_variable(env, STR("object"), &cel_type_dyn);  // slot 0, then 1, ...
 *   struct cel_issues issues = {.arena = &arena};
 *   struct cel_program *program = cel_compile(&arena, env, STR("object.spec.replicas > 1"),
 * &issues); if (!program) cel_issues_format(&buf, STR(...), &issues);
 *
 *   struct cel_run run = {.arena = &scratch, .cost_limit = CEL_COST_PER_CALL};
 *   struct cel_value slots[] = {cel_from_node(&run, root, &cel_type_dyn)};
 *   struct cel_value verdict = cel_eval(&run, program, slots);
 *   cel_run_release(&run);                                    // run.cost says what it cost
 *   cel_program_release(program);
 *
 * Lifetime: environments, types and programs live in the arena they were made in, borrow what they
 * were given (sources, types, parent environments), and are const once made: any number of threads
 * may evaluate one program, each with a run and an arena of its own. Values are plain structs,
 * copied freely; what they point to lives in the run's arena, the program's or the node's tree.
 *
 * Failure: a mistake in an expression is an issue or an error value (CEL_ERROR), never -1; nothing
 * in this room reports to `diags`. Everything is bounded: length and depth of the source, cost and
 * memory of a run (CEL_COST..., limits.h).
 *
 * To add a function: a row in the table of one cel_lib_<topic>.c, see cel_library.h.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/opt.h"
#include "base/str.h"
#include "base/vec.h"
#include "doc/doc.h"

/* Numbers of k8s.io/apiserver/pkg/apis/cel and of cel-go's parser. */
enum {
    CEL_SOURCE_RUNES = 100000,           /* code points of one expression */
    CEL_DEPTH = 250,                     /* nesting of one expression */
    CEL_COST_PER_CALL = 1000000,         /* one expression */
    CEL_COST_PER_BINDING = 10000000,     /* all of a policy for one object and param; all CRD
                                            rules for one object */
    CEL_COST_MATCH_CONDITIONS = 2500000, /* all match conditions of one policy or webhook */
    CEL_ESTIMATE_PER_RULE = 10000000,    /* static estimate of a CRD rule */
    CEL_ESTIMATE_PER_CRD = 100000000,    /* and of all rules of a CRD */
};

/* ---- types ---- */

enum cel_kind {
    CEL_NULL,
    CEL_BOOL,
    CEL_INT,
    CEL_UINT,
    CEL_DOUBLE,
    CEL_STRING,
    CEL_BYTES,
    CEL_TIMESTAMP,
    CEL_DURATION,
    CEL_LIST,
    CEL_MAP, /* as a value also: an object, whose type is a CEL_STRUCT */
    CEL_TYPE,
    CEL_OPTIONAL, /* optional_type(T) */
    CEL_OPAQUE,   /* url, quantity, ip, ...: a value of a class */
    CEL_ERROR,    /* as a type: of an expression that has an issue */
    CEL_UNKNOWN,  /* can't be decided here: the value says why. Wins over CEL_ERROR */
    /* only types: */
    CEL_DYN,
    CEL_ANY,    /* google.protobuf.Any: as dyn, printed otherwise */
    CEL_STRUCT, /* a named type, with fields when it has `object` */
    CEL_PARAM,  /* type parameter; `name` is its name */
};

enum cel_type_flag {
    CEL_NULLABLE = 1 << 0,      /* null is a value of the data (schema's nullable) */
    CEL_LIST_SET = 1 << 1,      /* x-kubernetes-list-type: set. == and + ignore order */
    CEL_LIST_KEYED = 1 << 2,    /* x-kubernetes-list-type: map, by `keys` */
    CEL_INT_OR_STRING = 1 << 3, /* CEL_DYN whose data must be an integer or a string */
    CEL_WRAPPER = 1 << 5,       /* wrapper(int): null is assignable, for the checker */
    CEL_PRESERVED = 1 << 4,     /* CEL_DYN without declared type inside a typed object: only == */
};

struct cel_type;

/* A field of a struct type. */
struct cel_field {
    const struct cel_type *type;
    struct str key; /* its name in the data, unescaped */
};

/* What a struct type's fields are. A schema's adapter embeds this in its own struct and finds that
 * again from the pointer. `name` is as the expression writes it, so for Kubernetes schemas escaped:
 * use cel_unescape. False when there is no such field. */
struct cel_object {
    bool (*field)(const struct cel_object *object, struct str name, struct cel_field *ret_field);
};

struct cel_type {
    enum cel_kind kind;
    uint8_t flags;   /* enum cel_type_flag */
    uint32_t n;      /* parameters: list 1, map 2, optional and type 1 */
    struct str name; /* as type(x) and messages say it */
    const struct cel_type *const *params;
    const struct cel_object *object; /* CEL_STRUCT: its fields; NULL: none */
    const struct str *keys;          /* CEL_LIST_KEYED: the key fields as in the data */
    uint32_t key_count;
    uint64_t max; /* of a schema: most elements, entries or bytes, for
                     estimates (see cel_estimate) */
};

extern const struct cel_type cel_type_dyn, cel_type_any, cel_type_null, cel_type_bool, cel_type_int,
    cel_type_uint, cel_type_double, cel_type_string, cel_type_bytes, cel_type_timestamp,
    cel_type_duration, cel_type_type, cel_type_error, cel_type_list_dyn, cel_type_map_string_dyn;

const struct cel_type *cel_type_list(struct arena *arena,
                                     const struct cel_type *item) RETURNS_NONNULL;
const struct cel_type *cel_type_map(struct arena *arena, const struct cel_type *key,
                                    const struct cel_type *value) RETURNS_NONNULL;
const struct cel_type *cel_type_optional(struct arena *arena,
                                         const struct cel_type *of) RETURNS_NONNULL;
/* A struct type; `object` is borrowed and may be NULL. */
const struct cel_type *cel_type_struct(struct arena *arena, struct str name,
                                       const struct cel_object *object) RETURNS_NONNULL;
/* As messages write it: map(string, list(int)). */
void cel_type_format(struct buf *out, const struct cel_type *type);
/* Same type, parameters included. */
bool cel_type_eq(const struct cel_type *a, const struct cel_type *b);

/* Property names that CEL can't write, as apiserver/pkg/cel/escaping.go does: a.b -> a__dot__b,
 * namespace -> __namespace__. False when the name can't be written at all; `namespace` as it stands
 * is understood too. */
bool cel_escape(struct arena *arena, struct str name, struct str *ret_escaped);
bool cel_unescape(struct arena *arena, struct str escaped, struct str *ret_name);

/* ---- values ---- */

struct cel_list; /* built by an expression; cel_library.h */
struct cel_map;
struct cel_class; /* what an opaque value is; cel_library.h */
struct cel_expr;

struct cel_error {
    struct str message;          /* cel-go's words: "no such key: x" */
    const struct cel_expr *expr; /* where it arose, may be NULL */
    bool budget;                 /* the budget is used up: nothing may absorb it */
};

/* 32 bytes. `node` is where the value stands in a manifest, or NULL; of an error: the mapping or
 * list that lacks the key. */
struct cel_value {
    uint8_t kind;   /* enum cel_kind */
    uint32_t nanos; /* CEL_TIMESTAMP: 0 to 999,999,999; CEL_STRING: code points + 1, or 0 */
    union {
        bool boolean;
        int64_t i64; /* CEL_INT; CEL_DURATION in nanoseconds; CEL_TIMESTAMP in seconds */
        uint64_t u64;
        double f64;
        const char *text;              /* CEL_STRING (UTF-8), CEL_BYTES */
        const struct cel_list *list;   /* NULL: the node's items */
        const struct cel_map *map;     /* NULL: the node's entries */
        const struct cel_value *inner; /* CEL_OPTIONAL; NULL: none */
        const struct cel_type *type;   /* CEL_TYPE */
        const void *data;              /* CEL_OPAQUE */
        const struct cel_error *error; /* CEL_ERROR, CEL_UNKNOWN */
    };
    union {
        size_t n;                      /* CEL_STRING, CEL_BYTES */
        const struct cel_type *of;     /* CEL_LIST, CEL_MAP of a node, and a struct that was made:
                                          its declared type, or NULL */
        const struct cel_class *class; /* CEL_OPAQUE */
    };
    const struct node *node; /* borrowed */
};

struct cel_run;
struct regex;

struct cel_value cel_null(void);
struct cel_value cel_bool(bool value);
struct cel_value cel_int(int64_t value);
struct cel_value cel_uint(uint64_t value);
struct cel_value cel_double(double value);
struct cel_value cel_string(struct str text); /* borrowed, UTF-8 */
struct cel_value cel_bytes(struct str bytes); /* borrowed */
struct cel_value cel_timestamp(int64_t seconds, uint32_t nanos);
struct cel_value cel_duration(int64_t nanos);
struct cel_value cel_type_value(const struct cel_type *type);
/* What could not be decided and why: wins over errors, false && and true || absorb it. */
struct cel_value cel_unknown(struct cel_run *run, const char *fmt, ...) PRINTF(2, 3);
/*
 * A view on a node, nothing is copied. With &cel_type_dyn (or NULL) scalars are what JSON says they
 * are; with a declared type the value is what the API server makes of such data: a `number` is a
 * double though written 1, formats become timestamps, durations and bytes, null where it is not
 * nullable is an error value ("invalid data, ...").
 */
struct cel_value cel_from_node(struct cel_run *run, const struct node *node,
                               const struct cel_type *type);

/* One line of text for people: strings quoted, long values cut at `max` bytes. */
void cel_value_format(struct buf *out, struct cel_run *run, struct cel_value value, size_t max);
struct str cel_text(struct cel_value value); /* CEL_STRING, CEL_BYTES; "" otherwise */
bool cel_is_true(struct cel_value value);
/* The message of a CEL_ERROR or CEL_UNKNOWN. */
struct str cel_error_text(struct cel_value value);
/* The declared type's name, as type(x) gives it. */
struct str cel_kind_name(struct cel_value value);
/* == of the language. CEL_BOOL, or an error that an element holds. */
struct cel_value cel_equal(struct cel_run *run, struct cel_value a, struct cel_value b);

/* Entries of CEL_LIST and CEL_MAP; for libraries and the policy room. */
size_t cel_size(struct cel_run *run, struct cel_value container);
struct cel_value cel_list_at(struct cel_run *run, struct cel_value list, size_t index);
/* False when the map or object has no such key. */
bool cel_map_get(struct cel_run *run, struct cel_value map, struct cel_value key,
                 struct cel_value *ret_value);
struct cel_iter {
    struct cel_value of;
    size_t i;
    const struct node *key, *next; /* of a node's children */
};
/* for (struct cel_iter it = {.of = v}; cel_iter_next(run, &it, &key, &value);) — key is the index
 * of a list. Maps come in source order. */
bool cel_iter_next(struct cel_run *run, struct cel_iter *iter, struct cel_value *ret_key,
                   struct cel_value *ret_value);

/* ---- environments ---- */

struct cel_env;

struct cel_function; /* cel_library.h */

/* A named format, format.dns1123Label(): what it checks is for those to say who know Kubernetes'
 * names (admit). */
struct cel_reasons {
    struct arena *arena; /* borrowed: texts live here */
    VEC(struct str);
};
struct cel_format {
    const char *name;      /* as expressions write it */
    const char *long_name; /* what == compares */
    uint32_t pattern_size; /* bytes of its pattern, for costs */
    /* Adds every reason why the text is not of the format; none when it is. */
    void (*validate)(struct str text, struct cel_reasons *reasons);
};

/* For expressions that are known to be right, because a test compiled them: programs are read when
 * they are first evaluated, without types, and so are their patterns. */
struct cel_later {
    pthread_mutex_t *lock; /* borrowed; held while the arena is written to */
    struct arena *arena;   /* borrowed; of what is read */
};

struct cel_env_options {
    /* Named formats; without them their use is CEL_UNKNOWN. */
    const struct cel_format *formats; /* borrowed */
    size_t format_count;
    /* The API server's minor, 28 to 36. Libraries are those that it has. */
    uint8_t minor;
    /* As for expressions that are written now: libraries of the minor before, so that the server
     * can be rolled back (environment.NewExpressions). Otherwise all that the binary knows, which
     * is how the server evaluates (StoredExpressions). */
    bool new_expressions;
    struct str container;          /* for name resolution; Kubernetes has none */
    bool no_macros;                /* conformance tests only */
    bool no_check;                 /* conformance tests only: types are found at evaluation */
    const struct cel_later *later; /* borrowed; NULL: programs are compiled at once */
};

struct cel_env *cel_env_new(struct arena *arena, struct cel_env_options options) RETURNS_NONNULL;
/* Everything of the parent, and more names; slots go on counting. */
struct cel_env *cel_env_extend(struct arena *arena, const struct cel_env *parent) RETURNS_NONNULL;
/* A variable, name possibly qualified ("authorizer.requestResource"); gives its slot. */
uint32_t cel_env_add_variable(struct cel_env *env, struct str name, const struct cel_type *type);
bool cel_env_has_variable(const struct cel_env *env, struct str name);
/* A type that expressions may name or construct: JSONPatch{...}. */
void cel_env_add_type(struct cel_env *env, const struct cel_type *type);
/* More functions; the rows are borrowed. */
void cel_env_add_functions(struct cel_env *env, const struct cel_function *rows, size_t n);
/* The first minor whose server accepts a function of this name in new expressions, 0 when none
 * does: "quantity" -> 29. For findings about targets that are too old. */
unsigned cel_function_minor(struct str name);

/* ---- compiling ---- */

struct cel_issue {
    uint32_t offset; /* bytes into the source */
    uint32_t line;   /* from 1; 0: of the expression as a whole */
    uint32_t column; /* code points, from 1, as cel-go prints it */
    struct str message;
};
struct cel_issues {
    struct arena *arena; /* borrowed: texts live here */
    VEC(struct cel_issue);
    size_t more; /* that were only counted, after the first hundred */
};
/* As cel-go prints issues, and thus as server messages quote them:
 * "ERROR: <input>:1:5: ...\n | source line\n | ....^", joined by newlines. */
void cel_issues_format(struct buf *out, struct str source, const struct cel_issues *issues);

struct cel_program;

/* NULL when there are issues. Source and environment are borrowed for the program's life. */
struct cel_program *cel_compile(struct arena *arena, const struct cel_env *env, struct str source,
                                struct cel_issues *issues) MUST_USE;
/* Parsing alone, for what only needs to know names; NULL when there are issues. */
const struct cel_expr *cel_parse(struct arena *arena, const struct cel_env *env, struct str source,
                                 struct cel_issues *issues) MUST_USE;
/* Adds the names that a parsed expression takes from outside, each once: variables, names of types,
 * and what a function's name starts with (sets of sets.contains). For data whose fields nobody
 * declared. */
void cel_names(struct arena *arena, const struct cel_expr *expr, struct str_list *names);
void cel_program_release(struct cel_program *program); /* patterns; accepts NULL */
/* Of the result; dyn when the program is read later. */
const struct cel_type *cel_program_type(const struct cel_program *program);
/* Whether the expression mentions a variable (not one that a macro binds): oldSelf. */
bool cel_program_uses(const struct cel_program *program, struct str variable);
/* The same, and also of a variable that a macro binds: what decides whether a rule of a CRD is one
 * on changes. */
bool cel_program_mentions(const struct cel_program *program, struct str name);
struct str cel_program_source(const struct cel_program *program);

/* ---- static cost ---- */

struct cel_range {
    uint64_t min, max; /* UINT64_MAX: without bound */
};
/* What evaluating may cost, as the server estimates it when a CRD is written. Sizes of data come
 * from `max` of the variables' types, found along the paths that the expression selects. */
struct cel_range cel_estimate(struct arena *arena, const struct cel_program *program);

/* ---- evaluating ---- */

struct cel_pattern {
    struct str text;
    _Atomic(struct regex *) regex; /* owned; NULL: not needed yet */
};
struct cel_patterns {
    VEC(struct cel_pattern);
};

/* One evaluation, or several that share a budget. Zero plus an arena and a limit is valid. */
struct cel_run {
    struct arena *arena; /* borrowed: values that are built live here */
    uint64_t cost_limit; /* 0: CEL_COST_PER_CALL */
    uint64_t cost;       /* spent by the last cel_eval */
    uint64_t total;      /* spent by all of them */
    /* Gives a variable that was passed as CEL_UNKNOWN without an error; asked once an eval. */
    struct cel_value (*resolve)(struct cel_run *run, void *ctx, uint32_t slot);
    /* Sees each sub-expression's value as it is computed, for explanations. */
    void (*trace)(void *ctx, const struct cel_expr *expr, struct cel_value value);
    void *ctx; /* of resolve and trace */
    /* Trees whose nodes cel_explain may blame, so not a request or a param; all NULL: any. */
    const struct node *blamed[2];
    struct cel_patterns patterns; /* compiled while running */
    struct cel_machine *machine;  /* of the evaluator; NULL between evaluations */
};

/* The value, a CEL_ERROR when evaluation failed. `slots` has one value per variable of the
 * program's environment and is borrowed for the call. */
struct cel_value cel_eval(struct cel_run *run, const struct cel_program *program,
                          const struct cel_value *slots) MUST_USE;
void cel_run_release(struct cel_run *run); /* patterns that were compiled while running */

/*
 * Which node of the manifest made an expression false or an error: follows the false operand of &&,
 * the operands of ||, the failing element of all(), the leaf of a comparison. NULL when no value
 * came from a manifest, or from none of run->blamed. Evaluates once more, with tracing; `lines`
 * (may be NULL) gets one line per sub-expression that took part: its source, " = ", its value.
 */
const struct node *cel_explain(struct cel_run *run, const struct cel_program *program,
                               const struct cel_value *slots, struct buf *lines);
