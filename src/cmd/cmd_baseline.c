/* SPDX-License-Identifier: Apache-2.0 */
/* `tidegate baseline write|check|prune`: the file of findings that may stay for now. */
#include "base/file.h"
#include "base/limits.h"
#include "cmd/cmd_internal.h"
#include "config/config.h"

struct baseline_args {
    struct common_args common;
    struct str file, config;
    struct str_list versions;
};

#define AT(member) .offset = offsetof(struct baseline_args, member)

static const struct opt options[] = {
    {.name = "file",
     .kind = OPT_TEXT,
     .arg = "FILE",
     AT(file),
     .help = "the baseline, from the top of the repository; what `baseline` in the configuration "
             "says, or .tidegate-baseline.yaml"},
    {.name = "config",
     .letter = 'c',
     .kind = OPT_TEXT,
     .arg = "FILE",
     AT(config),
     .help = "configuration; tidegate.yaml or .tidegate.yaml at the top by default"},
    {.name = "kubernetes-version",
     .letter = 'k',
     .kind = OPT_LIST,
     .arg = "MINOR",
     AT(versions),
     .help = "Kubernetes version to check for, as 1.36; may be repeated"},
    COMMON_OPTIONS,
};

static int write_text(const struct call *call, const struct gate_baseline *baseline,
                      struct str text, size_t findings)
{
    const struct baseline_args *args = call->args;
    if (baseline->too_large)
        return world_error("there are more findings than a baseline may hold; mend some first, or "
                           "turn rules off");
    int error = file_write(str_to_c(call->arena, baseline->file), text);
    if (error < 0)
        return world_error("the baseline %.*s can't be written: %s", STR_FMT(baseline->path),
                           strerror(-error));
    if (!args->common.quiet)
        output_tell("wrote %.*s with %zu finding%s", STR_FMT(baseline->path), findings,
                    findings == 1 ? "" : "s");
    return EXIT_OK;
}

static int write_baseline(const struct call *call, const struct gate_baseline *baseline,
                          const struct config *config)
{
    const struct baseline_args *args = call->args;
    int code = write_text(call, baseline, baseline->text, baseline->findings);
    if (code == EXIT_OK && !args->common.quiet && !str_eq(config->baseline, baseline->path))
        fprintf(stderr, "add this to tidegate.yaml, and commit both:\n\nbaseline: %.*s\n",
                STR_FMT(baseline->path));
    return code;
}

static int missing(const struct gate_baseline *baseline)
{
    return usage_error("the baseline %.*s is not there; `tidegate baseline write` makes it",
                       STR_FMT(baseline->path));
}

static int prune_baseline(const struct call *call, const struct gate_baseline *baseline,
                          const struct config *config)
{
    (void)config;
    if (!baseline->exists)
        return missing(baseline);
    return write_text(call, baseline, baseline->rest, baseline->covered);
}

static int check_baseline(const struct call *call, const struct gate_baseline *baseline,
                          const struct config *config)
{
    const struct baseline_args *args = call->args;
    (void)config;
    if (!baseline->exists)
        return missing(baseline);
    if (output_write(baseline->notes) < 0)
        return EXIT_NOT_REPORTED;
    if (!args->common.quiet)
        output_tell("%.*s: %zu covered, %zu not in it, %zu no longer there",
                    STR_FMT(baseline->path), baseline->covered,
                    baseline->findings - baseline->covered, baseline->stale);
    bool same = baseline->findings == baseline->covered && !baseline->stale;
    return same ? EXIT_OK : EXIT_FINDINGS;
}

static const struct verb {
    const char *name;
    int (*run)(const struct call *call, const struct gate_baseline *baseline,
               const struct config *config);
} verbs[] = {{"write", write_baseline}, {"check", check_baseline}, {"prune", prune_baseline}};

static const struct verb *find_verb(const struct call *call)
{
    for (size_t i = 0; call->rest.n == 1 && i < ARRAY_LEN(verbs); i++)
        if (str_is(call->rest.items[0], verbs[i].name))
            return &verbs[i];
    return NULL;
}

static int run(struct call *call)
{
    const struct baseline_args *args = call->args;
    const struct verb *verb = find_verb(call);
    if (!verb)
        return usage_error("baseline takes one of write, check, prune");
    const char *problem = args->file.n ? config_path_problem(call->arena, args->file) : NULL;
    if (problem)
        return usage_error("--file %s", problem);
    struct progress progress;
    progress_init(&progress, args->common.quiet);
    const struct gate_options gate = {.all = true,
                                      .measure = true,
                                      .baseline = args->file,
                                      .config = args->config,
                                      .versions = args->versions,
                                      .progress = progress_show,
                                      .progress_ctx = &progress};
    struct gate_result result;
    gate_run(&gate, &result);
    progress_end(&progress);
    int code = result.report.exit_code;
    if (code == EXIT_OK || code == EXIT_FINDINGS) {
        code = verb->run(call, gate_baseline(&result), gate_config(&result));
    } else {
        /* Half of the findings would be a baseline that is too small, or that is pruned too far. */
        struct report_options shown = output_options(&args->common);
        struct buf out SCOPED(buf) = {0};
        buf_init(&out, LIMIT_REPORT_BYTES);
        reporter_find(STR("concise"))->write(&result.report, &shown, &out);
        fprintf(stderr, "%.*s", STR_FMT(buf_str(&out)));
        (void)world_error("the baseline was left as it is: not everything could be checked");
    }
    gate_result_release(&result);
    return code;
}

const struct command command_baseline = {
    .name = "baseline",
    .summary = "let the findings of today stay, and report new ones",
    .arguments = "write|check|prune",
    .about =
        "`write` records the errors and warnings of the whole work tree by set, rule, object and\n"
        "field, never by line, and how many there are of each. The configuration names the file\n"
        "(`baseline:`); `tidegate check` excuses what it holds, and no more. `prune` takes out\n"
        "what has been mended and adds nothing. `check` tells what differs, and exits 1 if\n"
        "anything does. What can't be evaluated is never excused.\n",
    .examples = "  tidegate baseline write\n"
                "  tidegate baseline prune\n",
    .options = options,
    .args_size = sizeof(struct baseline_args),
    .run = run,
};
