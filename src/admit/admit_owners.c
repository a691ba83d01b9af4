/* SPDX-License-Identifier: Apache-2.0 */
/* Owners that are named twice: dedupOwnerReferences of apiserver's handlers. */
#include "admit/admit_internal.h"

#include "base/limits.h"
#include "base/map.h"

void warn_of_repeated_owners(struct admit_ctx *ctx, const struct path *path)
{
    struct str list = {0};
    struct path first = {0};
    struct map seen = {.arena = ctx->arena};
    for (struct item it = list_first(path->node); it.value; it = list_next(it)) {
        SCOPED(buf) struct buf out;
        buf_init(&out, LIMIT_MESSAGE_BYTES);
        doc_write_json(&out, it.value, 0);
        const struct str text = str_dup(ctx->arena, buf_str(&out));
        if (!map_has(&seen, text)) {
            map_put(&seen, text, ctx);
            continue;
        }
        if (list.n == 0)
            first = (struct path){.up = path, .index = it.index, .node = it.value};
        list = str_format(ctx->arena, "%.*s%s%.*s", STR_FMT(list), list.n ? ", " : "",
                          STR_FMT(diag_quote(ctx->arena, node_get_text(it.value, STR("uid")))));
    }
    if (list.n == 0)
        return;
    report_inside(ctx, RULE_SERVER_WARNING, path, &first, node_span(first.node),
                  str_format(ctx->arena,
                             ".metadata.ownerReferences contains duplicate entries; API server "
                             "dedups owner references in 1.20+, and may reject such requests as "
                             "early as 1.24; please fix your requests; duplicate UID(s) observed: "
                             "%.*s",
                             STR_FMT(list)));
}

/* Those of built-in kinds are refused where these are warned of. */
void warn_of_finalizer(struct admit_ctx *ctx, const struct path *finalizer)
{
    static const char *const standard[] = {"kubernetes", "orphan", "foregroundDeletion"};
    const struct str name = node_text(finalizer->node);
    if (str_find_char(name, '/') >= 0 || str_is_one_of(name, standard, ARRAY_LEN(standard)))
        return;
    const char *path = str_find_char(name, '.') >= 0 ? " including a path (/)" : "";
    report_inside(ctx, RULE_SERVER_WARNING, finalizer->up, finalizer, node_span(finalizer->node),
                  str_format(ctx->arena,
                             "metadata.finalizers: \"%.*s\": prefer a domain-qualified finalizer "
                             "name%s to avoid accidental conflicts with other finalizer writers",
                             STR_FMT(diag_quote(ctx->arena, name)), path));
}
