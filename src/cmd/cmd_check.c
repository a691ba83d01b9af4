/* SPDX-License-Identifier: Apache-2.0 */
/* `tidegate check`: the gate. */
#include <limits.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/number.h"
#include "cmd/connect.h"
#include "cmd/publish.h"
#include "cmd/range.h"
#include "config/config.h"

struct check_args {
    struct common_args common;
    bool all, staged, hook, changed_files, merge, allow_fetch, allow_api, strict, stages,
        allow_empty, show_old, fix, diff;
    struct str base, head, base_dir, base_missing, config, config_from, baseline;
    struct str fail_on, missing_schema, oracle, format;
    struct str_list versions, crds, policies, packs, externals, outputs;
    int64_t jobs;
    struct str cache_dir;
    bool no_cache;
    struct str max_same;
    struct str_list reports;
    struct str report_name;
    int64_t report_timeout;
    bool require_report, no_annotations, no_summary, no_render;
    struct connect_args connect;
    struct str dry_run, field_manager;
    bool require_dry_run_only;
    struct str snapshot, snapshot_max_age;
};

enum { MAX_SAME_DEFAULT = 10 };

static const char formats[] = "full|concise|json|sarif|junit|github|gitlab|markdown";

#define AT(member) .offset = offsetof(struct check_args, member)

