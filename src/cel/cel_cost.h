/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Costs: what a call costs while running (cel-go's interpreter/runtimecost.go and the API server's
 * pkg/cel/library/cost.go, CallCost) and what it may cost at most (checker/cost.go and
 * EstimateCallCost). A row of a library points to one of the shapes below, so that a function's two
 * costs stand next to each other and its library file says which kind of function it is.
 */
#pragma once

#include "cel/cel_library.h"

#define CEL_TRAVERSAL 0.1  /* common.StringTraversalCostFactor */
#define CEL_PATTERN   0.25 /* common.RegexStringLengthCostFactor */
enum { CEL_COST_LIST = 10, CEL_COST_MAP = 30, CEL_COST_STRUCT = 40, CEL_COST_AUTHORIZE = 350000 };

/* Receiver first, as everywhere. */
typedef uint64_t cel_cost_run(struct cel_run *run, const struct cel_value *args, size_t n,
                              struct cel_value result);

/* A way from a variable down: names of fields, "@items", "@keys", "@values", "@indices". */
struct cel_path {
    const struct cel_path *up; /* NULL: the name is a variable's */
    struct str name;
};

/* An argument as the estimator sees it. */
struct cel_estimate_arg {
    const struct cel_expr *expr; /* NULL: an element of a list argument */
    const struct cel_type *type;
    const struct cel_path *path; /* from a variable down, NULL when it is no path */
    bool sized;                  /* size is known */
    struct cel_range size;
};
struct cel_call_estimate {
    struct cel_range cost; /* without that of the arguments */
    bool sized;
    struct cel_range size; /* of the result */
};
struct cel_estimator;
typedef void cel_cost_estimate(struct cel_estimator *estimator, const struct cel_function *function,
                               const struct cel_estimate_arg *args, size_t n,
                               struct cel_call_estimate *ret_estimate);

struct cel_cost {
    cel_cost_run *run;           /* NULL: 1 */
    cel_cost_estimate *estimate; /* NULL: 1 */
    /* cel-go finds costs by overload id, so that a call that could be several overloads costs 1;
     * the API server by function name, so that it always counts. */
    bool by_name;
    /* 1 + the argument of which cel-go takes for granted that it is a list: an error in its place
     * ends the evaluation, and nothing absorbs that. 0: none. */
    uint8_t of_list;
};

/* ---- the shapes, cel_cost_shapes.c ---- */
extern const struct cel_cost cel_cost_one;       /* by name: accessors of url, ip, semver, ... */
extern const struct cel_cost cel_cost_authorize; /* check: 350,000 */
extern const struct cel_cost cel_cost_selector;  /* fieldSelector, labelSelector */
extern const struct cel_cost cel_cost_traverse;  /* isSorted sum min max indexOf lastIndexOf */
extern const struct cel_cost cel_cost_string_result; /* url lowerAscii substring trim ...: a pass,
                                                        result as long as the argument */
extern const struct cel_cost cel_cost_string;        /* cidr isIP quantity semver ...: a pass */
extern const struct cel_cost cel_cost_string_twice;  /* ip.isCanonical */
extern const struct cel_cost cel_cost_replace;
extern const struct cel_cost cel_cost_split;
extern const struct cel_cost cel_cost_join;
extern const struct cel_cost cel_cost_find;    /* find findAll */
extern const struct cel_cost cel_cost_matches; /* matches_string, by overload */
extern const struct cel_cost cel_cost_contains_ip, cel_cost_contains_cidr;
extern const struct cel_cost cel_cost_validate; /* format.validate */
extern const struct cel_cost cel_cost_not_equals;
extern const struct cel_cost cel_cost_equals;   /* == and != */
extern const struct cel_cost cel_cost_less;     /* < <= > >= of strings and bytes */
extern const struct cel_cost cel_cost_add_text; /* + of strings and bytes */
extern const struct cel_cost cel_cost_add_list;
extern const struct cel_cost cel_cost_prefix;                       /* startsWith endsWith */
extern const struct cel_cost cel_cost_contains;                     /* contains of strings */
extern const struct cel_cost cel_cost_to_bytes, cel_cost_to_string; /* string <-> bytes */
extern const struct cel_cost cel_cost_quote, cel_cost_format;       /* strings.quote, format */
extern const struct cel_cost cel_cost_in_list;
/* The lists and sets extensions count as cel-go says (ext/lists.go, ext/sets.go), by overload;
 * functions that no shape above fits get theirs in cel_cost_shapes.c and a line here. */
extern const struct cel_cost cel_cost_list_range, cel_cost_list_slice, cel_cost_list_flatten,
    cel_cost_list_distinct, cel_cost_list_sort, cel_cost_list_reverse;
extern const struct cel_cost cel_cost_list_sort_by, cel_cost_sets, cel_cost_sets_twice;
