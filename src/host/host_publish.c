/* SPDX-License-Identifier: Apache-2.0 */
/* The words that all ways of publishing use. */
#include "host/host_publish_internal.h"

enum { TITLE_MOST = 60, LINE_MOST = 140 };

struct host_sent host_publish_problem(const struct host_client *client)
{
    const struct host *host = host_client_host(client);
    if (host->head_sha.n)
        return (struct host_sent){.outcome = HOST_DONE};
    return (struct host_sent){.outcome = HOST_FAILED,
                              .why = STR("the environment does not say which commit to report on")};
}

struct str host_publish_name(const struct host_publish_options *options)
{
    return options->name.n ? options->name : STR("tidegate / manifests");
}

/* A rule that requires the name of both a check and a status requires both. */
struct str host_publish_status_name(const struct host_publish_options *options)
{
    return options->name.n ? options->name : STR("tidegate / status");
}

struct str host_publish_external_id(const struct host_client *client,
                                    const struct host_publish_options *options)
{
    const struct host *host = host_client_host(client);
    return str_format(host_client_arena(client), "%.*s/%.*s", STR_FMT(host->run_id),
                      STR_FMT(host_publish_name(options)));
}

/* Code points, not bytes, and never half of one. */
static struct str cut(struct arena *arena, struct str text, size_t max)
{
    size_t end = 0;
    for (size_t n = 0; end < text.n && n < max; n++)
        do
            end++;
        while (end < text.n && ((unsigned char)text.p[end] & 0xC0) == 0x80);
    return str_dup(arena, str_sub(text, 0, end));
}

static struct str summary(struct arena *arena, const struct report *report)
{
    SCOPED(buf) struct buf line;
    buf_init(&line, SIZE_MAX - 1);
    if (report->exit_code == 4)
        buf_add_c(&line, "could not evaluate: ");
    report_summary_line(report, &line);
    return str_dup(arena, buf_str(&line));
}

struct str host_publish_title(struct arena *arena, const struct report *report)
{
    return cut(arena, summary(arena, report), TITLE_MOST);
}

struct str host_publish_line(struct arena *arena, const struct report *report)
{
    return cut(arena, summary(arena, report), LINE_MOST);
}

struct str host_publish_cut(struct arena *arena, struct str text)
{
    return cut(arena, text, LINE_MOST);
}

struct str host_publish_page(struct arena *arena, const struct report *report,
                             const struct host_publish_options *options, size_t max_bytes)
{
    const struct report_options page = {.link_base = options->link_base, .max_bytes = max_bytes};
    const struct reporter *markdown = reporter_find(STR("markdown"));
    SCOPED(buf) struct buf out;
    buf_init(&out, SIZE_MAX - 1);
    markdown->write(report, &page, &out);
    return str_dup(arena, buf_str(&out));
}
