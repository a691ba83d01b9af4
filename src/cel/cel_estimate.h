/* SPDX-License-Identifier: Apache-2.0 */
/* Ranges of sizes and costs, and what the estimate functions of the shapes ask. */
#pragma once

#include "cel/cel_cost.h"

/* All saturate at UINT64_MAX. */
struct cel_range cel_range_fixed(uint64_t value);
struct cel_range cel_range_add(struct cel_range a, struct cel_range b);
struct cel_range cel_range_multiply(struct cel_range a, struct cel_range b);
struct cel_range cel_range_union(struct cel_range a, struct cel_range b);

/* The size of an argument: as computed, else by its path in the declared types, else anything. */
struct cel_range cel_estimate_size(struct cel_estimator *estimator,
                                   const struct cel_estimate_arg *arg);
/* An element of a list argument. */
struct cel_estimate_arg cel_estimate_item(struct cel_estimator *estimator,
                                          const struct cel_estimate_arg *list);
/* The value of a literal integer, negative ones as 0, `otherwise` of everything else. */
uint64_t cel_estimate_literal(const struct cel_estimate_arg *arg, uint64_t otherwise);

/* One function a shape: the estimate of the shape cel_cost_<name>. */
cel_cost_estimate cel_estimate_one, cel_estimate_authorize, cel_estimate_selector,
    cel_estimate_traverse, cel_estimate_string_result, cel_estimate_string,
    cel_estimate_string_twice, cel_estimate_replace, cel_estimate_split, cel_estimate_join,
    cel_estimate_find, cel_estimate_matches, cel_estimate_contains_ip, cel_estimate_contains_cidr,
    cel_estimate_validate, cel_estimate_equals, cel_estimate_less, cel_estimate_add_text,
    cel_estimate_add_list, cel_estimate_prefix, cel_estimate_contains, cel_estimate_to_bytes,
    cel_estimate_to_string, cel_estimate_quote, cel_estimate_format, cel_estimate_in_list,
    cel_estimate_list_range, cel_estimate_list_slice, cel_estimate_list_flatten,
    cel_estimate_list_distinct, cel_estimate_list_sort, cel_estimate_list_reverse,
    cel_estimate_list_sort_by, cel_estimate_sets, cel_estimate_sets_twice;
