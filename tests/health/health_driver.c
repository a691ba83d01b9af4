/* SPDX-License-Identifier: Apache-2.0 */
/* Reads objects, one JSON object a line, and prints "State Reason" of each, for check.py. */
#include <stdio.h>
#include <time.h>

#include "apply/health.h"
#include "base/file.h"
#include "base/limits.h"

static void tell(struct str line)
{
    struct arena arena SCOPED(arena) = {0};
    struct diags diags SCOPED(diags) = {0};
    struct doc doc = {0};
    struct health health;
    const struct health_options options = {.now_s = time(NULL)};
    if (doc_read_json(&arena, source_new(&arena, STR("object"), line), &diags, &doc) < 0 ||
        doc.broken)
        BUG("a line that is no JSON");
    health_of(&arena, doc.root, &options, &health);
    printf("%s %.*s\n", health_state_name(health.state), STR_FMT(health.reason));
}

int main(void)
{
    struct arena arena SCOPED(arena) = {0};
    struct str text;
    if (fd_read_all(&arena, 0, LIMIT_STREAM_BYTES, &text) < 0)
        return 1;
    for (struct str line; str_split(&text, '\n', &line);)
        if (line.n)
            tell(line);
    return 0;
}
