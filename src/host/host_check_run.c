/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check runs of GitHub. Annotations are appended by each request, so what was sent without an
 * answer is never sent again before it is known what arrived: a new run is found by its
 * external_id, and annotations are counted.
 */
#include "base/map.h"
#include "host/host_publish_internal.h"

enum {
    BATCH = 50,         /* annotations of one request */
    TEXT_BYTES = 65535, /* of a summary */
    CONFIRMATIONS = 3,  /* questions about what became of a request */
};

struct check_run {
    struct host_client *client;
    const struct report *report;
    const struct host_publish_options *options;
    struct arena *arena;
    struct str title, summary;
    struct str text; /* the digests; "": none */
    struct {
        VEC(struct report_annotation);
    } annotations;
    size_t sent;       /* annotations that have arrived */
    bool is_done;      /* the run is completed */
    bool is_cancelled; /* as of the request being made: a signal may come between its parts */
    struct str path;   /* of the run, once it is there */
    struct host_sent result;
};

/* ---- bodies ---- */

static void write_annotation(struct jsonw *w, const struct report_annotation *annotation)
{
    static const char *const levels[] = {
        [SEVERITY_INFO] = "notice", [SEVERITY_WARNING] = "warning", [SEVERITY_ERROR] = "failure"};
    jsonw_open_map(w);
    jsonw_put_text(w, "path", annotation->path);
    jsonw_put_i64(w, "start_line", annotation->line);
    jsonw_put_i64(w, "end_line", annotation->end_line);
    if (annotation->column) {
        jsonw_put_i64(w, "start_column", annotation->column);
        jsonw_put_i64(w, "end_column", annotation->end_column);
    }
    jsonw_put_text(w, "annotation_level", str_from(levels[annotation->severity]));
    jsonw_put_text(w, "title", annotation->title);
    jsonw_put_text(w, "message", annotation->message);
    jsonw_close_map(w);
}

static size_t write_output(const struct check_run *run, struct jsonw *w)
{
    /* Of a run that is cancelled nobody reads the rest, and there is little time. */
    const size_t n = run->is_cancelled ? 0 : MIN_OF(run->annotations.n - run->sent, (size_t)BATCH);
    jsonw_key(w, "output");
    jsonw_open_map(w);
    jsonw_put_text(w, "title", run->title);
    jsonw_put_text(w, "summary", run->summary);
    if (run->text.n)
        jsonw_put_text(w, "text", run->text);
    jsonw_key(w, "annotations");
    jsonw_open_list(w);
    for (size_t i = 0; i < n; i++)
        write_annotation(w, &run->annotations.items[run->sent + i]);
    jsonw_close_list(w);
    jsonw_close_map(w);
    return n;
}

static const char *conclusion(const struct check_run *run)
{
    if (run->is_cancelled)
        return "cancelled";
    return run->report->exit_code == 0 ? "success" : "failure";
}

/* A neutral run would pass as a required one, so what could not be evaluated fails. */
static void write_state(const struct check_run *run, struct jsonw *w, bool is_last)
{
    jsonw_put_text(w, "status", is_last ? STR("completed") : STR("in_progress"));
    if (is_last)
        jsonw_put_text(w, "conclusion", str_from(conclusion(run)));
}

static void write_identity(const struct check_run *run, struct jsonw *w)
{
    const struct host *host = host_client_host(run->client);
    jsonw_put_text(w, "name", host_publish_name(run->options));
    jsonw_put_text(w, "head_sha", host->head_sha);
    if (host->run_url.n)
        jsonw_put_text(w, "details_url", host->run_url);
    if (host->run_id.n)
        jsonw_put_text(w, "external_id", host_publish_external_id(run->client, run->options));
}

/* ---- what arrived ---- */

static bool take_run(struct check_run *run, const struct node *body)
{
    const struct str id = node_text(node_get(body, STR("id")));
    const struct host *host = host_client_host(run->client);
    if (!id.n) {
        run->result =
            (struct host_sent){.outcome = HOST_FAILED, .why = STR("the answer names no check run")};
        return false;
    }
    run->path = str_format(run->arena, "/repos/%.*s/check-runs/%.*s", STR_FMT(host->repository),
                           STR_FMT(id));
    run->result.url = node_get_text(body, STR("html_url"));
    return true;
}