static const struct opt options[] = {
    {.name = "all",
     .letter = 'a',
     .kind = OPT_FLAG,
     AT(all),
     .help = "check the whole work tree; every finding counts"},
    {.name = "staged",
     .kind = OPT_FLAG,
     AT(staged),
     .help = "check the index, and report what the next commit would break"},
    {.name = "base",
     .kind = OPT_TEXT,
     .arg = "REV",
     AT(base),
     .help = "report only what is new since this revision; AUTO finds it as in CI"},
    {.name = "head",
     .kind = OPT_TEXT,
     .arg = "REV",
     AT(head),
     .help = "revision to check, or WORK for the work tree; HEAD by default"},
    {.name = "merge",
     .kind = OPT_FLAG,
     AT(merge),
     .help = "with a base: check what merging the head into it makes, as nobody else may have yet"},
    {.name = "base-dir",
     .kind = OPT_TEXT,
     .arg = "DIR",
     AT(base_dir),
     .help = "the old state as plain files, without git"},
    {.name = "base-missing",
     .kind = OPT_CHOICE,
     .arg = "WHAT",
     .choices = "fail|all",
     AT(base_missing),
     .help = "when the base is not there: fail (4), or check everything"},
    {.name = "allow-fetch",
     .kind = OPT_FLAG,
     AT(allow_fetch),
     .help = "in a shallow clone: let git fetch a base that is not there, as one commit"},
    {.name = "allow-api",
     .kind = OPT_FLAG,
     AT(allow_api),
     .help = "in a pull request whose base is not there: ask GitHub which files it changes"},
    {.name = "changed-files",
     .kind = OPT_FLAG,
     AT(changed_files),
     .help = "with a base: report all findings of files that differ, too, not only new ones"},
    {.name = "hook",
     .kind = OPT_FLAG,
     AT(hook),
     .help = "report on the given files only, and read the rest for what they refer to"},
    {.name = "no-render",
     .kind = OPT_FLAG,
     AT(no_render),
     .help = "leave out overlays and charts instead of building them with kustomize and helm"},
    {.name = "kubernetes-version",
     .letter = 'k',
     .kind = OPT_LIST,
     .arg = "MINOR",
     AT(versions),
     .help = "Kubernetes version to check for, as 1.36; several: repeat, or separate by commas"},
    {.name = "crd",
     .kind = OPT_LIST,
     .arg = "PATH",
     AT(crds),
     .help = "file or folder with CustomResourceDefinitions, used as schemas only"},
    {.name = "policy",
     .kind = OPT_LIST,
     .arg = "PATH",
     AT(policies),
     .help =
         "file or folder with policies to check by: admission policies, bindings, params, rules"},
    {.name = "pack",
     .kind = OPT_LIST,
     .arg = "NAME",
     AT(packs),
     .help = "pack of rules to check by; `tidegate rules list` shows them"},
    {.name = "snapshot",
     .kind = OPT_TEXT,
     .arg = "FILE",
     AT(snapshot),
     .help = "what the cluster is like, as `tidegate cluster export` wrote it"},
    {.name = "snapshot-max-age",
     .kind = OPT_TEXT,
     .arg = "AGE",
     AT(snapshot_max_age),
     .help = "how old that may be, as 12h; 7d by default"},
    {.name = "external",
     .kind = OPT_LIST,
     .arg = "KIND/[NS/]NAME",
     AT(externals),
     .help = "object that exists outside of the repository"},
    {.name = "missing-schema",
     .kind = OPT_CHOICE,
     .arg = "WHAT",
     .choices = "error|warn|skip",
     AT(missing_schema),
     .help = "what to say of custom resources without a schema"},
    {.name = "oracle",
     .kind = OPT_CHOICE,
     .arg = "WAY",
     .choices = "both|post|apply|kubectl",
     AT(oracle),
     .help = "how manifests are sent: create or update, server-side apply, kubectl; the first two "
             "by default"},
    {.name = "stages",
     .kind = OPT_FLAG,
     AT(stages),
     .help = "stop at the stage where the server would refuse an object"},
    {.name = "dry-run",
     .kind = OPT_MAYBE,
     .arg = "WAY",
     .choices = "apply|post",
     AT(dry_run),
     .help = "ask the API server of a cluster too, with nothing written: by server-side apply, or "
             "with =post as creations"},
    {.name = "field-manager",
     .kind = OPT_TEXT,
     .arg = "NAME",
     AT(field_manager),
     .help = "with --dry-run: who applies, for conflicts with others; tidegate by default"},
    {.name = "require-dry-run-only",
     .kind = OPT_FLAG,
     AT(require_dry_run_only),
     .help = "with --dry-run: stop unless the cluster denies this identity real writes (4)"},
    CONNECT_OPTIONS(struct check_args, connect),
    {.name = "strict",
     .kind = OPT_FLAG,
     AT(strict),
     .help = "what can't be decided offline is an error, not a warning"},
    {.name = "fail-on",
     .kind = OPT_CHOICE,
     .arg = "LEVEL",
     .choices = "error|warning|never",
     AT(fail_on),
     .help = "lowest level that makes the check fail (1)"},
    {.name = "config",
     .letter = 'c',
     .kind = OPT_TEXT,
     .arg = "FILE",
     AT(config),
     .help = "configuration; tidegate.yaml or .tidegate.yaml at the top by default"},
    {.name = "config-from",
     .kind = OPT_CHOICE,
     .arg = "SIDE",
     .choices = "base|head",
     AT(config_from),
     .help = "between two commits: whose configuration, baseline and policies decide; the base's"},
    {.name = "baseline",
     .kind = OPT_TEXT,
     .arg = "FILE",
     AT(baseline),
     .help = "findings that may stay, from the top of the repository; as configured by default"},
    {.name = "format",
     .letter = 'f',
     .kind = OPT_CHOICE,
     .arg = "FORMAT",
     .choices = formats,
     AT(format),
     .help = "form of the report on standard output"},
    {.name = "output",
     .letter = 'o',
     .kind = OPT_LIST,
     .arg = "FORMAT=FILE",
     AT(outputs),
     .help = "write a report to a file as well; may be repeated"},
    {.name = "fix",
     .kind = OPT_FLAG,
     AT(fix),
     .help = "mend what has one mending, in the files of the work tree, and check again"},
    {.name = "diff",
     .kind = OPT_FLAG,
     AT(diff),
     .help = "print what --fix would do as a patch, in the place of the report"},
    {.name = "report",
     .kind = OPT_LIST,
     .arg = "WHERE",
     AT(reports),
     .help = "report to the forge too: check-run, status, comment, comment-on-failure, review "
             "(fixes to "
             "commit)"},
    {.name = "report-name",
     .kind = OPT_TEXT,
     .arg = "NAME",
     AT(report_name),
     .help = "name of the check run, status or comment, when a pull request has several"},
    {.name = "report-timeout",
     .kind = OPT_NUMBER,
     .arg = "N",
     .min = 1,
     .max = 3600,
     AT(report_timeout),
     .help = "seconds for reporting to the forge, waiting included; 120 by default"},
    {.name = "require-report",
     .kind = OPT_FLAG,
     AT(require_report),
     .help = "a report that can't be sent fails the check (5)"},
    {.name = "no-annotations",
     .kind = OPT_FLAG,
     AT(no_annotations),
     .help = "in a job of Actions: no workflow commands on standard output"},
    {.name = "no-summary",
     .kind = OPT_FLAG,
     AT(no_summary),
     .help = "in a job of Actions: no step summary"},
    {.name = "show-old",
     .kind = OPT_FLAG,
     AT(show_old),
     .help = "list findings that the base has as well, not only their number"},
    {.name = "max-same",
     .kind = OPT_TEXT,
     .arg = "N",
     AT(max_same),
     .help = "findings of one rule to show in one file, 0 for all; 10 by default"},
    {.name = "allow-empty",
     .kind = OPT_FLAG,
     AT(allow_empty),
     .help = "finding no manifest at all is no failure (3)"},
    {.name = "jobs",
     .letter = 'j',
     .kind = OPT_NUMBER,
     .arg = "N",
     .min = 1,
     .max = 256,
     AT(jobs),
     .help = "threads to use; the number of processors by default"},
    {.name = "cache-dir",
     .kind = OPT_TEXT,
     .arg = "DIR",
     AT(cache_dir),
     .help = "where to remember what unchanged files have in them; ~/.cache/tidegate by default"},
    {.name = "no-cache",
     .kind = OPT_FLAG,
     AT(no_cache),
     .help = "read every unchanged file again; the verdict is the same"},
    COMMON_OPTIONS,
};

