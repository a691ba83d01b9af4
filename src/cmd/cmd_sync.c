/* SPDX-License-Identifier: Apache-2.0 */
/* `tidegate sync`: make the cluster equal to a commit, once. */
#include "cmd/cmd_sync.h"

#include <signal.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "config/config.h"
#include "schema/schema.h"
#include "sync/sync_report.h"

enum { STEP_MS = 500 };

#define AT(member) .offset = offsetof(struct sync_args, member)

static const struct opt options[] = {
    {.name = "revision",
     .kind = OPT_TEXT,
     .arg = "REV",
     AT(revision),
     .help = "commit that is wanted, or WORK for the files as they lie there; HEAD by default"},
    {.name = "set",
     .kind = OPT_LIST,
     .arg = "NAME",
     AT(sets),
     .help = "only this set, or those that match a pattern; may be repeated"},
    {.name = "namespace",
     .kind = OPT_TEXT,
     .arg = "NAME",
     AT(namespace),
     .help = "where the sets are recorded; tidegate-system by default"},
    {.name = "dry-run",
     .kind = OPT_FLAG,
     AT(dry_run),
     .help = "plan, ask the server about everything, and write nothing"},
    {.name = "verify",
     .kind = OPT_FLAG,
     AT(verify),
     .help = "ask the server about every object, whatever looks unchanged"},
    {.name = "rewind",
     .kind = OPT_FLAG,
     AT(rewind),
     .help = "take a commit that does not come from the one that is applied"},
    {.name = "prune-count",
     .kind = OPT_NUMBER,
     .arg = "N",
     .min = 1,
     .max = 1000000,
     AT(prune_count),
     .help = "deleting more objects of a set than these needs an approval; 20 by default"},
    {.name = "prune-percent",
     .kind = OPT_NUMBER,
     .arg = "N",
     .min = 1,
     .max = 100,
     AT(prune_percent),
     .help = "and so does deleting more of it; 25 by default"},
    {.name = "no-prune",
     .kind = OPT_FLAG,
     AT(no_prune),
     .help = "leave what is no longer wanted, this time"},
    {.name = "wait",
     .kind = OPT_TEXT,
     .arg = "TIME",
     AT(wait),
     .help = "how long health is waited for, as 10m; as the sets say by default"},
    {.name = "gate-report",
     .kind = OPT_TEXT,
     .arg = "FILE",
     AT(gate_report),
     .help = "JSON report of `tidegate check` on this commit: record which sets are not what it "
             "saw"},
    {.name = "no-wait", .kind = OPT_FLAG, AT(no_wait), .help = "don't wait for health"},
    {.name = "format",
     .letter = 'f',
     .kind = OPT_CHOICE,
     .arg = "FORMAT",
     .choices = "text|json",
     AT(format),
     .help = "form of the result on standard output"},
    {.name = "config",
     .letter = 'c',
     .kind = OPT_TEXT,
     .arg = "FILE",
     AT(config),
     .help = "configuration; tidegate.yaml or .tidegate.yaml at the top by default"},
    {.name = "jobs",
     .letter = 'j',
     .kind = OPT_NUMBER,
     .arg = "N",
     .min = 1,
     .max = 256,
     AT(jobs),
     .help = "threads that judge; the number of processors by default"},
    CONNECT_OPTIONS(struct sync_args, connect),
    COMMON_OPTIONS,
};

/* The number of the signal that came; 0: none. */
static volatile sig_atomic_t stop_signal;

static void on_signal(int number)
{
    stop_signal = number;
}

