/* SPDX-License-Identifier: Apache-2.0 */
#include "base/opt.h"
#include "unit/base/base_check.h"

int test_opt(void);

struct args {
    bool all, quiet;
    struct str base, color;
    struct str_list packs;
    int64_t jobs;
};

static const struct opt table[] = {
    {.name = "all",
     .letter = 'a',
     .help = "read the whole tree",
     .offset = offsetof(struct args, all)},
    {.name = "quiet", .letter = 'q', .help = "say less", .offset = offsetof(struct args, quiet)},
    {.name = "base",
     .letter = 'b',
     .kind = OPT_TEXT,
     .arg = "REV",
     .help =
         "compare with this revision, which may be any name that git understands and is read once",
     .offset = offsetof(struct args, base)},
    {.name = "pack",
     .kind = OPT_LIST,
     .arg = "NAME",
     .help = "switch a pack on",
     .offset = offsetof(struct args, packs)},
    {.name = "jobs",
     .letter = 'j',
     .kind = OPT_NUMBER,
     .arg = "N",
     .help = "threads",
     .offset = offsetof(struct args, jobs),
     .min = 1,
     .max = 64},
    {.name = "color",
     .kind = OPT_CHOICE,
     .arg = "WHEN",
     .choices = "auto|always|never",
     .help = "colour the output",
     .offset = offsetof(struct args, color)},
    {.name = "secret", .help = "not shown", .offset = offsetof(struct args, quiet), .hidden = true},
    {0},
};

static void parses(void **state)
{
    (void)state;
    SCOPED(arena) struct arena arena = {0};
    static const char *const argv[] = {
        "-aq",     "one",   "--base=x=y", "--pack", "p1",   "-",  "--pack", "--p2", "-j4",
        "--color", "never", "--no-quiet", "-b",     "main", "--", "--all",  "-x"};
    struct args args = {0};
    struct str_list rest = {0};
    struct str error = {0};
    assert_int_equal(opt_parse(&arena, table, (int)ARRAY_LEN(argv), argv, &args, &rest, &error), 0);
    assert_true(args.all);
    assert_false(args.quiet);
    assert_str(args.base, "main");
    assert_int_equal(args.packs.n, 2);
    assert_str(args.packs.items[1], "--p2");
    assert_int_equal(args.jobs, 4);
    assert_str(args.color, "never");
    assert_int_equal(rest.n, 4);
    assert_str(rest.items[1], "-");
    assert_str(rest.items[3], "-x");
}

static void explains_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *argv[2];
        const char *want;
    } cases[] = {
        {{"--colr"}, "--colr is not an option; did you mean --color?"},
        {{"--zzzzzz=1"}, "--zzzzzz is not an option; --help lists them"},
        {{"--no-base"}, "--no-base is not an option; --help lists them"},
        {{"-x"}, "-x is not an option; --help lists them"},
        {{"--all=yes"}, "--all takes no value"},
        {{"--base"}, "--base wants a value: --base REV"},
        {{"-ab"}, "-b wants a value: -b REV"},
        {{"--jobs", "0"}, "--jobs wants a whole number from 1 to 64, not '0'"},
        {{"-jx"}, "-j wants a whole number from 1 to 64, not 'x'"},
        {{"--color", "neve"},
         "--color wants one of auto|always|never, not 'neve'; did you mean 'never'?"},
        {{"--color="}, "--color wants one of auto|always|never, not ''"},
    };
    SCOPED(arena) struct arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct args args = {0};
        struct str_list rest = {0};
        struct str error = {0};
        int argc = cases[i].argv[1] ? 2 : 1;
        assert_int_equal(opt_parse(&arena, table, argc, cases[i].argv, &args, &rest, &error),
                         -EINVAL);
        assert_str(error, cases[i].want);
    }
}

static void helps(void **state)
{
    (void)state;
    SCOPED(buf) struct buf help;
    buf_init(&help, 1 << 16);
    opt_help(table, &help);
    assert_string_equal(
        help.p, "  -a, --all         read the whole tree\n"
                "  -q, --quiet       say less\n"
                "  -b, --base REV    compare with this revision, which may be any name that git\n"
                "                    understands and is read once\n"
                "      --pack NAME   switch a pack on\n"
                "  -j, --jobs N      threads\n"
                "      --color WHEN  colour the output: auto|always|never\n");
}

int test_opt(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses),
        cmocka_unit_test(explains_mistakes),
        cmocka_unit_test(helps),
    };
    return cmocka_run_group_tests_name("opt", tests, NULL, NULL);
}
