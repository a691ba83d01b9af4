/* SPDX-License-Identifier: Apache-2.0 */
/*
 * git runs in its own folder, where a change can put no file, so that nothing of the checkout is
 * found by a relative path; hooks (core.hooksPath may name a folder of the checkout) and the
 * monitor of the work tree are off.
 */
#include "repo/program.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/vec.h"
#include "diag/diag.h"

enum { OUTPUT_MOST = 64 << 10 };

struct text_list {
    VEC(const char *);
};

static void add_all(struct arena *arena, struct text_list *list, const struct str_list *more)
{
    for (size_t i = 0; more && i < more->n; i++)
        VEC_PUSH(arena, list, str_to_c(arena, more->items[i]));
}

static const char *const *arguments(struct arena *arena, struct str git,
                                    const struct program_options *options)
{
    static const char *const safe[] = {
        "core.hooksPath=/dev/null", "core.fsmonitor=false",     "gc.auto=0",
        "maintenance.auto=false",   "protocol.ext.allow=never",
    };
    struct text_list list = {0};
    VEC_PUSH(arena, &list, str_to_c(arena, git));
    VEC_PUSH(arena, &list, str_to_c(arena, str_format(arena, "--git-dir=%s", options->folder)));
    for (size_t i = 0; i < ARRAY_LEN(safe); i++) {
        VEC_PUSH(arena, &list, "-c");
        VEC_PUSH(arena, &list, safe[i]);
    }
    add_all(arena, &list, options->first_args);
    add_all(arena, &list, options->more_args);
    VEC_PUSH(arena, &list, NULL);
    return list.items;
}

int program_run(struct arena *arena, const struct program_options *options,
                struct child_result *ret_result, struct str *ret_why)
{
    *ret_result = (struct child_result){0};
    const struct str git = child_find(arena, "git");
    if (!git.n) {
        *ret_why = STR("there is no git in PATH");
        return -1;
    }
    const struct child_options child = {.argv = arguments(arena, git, options),
                                        .env = options->env,
                                        .dir = options->folder,
                                        .timeout_ms = options->timeout_ms,
                                        .max_output =
                                            options->max_output ? options->max_output : OUTPUT_MOST,
                                        .max_data = options->max_data,
                                        .max_file = options->max_file,
                                        .keep = options->keep};
    const int error = child_run(arena, &child, ret_result);
    if (error < 0)
        *ret_why = str_from(strerror(-error));
    else if (ret_result->timed_out)
        *ret_why = str_format(arena, "no end after %u s", (options->timeout_ms + 999) / 1000);
    return error < 0 || ret_result->timed_out ? -1 : 0;
}

/* A URL may have a password in it: what stands between :// and @ is not shown. */
static struct str without_passwords(struct arena *arena, struct str text)
{
    SCOPED(buf) struct buf out;
    buf_init(&out, LIMIT_NOTE_BYTES);
    for (size_t i = 0; i < text.n;) {
        struct str rest = str_from_offset(text, i);
        size_t end = 0;
        if (!str_starts(rest, STR("://"))) {
            buf_add_char(&out, text.p[i++]);
            continue;
        }
        while (end < rest.n && !strchr(" '\"@", rest.p[end]))
            end++;
        bool has_user = end < rest.n && rest.p[end] == '@';
        buf_add(&out, STR("://"));
        i += has_user ? end + 1 : 3;
    }
    return str_dup(arena, buf_str(&out));
}

struct str program_said(struct arena *arena, struct str said)
{
    struct str line, found = {0};
    for (struct str rest = said; str_split(&rest, '\n', &line);) {
        line = str_trim(line);
        if (!line.n)
            continue;
        found = line;
        if (str_starts(line, STR("fatal: ")) || str_starts(line, STR("error: ")))
            break;
    }
    return diag_escape(arena, without_passwords(arena, found));
}