static void heed_signals(void)
{
    const struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

/* ---- the run ---- */

static void on_note(void *ctx, const struct sync_note *note)
{
    const struct call *call = ctx;
    const struct sync_args *args = call->args;
    if (args->common.quiet || !note->object.n)
        return;
    output_tell("%.*s%s%s %.*s%s%.*s", STR_FMT(note->set), note->set.n ? ": " : "", note->what,
                STR_FMT(note->object), note->why.n ? ": " : "", STR_FMT(note->why));
}

/* Whose doing it is, for the record: of CI the run, else who is logged in. */
static struct str who_runs(struct arena *arena)
{
    char host[256] = "";
    const char *run = getenv("GITHUB_RUN_ID");
    const char *user = getenv("USER");
    if (run && *run)
        return str_format(arena, "run %s", run);
    (void)gethostname(host, sizeof host - 1);
    return str_format(arena, "%s@%s", user && *user ? user : "unknown", host);
}

static int read_wait(const struct sync_args *args, unsigned *ret_ms)
{
    int64_t seconds;
    *ret_ms = 0;
    if (!args->wait.p)
        return EXIT_OK;
    if (!config_age_parse(args->wait, &seconds) || seconds > INT32_MAX / 1000)
        return usage_error("--wait takes a time as 90s, 10m or 1h");
    *ret_ms = (unsigned)seconds * 1000;
    return EXIT_OK;
}

/* What is told and hinders nothing; but a file that was named and is none is a mistake. */
static int read_gate_report(struct call *call, struct gate_digests *ret_digests)
{
    const struct sync_args *args = call->args;
    struct str text = {0};
    struct str why = {0};
    if (!args->gate_report.n)
        return EXIT_OK;
    const int error =
        file_read(call->arena, str_to_c(call->arena, args->gate_report), LIMIT_CACHE_BYTES, &text);
    if (error < 0)
        return world_error("--gate-report: %.*s can't be read: %s", STR_FMT(args->gate_report),
                           strerror(-error));
    if (gate_digests_read(call->arena, text, ret_digests, &why) < 0)
        return usage_error("--gate-report: %.*s", STR_FMT(why));
    return EXIT_OK;
}

static int exit_code(const struct sync_result *result)
{
    if (stop_signal)
        return 128 + stop_signal;
    switch (sync_worst(result)) {
    case SET_READY:
    case SET_ROLLED_BACK:
    case SET_PLANNED:
    case SET_WAITING:
        return EXIT_OK;
    case SET_HELD:
    case SET_REFUSED:
    case SET_FAILED:
    case SET_UNHEALTHY:
        return EXIT_FINDINGS;
    case SET_CANCELLED:
    case SET_UNKNOWN:
        return EXIT_NOT_EVALUATED;
    }
    return EXIT_INTERNAL;
}

static void tell_findings(const struct sync_commit *commit, const struct sync_result *result,
                          const struct common_args *common)
{
    struct diags diags SCOPED(diags) = {0};
    sync_findings(commit, result, &diags);
    if (diags.n)
        output_findings(&diags, common);
}

static int print(struct call *call, const struct sync_commit *commit,
                 const struct sync_result *result)
{
    const struct sync_args *args = call->args;
    const struct report_options how = output_options(&args->common);
    SCOPED(buf) struct buf out;
    buf_init(&out, LIMIT_REPORT_BYTES);
    if (str_is(args->format, "json"))
        sync_write_json(commit, result, &out);
    else
        sync_write_text(commit, result, args->dry_run, &how, &out);
    return output_verbatim(&out) < 0 ? EXIT_NOT_REPORTED : EXIT_OK;
}

/* Commits that sets are pinned to are passes of their own. */
static int run_pins(struct call *call, const struct sync_setting *setting,
                    const struct sync_judging *judging, const struct sync_result *first);

static int run_pass(struct call *call, const struct sync_setting *setting,
                    const struct sync_judging *judging)
{
    const struct sync_args *args = call->args;
    struct sync_commit *commit = sync_judge(judging);
    struct sync *sync = sync_start(setting, commit);
    bool is_told = false;
    while (!sync_is_done(sync)) {
        (void)cluster_step(setting->cluster, STEP_MS);
        if (stop_signal && !is_told)
            sync_cancel(sync);
        is_told = stop_signal != 0;
    }
    const struct sync_result *result = sync_result(sync);
    if (!str_is(args->format, "json"))
        tell_findings(commit, result, &args->common);
    const int printed = print(call, commit, result);
    int code = exit_code(result);
    if (code == EXIT_OK && printed == EXIT_OK && !setting->is_pin && !stop_signal)
        code = run_pins(call, setting, judging, result);
    sync_free(sync);
    sync_commit_free(commit);
    return code == EXIT_OK ? printed : code;
}

static int run_pins(struct call *call, const struct sync_setting *setting,
                    const struct sync_judging *judging, const struct sync_result *first)
{
    int code = EXIT_OK;
    for (size_t i = 0; i < first->pins.n && !stop_signal; i++) {
        const struct sync_pin *pin = &first->pins.items[i];
        struct sync_setting pinned = *setting;
        struct sync_judging older = *judging;
        pinned.sets = (struct str_list){0};
        VEC_PUSH(call->arena, &pinned.sets, str_dup(call->arena, pin->set));
        pinned.is_pin = true;
        pinned.gate = NULL; /* it saw another commit */
        pinned.trigger = STR("rollback");
        older.revision = str_dup(call->arena, pin->commit);
        const int each = run_pass(call, &pinned, &older);
        code = each != EXIT_OK ? each : code;
    }
    return code;
}

static int run(struct call *call)
{
    const struct sync_args *args = call->args;
    struct cluster *cluster;
    unsigned wait_ms;
    if (call->rest.n)
        return usage_error("sync takes no arguments; name sets with --set");
    struct gate_digests gate = {0};
    int code = read_wait(args, &wait_ms);
    if (code == EXIT_OK)
        code = read_gate_report(call, &gate);
    if (code != EXIT_OK)
        return code;
    if (connect_open(call->arena, &args->connect, &cluster) < 0)
        return EXIT_NOT_EVALUATED;
    const unsigned minor = MIN_OF(cluster_version(cluster)->minor, schema_minor_max());
    const struct sync_judging judging = {
        .revision = args->revision.n ? args->revision : STR("HEAD"),
        .config = args->config,
        .version = str_format(call->arena, "1.%u", MAX_OF(minor, schema_minor_min())),
        .jobs = (unsigned)args->jobs};
    const struct sync_setting setting = {
        .cluster = cluster,
        .namespace = args->namespace.n ? args->namespace : STR("tidegate-system"),
        .limits = {(unsigned)args->prune_count, (unsigned)args->prune_percent},
        .sets = args->sets,
        .trigger = STR("commit"),
        .who = who_runs(call->arena),
        .gate = &gate,
        .dry_run = args->dry_run,
        .verify = args->verify,
        .no_prune = args->no_prune,
        .no_wait = args->no_wait,
        .rewind = args->rewind,
        .wait_ms = wait_ms,
        .tell = on_note,
        .ctx = call};
    heed_signals();
    code = run_pass(call, &setting, &judging);
    cluster_close(cluster);
    return code;
}

const struct command command_sync = {
    .name = "sync",
    .summary = "make a cluster equal to a commit",
    .arguments = "",
    .about =
        "All sets of the commit are read, rendered and judged as `tidegate check` does it; then "
        "the\n"
        "server is asked about all of them in one dry run before anything is written. A set of\n"
        "which anything is refused is not written at all, and everything that is refused is told.\n"
        "\n"
        "Objects are written by server-side apply, in the order in which they need each other, "
        "and\n"
        "nothing that stays as it is. What the set no longer has is deleted when everything else\n"
        "is there and healthy. More than --prune-count objects or --prune-percent of a set, every\n"
        "Namespace, claim, volume and definition with objects needs an approval in the message of\n"
        "the commit: a line Tidegate-Prune: SET, or SET/KIND/NAMESPACE/NAME for one object.\n"
        "\n"
        "What is in the cluster because of a set is recorded in a ConfigMap, which is an ApplySet\n"
        "to kubectl: `tidegate status` shows it, `tidegate release` hands it over.\n"
        "\n"
        "Exit codes: 0 the cluster is as the commit says, 1 something is refused, failed, "
        "unhealthy\n"
        "or held back, 2 usage, 4 something could not be found out, 130 and 143 interrupted.\n",
    .examples = "  tidegate sync --dry-run\n"
                "  tidegate sync --context prod --set shop\n"
                "  tidegate sync --revision v1.4 --rewind\n",
    .options = options,
    .args_size = sizeof(struct sync_args),
    .run = run,
};
