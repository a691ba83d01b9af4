/* SPDX-License-Identifier: Apache-2.0 */
/* `tidegate doctor`: what a run would see here, on a page that may be shown to anybody. */
#include <stdarg.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/limits.h"
#include "cmd/connect.h"
#include "cmd/range.h"
#include "config/config.h"
#include "host/host.h"
#include "plan/probe.h"
#include "schema/schema.h"

struct doctor_args {
    struct common_args common;
    struct connect_args connect;
    bool cluster;
};

struct doctor {
    struct arena *arena;
    struct buf *out;
    bool is_well;
};

static void say(const struct doctor *doctor, const char *what, const char *fmt, ...) PRINTF(3, 4);
static void say(const struct doctor *doctor, const char *what, const char *fmt, ...)
{
    char text[LIMIT_NOTE_BYTES];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    const struct str shown = diag_escape(doctor->arena, str_from(text));
    buf_format(doctor->out, "%-14s %.*s\n", what, STR_FMT(shown));
}

/* What goes wrong is said with its fix; only the first finding, the others follow from it. */
static void say_problem(struct doctor *doctor, const char *what, const struct diags *diags)
{
    doctor->is_well = false;
    if (!diags->n)
        return;
    const struct diag *diag = &diags->items[0];
    say(doctor, what, "%.*s", STR_FMT(diag->message));
    if (diag->hint.n)
        say(doctor, "", "fix: %.*s", STR_FMT(diag->hint));
}

/* ---- the job ---- */

static void say_host(const struct doctor *doctor, const struct host *host)
{
    say(doctor, "job", "%s%s%.*s%s", host_kind_name(host->kind), host->event_name.n ? ", " : "",
        STR_FMT(host->event_name), host->is_fork ? ", of a fork: its token may only read" : "");
    if (host->kind == HOST_PLAIN)
        return;
    if (host->number)
        say(doctor, "change", "pull request %" PRIu64, host->number);
    say(doctor, "report on", "%.*s",
        STR_FMT(host->head_sha.n ? host->head_sha : STR("no commit that is known")));
    say(doctor, "API", "%.*s",
        STR_FMT(host->api_url.n ? host->api_url : STR("none; --report can't be used")));
    for (size_t i = 0; i < host->notes.n; i++)
        say(doctor, "note", "%.*s", STR_FMT(host->notes.items[i]));
}

/* Whether variables are set; never what they are: proxies have passwords in their URLs. */
static void say_variables(const struct doctor *doctor)
{
    static const char *const names[] = {
        "TIDEGATE_TOKEN",     "TIDEGATE_TOKEN_FILE", "GITHUB_TOKEN",   "https_proxy",
        "HTTPS_PROXY",        "http_proxy",          "no_proxy",       "NO_PROXY",
        "TIDEGATE_CA_BUNDLE", "SSL_CERT_FILE",       "CURL_CA_BUNDLE", "GIT_DIR",
        "GIT_INDEX_FILE",     "GIT_QUARANTINE_PATH"};
    struct buf set SCOPED(buf) = {0};
    buf_init(&set, LIMIT_NOTE_BYTES);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            buf_format(&set, "%s%s", set.n ? ", " : "", names[i]);
    }
    say(doctor, "variables set", "%.*s", STR_FMT(set.n ? buf_str(&set) : STR("none that matter")));
}

/* ---- the repository ---- */

/* Both sides, as a run finds them; what HEAD is, when it finds none. */
static void say_sides(struct doctor *doctor, struct repo *repo, const struct host *host)
{
    struct diags diags SCOPED(diags) = {0};
    struct str head;
    if (repo_resolve(repo, doctor->arena, STR("HEAD"), &diags, &head) < 0) {
        say_problem(doctor, "head", &diags);
        return;
    }
    struct gate_options options = {.base = STR("AUTO"), .scope_only = true, .allow_empty = true};
    struct gate_result result;
    range_take(doctor->arena, host, &options);
    gate_run(&options, &result);
    const struct report *report = &result.report;
    say(doctor, "head", "%.*s", STR_FMT(report->scope.head.n ? report->scope.head : head));
    if (report->exit_code != EXIT_OK)
        say_problem(doctor, "base", report->diags);
    else if (report->scope.base.n)
        say(doctor, "base", "%.*s, by %.*s", STR_FMT(report->scope.base),
            STR_FMT(report->scope.how));
    else
        say(doctor, "base", "none: %.*s checks everything", STR_FMT(host->event_name));
    gate_result_release(&result);
}

