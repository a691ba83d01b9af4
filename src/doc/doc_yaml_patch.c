/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In three places go-yaml reads on where libyaml stops: at \' in double quotes, at a ':' before ','
 * or a bracket that ends plain text in flow collections, and at ',' '[' ']' inside a tag. There
 * libyaml is shown another character of the same width, the part is read again, and values get
 * back what was written. All of it is rare, so reading a part several times is fine, up to a limit.
 */
#include "doc/doc_internal.h"

enum {
    PATCHES_MAX = 64,
    REREAD_MAX = 16 << 20, /* bytes that may be read again in all; the first time is always free */
    SHOWN_COLON = '^',     /* as good as any other character of plain text */
    SHOWN_ESCAPE = 'e',    /* makes \e of \', which becomes the next: only escapes can write that */
    VALUE_ESCAPE = 0x1B,
};

static bool patch_quoted(struct patches *patches, uint32_t from);

void patches_release(struct patches *patches)
{
    free(patches->shown);
    patches->shown = NULL;
}

struct str patches_text(const struct patches *patches)
{
    const struct str written = str_sub(patches->source, patches->part.start, patches->part.end);
    return patches->shown ? (struct str){patches->shown, written.n} : written;
}

static bool patches_has(const struct patches *patches, uint32_t at)
{
    return patches->shown && patches->shown[at - patches->part.start] != patches->source.p[at];
}

static void show(struct patches *patches, uint32_t at, char with)
{
    if (!patches->shown) {
        const struct str written = patches_text(patches);
        patches->shown = xmalloc(written.n);
        memcpy(patches->shown, written.p, written.n);
    }
    patches->shown[at - patches->part.start] = with;
}

static bool patches_add(struct patches *patches, uint32_t at, char with)
{
    const uint64_t size = patches->part.end - patches->part.start;
    const bool is_dear = patches->count > 0 && (patches->count + 1) * size > REREAD_MAX;
    if (patches->count == PATCHES_MAX || is_dear || patches_has(patches, at))
        return false;
    show(patches, at, with);
    patches->count++;
    patches->retry = true;
    return true;
}

bool patches_add_tag(struct patches *patches, uint32_t at)
{
    /* No tag that go-yaml knows has a comma or bracket, or this; and no handle is made by it. */
    return patches_add(patches, at, ';');
}

bool patches_answer(struct patches *patches, const struct syntax_error *error)
{
    if (error->at < patches->part.start || error->at >= patches->part.end)
        return false;
    const char c = patches->source.p[error->at];
    if (strcmp(error->problem, "found unexpected ':'") == 0)
        return c == ':' && patches_add(patches, error->at, SHOWN_COLON);
    if (error->context && strstr(error->context, "a tag"))
        return (c == ',' || c == '[' || c == ']') && patches_add_tag(patches, error->at);
    if (strcmp(error->problem, "found unknown escape character") == 0)
        return patch_quoted(patches, error->at);
    return false;
}

/* All \' of a double-quoted text, from the first on, as one patch. */
static bool patch_quoted(struct patches *patches, uint32_t from)
{
    const char *const p = patches->source.p;
    const uint32_t end = patches->part.end;
    if (from + 1 >= end || p[from] != '\\' || p[from + 1] != '\'' ||
        !patches_add(patches, from + 1, SHOWN_ESCAPE))
        return false;
    for (uint32_t i = from + 2; i + 1 < end && p[i] != '"'; i++) {
        if (p[i] != '\\')
            continue;
        i++;
        if (p[i] == '\'')
            show(patches, i, SHOWN_ESCAPE);
    }
    return true;
}

bool patches_undo(const struct patches *patches, struct arena *arena, struct span written,
                  enum node_style style, struct str *text)
{
    const char shown = style == NODE_PLAIN ? SHOWN_COLON : VALUE_ESCAPE;
    size_t patched = 0;
    size_t found = 0;
    for (uint32_t i = written.start; i < written.end; i++)
        patched += patches_has(patches, i);
    if (patched == 0)
        return true;
    char *const out = arena_dup(arena, text->p, text->n);
    for (size_t i = 0; i < text->n; i++) {
        if (out[i] != shown)
            continue;
        out[i] = style == NODE_PLAIN ? ':' : '\'';
        found++;
    }
    text->p = out;
    return found == patched;
}
