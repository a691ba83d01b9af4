/* SPDX-License-Identifier: Apache-2.0 */
/* `tidegate history`: what was done to each set, newest first. */
#include "base/limits.h"
#include "cmd/records.h"
#include "report/report_escape.h"
#include "sync/sync_report.h"

static const struct opt options[] = {RECORDS_OPTIONS};

static void write_attempt(struct arena *arena, const struct set_attempt *attempt, struct buf *out)
{
    buf_format(out, "  %.*s  %s  %.*s  ", STR_FMT(records_time(arena, attempt->start_s)),
               set_state_name(attempt->state),
               STR_FMT(attempt->commit.n ? str_sub(attempt->commit, 0, 12) : STR("-")));
    escape_terminal(out, attempt->subject);
    buf_format(out, " (%.*s", STR_FMT(sync_counts_text(arena, &attempt->counts)));
    if (attempt->end_s > attempt->start_s)
        buf_format(out, ", %lld s", (long long)(attempt->end_s - attempt->start_s));
    buf_add_c(out, "; ");
    escape_terminal(out, attempt->trigger);
    buf_add_c(out, ", ");
    escape_terminal(out, attempt->who);
    buf_add_c(out, ")\n");
    if (attempt->reason.n) {
        buf_add_c(out, "    ");
        escape_terminal(out, attempt->reason);
        buf_add_char(out, '\n');
    }
}

static void write_text(struct arena *arena, const struct sync_records *records, struct buf *out)
{
    for (size_t i = 0; i < records->n; i++) {
        const struct inventory *inventory = &records->items[i];
        buf_add_c(out, "set ");
        escape_terminal(out, records_name(inventory->set));
        buf_add_char(out, '\n');
        for (size_t a = inventory->history.n; a-- > 0;)
            write_attempt(arena, &inventory->history.items[a], out);
    }
}

static void write_json(struct arena *arena, const struct sync_records *records, struct buf *out)
{
    struct jsonw json = {.out = out, .indent = 2};
    jsonw_open_map(&json);
    jsonw_put_i64(&json, "version", 1);
    jsonw_key(&json, "sets");
    jsonw_open_list(&json);
    for (size_t i = 0; i < records->n; i++) {
        const struct inventory *inventory = &records->items[i];
        jsonw_open_map(&json);
        jsonw_put_text(&json, "name", inventory->set);
        jsonw_key(&json, "attempts");
        jsonw_open_list(&json);
        for (size_t a = inventory->history.n; a-- > 0;)
            records_write_attempt(&json, arena, &inventory->history.items[a]);
        jsonw_close_list(&json);
        jsonw_close_map(&json);
    }
    jsonw_close_list(&json);
    jsonw_close_map(&json);
    buf_add_char(out, '\n');
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
        write_json(call->arena, &records, &out);
    else
        write_text(call->arena, &records, &out);
    if (!records.n && !args->common.quiet)
        output_tell("no set is on record there; `tidegate sync` makes records");
    return output_verbatim(&out) < 0 ? EXIT_NOT_REPORTED : EXIT_OK;
}

const struct command command_history = {
    .name = "history",
    .summary = "show what was done to each set",
    .arguments = "[SET]",
    .about = "The last 20 attempts of each set, newest first: when, what became of it, which\n"
             "commit, how much was done, and who did it. They are kept in the cluster.\n"
             "\n"
             "Exit codes: 0, 2 usage, 4 the records can't be read.\n",
    .examples = "  tidegate history\n"
                "  tidegate history shop --format json\n",
    .options = options,
    .args_size = sizeof(struct records_args),
    .run = run,
};
