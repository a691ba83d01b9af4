/* SPDX-License-Identifier: Apache-2.0 */
/* cel-go's sets extension: lists taken as sets. */
#include "cel/cel_rows.h"

/* Whether an item is in the list; an error value when the run has done too much. */
static struct cel_value has_item(struct cel_run *run, struct cel_value list, struct cel_value item)
{
    const size_t n = cel_size(run, list);
    for (size_t i = 0; i < n; i++) {
        if (!cel_tick(run, 1))
            return cel_fail_budget(run);
        if (cel_is_true(cel_equal(run, cel_list_at(run, list, i), item)))
            return cel_bool(true);
    }
    return cel_bool(false);
}

static struct cel_value contains(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    const size_t count = cel_size(run, args[1]);
    for (size_t i = 0; i < count; i++) {
        const struct cel_value found = has_item(run, args[0], cel_list_at(run, args[1], i));
        if (!cel_is_true(found))
            return found;
    }
    return cel_bool(true);
}

static struct cel_value equivalent(struct cel_run *run, const struct cel_value *args, size_t n)
{
    const struct cel_value there = contains(run, args, n);
    const struct cel_value swapped[] = {args[1], args[0]};
    return cel_is_true(there) ? contains(run, swapped, n) : there;
}

static struct cel_value intersects(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    const size_t count = cel_size(run, args[0]);
    for (size_t i = 0; i < count; i++) {
        const struct cel_value found = has_item(run, args[1], cel_list_at(run, args[0], i));
        if (cel_is_true(found) || cel_is_error(found))
            return found;
    }
    return cel_bool(false);
}

static const struct cel_function rows[] = {
    {"sets.contains", "list_sets_contains_list", 0, PARAMS(LIST_A, LIST_A), BOOL, contains,
     .cost = &cel_cost_sets},
    {"sets.equivalent", "list_sets_equivalent_list", 0, PARAMS(LIST_A, LIST_A), BOOL, equivalent,
     .cost = &cel_cost_sets_twice},
    {"sets.intersects", "list_sets_intersects_list", 0, PARAMS(LIST_A, LIST_A), BOOL, intersects,
     .cost = &cel_cost_sets},
};

const struct cel_library cel_lib_sets = {"sets", 29, 0, LIBRARY_ROWS(rows), NULL};
