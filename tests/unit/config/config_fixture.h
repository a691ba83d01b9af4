/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration read from text, and what the tests of the room ask about it. */
#pragma once

#include "config/config.h"

#include "unit/unit.h"

struct fixture {
    struct arena arena;
    struct diags diags;
    struct source *source;
    struct config config;
    int result;
};

#define assert_str(s, c_string) check_str((s), (c_string), __FILE__, __LINE__)

static inline void check_str(struct str s, const char *c_string, const char *file, int line)
{
    if (str_is(s, c_string))
        return;
    print_error("got '%.*s', want '%s'\n", STR_FMT(s), c_string);
    _fail(file, line);
}

static inline void read_text(struct fixture *f, struct str text)
{
    *f = (struct fixture){0};
    f->source = source_new(&f->arena, STR("tidegate.yaml"), text);
    config_init(&f->config, &f->arena);
    f->result = config_read(&f->arena, f->source, &f->diags, &f->config);
}

static inline void fixture_scoped(struct fixture *f)
{
    diags_release(&f->diags);
    arena_release(&f->arena);
}

static inline void print_findings(struct fixture *f)
{
    for (size_t i = 0; i < f->diags.n; i++) {
        const struct diag *diag = &f->diags.items[i];
        const struct place at = source_place(f->source, diag->span.start);
        print_error("%u:%u %s %.*s | %.*s | %.*s\n", at.line, at.column, diag->rule->id,
                    STR_FMT(diag->field), STR_FMT(diag->message), STR_FMT(diag->hint));
    }
}