static void say_repository(struct doctor *doctor, const struct host *host)
{
    struct diags diags SCOPED(diags) = {0};
    struct repo *repo = NULL;
    if (repo_open(doctor->arena, ".", &diags, &repo) < 0) {
        say_problem(doctor, "repository", &diags);
        return;
    }
    if (!repo) {
        say(doctor, "repository", "none here: everything counts, there is nothing to compare with");
        return;
    }
    say(doctor, "repository", "%s%s", repo_work_dir(repo).n ? "with a work tree" : "bare",
        repo_is_shallow(repo) ? ", shallow: not all of its history is here" : "");
    say_sides(doctor, repo, host);
    repo_close(repo);
}

/* ---- the configuration ---- */

static void say_config(struct doctor *doctor, struct call *call)
{
    struct diags diags SCOPED(diags) = {0};
    struct config config;
    if (config_load(call, (struct str){0}, &diags, &config) != EXIT_OK)
        say_problem(doctor, "configuration", &diags);
    else if (!config.source)
        say(doctor, "configuration", "none; `tidegate init` writes one");
    else
        say(doctor, "configuration", "%.*s, %zu sets, %zu ignores", STR_FMT(config.source->path),
            config.sets.n, config.ignores.n);
}

/* ---- the cluster ---- */

static const char *const proofs[] = {
    [PROBE_PROVEN] = "only dry runs: a policy refuses real changes",
    [PROBE_CAN_WRITE] = "can write",
    [PROBE_UNPROVEN] = "may be able to write",
};

static void say_cluster(struct doctor *doctor, const struct doctor_args *args)
{
    struct cluster *cluster;
    struct probe probe;
    if (connect_open(doctor->arena, &args->connect, &cluster) < 0) {
        doctor->is_well = false;
        say(doctor, "cluster", "can't be asked");
        return;
    }
    const struct str context = cluster_config(cluster)->context;
    say(doctor, "cluster", "%s%.*s%sKubernetes %.*s", context.n ? "context " : "", STR_FMT(context),
        context.n ? ", " : "", STR_FMT(cluster_version(cluster)->git_version));
    probe_dry_run_only(doctor->arena, cluster, &probe);
    say(doctor, "identity", "%.*s", STR_FMT(probe.who.n ? probe.who : STR("not known")));
    say(doctor, "its rights", "%s%s%.*s", proofs[probe.state], probe.why.n ? ": " : "",
        STR_FMT(probe.why));
    cluster_close(cluster);
}

#define AT(member) .offset = offsetof(struct doctor_args, member)

static const struct opt options[] = {
    {.name = "cluster",
     .kind = OPT_FLAG,
     .help = "ask the cluster who asks, and whether a policy keeps that one from writing",
     AT(cluster)},
    CONNECT_OPTIONS(struct doctor_args, connect),
    COMMON_OPTIONS,
};

static int run(struct call *call)
{
    struct buf out SCOPED(buf) = {0};
    struct host host;
    struct doctor doctor = {.arena = call->arena, .out = &out, .is_well = true};
    const struct doctor_args *args = call->args;
    const struct connect_args *connect = &args->connect;
    if (!args->cluster && (connect->kubeconfig.p || connect->context.p || connect->allow_exec))
        return usage_error("a cluster is asked with --cluster only; give it, or leave out "
                           "--kubeconfig, --context and --allow-exec");
    buf_init(&out, LIMIT_PAGE_BYTES);
    host_detect(call->arena, host_environment(), &host);
    say(&doctor, "tidegate", TIDEGATE_VERSION ", for Kubernetes 1.%u to 1.%u", schema_minor_min(),
        schema_minor_max());
    say_host(&doctor, &host);
    say_repository(&doctor, &host);
    say_config(&doctor, call);
    say_variables(&doctor);
    if (args->cluster)
        say_cluster(&doctor, args);
    if (output_buf(&out) < 0)
        return EXIT_NOT_REPORTED;
    return doctor.is_well ? EXIT_OK : EXIT_FINDINGS;
}

const struct command command_doctor = {
    .name = "doctor",
    .summary = "say what a run would see here",
    .arguments = "",
    .about = "Which job, which change, which base and why, which configuration. The page has no\n"
             "values of variables and no tokens in it, so it may be pasted anywhere. Nothing is\n"
             "sent anywhere without --cluster.\n"
             "Exit code 1: something would keep a run from judging.\n",
    .options = options,
    .args_size = sizeof(struct doctor_args),
    .run = run,
};
