/* SPDX-License-Identifier: Apache-2.0 */
/* `tidegate rules test [PATH...]`: examples of rules, and tests of policies. */
#include "base/limits.h"
#include "cmd/cmd_rules.h"
#include "config/config.h"
#include "pack/pack.h"
#include "trial/trial.h"

#define PLURAL(n) (n), (n) == 1 ? "" : "s"

struct testing {
    struct call *call;
    struct trial trial;
    struct diags diags; /* of files that are wrong */
    bool failed;        /* there are such */
};

/* A folder may hold anything: manifests, values of charts. */
static bool may_be_rule(struct str text)
{
    for (struct str line; str_split(&text, '\n', &line);)
        if (str_starts(line, STR("validations:")) || str_starts(line, STR("id:")))
            return true;
    return false;
}

static int test_file(struct testing *testing, struct str path, bool named)
{
    struct source *source;
    const int code = rules_read(testing->call, path, &source);
    if (code != EXIT_OK)
        return code;
    if (!named && !trial_is_test(path) && !may_be_rule(source->text))
        return EXIT_OK;
    if (trial_file(&testing->trial, source, &testing->diags) < 0)
        testing->failed = true;
    return EXIT_OK;
}

static int test_files(struct testing *testing, const struct str_list *files, bool named)
{
    int code = EXIT_OK;
    for (size_t i = 0; code == EXIT_OK && i < files->n; i++)
        code = test_file(testing, files->items[i], named);
    return code;
}

static int test_paths(struct testing *testing)
{
    const struct str_list *rest = &testing->call->rest;
    int code = EXIT_OK;
    for (size_t i = 1; code == EXIT_OK && i < rest->n; i++) {
        struct str_list files = {0};
        code = rules_collect(testing->call, rest->items[i], &files);
        const bool named = files.n == 1 && str_eq(files.items[0], rest->items[i]);
        if (code == EXIT_OK)
            code = test_files(testing, &files, named);
    }
    return code;
}

static bool is_asked(const struct str_list *packs, struct str id)
{
    bool asked = packs->n == 0;
    for (size_t i = 0; i < packs->n; i++)
        asked |= str_starts(id, packs->items[i]) && id.n > packs->items[i].n &&
                 id.p[packs->items[i].n] == '/';
    return asked;
}

/* With --pack only its rules. */
static int test_all(struct testing *testing)
{
    const struct rules_args *args = testing->call->args;
    struct config config;
    struct str_list files = {0};
    int code = rules_config(testing->call, &config);
    if (code == EXIT_OK && !args->packs.n)
        code = rules_own_files(testing->call, &config, &files);
    for (size_t i = 0; code == EXIT_OK && i < PACK_COUNT; i++)
        if (is_asked(&args->packs, str_from(pack_rules[i].rule.id)))
            trial_pack_rule(&testing->trial, &pack_rules[i]);
    return code == EXIT_OK ? test_files(testing, &files, false) : code;
}

static void write_failures(const struct testing *testing, struct buf *out)
{
    struct arena *arena = testing->call->arena;
    for (size_t i = 0; i < testing->trial.n; i++) {
        const struct trial_failure *failure = &testing->trial.items[i];
        const struct place place = source_place(failure->source, failure->span.start);
        const struct str path = diag_quote(arena, failure->source->path);
        const struct str name = diag_quote(arena, failure->name);
        const struct str text = diag_escape(arena, failure->text);
        buf_format(out, "%.*s:%u: %.*s: %.*s\n", STR_FMT(path), place.line, STR_FMT(name),
                   STR_FMT(text));
    }
}

static int tell(struct testing *testing)
{
    const struct trial *trial = &testing->trial;
    const struct rules_args *args = testing->call->args;
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_REPORT_BYTES);
    write_failures(testing, &out);
    if (!args->common.quiet && !testing->failed)
        buf_format(&out, "%zu rule%s, %zu example%s, %zu test%s, %zu failed\n",
                   PLURAL(trial->rules), PLURAL(trial->examples), PLURAL(trial->tests), trial->n);
    if (output_buf(&out) < 0)
        return EXIT_NOT_EVALUATED;
    if (testing->failed)
        return EXIT_USAGE;
    if (trial->n)
        return EXIT_FINDINGS;
    if (trial->examples + trial->tests)
        return EXIT_OK;
    fputs("tidegate: there is no example and no test to run; files of tests end in _test.yaml\n",
          stderr);
    return EXIT_NOTHING;
}

int rules_test(struct call *call)
{
    const struct rules_args *args = call->args;
    struct testing testing = {.call = call};
    unsigned minor;
    int code = rules_minor(args, &minor);
    if (code != EXIT_OK)
        return code;
    trial_init(&testing.trial, call->arena, minor);
    code = call->rest.n > 1 ? test_paths(&testing) : test_all(&testing);
    diags_sort(&testing.diags);
    if (testing.diags.n)
        output_findings(&testing.diags, &args->common);
    if (code == EXIT_OK)
        code = tell(&testing);
    diags_release(&testing.diags);
    return code;
}