/* Splits items at commas: --kubernetes-version 1.36,1.34. */
static struct str_list split_list(struct arena *arena, const struct str_list *list)
{
    struct str_list out = {0};
    for (size_t i = 0; i < list->n; i++)
        for (struct str part, rest = list->items[i]; str_split(&rest, ',', &part);)
            VEC_PUSH(arena, &out, str_trim(part));
    return out;
}

static struct str cache_dir_of(struct arena *arena, const struct check_args *args)
{
    if (args->no_cache || args->cache_dir.n)
        return args->no_cache ? (struct str){0} : args->cache_dir;
    return cache_dir(arena);
}

/* With --dry-run, or only of use with it. */
static const char *dry_run_conflict(const struct check_args *args)
{
    const struct {
        bool is;
        const char *says;
    } conflicts[] = {
        {args->dry_run.n && args->hook, "--hook is offline; leave out --dry-run"},
        {args->dry_run.n && args->fix,
         "--fix checks again and again; mend first, then check with --dry-run"},
        {!args->dry_run.n && args->field_manager.n, "--field-manager is of use with --dry-run"},
        {!args->dry_run.n && args->require_dry_run_only,
         "--require-dry-run-only is of use with --dry-run"},
        {!args->dry_run.n &&
             (args->connect.kubeconfig.n || args->connect.context.n || args->connect.allow_exec),
         "a cluster is asked with --dry-run only; give it, or leave out --kubeconfig, --context "
         "and --allow-exec"},
    };
    for (size_t i = 0; i < ARRAY_LEN(conflicts); i++)
        if (conflicts[i].is)
            return conflicts[i].says;
    return NULL;
}

