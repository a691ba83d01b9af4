/* SPDX-License-Identifier: Apache-2.0 */
/* A temporary folder with a HOME of its own, in which the real git makes repositories. */
#pragma once

#include "unit/unit.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/child.h"
#include "base/file.h"
#include "repo/repo.h"

struct fixture {
    struct arena arena;
    struct diags diags;
    struct str dir;
};

static const char fixture_config[] = "[init]\n\tdefaultBranch = main\n"
                                     "[user]\n\tname = A Tester\n\temail = tester@example.com\n"
                                     "[protocol \"file\"]\n\tallow = always\n"
                                     "[gc]\n\tauto = 0\n[advice]\n\tdetachedHead = false\n";

/* What a developer's shell or a hook that runs these tests may have set. */
static const char *const fixture_variables[] = {
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_QUARANTINE_PATH",
    "GIT_CEILING_DIRECTORIES",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_COUNT",
    "GIT_PREFIX",
    "XDG_CONFIG_HOME",
    "SUDO_UID",
};

static inline const char *in_dir(struct fixture *f, const char *path)
{
    return path_join(&f->arena, f->dir, str_from(path)).p;
}

static inline int fixture_setup(void **state)
{
    const char *tmp = getenv("TMPDIR");
    struct fixture *f = xcalloc(1, sizeof *f);
    char *pattern = NULL;
    assert_true(asprintf(&pattern, "%s/tidegate-repo-XXXXXX", tmp ? tmp : "/tmp") > 0);
    assert_non_null(mkdtemp(pattern));
    assert_int_equal(path_resolve(&f->arena, pattern, &f->dir), 0);
    free(pattern);
    assert_int_equal(chmod(f->dir.p, 0755), 0); /* for tests that become another user */
    for (size_t i = 0; i < ARRAY_LEN(fixture_variables); i++)
        unsetenv(fixture_variables[i]);
    setenv("HOME", f->dir.p, 1);
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    setenv("GIT_CEILING_DIRECTORIES", str_to_c(&f->arena, path_dir(f->dir)), 1);
    assert_int_equal(file_write(in_dir(f, ".gitconfig"), str_from(fixture_config)), 0);
    *state = f;
    return 0;
}

/* Runs a script in the fixture's folder; gives its output. A script that fails fails the test. */
static inline struct str shell(struct fixture *f, const char *script)
{
    const char *argv[] = {"sh", "-ec", script, NULL};
    struct child_options options = {
        .argv = argv, .dir = f->dir.p, .timeout_ms = 60000, .max_output = 16 << 20};
    struct child_result result;
    assert_int_equal(child_run(&f->arena, &options, &result), 0);
    if (result.exit_code != 0)
        print_error("%.*s%.*s", STR_FMT(result.out), STR_FMT(result.err));
    assert_int_equal(result.exit_code, 0);
    return str_dup(&f->arena, str_trim(result.out));
}

static inline int fixture_teardown(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(fixture_variables); i++)
        unsetenv(fixture_variables[i]);
    (void)shell(f, "chmod -R u+rwX . && rm -rf -- * .[!.]*");
    assert_int_equal(rmdir(f->dir.p), 0);
    diags_release(&f->diags);
    arena_release(&f->arena);
    free(f);
    return 0;
}

static inline struct repo *must_open(struct fixture *f, const char *path)
{
    struct repo *repo = NULL;
    int result = repo_open(&f->arena, in_dir(f, path), &f->diags, &repo);
    for (size_t i = 0; i < f->diags.n; i++)
        print_message("%s: %.*s\n", f->diags.items[i].rule->id, STR_FMT(f->diags.items[i].message));
    assert_int_equal(result, 0);
    assert_non_null(repo);
    return repo;
}

/* Whether there is a finding of the rule that says `part` in its message or hint. */
static inline bool found(struct fixture *f, const char *rule, const char *part)
{
    for (size_t i = 0; i < f->diags.n; i++) {
        const struct diag *diag = &f->diags.items[i];
        if (strcmp(diag->rule->id, rule) == 0 &&
            (str_has(diag->message, str_from(part)) || str_has(diag->hint, str_from(part))))
            return true;
    }
    for (size_t i = 0; i < f->diags.n; i++)
        print_message("%s: %.*s (%.*s)\n", f->diags.items[i].rule->id,
                      STR_FMT(f->diags.items[i].message), STR_FMT(f->diags.items[i].hint));
    return false;
}

/* Paths on one line, each with a mark of its kind: @ symlink, / submodule, ? other. */
static inline struct str listing(struct fixture *f, const struct tree *tree)
{
    static const char *const marks[] = {"", "@", "/", "?"};
    struct str text = {0};
    for (size_t i = 0; i < tree->n; i++)
        text = str_format(&f->arena, "%.*s%s%.*s%s", STR_FMT(text), i > 0 ? " " : "",
                          STR_FMT(tree->entries[i].path), marks[tree->entries[i].kind]);
    return text;
}

static inline void assert_listing(struct fixture *f, const struct tree *tree, const char *want)
{
    assert_string_equal(str_to_c(&f->arena, listing(f, tree)), want);
}

static inline void assert_text(struct fixture *f, struct str text, const char *want)
{
    assert_string_equal(str_to_c(&f->arena, text), want);
}

#define REPO_TEST(function)                                                                        \
    cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)
