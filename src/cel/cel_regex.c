/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns: literal ones belong to the program, others to the run. */
#include "cel/cel_internal.h"

#include "base/regex.h"

static struct cel_pattern *find_pattern(const struct cel_patterns *patterns, struct str text)
{
    for (size_t i = 0; i < patterns->n; i++)
        if (str_eq(patterns->items[i].text, text))
            return &patterns->items[i];
    return NULL;
}

/* RE2's words to those of Go's regexp/syntax, which messages of cel-go show: "missing ): (" to
 * "missing closing ): `(`". */
static struct str go_reason(struct arena *arena, struct str reason)
{
    static const struct {
        const char *ours, *go;
    } words[] = {
        {"missing ]", "missing closing ]"},
        {"missing )", "missing closing )"},
        {"trailing \\", "trailing backslash at end of expression"},
        {"no argument for repetition operator", "missing argument to repetition operator"},
        {"invalid repetition size", "invalid repeat count"},
        {"bad repetition operator", "invalid nested repetition operator"},
        {"invalid perl operator", "invalid or unsupported Perl syntax"},
        {"invalid named capture group", "invalid named capture"},
    };
    ptrdiff_t colon = str_find(reason, STR(": "));
    struct str what = colon < 0 ? reason : str_sub(reason, 0, (size_t)colon);
    struct str where = colon < 0 ? STR("") : str_from_offset(reason, (size_t)colon + 2);
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_is(what, words[i].ours)) {
            what = str_from(words[i].go);
            break;
        }
    return str_format(arena, "error parsing regexp: %.*s: `%.*s`", STR_FMT(what), STR_FMT(where));
}

const struct regex *cel_pattern_add(struct arena *arena, struct cel_patterns *patterns,
                                    struct str text, struct str *ret_error)
{
    const struct cel_pattern *known = find_pattern(patterns, text);
    if (known)
        return known->regex;
    struct str reason = {0};
    struct regex *regex = regex_compile(arena, text, &reason);
    if (!regex) {
        *ret_error = go_reason(arena, reason);
        return NULL;
    }
    VEC_PUSH(arena, patterns, ((struct cel_pattern){str_dup(arena, text), regex}));
    return regex;
}

void cel_pattern_add_later(struct arena *arena, struct cel_patterns *patterns, struct str text)
{
    if (!find_pattern(patterns, text))
        VEC_PUSH(arena, patterns, ((struct cel_pattern){.text = text}));
}

/* A literal pattern of a program, compiled now when it was left for later. */
static const struct regex *literal_regex(const struct cel_later *later, struct cel_pattern *pattern)
{
    struct regex *regex = atomic_load_explicit(&pattern->regex, memory_order_acquire);
    if (regex)
        return regex;
    struct str reason = {0};
    pthread_mutex_lock(later->lock);
    regex = atomic_load(&pattern->regex);
    if (!regex) {
        regex = regex_compile(later->arena, pattern->text, &reason);
        if (!regex)
            BUG("pattern %.*s: %.*s", STR_FMT(pattern->text), STR_FMT(reason));
        atomic_store(&pattern->regex, regex);
    }
    pthread_mutex_unlock(later->lock);
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
    const struct cel_program *program = run->machine ? run->machine->program : NULL;
    struct cel_pattern *literal = program ? find_pattern(&program->patterns, pattern) : NULL;
    if (literal)
        return literal_regex(program->env->options.later, literal);
    /* Patterns that the data makes up are few, or not worth keeping. */
    if (run->patterns.n >= RUN_PATTERNS)
        cel_patterns_release(&run->patterns);
    struct str reason = {0};
    const struct regex *regex = cel_pattern_add(run->arena, &run->patterns, pattern, &reason);
    if (!regex)
        *ret_error = cel_fail(run, "%.*s", STR_FMT(reason));
    return regex;
}

void cel_run_release(struct cel_run *run)
{
    cel_patterns_release(&run->patterns);
}