static const char *conflict(const struct check_args *args, const struct str_list *paths)
{
    bool has_stdin = false;
    for (size_t i = 0; i < paths->n; i++)
        has_stdin |= str_is(paths->items[i], "-");
    const struct {
        bool is;
        const char *says;
    } conflicts[] = {
        {args->all && args->base.n, "--all and --base exclude each other"},
        {args->all && args->staged, "--all and --staged exclude each other"},
        {args->staged && args->base.n, "--staged compares with HEAD; leave out --base"},
        {args->staged && args->head.n, "--staged checks the index; leave out --head"},
        {args->base_dir.n && (args->base.n || args->staged),
         "--base-dir needs no --base or --staged"},
        {str_is(args->head, "WORK") && (!args->base.n || str_is(args->base, "AUTO")),
         "--head WORK needs --base with a revision"},
        {args->merge && !args->base.n, "--merge needs --base with a revision, or AUTO"},
        {args->merge && str_is(args->head, "WORK"),
         "--merge merges commits; commit first, or leave out --head WORK"},
        {args->base.p && !args->base.n, "--base is empty; leave it out, or name a revision"},
        {args->head.p && !args->head.n, "--head is empty; leave it out, or name a revision"},
        {args->all && args->changed_files, "--all and --changed-files exclude each other"},
        {args->config.n && args->config_from.n,
         "--config names the configuration; leave out --config-from"},
        {args->baseline.p && !args->baseline.n,
         "--baseline is empty; leave it out, or name a file"},
        {args->hook && !paths->n, "--hook needs the files to report on"},
        {args->base_dir.n && args->changed_files,
         "--changed-files tells files apart by git; leave out --base-dir"},
        {args->all && args->base_dir.n, "--all and --base-dir exclude each other"},
        {args->fix && args->diff, "--diff shows what --fix would do; give one of them"},
        {args->fix && (args->staged || has_stdin ||
                       ((args->head.n || args->base.n) && !str_is(args->head, "WORK"))),
         "--fix changes files of the work tree, so it has to be what is checked; use --diff"},
        {has_stdin && args->diff, "--diff needs files; standard input has no path"},
        {has_stdin && paths->n > 1, "- is read alone, without other paths"},
        {has_stdin && (args->base.n || args->base_dir.n || args->staged || args->hook),
         "- is read as it is; leave out --base, --base-dir, --staged and --hook"},
    };
    for (size_t i = 0; i < ARRAY_LEN(conflicts); i++)
        if (conflicts[i].is)
            return conflicts[i].says;
    return dry_run_conflict(args);
}

static struct gate_options gate_options_from(const struct call *call, struct progress *progress)
{
    const struct check_args *args = call->args;
    return (struct gate_options){
        .paths = call->rest,
        .all = args->all,
        .staged = args->staged,
        .hook = args->hook,
        .no_render = args->no_render,
        .base = args->base,
        .head = args->head,
        .base_dir = args->base_dir,
        .merge = args->merge,
        .base_missing_all = str_is(args->base_missing, "all"),
        .allow_fetch = args->allow_fetch,
        .changed_files = args->changed_files,
        .config_of_head = str_is(args->config_from, "head"),
        .baseline = args->baseline,
        .config = args->config,
        .versions = split_list(call->arena, &args->versions),
        .crds = args->crds,
        .policies = args->policies,
        .packs = args->packs,
        .snapshot = args->snapshot,
        .snapshot_max_age = args->snapshot_max_age,
        .externals = args->externals,
        .fail_on = args->fail_on,
        .missing_schema = args->missing_schema,
        .oracle = args->oracle,
        .stages = args->stages,
        .strict = args->strict,
        .allow_empty = args->allow_empty,
        .show_preexisting = args->show_old,
        .cache_dir = cache_dir_of(call->arena, args),
        .jobs = (unsigned)args->jobs,
        .progress = progress_show,
        .progress_ctx = progress,
    };
}

