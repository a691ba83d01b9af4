/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the stages of the cel room share: lexer -> parser (with macros) -> checker -> planner ->
 * evaluator. The tree of expressions is made by the parser, typed and resolved by the checker,
 * folded by the planner, and const from then on.
 */
#pragma once

#include "base/map.h"
#include "cel/cel_cost.h"
#include "cel/cel_library.h"

/* ---- expressions ---- */

enum cel_expr_kind {
    EXPR_LITERAL,
    EXPR_IDENT,
    EXPR_SELECT,
    EXPR_CALL,
    EXPR_LIST,
    EXPR_MAP,
    EXPR_STRUCT,
    EXPR_FOLD, /* a comprehension, made by macros only */
};

enum cel_expr_flag {
    EXPR_TEST = 1 << 0,     /* EXPR_SELECT of has() */
    EXPR_MEMBER = 1 << 1,   /* EXPR_CALL: args[0] is the receiver */
    EXPR_CONSTANT = 1 << 2, /* folded by the planner: `constant` is its value, at no cost */
    EXPR_MACRO = 1 << 3,    /* made by a macro, not written */
    EXPR_SET = 1 << 4,      /* `x in [literals]`: `constant` is a map with the literals as keys */
    EXPR_PATTERN = 1 << 5,  /* a call with a literal pattern */
};

/* Calls that the evaluator knows itself. */
enum cel_operator {
    OPERATOR_NONE,
    OPERATOR_AND,
    OPERATOR_OR,
    OPERATOR_IF, /* _?_:_ */
    OPERATOR_EQUAL,
    OPERATOR_NOT_EQUAL,
    OPERATOR_INDEX,      /* _[_] */
    OPERATOR_OPT_INDEX,  /* _[?_] */
    OPERATOR_OPT_SELECT, /* _?._ */
    OPERATOR_NOT_FALSE,  /* @not_strictly_false */
};

/* Where an identifier's value is found. */
enum cel_scope {
    SCOPE_NONE,  /* undeclared; unchecked expressions only */
    SCOPE_SLOT,  /* variable of the environment */
    SCOPE_LOCAL, /* variable of a comprehension */
    SCOPE_TYPE,  /* the name of a type */
};

struct cel_entry {
    struct cel_expr *key; /* EXPR_MAP */
    struct cel_expr *value;
    struct str field; /* EXPR_STRUCT */
    uint32_t offset;  /* of the entry, for issues */
    bool optional;
};

struct cel_expr {
    uint8_t kind;   /* enum cel_expr_kind */
    uint8_t flags;  /* enum cel_expr_flag */
    uint8_t op;     /* enum cel_operator, calls only */
    uint8_t height; /* of operators, selections and calls below, at most CEL_DEPTH */
    uint32_t id;    /* 1 to the number of expressions */
    uint32_t at;    /* bytes: where cel-go says that it is: of a call its parenthesis or operator */
    uint32_t start; /* bytes [start, end) of the source */
    uint32_t end;
    const struct cel_type *type; /* of the checker; NULL when unchecked */
    const struct cel_value *constant;
    union {
        struct cel_value literal;
        struct {
            struct str name;
            uint8_t scope;                /* enum cel_scope */
            uint32_t slot;                /* SCOPE_SLOT; SCOPE_LOCAL: index into the run's locals */
            const struct cel_type *named; /* SCOPE_TYPE */
        } ident;
        struct {
            struct cel_expr *operand;
            struct str field;
        } select;
        struct {
            struct str function;
            struct cel_expr **args;
            uint32_t n;
            uint32_t candidate_count;
            const struct cel_function *const *candidates; /* overloads that may apply */
        } call;
        struct {
            struct cel_expr **items;
            const bool *optional; /* per item; NULL: none is */
            uint32_t n;
        } list;
        struct {
            struct cel_entry *entries; /* EXPR_MAP and EXPR_STRUCT */
            uint32_t n;
            struct str type_name; /* EXPR_STRUCT */
        } map;
        struct {
            struct str var, var2, accu_name; /* var2 may be empty */
            struct cel_expr *range, *accu, *condition, *step, *result;
            uint32_t var_local, var2_local, accu_local;
        } fold;
    };
};