static size_t arrived(const struct node *body)
{
    const struct node *count = node_get(node_get(body, STR("output")), STR("annotations_count"));
    uint64_t n;
    return number_parse_u64(node_text(count), &n) == 0 ? (size_t)n : 0;
}

static bool is_completed(const struct node *body)
{
    return str_is(node_get_text(body, STR("status")), "completed");
}

enum found { FOUND, NOT_THERE, NOT_KNOWN };

/* After a POST without an answer: whether there is a run of ours. */
static enum found find_run(struct check_run *run)
{
    const struct host *host = host_client_host(run->client);
    const struct str wanted = host_publish_external_id(run->client, run->options);
    struct host_call call = {
        .method = "GET",
        .is_read = true,
        .path = str_format(run->arena,
                           "/repos/%.*s/commits/%.*s/check-runs?per_page=100&check_name=%.*s",
                           STR_FMT(host->repository), STR_FMT(host->head_sha),
                           STR_FMT(host_path_part(run->arena, host_publish_name(run->options))))};
    if (!host->run_id.n)
        return NOT_KNOWN; /* the run has no mark to be known by */
    while (call.path.n) {
        struct host_answer answer;
        host_call(run->client, &call, &answer);
        const struct node *list = node_get(answer.body, STR("check_runs"));
        for (struct item it = list_first(list); it.value; it = list_next(it))
            if (str_eq(node_get_text(it.value, STR("external_id")), wanted)) {
                run->sent = arrived(it.value);
                run->is_done = is_completed(it.value);
                return take_run(run, it.value) ? FOUND : NOT_KNOWN;
            }
        if (answer.outcome != HOST_DONE)
            return NOT_KNOWN;
        call.path = answer.next;
    }
    return NOT_THERE;
}

/* ---- requests ---- */

static bool fail(struct check_run *run, const struct host_answer *answer)
{
    run->result.outcome = answer->outcome;
    run->result.why = answer->why;
    return false;
}

static bool create(struct check_run *run)
{
    const struct host *host = host_client_host(run->client);
    for (unsigned i = 0; i < CONFIRMATIONS; i++) {
        SCOPED(buf) struct buf body;
        struct jsonw w = {.out = &body};
        struct host_answer answer;
        buf_init(&body, SIZE_MAX - 1);
        run->is_cancelled = host_client_is_interrupted(run->client);
        jsonw_open_map(&w);
        write_identity(run, &w);
        const bool is_last = run->is_cancelled || run->annotations.n <= BATCH;
        write_state(run, &w, is_last);
        const size_t n = write_output(run, &w);
        jsonw_close_map(&w);
        host_call(run->client,
                  &(struct host_call){.method = "POST",
                                      .path = str_format(run->arena, "/repos/%.*s/check-runs",
                                                         STR_FMT(host->repository)),
                                      .body = buf_str(&body)},
                  &answer);
        if (answer.outcome == HOST_DONE) {
            run->sent = n;
            run->is_done = is_last;
            return take_run(run, answer.body);
        }
        (void)fail(run, &answer);
        if (answer.outcome != HOST_UNSURE && answer.status < 500)
            return false;
        const enum found found = find_run(run);
        if (found != NOT_THERE)
            return found == FOUND;
    }
    return false;
}

/* What became of a batch that was not answered. False when nobody can tell. */
static bool look(struct check_run *run)
{
    struct host_answer answer;
    host_call(run->client, &(struct host_call){.method = "GET", .path = run->path, .is_read = true},
              &answer);
    if (answer.outcome != HOST_DONE)
        return fail(run, &answer);
    run->sent = MAX_OF(arrived(answer.body), run->sent);
    run->is_done = is_completed(answer.body);
    return true;
}