/* FORMAT=FILE into its parts; false when it is none. */
static bool output_split(struct str text, const struct reporter **ret_reporter,
                         struct str *ret_path)
{
    ptrdiff_t equals = str_find_char(text, '=');
    if (equals <= 0 || (size_t)equals + 1 == text.n)
        return false;
    *ret_reporter = reporter_find(str_sub(text, 0, (size_t)equals));
    *ret_path = str_from_offset(text, (size_t)equals + 1);
    return *ret_reporter != NULL;
}

static int write_file(const struct call *call, const struct reporter *reporter, struct str path,
                      const struct report *report)
{
    const struct report_options plain = {.unicode = true, .max_same = 0};
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_REPORT_BYTES);
    reporter->write(report, &plain, &out);
    int error = out.full ? -EFBIG : file_write(str_to_c(call->arena, path), buf_str(&out));
    if (error < 0)
        output_say("the report %.*s can't be written: %s", STR_FMT(path), strerror(-error));
    return error;
}

/* Text, because 0 means all and leaving it out does not. */
static unsigned max_same(const struct check_args *args)
{
    uint64_t value;
    if (number_parse_u64(args->max_same, &value) < 0)
        return MAX_SAME_DEFAULT;
    return (unsigned)MIN_OF(value, (uint64_t)UINT_MAX);
}

static int write_reports(const struct call *call, struct gate_result *gate)
{
    const struct check_args *args = call->args;
    const struct report *report = &gate->report;
    struct report_options stdout_options = output_options(&args->common);
    stdout_options.max_same = max_same(args);
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_REPORT_BYTES);
    if (!args->diff || report->exit_code > EXIT_FINDINGS)
        reporter_find(args->format)->write(report, &stdout_options, &out);
    /* A patch is all that may go to a program that applies it. */
    if (args->diff) {
        fprintf(stderr, "%.*s", STR_FMT(buf_str(&out)));
        buf_clear(&out);
        fix_diff(gate, args->common.quiet, &out);
    }
    int result = args->diff ? output_verbatim(&out) : output_buf(&out);
    for (size_t i = 0; i < args->outputs.n; i++) {
        const struct reporter *reporter;
        struct str path;
        if (output_split(args->outputs.items[i], &reporter, &path) &&
            write_file(call, reporter, path, report) < 0)
            result = -1;
    }
    return result;
}

static bool needs_digests(const struct check_args *args)
{
    if (str_is(args->format, "json"))
        return true;
    for (size_t i = 0; i < args->reports.n; i++)
        if (str_has(args->reports.items[i], STR("check-run")))
            return true;
    for (size_t i = 0; i < args->outputs.n; i++)
        if (str_starts(args->outputs.items[i], STR("json=")))
            return true;
    return false;
}

static bool has_bad_output(const struct check_args *args)
{
    const struct reporter *reporter;
    struct str path;
    for (size_t i = 0; i < args->outputs.n; i++)
        if (!output_split(args->outputs.items[i], &reporter, &path))
            return true;
    return false;
}

/* What is mended may show what stood behind it, or let a fix in that another one kept out. */
static void fix_all(const struct gate_options *gate, struct gate_result *result, bool quiet)
{
    enum { ROUNDS_MAX = 8 };
    struct fix_tally tally = {0};
    for (unsigned round = 0; round < ROUNDS_MAX && fix_files(result, quiet, &tally); round++) {
        gate_result_release(result);
        gate_run(gate, result);
    }
    if (!quiet)
        fix_tell(&tally);
}

/* The gate tells it when there is no cluster, along with all that it finds without. */
static void open_cluster(const struct call *call, struct gate_options *gate)
{
    const struct check_args *args = call->args;
    if (!args->dry_run.n)
        return;
    gate->whole = true;
    gate->dry_run.way = str_is(args->dry_run, "post") ? DRY_RUN_CREATE : DRY_RUN_APPLY;
    gate->dry_run.field_manager = args->field_manager;
    gate->dry_run.require_proof = args->require_dry_run_only;
    if (connect_try(call->arena, &args->connect, &gate->dry_run.cluster, &gate->dry_run.problem) <
        0)
        gate->dry_run.cluster = NULL;
}