/* cel-go's name of the accumulator of macros; not an identifier that can be written. */
#define CEL_ACCU "@result"

/* ---- parsing ---- */

/* In the order of CEL.g4, which is the order in which messages list what was expected. */
enum cel_token_kind {
    TOKEN_END,
    TOKEN_EQ,
    TOKEN_NE,
    TOKEN_IN,
    TOKEN_LT,
    TOKEN_LE,
    TOKEN_GE,
    TOKEN_GT,
    TOKEN_AND,
    TOKEN_OR,
    TOKEN_LBRACKET,
    TOKEN_RBRACKET,
    TOKEN_LBRACE,
    TOKEN_RBRACE,
    TOKEN_LPAREN,
    TOKEN_RPAREN,
    TOKEN_DOT,
    TOKEN_COMMA,
    TOKEN_MINUS,
    TOKEN_NOT,
    TOKEN_QUESTION,
    TOKEN_COLON,
    TOKEN_PLUS,
    TOKEN_STAR,
    TOKEN_SLASH,
    TOKEN_PERCENT,
    TOKEN_TRUE,
    TOKEN_FALSE,
    TOKEN_NULL,
    TOKEN_DOUBLE,
    TOKEN_INT,
    TOKEN_UINT,
    TOKEN_STRING,
    TOKEN_BYTES,
    TOKEN_IDENT,
    TOKEN_QUOTED, /* `a-b`: only fields, and off in Kubernetes */
    TOKEN_KINDS,
};

struct cel_token {
    enum cel_token_kind kind;
    uint32_t start, end; /* bytes of the source */
};

struct cel_parser {
    struct arena *arena;
    const struct cel_env *env;
    struct cel_issues *issues;
    struct str source;
    size_t pos;             /* the lexer's */
    struct cel_token token; /* the next one */
    uint32_t previous_end;  /* of the token before */
    uint32_t ids;
    unsigned depth; /* of nested expressions */
    unsigned open;  /* brackets */
    bool failed;    /* a syntax error: what follows is not parsed */
};

/* The next expression's first token, an operator, ...: what the grammar allows at a point. */
typedef uint64_t cel_token_set;
#define TOKEN_BIT(kind) ((cel_token_set)1 << (kind))

void cel_advance(struct cel_parser *parser);
/* The current token is none of the set: reports it as cel-go's parser would, which first tries to
 * do without the token. True when that helped and the new current token is of the set. */
bool cel_recover(struct cel_parser *parser, cel_token_set expected);
/* Consumes a token of the kind, or reports; false when parsing can't go on. */
bool cel_expect(struct cel_parser *parser, enum cel_token_kind kind);
void cel_no_alternative(struct cel_parser *parser, uint32_t start);
extern const cel_token_set cel_expr_start;

/* The next token; characters that start none are issues and skipped. */
struct cel_token cel_lex(struct cel_parser *parser);
/* Value of a string or bytes literal's text; an issue when an escape is wrong. */
bool cel_unquote(struct cel_parser *parser, struct cel_token token, struct cel_value *ret_value);

struct cel_expr *cel_expr_new(struct cel_parser *parser, enum cel_expr_kind kind, uint32_t at);
struct cel_expr *cel_expr_call(struct cel_parser *parser, uint32_t at, const char *function,
                               struct cel_expr **args, uint32_t n);
/* The macro's expansion; the call itself when it is none; NULL after an issue. */
struct cel_expr *cel_expand(struct cel_parser *parser, struct cel_expr *call);

/* Adds an issue at a byte offset, or at no place of the source. */
#define CEL_NO_PLACE UINT32_MAX
void cel_issue(struct cel_issues *issues, struct str source, uint32_t offset, const char *fmt, ...)
    PRINTF(4, 5);
