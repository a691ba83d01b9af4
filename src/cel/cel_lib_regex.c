/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of strings by patterns: find and findAll of Kubernetes. */
#include "base/regex.h"
#include "base/utf8.h"
#include "cel/cel_rows.h"
#include "cel/cel_text.h"

LIST_OF(list_string, STRING);

static struct cel_value find(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    size_t start = 0, end = 0;
    struct cel_value error;
    const struct regex *regex = cel_regex_get(run, cel_text(args[1]), &error);
    if (!regex)
        return error;
    if (!cel_tick(run, args[0].n + 1))
        return cel_fail_budget(run);
    if (!regex_find(regex, cel_text(args[0]), 0, &start, &end))
        return cel_string(STR(""));
    return cel_string_part(args[0], start, end);
}

/* Go's FindAllString: an empty match right after the match before it does not count. */
static struct cel_value find_all(struct cel_run *run, const struct cel_value *args, size_t n)
{
    struct cel_value error;
    const struct regex *regex = cel_regex_get(run, cel_text(args[1]), &error);
    if (!regex)
        return error;
    const struct str text = cel_text(args[0]);
    const uint64_t limit = n > 2 && args[2].i64 >= 0 ? (uint64_t)args[2].i64 : UINT64_MAX;
    struct cel_value list = cel_list_new(run, 0);
    size_t from = 0, start = 0, end = 0, last_end = SIZE_MAX;
    while (cel_size(run, list) < limit && from <= text.n && !cel_is_error(list)) {
        if (!cel_tick(run, text.n - from + 1))
            return cel_fail_budget(run);
        if (!regex_find(regex, text, from, &start, &end))
            break;
        if (start != end || start != last_end)
            list = cel_list_add(run, list, cel_string_part(args[0], start, end));
        last_end = end;
        from = end;
        if (start == end && from < text.n)
            utf8_next(text, &from);
        else if (start == end)
            from++;
    }
    return list;
}

static const struct cel_function rows[] = {
    {"find", "string_find_string", CEL_MEMBER, PARAMS(STRING, STRING), STRING, find,
     .cost = &cel_cost_find},
    {"findAll", "string_find_all_string", CEL_MEMBER, PARAMS(STRING, STRING), &list_string,
     find_all, .cost = &cel_cost_find},
    {"findAll", "string_find_all_string_int", CEL_MEMBER, PARAMS(STRING, STRING, INT), &list_string,
     find_all, .cost = &cel_cost_find},
};

const struct cel_library cel_lib_regex = {"kubernetes.regex", 0, 0, LIBRARY_ROWS(rows), NULL};
