/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/publish.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "host/host_publish.h"

enum {
    STEP_SUMMARY_BYTES = 900 << 10, /* one over 1 MiB is thrown away by the runner */
    ASK_MS = 30000,                 /* for what decides how much is looked at */
};

static const char *const places[] = {"check-run", "status", "comment", "comment-on-failure",
                                     "review"};

const char *publish_problem(const struct publish_options *options)
{
    for (size_t i = 0; i < options->where.n; i++)
        if (!str_is_one_of(options->where.items[i], places, ARRAY_LEN(places)))
            return "--report takes check-run, status, comment, comment-on-failure or review";
    return NULL;
}

static void warn(struct str what, struct str why)
{
    output_say("%.*s could not be written: %.*s", STR_FMT(what), STR_FMT(why));
}

/* ---- files of the job ---- */

/* Not through a link: the file is the runner's own. */
static int append(struct arena *arena, struct str path, struct str text)
{
    const int fd = open(str_to_c(arena, path), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0)
        return -errno;
    const int error = fd_write_all(fd, text);
    (void)close(fd);
    return error;
}

static int write_summary(struct arena *arena, const struct host *host, const struct report *report,
                         struct str link_base)
{
    const struct report_options options = {.link_base = link_base, .max_bytes = STEP_SUMMARY_BYTES};
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_REPORT_BYTES);
    reporter_find(STR("markdown"))->write(report, &options, &out);
    return append(arena, host->summary, buf_str(&out));
}

static void add_number(struct buf *out, const char *name, size_t n)
{
    buf_format(out, "%s=%zu\n", name, n);
}

/* Numbers and words of our own only, so that no value can end its line. */
static int write_outputs(struct arena *arena, const struct host *host, const struct report *report)
{
    const struct diags *diags = report->diags;
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_PAGE_BYTES);
    buf_format(&out, "conclusion=%s\n", report->exit_code == 0 ? "success" : "failure");
    add_number(&out, "exit-code", (size_t)report->exit_code);
    add_number(&out, "errors", diags_count(diags, DIAG_NEW, SEVERITY_ERROR));
    add_number(&out, "warnings", diags_count(diags, DIAG_NEW, SEVERITY_WARNING));
    size_t by_state[] = {[DIAG_NEW] = 0, [DIAG_PREEXISTING] = 0, [DIAG_SUPPRESSED] = 0};
    for (size_t i = 0; i < diags->n; i++)
        by_state[diags->items[i].state]++;
    add_number(&out, "findings", by_state[DIAG_NEW] + by_state[DIAG_PREEXISTING]);
    add_number(&out, "new", by_state[DIAG_NEW]);
    add_number(&out, "suppressed", by_state[DIAG_SUPPRESSED]);
    add_number(&out, "files-checked", report->files);
    buf_format(&out, "scope-used=%s\n", report->scope.mode);
    buf_format(&out, "version=%s\n", TIDEGATE_VERSION);
    return append(arena, host->outputs, buf_str(&out));
}

static int write_annotations(const struct report *report)
{
    const struct report_options options = {0};
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_REPORT_BYTES);
    reporter_find(STR("github"))->write(report, &options, &out);
    return output_write(buf_str(&out));
}

static int write_job(struct arena *arena, const struct host *host,
                     const struct publish_options *options, const struct report *report,
                     struct str link_base)
{
    int result = 0;
    int error = 0;
    if (host->kind != HOST_GITHUB && host->kind != HOST_GITEA)
        return 0;
    if (!options->no_annotations && !options->format_is_given && write_annotations(report) < 0)
        result = -1;
    if (!options->no_summary && host->summary.n)
        error = write_summary(arena, host, report, link_base);
    if (error < 0)
        warn(STR("the step summary"), str_from(strerror(-error)));
    result = error < 0 ? -1 : result;
    error = host->outputs.n ? write_outputs(arena, host, report) : 0;
    if (error < 0)
        warn(STR("the step's outputs"), str_from(strerror(-error)));
    return error < 0 ? -1 : result;
}

/* ---- the forge ---- */

static volatile sig_atomic_t interrupted;

static void interrupt(int signal_number)
{
    interrupted = signal_number;
}

static bool is_interrupted(void)
{
    return interrupted != 0;
}

