/* SPDX-License-Identifier: Apache-2.0 */
#include "apply/applyset.h"

#include "base/base64.h"
#include "base/digest.h"

/* The alphabet for URLs, without padding. */
static struct str base64_url(struct arena *arena, struct str bytes)
{
    const struct str text = base64_encode(arena, bytes);
    char *out = arena_alloc(arena, text.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n && text.p[i] != '='; i++)
        out[n++] = text.p[i] == '+' ? '-' : text.p[i] == '/' ? '_' : text.p[i];
    return (struct str){out, n};
}

struct str applyset_id(struct arena *arena, const struct applyset_parent *parent)
{
    const struct str who =
        str_format(arena, "%.*s.%.*s.%.*s.%.*s", STR_FMT(parent->name), STR_FMT(parent->namespace),
                   STR_FMT(parent->kind), STR_FMT(parent->group));
    const struct sha256 sum = sha256_of(who);
    const struct str text = base64_url(arena, (struct str){(const char *)sum.bytes, sizeof sum});
    return str_format(arena, "applyset-%.*s-v1", STR_FMT(text));
}

bool applyset_is_ours(struct str tooling, struct str tool)
{
    const ptrdiff_t slash = str_find_last_char(tooling, '/');
    return slash >= 0 && str_eq(str_sub(tooling, 0, (size_t)slash), tool);
}
