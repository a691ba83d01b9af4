/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cases as text: a manifest in, one line a finding out, as `line:column rule field: message`. Hints
 * follow after ` | `.
 */
#pragma once

#include "unit/unit.h"

#include "admit/admit.h"
#include "admit/profile.h"
#include "base/buf.h"
#include "base/limits.h"

struct admit_case {
    const char *manifest;
    const char *want;
    unsigned minor;  /* 0: the newest */
    const char *crd; /* NULL: none */
};

struct update_case {
    const char *manifest;
    const char *old; /* the manifest before; NULL: create */
    const char *want;
    unsigned minor;
};

/* On a cluster that is not a default one. */
struct profile_case {
    const char *manifest;
    const char *cluster; /* a configuration; NULL: a default server */
    const char *want;
    const char *old; /* NULL: create */
    unsigned minor;
};

static inline void write_finding(struct buf *out, const struct diag *diag)
{
    const struct place place = source_place(diag->source, diag->span.start);
    buf_format(out, "%u:%u %s %.*s: %.*s", place.line, place.column, diag->rule->id,
               STR_FMT(diag->field), STR_FMT(diag->message));
    if (diag->hint.n)
        buf_format(out, " | %.*s", STR_FMT(diag->hint));
    buf_add_char(out, '\n');
}

/* The object before the update, decoded and defaulted. */
static inline void admit_old(struct admit_ctx *ctx, const char *manifest,
                             struct admitted *ret_admitted)
{
    struct diags diags = {0};
    struct doc_list docs = {0};
    struct object_set set = {.arena = ctx->arena, .name = STR("old")};
    struct source *source = source_new(ctx->arena, STR("old.yaml"), str_from(manifest));
    struct admit_ctx old = {
        .view = ctx->view, .arena = ctx->arena, .diags = &diags, .profile = ctx->profile};
    diags.at.source = source;
    assert_int_equal(doc_read_file(ctx->arena, source, &diags, &docs), 0);
    object_set_add_doc(&set, ctx->view, &docs.items[0], &diags);
    admit_decode(&old, &set.items[0], ret_admitted);
    admit_default(&old, ret_admitted);
    diags_release(&diags);
}

static inline void admit_all(struct admit_ctx *ctx, const struct object_set *set, bool rules,
                             const struct admitted *old)
{
    for (size_t i = 0; i < set->n; i++) {
        struct admitted admitted;
        ctx->diags->at.source = set->items[i].source;
        ctx->diags->at.object = object_diag(&set->items[i]);
        admit_decode(ctx, &set->items[i], &admitted);
        admit_default(ctx, &admitted);
        /* as after a value of a wrong type */
        if (!rules && !admitted.kind.custom && !object_is_crd(&set->items[i]))
            admitted.type_error = true;
        admit_validate(ctx, &admitted, old);
    }
}

static inline void add_crd(struct schema_view *view, struct arena *arena, const char *crd)
{
    struct diags diags = {0};
    struct doc_list docs = {0};
    struct source *source = source_new(arena, STR("crd.yaml"), str_from(crd));
    diags.at.source = source;
    assert_int_equal(doc_read_file(arena, source, &diags, &docs), 0);
    assert_int_equal(docs.n, 1);
    assert_true(schema_view_add_crd(view, docs.items[0].root, source));
    diags_release(&diags);
}

static inline const struct profile *read_profile(struct arena *arena, const char *text,
                                                 struct profile *ret_profile)
{
    struct diags diags = {0};
    struct config config;
    struct source *source = source_new(arena, STR("tidegate.yaml"), str_from(text));
    assert_int_equal(config_read(arena, source, &diags, &config), 0);
    profile_read(arena, &config.cluster, ret_profile);
    diags_release(&diags);
    return ret_profile;
}

/* All findings of a manifest, in the order of reports. */
static inline struct str admit_text_from(struct arena *arena, const struct admit_case *test,
                                         bool rules, const char *before, const char *cluster)
{
    struct schema_view view;
    struct diags diags = {0};
    struct doc_list docs = {0};
    struct buf out;
    buf_init(&out, LIMIT_CONFIG_BYTES);
    schema_view_init(&view, arena, test->minor ? test->minor : schema_minor_max());
    if (test->crd)
        add_crd(&view, arena, test->crd);
    struct source *source = source_new(arena, STR("test.yaml"), str_from(test->manifest));
    struct object_set set = {.arena = arena, .name = STR("test")};
    diags.at.source = source;
    assert_int_equal(doc_read_file(arena, source, &diags, &docs), 0);
    for (size_t i = 0; i < docs.n; i++)
        object_set_add_doc(&set, &view, &docs.items[i], &diags);
    struct profile profile;
    struct admit_ctx ctx = {.view = &view, .arena = arena, .diags = &diags};
    if (cluster)
        ctx.profile = read_profile(arena, cluster, &profile);
    struct admitted old;
    if (before)
        admit_old(&ctx, before, &old);
    admit_all(&ctx, &set, rules, before ? &old : NULL);
    diags_sort(&diags);
    for (size_t i = 0; i < diags.n; i++)
        write_finding(&out, &diags.items[i]);
    const struct str text = str_dup(arena, buf_str(&out));
    buf_release(&out);
    diags_release(&diags);
    schema_view_release(&view);
    return text;
}

static inline struct str admit_text_with(struct arena *arena, const struct admit_case *test,
                                         bool rules)
{
    return admit_text_from(arena, test, rules, NULL, NULL);
}

static inline struct str admit_text(struct arena *arena, const struct admit_case *test)
{
    return admit_text_with(arena, test, false);
}

static inline void check_with(const struct admit_case *cases, size_t n, bool rules)
{
    for (size_t i = 0; i < n; i++) {
        struct arena arena = {0};
        const struct str have = admit_text_with(&arena, &cases[i], rules);
        if (!str_is(have, cases[i].want))
            print_error("case %zu of %s\n", i, cases[i].manifest);
        assert_string_equal(str_to_c(&arena, have), cases[i].want);
        arena_release(&arena);
    }
}

/* Without the rules of built-in kinds, which minimal manifests don't meet. */
static inline void check_cases(const struct admit_case *cases, size_t n)
{
    check_with(cases, n, false);
}

/* With all of them. */
static inline void check_rules(const struct admit_case *cases, size_t n)
{
    check_with(cases, n, true);
}

/* With all of them, after another manifest. */
static inline void check_updates(const struct update_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct arena arena = {0};
        const struct admit_case test = {.manifest = cases[i].manifest, .minor = cases[i].minor};
        const struct str have = admit_text_from(&arena, &test, true, cases[i].old, NULL);
        if (!str_is(have, cases[i].want))
            print_error("update %zu of %s\n", i, cases[i].manifest);
        assert_string_equal(str_to_c(&arena, have), cases[i].want);
        arena_release(&arena);
    }
}

static inline void check_profiles(const struct profile_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct arena arena = {0};
        const struct admit_case test = {.manifest = cases[i].manifest, .minor = cases[i].minor};
        const struct str have =
            admit_text_from(&arena, &test, true, cases[i].old, cases[i].cluster);
        if (!str_is(have, cases[i].want))
            print_error("profile %zu of %s\n", i, cases[i].manifest);
        assert_string_equal(str_to_c(&arena, have), cases[i].want);
        arena_release(&arena);
    }
}
