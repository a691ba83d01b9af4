/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regular expressions: an input is a pattern, a line break, and a text. Whatever they are,
 * compiling and matching end, places are inside of the text and agree with each other, and the
 * functions of the language that take patterns end within their cost.
 */
#include "base/regex.h"
#include "cel/cel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void match(const struct regex *regex, struct str text)
{
    size_t start, end, from = 0, found = 0;
    while (from <= text.n && regex_find(regex, text, from, &start, &end)) {
        if (start < from || end < start || end > text.n)
            BUG("a match at %zu to %zu of %zu, looked for from %zu", start, end, text.n, from);
        from = end > from ? end : from + 1;
        found++;
    }
    if (regex_has(regex, text) != (found > 0))
        BUG("there is a match and it can't be found");
}

static void evaluate(struct arena *arena, struct str pattern, struct str text)
{
    static const char *const expressions[] = {"text.matches(pattern)", "text.find(pattern)",
                                              "text.findAll(pattern)"};
    enum { FUZZ_COST = 100000 };
    struct cel_env *env = cel_env_new(arena, (struct cel_env_options){.minor = 36});
    (void)cel_env_add_variable(env, STR("text"), &cel_type_string);
    (void)cel_env_add_variable(env, STR("pattern"), &cel_type_string);
    for (size_t i = 0; i < ARRAY_LEN(expressions); i++) {
        struct cel_issues issues = {.arena = arena};
        struct cel_program *program = cel_compile(arena, env, str_from(expressions[i]), &issues);
        if (!program)
            BUG("%s does not compile", expressions[i]);
        struct cel_run run = {.arena = arena, .cost_limit = FUZZ_COST};
        struct cel_value slots[] = {cel_string(text), cel_string(pattern)};
        if (cel_eval(&run, program, slots).kind == CEL_UNKNOWN)
            BUG("%s is not known, though all is given", expressions[i]);
        cel_run_release(&run);
        cel_program_release(program);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena arena = {0};
    struct str text = {(const char *)data, n};
    struct str pattern = {0}, error = {0};
    (void)str_split(&text, '\n', &pattern);
    struct regex *regex = regex_compile(&arena, pattern, &error);
    if (regex)
        match(regex, text);
    else if (!error.n)
        BUG("refused without a reason");
    regex_free(regex);
    evaluate(&arena, pattern, text);
    arena_release(&arena);
    return 0;
}
