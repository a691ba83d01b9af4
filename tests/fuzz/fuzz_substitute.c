/* SPDX-License-Identifier: Apache-2.0 */
/* Variables of Flux: the first line is `NAME=VALUE;NAME=VALUE…`, the rest YAML to fill them into.
 */
#include "render/substitute.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void read_variables(struct variables *variables, struct str line)
{
    for (struct str part; str_split(&line, ';', &part);) {
        struct str name = {0};
        (void)str_split(&part, '=', &name);
        variables_put(variables, name, part, part.n != 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena arena = {0};
    struct diags diags = {0};
    struct doc_list docs = {0};
    struct variables variables = {.by_name.arena = &arena};
    struct str rest = {(const char *)data, n};
    struct str line = {0}, text;
    const char *problem;
    (void)str_split(&rest, '\n', &line);
    read_variables(&variables, line);
    const enum substitute_result result =
        substitute_text(&arena, &variables, rest, &text, &problem);
    if ((result == SUBSTITUTE_BAD) != (problem != NULL))
        BUG("a problem and a result that differ");
    if (result != SUBSTITUTE_DONE && !str_eq(text, rest))
        BUG("what is not filled in has changed");
    struct source *source = source_new(&arena, STR("input"), rest);
    diags.at.source = source;
    if (doc_read_file(&arena, source, &diags, &docs) == 0)
        substitute_docs(&arena, &variables, &docs, &diags);
    diags_release(&diags);
    arena_release(&arena);
    return 0;
}
