/* SPDX-License-Identifier: Apache-2.0 */
/* `tidegate status`: what is applied where. */
#include "base/limits.h"
#include "cmd/records.h"
#include "report/report_escape.h"

static const struct opt options[] = {RECORDS_OPTIONS};

static void put_line(struct buf *out, const char *before, struct str words)
{
    if (!words.n)
        return;
    buf_format(out, "  %s", before);
    escape_terminal(out, words);
    buf_add_char(out, '\n');
}

static void write_set(const struct call *call, const struct inventory *inventory, struct buf *out)
{
    struct arena *arena = call->arena;
    const struct set_status *status = &inventory->status;
    const struct set_attempt *attempt = &status->attempt;
    buf_add_c(out, "set ");
    escape_terminal(out, records_name(inventory->set));
    buf_format(out, ": %s, %zu objects, ", set_state_name(attempt->state), inventory->members.n);
    buf_format(out, "commit %.*s, %.*s\n",
               STR_FMT(status->applied.n ? str_sub(status->applied, 0, 12) : STR("-")),
               STR_FMT(records_time(arena, attempt->start_s)));
    put_line(out, "", attempt->reason);
    if (!str_eq(attempt->commit, status->applied))
        put_line(out, "tried last: ", str_sub(attempt->commit, 0, 12));
    if (status->pinned.n)
        put_line(out, "pinned to ",
                 str_format(arena, "%.*s by %.*s", STR_FMT(str_sub(status->pinned, 0, 12)),
                            STR_FMT(status->pinned_by)));
    put_line(out, "rejected: ", str_sub(status->rejected, 0, 12));
    for (size_t i = 0; call->rest.n && i < inventory->members.n; i++) {
        const struct member *member = &inventory->members.items[i];
        put_line(out, "",
                 str_format(arena, "%.*s %.*s%s%.*s", STR_FMT(member->kind),
                            STR_FMT(member->namespace), member->namespace.n ? "/" : "",
                            STR_FMT(member->name)));
    }
}

static void write_member(struct jsonw *json, const struct member *member)
{
    jsonw_open_map(json);
    jsonw_put_text(json, "group", member->group);
    jsonw_put_text(json, "kind", member->kind);
    jsonw_put_text(json, "namespace", member->namespace);
    jsonw_put_text(json, "name", member->name);
    jsonw_close_map(json);
}

static void write_json_set(struct jsonw *json, const struct call *call,
                           const struct inventory *inventory)
{
    const struct set_status *status = &inventory->status;
    jsonw_open_map(json);
    jsonw_put_text(json, "name", inventory->set);
    jsonw_put_text(json, "state", str_from(set_state_name(status->attempt.state)));
    jsonw_put_text(json, "applied", status->applied);
    jsonw_put_text(json, "good", status->good);
    jsonw_put_text(json, "pinned", status->pinned);
    jsonw_put_text(json, "rejected", status->rejected);
    jsonw_put_i64(json, "objects", (int64_t)inventory->members.n);
    jsonw_key(json, "attempt");
    records_write_attempt(json, call->arena, &status->attempt);
    jsonw_key(json, "members");
    jsonw_open_list(json);
    for (size_t i = 0; i < inventory->members.n; i++)
        write_member(json, &inventory->members.items[i]);
    jsonw_close_list(json);
    jsonw_close_map(json);
}

static void write_json(const struct call *call, const struct sync_records *records, struct buf *out)
{
    struct jsonw json = {.out = out, .indent = 2};
    jsonw_open_map(&json);
    jsonw_put_i64(&json, "version", 1);
    jsonw_key(&json, "sets");
    jsonw_open_list(&json);
    for (size_t i = 0; i < records->n; i++)
        write_json_set(&json, call, &records->items[i]);
    jsonw_close_list(&json);
    jsonw_close_map(&json);
    buf_add_char(out, '\n');
}

static bool is_well(const struct sync_records *records)
{
    for (size_t i = 0; i < records->n; i++)
        if (records->items[i].status.attempt.state != SET_READY)
            return false;
    return true;
}

static int run(struct call *call)
{
    const struct records_args *args = call->args;
    struct sync_records records;
    SCOPED(buf) struct buf out;
    const int code = records_read(call, &records);
    if (code != EXIT_OK)
        return code;
    buf_init(&out, LIMIT_REPORT_BYTES);
    if (str_is(args->format, "json"))
        write_json(call, &records, &out);
    for (size_t i = 0; !str_is(args->format, "json") && i < records.n; i++)
        write_set(call, &records.items[i], &out);
    if (!records.n && !args->common.quiet)
        output_tell("no set is on record there; `tidegate sync` makes records");
    if (output_verbatim(&out) < 0)
        return EXIT_NOT_REPORTED;
    return is_well(&records) ? EXIT_OK : EXIT_FINDINGS;
}

const struct command command_status = {
    .name = "status",
    .summary = "show what is applied of each set",
    .arguments = "[SET]",
    .about = "Of each set on record: what became of the last attempt and why, how many objects it\n"
             "has in the cluster, and which commit is applied. Of one set its objects, too.\n"
             "\n"
             "Exit codes: 0 all sets are ready, 1 some are not, 2 usage, 4 the records can't be\n"
             "read.\n",
    .examples = "  tidegate status\n"
                "  tidegate status shop --format json\n",
    .options = options,
    .args_size = sizeof(struct records_args),
    .run = run,
};
