/* SPDX-License-Identifier: Apache-2.0 */
/* Records of sets, for commands that show them. */
#include "cmd/records.h"

#include <time.h>

#include "sync/sync_report.h"

static bool is_wanted(const struct call *call, const struct inventory *inventory)
{
    return !call->rest.n || str_eq(call->rest.items[0], inventory->set);
}

static int read_all(struct call *call, struct sync_records *records)
{
    const struct records_args *args = call->args;
    struct cluster *cluster;
    struct str error = {0};
    const struct str namespace = args->namespace.n ? args->namespace : STR("tidegate-system");
    if (connect_open(call->arena, &args->connect, &cluster) < 0)
        return EXIT_NOT_EVALUATED;
    const int result = sync_read_records(call->arena, cluster, namespace, records, &error);
    cluster_close(cluster);
    return result < 0 ? world_error("%.*s", STR_FMT(error)) : EXIT_OK;
}

int records_read(struct call *call, struct sync_records *ret_records)
{
    struct sync_records all;
    *ret_records = (struct sync_records){0};
    if (call->rest.n > 1)
        return usage_error("%s takes the name of one set, or none", call->command->name);
    const int code = read_all(call, &all);
    if (code != EXIT_OK)
        return code;
    for (size_t i = 0; i < all.n; i++)
        if (is_wanted(call, &all.items[i]))
            VEC_PUSH(call->arena, ret_records, all.items[i]);
    if (call->rest.n && !ret_records->n)
        return world_error("there is no set '%.*s' on record; `tidegate status` lists them",
                           STR_FMT(diag_quote(call->arena, call->rest.items[0])));
    return EXIT_OK;
}

struct str records_time(struct arena *arena, int64_t seconds)
{
    const time_t time = (time_t)seconds;
    struct tm parts;
    char text[32];
    if (seconds <= 0 || !gmtime_r(&time, &parts))
        return STR("-");
    const size_t n = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return str_dup(arena, (struct str){text, n});
}

struct str records_name(struct str set)
{
    return set.n ? set : STR("(files of no set)");
}

static void put_unless_empty(struct jsonw *json, const char *key, struct str text)
{
    if (text.n)
        jsonw_put_text(json, key, text);
}

void records_write_attempt(struct jsonw *json, struct arena *arena,
                           const struct set_attempt *attempt)
{
    jsonw_open_map(json);
    jsonw_put_text(json, "state", str_from(set_state_name(attempt->state)));
    put_unless_empty(json, "reason", attempt->reason);
    put_unless_empty(json, "commit", attempt->commit);
    put_unless_empty(json, "subject", attempt->subject);
    put_unless_empty(json, "author", attempt->author);
    put_unless_empty(json, "digest", attempt->digest);
    put_unless_empty(json, "trigger", attempt->trigger);
    put_unless_empty(json, "who", attempt->who);
    jsonw_put_text(json, "start", records_time(arena, attempt->start_s));
    if (attempt->end_s)
        jsonw_put_i64(json, "seconds", attempt->end_s - attempt->start_s);
    jsonw_put_text(json, "summary", sync_counts_text(arena, &attempt->counts));
    jsonw_close_map(json);
}
