/* SPDX-License-Identifier: Apache-2.0 */
/* Spots as the server shows them, where it shows them otherwise. */
#include "admit/rule.h"

struct spot spot_with_text(const struct validating *v, const struct spot *spot, struct str text)
{
    struct spot shown = *spot;
    shown.path.node = node_new_text(v->ctx->arena, text);
    return shown;
}

struct spot spot_named_under(const struct spot *spot, const struct spot *up, const char *name)
{
    struct spot named = *spot;
    named.path.up = &up->path;
    named.path.name = str_from(name);
    named.path.is_key = false;
    return named;
}
