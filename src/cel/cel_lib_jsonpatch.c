/* SPDX-License-Identifier: Apache-2.0 */
/* jsonpatch.escapeKey, which only mutating admission policies have: they add these rows to their
 * environment themselves. */
#include "cel/cel_rows.h"

static struct cel_value escape_key(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    struct str key = cel_text(args[0]);
    struct buf out;
    buf_init(&out, size_add(size_mul(key.n, 2), 1));
    for (size_t i = 0; i < key.n; i++) {
        if (key.p[i] == '~' || key.p[i] == '/')
            buf_add_c(&out, key.p[i] == '~' ? "~0" : "~1");
        else
            buf_add_char(&out, key.p[i]);
    }
    return cel_string_take(run, &out);
}

static const struct cel_function rows[] = {
    {"jsonpatch.escapeKey", "string_jsonpatch_escapeKey_string", 0, PARAMS(STRING), STRING,
     escape_key, .cost = &cel_cost_string_result},
};

const struct cel_library cel_lib_jsonpatch = {"kubernetes.jsonpatch", 0, 0, LIBRARY_ROWS(rows),
                                              NULL};