void cel_issues_sort(struct cel_issues *issues);

/* ---- environments ---- */

struct cel_variable {
    struct str name;
    const struct cel_type *type;
    uint32_t slot;
};

struct cel_overloads { /* of one name */
    VEC(const struct cel_function *);
};

struct cel_env {
    struct arena *arena;
    const struct cel_env *parent; /* borrowed; NULL: a base environment */
    struct cel_env_options options;
    struct map functions; /* name -> struct cel_overloads */
    struct map variables; /* name -> struct cel_variable */
    struct map types;     /* name -> const struct cel_type */
    struct map roots;     /* `a` of all names a.b */
    uint32_t slots;       /* of this and all parents */
};

/* Whether there are names of several parts that begin as this one does. */
bool cel_env_has_root(const struct cel_env *env, struct str name);

/* What a name may mean in a container, longest first: c.d.x, c.x, x; of .x: x alone.
 * struct cel_names names = {.container = c, .name = x}; while (cel_names_next(arena, &names, &n))
 */
struct cel_names {
    struct str container, name;
    bool done;
};
bool cel_names_next(struct arena *arena, struct cel_names *names, struct str *ret_name);
bool cel_env_has_library(const struct cel_env *env, const struct cel_library *library);
/* The minor whose features count: options.minor, or the one before for new expressions. */
unsigned cel_env_minor(const struct cel_env *env);
const struct cel_variable *cel_env_variable(const struct cel_env *env, struct str name);
const struct cel_type *cel_env_type(const struct cel_env *env, struct str name);
/* All overloads of a name, or NULL. */
const struct cel_overloads *cel_env_functions(const struct cel_env *env, struct str name);

/* ---- checking ---- */

/* Types and resolves the whole tree; issues when it can't. Gives the number of locals that
 * comprehensions need. */
uint32_t cel_check(struct arena *arena, const struct cel_env *env, struct str source,
                   struct cel_expr *root, struct cel_issues *issues);
/* Resolves names only, as cel-go plans unchecked expressions. */
uint32_t cel_resolve(struct arena *arena, const struct cel_env *env, struct cel_expr *root);
/* Functions by a name as written, through the container. */
const struct cel_overloads *cel_find_functions(struct arena *arena, const struct cel_env *env,
                                               struct str name);
/* Of `a.b.f(x)` the function a.b.f, when there is one: the call is rewritten to be of it. */
const struct cel_overloads *cel_namespaced_function(struct arena *arena, const struct cel_env *env,
                                                    struct cel_expr *expr);

const struct cel_type *cel_type_of_type(struct arena *arena, const struct cel_type *of);
/* A type like another, with other parameters, as many. */
const struct cel_type *cel_type_with(struct arena *arena, const struct cel_type *like,
                                     const struct cel_type *const *params);

/* Substitutions of type parameters, with a trail so that a failed match is undone. */
struct cel_undo {
    uint32_t param;
    const struct cel_type *was;
};
struct cel_infer {
    struct arena *arena;
    VEC(const struct cel_type *); /* by the parameter's number: what it stands for, or NULL */
    struct {
        VEC(struct cel_undo);
    } trail;
};
struct cel_renames {
    struct str from[8];
    const struct cel_type *to[8];
    size_t n;
};
/* The type of a row with its parameters replaced by fresh ones, the same one for the same name. */
const struct cel_type *cel_infer_instantiate(struct cel_infer *infer, const struct cel_type *type,
                                             struct cel_renames *names);
const struct cel_type *cel_infer_fresh(struct cel_infer *infer);
bool cel_infer_assignable(struct cel_infer *infer, const struct cel_type *a,
                          const struct cel_type *b);
bool cel_infer_assignable_list(struct cel_infer *infer, const struct cel_type *const *a,
                               const struct cel_type *const *b, size_t n);
const struct cel_type *cel_infer_substitute(struct cel_infer *infer, const struct cel_type *type,
                                            bool params_to_dyn);