/* A job that is cancelled ends what it has begun; the second signal ends it at once. */
static void watch_signals(void)
{
    const struct sigaction action = {.sa_handler = interrupt, .sa_flags = (int)SA_RESETHAND};
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

static struct host_sent send_one(struct host_client *client, struct str place,
                                 const struct report *report,
                                 const struct host_publish_options *options)
{
    if (str_is(place, "check-run"))
        return host_publish_check_run(client, report, options);
    if (str_is(place, "status"))
        return host_publish_status(client, report, options);
    if (str_is(place, "review"))
        return host_publish_review(client, report);
    return host_publish_comment(client, report, options,
                                str_is(place, "comment") ? COMMENT_ALWAYS : COMMENT_ON_FAILURE);
}

static void tell(const struct host *host, struct str place, const struct host_sent *sent)
{
    if (sent->outcome == HOST_DONE) {
        if (sent->url.n && !str_has(sent->url, host->token))
            output_say("%.*s: %.*s", STR_FMT(place), STR_FMT(sent->url));
        if (sent->note.n)
            output_say("%.*s: %.*s", STR_FMT(place), STR_FMT(sent->note));
        return;
    }
    warn(place, sent->why);
    if (sent->outcome == HOST_DENIED && host->is_fork)
        output_say("the pull request is of a fork, whose token may only read; the verdict is not "
                   "changed by that");
    else if (sent->outcome == HOST_DENIED)
        output_say("give the job the permission (checks, statuses or pull-requests: write); the "
                   "verdict is not changed by that");
}

/* The URL is the API's word: what could end its line is no URL. */
static void write_run_url(struct arena *arena, const struct host *host, struct str place,
                          struct str url)
{
    if (!str_is(place, "check-run") || !url.n || !host->outputs.n)
        return;
    for (size_t i = 0; i < url.n; i++)
        if (url.p[i] <= ' ' || url.p[i] > '~')
            return;
    const int error =
        append(arena, host->outputs, str_format(arena, "check-run-url=%.*s\n", STR_FMT(url)));
    if (error < 0)
        warn(STR("the output check-run-url"), str_from(strerror(-error)));
}

static int send_all(struct arena *arena, const struct host *host,
                    const struct publish_options *options, const struct report *report,
                    struct str link_base)
{
    struct str why = {0};
    int result = 0;
    const struct host_client_options how = {.user_agent = STR("tidegate/" TIDEGATE_VERSION),
                                            .total_ms = options->timeout_s * 1000,
                                            .is_interrupted = is_interrupted};
    struct host_client *client = host_client_new(arena, host, &how, &why);
    if (!client) {
        warn(STR("the report"), why);
        return -1;
    }
    watch_signals();
    const struct host_publish_options publish = {.name = options->name, .link_base = link_base};
    for (size_t i = 0; i < options->where.n && !interrupted; i++) {
        const struct host_sent sent = send_one(client, options->where.items[i], report, &publish);
        tell(host, options->where.items[i], &sent);
        write_run_url(arena, host, options->where.items[i], sent.url);
        result = sent.outcome == HOST_DONE ? result : -1;
    }
    host_client_free(client);
    if (interrupted)
        (void)raise(interrupted); /* reset by its first arrival: as if it had not been watched */
    return result;
}

int ask_touched(void *ctx, struct host_changes *ret_changes, struct str *ret_why)
{
    const struct asking *asking = ctx;
    const struct host_client_options how = {.user_agent = STR("tidegate/" TIDEGATE_VERSION),
                                            .total_ms = ASK_MS};
    if (asking->host->event != EVENT_PULL_REQUEST) {
        *ret_why = STR("this is no pull request");
        return -1;
    }
    struct host_client *client = host_client_new(asking->arena, asking->host, &how, ret_why);
    if (!client)
        return -1;
    const struct host_sent sent = host_changes_list(client, ret_changes);
    host_client_free(client);
    *ret_why = sent.why;
    return sent.outcome == HOST_DONE ? 0 : -1;
}

/* ---- all ---- */

/* Where the files are at the head, for links. */
static struct str files_url(struct arena *arena, const struct host *host)
{
    if (!host->server_url.n || !host->head_sha.n || host->kind == HOST_GITLAB)
        return (struct str){0};
    return str_format(arena, "%.*s/%.*s/%s/%.*s/", STR_FMT(host->server_url),
                      STR_FMT(host->repository), host->kind == HOST_GITEA ? "src/commit" : "blob",
                      STR_FMT(host->head_sha));
}

int publish_report(struct arena *arena, const struct host *host,
                   const struct publish_options *options, const struct report *report)
{
    const struct str link_base = files_url(arena, host);
    int result = write_job(arena, host, options, report, link_base);
    if (options->where.n && send_all(arena, host, options, report, link_base) < 0)
        result = -1;
    return options->required ? result : 0;
}

/* How the base was found, for people; `how` is for programs. */
static const struct {
    const char *how, *says;
} rungs[] = {
    {"first-parent", "the first parent of the test merge"},
    {"merge", "the target branch, with the change merged into it"},
    {"merge-base", "where the target branch was left"},
    {"merge-group", "the base of the merge group"},
    {"push", "the tip before the push"},
    {"fetch", "the commit that the change is merged into, which was fetched"},
};

static void log_scope(const struct report *report, struct buf *line)
{
    enum { SHORT_ID = 12 };
    const struct str how = report->scope.how;
    const struct str base = str_sub(report->scope.base, 0, SHORT_ID);
    struct str says = how;
    if (str_is(str_from(report->scope.mode), "all")) {
        buf_format(line, ": everything counts%s",
                   str_is(how, "base-missing") ? ", because the base is not in this clone" : "");
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(rungs); i++)
        if (str_is(how, rungs[i].how))
            says = str_from(rungs[i].says);
    if (base.n && says.n)
        buf_format(line, ": new since %.*s, %.*s", STR_FMT(base), STR_FMT(says));
}

static void log_notes(const struct str_list *notes)
{
    for (size_t i = 0; i < notes->n; i++)
        output_say("%.*s", STR_FMT(notes->items[i]));
}

static void log_host(const struct host *host, const struct report *report)
{
    struct buf line SCOPED(buf) = {0};
    buf_init(&line, LIMIT_PAGE_BYTES);
    buf_format(&line, "tidegate " TIDEGATE_VERSION ": %s, ", host_kind_name(host->kind));
    escape_terminal(&line, host->event_name);
    if (host->number)
        buf_format(&line, " %" PRIu64, host->number);
    log_scope(report, &line);
    fprintf(stderr, "%.*s\n", STR_FMT(buf_str(&line)));
}

void publish_log(const struct host *host, const struct report *report)
{
    if (host->kind != HOST_PLAIN)
        log_host(host, report);
    log_notes(&host->notes);
    log_notes(&report->scope.notes);
}
