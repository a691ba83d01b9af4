/* SPDX-License-Identifier: Apache-2.0 */
/* What transformMap() and transformMapEntry() expand to: a map with more entries. The macros of
 * two variables are there when this library is. */
#include "cel/cel_rows.h"

static struct cel_value insert(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    return cel_map_add(run, args[0], args[1], args[2]);
}

static struct cel_value insert_all(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    struct cel_value map = args[0], key, value;
    for (struct cel_iter it = {.of = args[1]};
         !cel_is_error(map) && cel_iter_next(run, &it, &key, &value);)
        map = cel_map_add(run, map, key, value);
    return map;
}

static const struct cel_function rows[] = {
    {"cel.@mapInsert", "@mapInsert_map_key_value", 0, PARAMS(MAP_AB, A, B), MAP_AB, insert,
     .cost = NULL},
    {"cel.@mapInsert", "@mapInsert_map_map", 0, PARAMS(MAP_AB, MAP_AB), MAP_AB, insert_all,
     .cost = NULL},
};

const struct cel_library cel_lib_fold = {"fold", 32, 0, LIBRARY_ROWS(rows), NULL};
