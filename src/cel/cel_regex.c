/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns: literal ones belong to the program, others to the run. */
#include "cel/cel_internal.h"

#include "base/regex.h"

static const struct regex *find_pattern(const struct cel_patterns *patterns, struct str text)
{
    for (size_t i = 0; i < patterns->n; i++)
        if (str_eq(patterns->items[i].text, text))
            return patterns->items[i].regex;
    return NULL;
}

const struct regex *cel_pattern_add(struct arena *arena, struct cel_patterns *patterns,
                                    struct str text, struct str *ret_error)
{
    const struct regex *known = find_pattern(patterns, text);
    if (known)
        return known;
    struct regex *regex = regex_compile(arena, text, ret_error);
    if (!regex)
        return NULL;
    VEC_PUSH(arena, patterns, ((struct cel_pattern){str_dup(arena, text), regex}));
    return regex;
}

void cel_patterns_release(struct cel_patterns *patterns)
{
    for (size_t i = 0; i < patterns->n; i++)
        regex_free(patterns->items[i].regex);
    *patterns = (struct cel_patterns){0};
}

const struct regex *cel_regex_get(struct cel_run *run, struct str pattern,
                                  struct cel_value *ret_error)
{
    enum { RUN_PATTERNS = 64 };
    const struct regex *regex = NULL;
    if (run->machine)
        regex = find_pattern(&run->machine->program->patterns, pattern);
    if (regex)
        return regex;
    /* Patterns that the data makes up are few, or not worth keeping. */
    if (run->patterns.n >= RUN_PATTERNS)
        cel_patterns_release(&run->patterns);
    struct str reason = {0};
    regex = cel_pattern_add(run->arena, &run->patterns, pattern, &reason);
    if (!regex)
        *ret_error = cel_fail(run, "error parsing regexp: %.*s", STR_FMT(reason));
    return regex;
}

void cel_run_release(struct cel_run *run)
{
    cel_patterns_release(&run->patterns);
}