/* One batch; the last one ends the run. False when it could not be sent. */
static bool append(struct check_run *run)
{
    const size_t before = run->sent;
    for (unsigned i = 0; i < CONFIRMATIONS; i++) {
        SCOPED(buf) struct buf body;
        struct jsonw w = {.out = &body};
        struct host_answer answer;
        buf_init(&body, SIZE_MAX - 1);
        run->is_cancelled = host_client_is_interrupted(run->client);
        const bool is_last = run->is_cancelled || run->annotations.n - run->sent <= BATCH;
        jsonw_open_map(&w);
        write_state(run, &w, is_last);
        const size_t n = write_output(run, &w);
        jsonw_close_map(&w);
        host_call(run->client,
                  &(struct host_call){.method = "PATCH", .path = run->path, .body = buf_str(&body)},
                  &answer);
        if (answer.outcome == HOST_DONE) {
            run->sent += n;
            run->is_done = is_last;
            return true;
        }
        (void)fail(run, &answer);
        if (run->is_cancelled)
            return false;
        if (host_client_is_interrupted(run->client))
            continue; /* the end has no annotations that could arrive twice: no need to look */
        if ((answer.outcome != HOST_UNSURE && answer.status < 500) || !look(run))
            return false;
        if (run->is_done || run->sent > before)
            return true;
    }
    return false;
}

static void collect(struct check_run *run)
{
    static const enum severity order[] = {SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_INFO};
    const struct diags *diags = run->report->diags;
    for (size_t k = 0; k < ARRAY_LEN(order); k++)
        for (size_t i = 0; i < diags->n; i++) {
            struct report_annotation annotation;
            if (diags->items[i].severity != order[k] ||
                !report_lists(run->report, &diags->items[i]))
                continue;
            report_annotate(run->arena, run->report, &diags->items[i], &annotation);
            if (annotation.path.n) /* what has no place is in the summary */
                VEC_PUSH(run->arena, &run->annotations, annotation);
        }
}

/* For whoever applies the commit, to see whether it is what was judged. A JSON text has no line
 * breaks in it, so no name of a set ends the fence. "": nothing was digested, or it is too long. */
static struct str digests_of(struct arena *arena, const struct report *report)
{
    SCOPED(buf) struct buf out;
    struct jsonw w = {.out = &out};
    size_t n = 0;
    buf_init(&out, TEXT_BYTES + 1);
    buf_add_c(&out, "Digests of what was rendered, by set:\n\n" HOST_DIGESTS_FENCE "\n");
    jsonw_open_map(&w);
    for (size_t i = 0; i < report->sets.n; i++) {
        const struct report_set *set = &report->sets.items[i];
        if (!set->digest.n)
            continue;
        n++;
        jsonw_put_text(&w, str_to_c(arena, set->name), set->digest);
    }
    jsonw_close_map(&w);
    buf_add_c(&out, "\n```\n");
    return n && buf_str(&out).n <= TEXT_BYTES ? str_dup(arena, buf_str(&out)) : (struct str){0};
}

struct host_sent host_publish_check_run(struct host_client *client, const struct report *report,
                                        const struct host_publish_options *options)
{
    struct check_run run = {.client = client,
                            .report = report,
                            .options = options,
                            .arena = host_client_arena(client),
                            .result = {.outcome = HOST_DONE}};
    const struct host_sent problem = host_publish_problem(client);
    if (problem.outcome != HOST_DONE)
        return problem;
    if (host_client_host(client)->kind != HOST_GITHUB)
        return (struct host_sent){
            .outcome = HOST_FAILED,
            .why = STR("only GitHub has check runs; status is what this forge takes")};
    run.title = host_publish_title(run.arena, report);
    run.summary = host_publish_page(run.arena, report, options, TEXT_BYTES);
    run.text = digests_of(run.arena, report);
    collect(&run);
    if (!create(&run))
        return run.result;
    while (!run.is_done)
        if (!append(&run))
            return run.result;
    run.result.outcome = HOST_DONE;
    run.result.why = (struct str){0};
    return run.result;
}