const struct cel_type *cel_infer_general(const struct cel_type *a, const struct cel_type *b);

/* ---- programs ---- */

/* Adds a compiled pattern, once; NULL and the reason when it is none. */
const struct regex *cel_pattern_add(struct arena *arena, struct cel_patterns *patterns,
                                    struct str text, struct str *ret_error);
/* Adds one that is known to be right and compiled when something is matched with it. */
void cel_pattern_add_later(struct arena *arena, struct cel_patterns *patterns, struct str text);
void cel_patterns_release(struct cel_patterns *patterns);

struct cel_program {
    const struct cel_env *env;
    struct str source;
    _Atomic(struct cel_program *) *later; /* NULL: this is it */
    struct cel_expr *root;
    uint32_t ids;                 /* expressions */
    uint32_t locals;              /* variables of comprehensions */
    struct cel_patterns patterns; /* literal ones */
};

/* The program itself, read now when it is one that is read later. */
const struct cel_program *cel_program_read(const struct cel_program *program);

typedef void cel_visit(struct cel_expr *expr, void *ctx);
void cel_walk(struct cel_expr *expr, cel_visit *visit, void *ctx);
/* The same, without what is inside an expression for which `visit` says false. */
typedef bool cel_visit_while(struct cel_expr *expr, void *ctx);
void cel_walk_while(struct cel_expr *expr, cel_visit_while *visit, void *ctx);

/* What Kubernetes checks of literals. */
void cel_validate(struct arena *arena, struct cel_program *program, struct cel_issues *issues);
void cel_validate_format(struct cel_issues *issues, struct str source, const struct cel_expr *call);
/* Folds constants, compiles literal patterns; issues for what can't be (int(1e99)). */
void cel_plan(struct arena *arena, struct cel_program *program, struct cel_issues *issues);

/* ---- evaluating ---- */

/* A variable of a comprehension. */
struct cel_slot {
    struct cel_value value;
    const struct cel_expr *later; /* not yet computed */
};

struct cel_machine {
    const struct cel_program *program;
    const struct cel_value *slots;
    const struct cel_value **resolved; /* by slot: what run->resolve gave */
    struct cel_slot *locals;
    const struct cel_expr *now; /* for errors */
    size_t ticks;
    size_t arena_start;
    bool out; /* of budget, or aborted */
    const struct cel_error *abort;
};

/* Ends the evaluation with an error that nothing absorbs. */
void cel_abort(struct cel_run *run, const char *message);

/* Whether a value can be what a map or list is indexed with. */
bool cel_is_key(struct cel_value value);
/* The name of a value's type in cel-go, which some of its messages show. */
const char *cel_go_type(struct cel_value value);
/* Adds to the cost; false when the limit is passed. */
bool cel_charge(struct cel_run *run, uint64_t cost);

/* ---- built values ---- */

/* A view [0, n) on items that lists built from it share; `used` says how far they are taken. */
struct cel_items {
    struct cel_value *items;
    size_t used, cap;
};
struct cel_list {
    struct cel_items *store;
    size_t n;
};

struct cel_pair {
    struct cel_value key, value;
};
struct cel_map {
    struct cel_pair *pairs; /* in order of insertion */
    size_t n, cap;
    uint32_t *slots; /* index + 1 into pairs by hash; NULL while small */
    size_t slot_count;
    size_t *newest; /* of views that share the arrays: entries of the longest; NULL: a literal's */
};

/* Adds or replaces, for literals: later entries win. */
void cel_map_put(struct cel_run *run, struct cel_map *map, struct cel_value key,
                 struct cel_value value);
bool cel_number_equal(struct cel_value a, struct cel_value b);
/* Whether two items of a keyed list have the same keys. */
bool cel_same_keys(const struct cel_type *list, const struct node *a, const struct node *b);
/* As Go's %v prints a value in cel-go's messages: strings bare. */
void cel_value_plain(struct buf *out, struct cel_value value);