static int run(struct call *call)
{
    struct check_args *args = call->args;
    const struct publish_options publish = {.where = split_list(call->arena, &args->reports),
                                            .name = args->report_name,
                                            .timeout_s = (unsigned)args->report_timeout,
                                            .required = args->require_report,
                                            .no_annotations = args->no_annotations,
                                            .no_summary = args->no_summary,
                                            .format_is_given = args->format.n > 0 || args->diff};
    if (!args->format.n)
        args->format = STR("full");
    const char *says = conflict(args, &call->rest);
    if (!says)
        says = publish_problem(&publish);
    if (says)
        return usage_error("%s", says);
    if (has_bad_output(args))
        return usage_error("--output takes FORMAT=FILE with a format of %s", formats);
    says = args->baseline.n ? config_path_problem(call->arena, args->baseline) : NULL;
    if (says)
        return usage_error("--baseline %s", says);
    uint64_t number;
    if (args->max_same.n && number_parse_u64(args->max_same, &number) < 0)
        return usage_error("--max-same takes a number, 0 for all");
    struct progress progress;
    progress_init(&progress, args->common.quiet);
    struct gate_options gate = gate_options_from(call, &progress);
    gate.digests = needs_digests(args);
    struct host host;
    host_detect(call->arena, host_environment(), &host);
    struct asking asking = {.arena = call->arena, .host = &host};
    if (args->allow_api) {
        gate.ask_touched = ask_touched;
        gate.ask_touched_ctx = &asking;
    }
    range_take(call->arena, &host, &gate);
    open_cluster(call, &gate);
    struct gate_result result;
    gate_run(&gate, &result);
    cluster_close(gate.dry_run.cluster);
    if (!args->common.quiet)
        publish_log(&host, &result.report);
    if (args->fix && !gate_can_write(&result)) {
        gate_result_release(&result);
        return usage_error("--fix changes files, but a commit was checked; give --all or paths");
    }
    if (args->fix)
        fix_all(&gate, &result, args->common.quiet);
    progress_end(&progress);
    int code = result.report.exit_code;
    int reported = write_reports(call, &result);
    if (publish_report(call->arena, &host, &publish, &result.report) < 0)
        reported = -1;
    if (reported < 0 && code == EXIT_OK)
        code = EXIT_NOT_REPORTED;
    gate_result_release(&result);
    return code;
}

const struct command command_check = {
    .name = "check",
    .summary = "check manifests as the API server would",
    .arguments = "[PATH…]",
    .about =
        "Without options the whole work tree is checked; in CI what the pull request changes.\n"
        "With a base only new findings fail the check; older ones are counted. A path of - reads\n"
        "standard input. Nothing is sent anywhere without --report and --dry-run. With --dry-run\n"
        "all objects go to a cluster's API server, which says what it would make of them and\n"
        "writes nothing. What unchanged files hold is remembered in ~/.cache/tidegate, or where\n"
        "TIDEGATE_CACHE_DIR says; it only saves time.\n"
        "\n"
        "Exit codes: 0 nothing to fail on, 1 findings, 2 usage or configuration, 3 no manifest\n"
        "found, 4 something could not be evaluated, 5 a report could not be written.\n",
    .examples = "  tidegate check --base origin/main\n"
                "  tidegate check --staged --format concise\n"
                "  tidegate check --all --diff | git apply\n"
                "  tidegate check --dry-run --context staging\n"
                "  tidegate check -k 1.34,1.36 apps/ --output sarif=tidegate.sarif\n"
                "  kustomize build overlays/prod | tidegate check -\n",
    .options = options,
    .args_size = sizeof(struct check_args),
    .run = run,
};
