/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files to documents, as kubectl does it (apimachinery's YAMLOrJSONDecoder and YAMLReader): by
 * lines, without knowing YAML. Each part between two separator lines goes to the YAML reader, which
 * takes its first document, as the API server does with what is sent to it.
 */
#include "doc/doc_internal.h"

#include "base/limits.h"
#include "base/utf8.h"

struct splitter {
    struct tree tree;
    struct doc_list *docs;
    uint32_t part_start;
    bool has_lines;    /* the part is not empty; until then a separator line belongs to it */
    bool has_bad_line; /* kubectl would stop inside this part */
    bool add_newline;  /* UTF-8 only: kubectl ends every line it reads */
};

static bool size_is_fine(struct source *source, struct diags *diags);
static int read_as_json(struct splitter *s);
static int split(struct splitter *s, uint32_t from, bool first_is_text);
static bool starts_json(struct str text);

int doc_read_file(struct arena *arena, struct source *source, struct diags *diags,
                  struct doc_list *ret_docs)
{
    if (!size_is_fine(source, diags))
        return -1;
    struct splitter s = {
        .tree = {.arena = arena, .source = source, .diags = diags},
        .docs = ret_docs,
        .add_newline = true,
    };
    uint32_t skip;
    bool is_utf16;
    if (source_decode(arena, source, diags, &skip, &is_utf16) < 0) {
        VEC_PUSH(arena, ret_docs, ((struct doc){.source = source, .broken = true}));
        return 0;
    }
    int error;
    if (is_utf16) {
        /* kubectl sees no separators in UTF-16, and the server takes the first document. */
        const struct part whole = {.end = (uint32_t)source->text.n, .first_only = true};
        error = doc_read_part(&s.tree, &whole, ret_docs);
    } else if (skip == 0 && starts_json(source->text)) {
        error = read_as_json(&s);
    } else {
        error = split(&s, skip, skip > 0);
    }
    tree_release(&s.tree);
    return error;
}

int doc_read_stream(struct arena *arena, struct source *source, struct diags *diags,
                    struct doc_list *ret_docs)
{
    if (!size_is_fine(source, diags))
        return -1;
    struct tree tree = {.arena = arena, .source = source, .diags = diags};
    struct part whole = {0};
    bool is_utf16;
    if (source_decode(arena, source, diags, &whole.start, &is_utf16) < 0) {
        VEC_PUSH(arena, ret_docs, ((struct doc){.source = source, .broken = true}));
        return 0;
    }
    whole.end = (uint32_t)source->text.n;
    const int error = doc_read_part(&tree, &whole, ret_docs);
    tree_release(&tree);
    return error;
}

static bool size_is_fine(struct source *source, struct diags *diags)
{
    if (source->text.n <= LIMIT_STREAM_BYTES)
        return true;
    diag_add(diags, RULE_LIMIT_SIZE, (struct span){0, 0}, (struct str){0},
             "the text is larger than %d bytes", LIMIT_STREAM_BYTES);
    return false;
}

/* ---- JSON, perhaps ---- */

/* Whether Go's unicode.IsSpace takes a character. */
static bool is_go_space(uint32_t rune)
{
    if (rune < 0x80)
        return rune == ' ' || (rune >= '\t' && rune <= '\r');
    return rune == 0x85 || rune == 0xA0 || rune == 0x1680 || (rune >= 0x2000 && rune <= 0x200A) ||
           rune == 0x2028 || rune == 0x2029 || rune == 0x202F || rune == 0x205F || rune == 0x3000;
}

/* Without what Go takes for blanks at the start. */
static struct str skip_go_space(struct str text)
{
    size_t pos = 0;
    while (pos < text.n) {
        size_t next = pos;
        if (!is_go_space(utf8_next(text, &next)))
            break;
        pos = next;
    }
    return str_from_offset(text, pos);
}

/* A brace after blanks; kubectl looks no further than this. */
static bool starts_json(struct str text)
{
    enum { LOOK_AHEAD = 4096 };
    const struct str start = skip_go_space(str_sub(text, 0, LOOK_AHEAD));
    return start.n > 0 && start.p[0] == '{';
}

static void append_docs(struct splitter *s, const struct doc_list *docs)
{
    for (size_t i = 0; i < docs->n; i++)
        VEC_PUSH(s->tree.arena, s->docs, docs->items[i]);
}

/* Keeps the findings that start in [from, to). */
static void keep_findings(struct diags *diags, uint32_t from, uint32_t to)
{
    size_t n = 0;
    for (size_t i = 0; i < diags->n; i++) {
        if (diags->items[i].span.start >= from && diags->items[i].span.start < to)
            diags->items[n++] = diags->items[i];
    }
    diags->n = n;
}

/*
 * Where YAML would go on after JSON failed: behind blanks up to and including the first line break.
 * kubectl looks at four bytes at a time and gives up when fewer are left (consumeWhitespace).
 */
static bool find_yaml_start(struct str text, uint32_t at, uint32_t *ret_start)
{
    enum { LOOK_AHEAD = 4 };
    while (text.n - at >= LOOK_AHEAD) {
        size_t next = at;
        const uint32_t rune = utf8_next(text, &next);
        if (rune == '\n' || !is_go_space(rune)) {
            *ret_start = rune == '\n' ? at + 1 : at;
            return true;
        }
        at = (uint32_t)next;
    }
    return false;
}

/*
 * A stream that starts with a brace is JSON until a value can't be read. If that is the first or
 * the second, the rest is tried as YAML, which may be flow style or JSON between separator lines.
 * When that fails too, what JSON says about the value is what counts.
 */
static int read_as_json(struct splitter *s)
{
    struct diags *const diags = s->tree.diags;
    struct diags json = {.settings = diags->settings, .at = diags->at};
    struct doc_list values = {0};
    int error = doc_read_json_stream(s->tree.arena, s->tree.source, 0, &json, &values);
    const bool is_broken = values.n > 0 && values.items[values.n - 1].broken;
    const uint32_t good_end = values.n > 1 ? values.items[0].span.end : 0;
    uint32_t yaml_start;
    if (error < 0 || !is_broken || values.n > 2 ||
        !find_yaml_start(s->tree.source->text, good_end, &yaml_start)) {
        append_docs(s, &values);
        diags_merge(diags, &json);
        return error;
    }
    struct diags yaml = {.settings = diags->settings, .at = diags->at};
    const size_t before = s->docs->n;
    values.n--;
    append_docs(s, &values);
    s->tree.diags = &yaml;
    error = split(s, yaml_start, false);
    s->tree.diags = diags;
    const size_t first = before + values.n;
    const bool yaml_failed = first < s->docs->n && s->docs->items[first].broken;
    /* At the end of the text nothing follows: what is found there is about the value as well. */
    const uint32_t failed_end = yaml_failed ? s->docs->items[first].span.end : 0;
    if (yaml_failed && !yaml.limit_hit)
        keep_findings(&yaml, failed_end + (failed_end == s->tree.source->text.n), UINT32_MAX);
    else
        keep_findings(&json, 0, good_end);
    diags_merge(diags, &json);
    diags_merge(diags, &yaml);
    return error;
}

/* ---- lines ---- */

static int end_part(struct splitter *s, uint32_t end)
{
    const struct str text = s->tree.source->text;
    const struct part part = {
        .start = s->part_start,
        .end = end,
        .first_only = true,
        .add_newline = s->add_newline && end == text.n && end > 0 && text.p[end - 1] != '\n',
    };
    s->has_lines = false;
    if (!s->has_bad_line)
        return doc_read_part(&s->tree, &part, s->docs);
    s->has_bad_line = false;
    VEC_PUSH(
        s->tree.arena, s->docs,
        ((struct doc){.source = s->tree.source, .span = {part.start, part.end}, .broken = true}));
    return 0;
}

/* Whether only blanks or a comment follow the three dashes. */
static bool separator_is_clean(struct str line)
{
    const struct str rest = skip_go_space(str_from_offset(line, 3));
    return rest.n == 0 || rest.p[0] == '#';
}

/*
 * A line that starts with --- and goes on with text: kubectl stops with an error. With a blank
 * after the dashes it is a YAML document mark, so reading goes on in the next part, which begins
 * with this line; otherwise it is text that happens to start with dashes.
 */
static int bad_separator(struct splitter *s, struct span line)
{
    const struct str text = s->tree.source->text;
    struct diag *diag = tree_report(&s->tree, RULE_YAML_SEPARATOR, line,
                                    "a line that starts with --- separates documents, but this one "
                                    "goes on with text");
    diag_hint(s->tree.diags, diag,
              "put the text on the next line, or indent the line if it belongs to a value");
    const char after = text.p[line.start + 3];
    if (after != ' ' && after != '\t') {
        s->has_lines = true;
        s->has_bad_line = true;
        return 0;
    }
    const int error = s->has_lines ? end_part(s, line.start) : 0;
    s->part_start = line.start;
    s->has_lines = true;
    return error;
}

/* Reads all parts from a byte on; the first line is no separator behind a byte order mark. */
static int split(struct splitter *s, uint32_t from, bool first_is_text)
{
    const struct str text = s->tree.source->text;
    int error = 0;
    s->part_start = from;
    for (uint32_t at = from; at < text.n && error == 0;) {
        const char *const newline = memchr(text.p + at, '\n', text.n - at);
        const uint32_t end = newline ? (uint32_t)(newline - text.p) : (uint32_t)text.n;
        const uint32_t next = newline ? end + 1 : end;
        const struct str line = str_sub(text, at, end);
        const bool is_text =
            (first_is_text && at == from) || line.n < 3 || memcmp(line.p, "---", 3) != 0;
        if (is_text) {
            s->has_lines = true;
        } else if (!separator_is_clean(line)) {
            error = bad_separator(s, (struct span){at, end});
        } else if (s->has_lines) {
            error = end_part(s, at);
            s->part_start = next;
        } else {
            s->has_lines = true;
        }
        at = next;
    }
    const bool is_only_mark = first_is_text && from == text.n;
    return error == 0 && (s->has_lines || is_only_mark) ? end_part(s, (uint32_t)text.n) : error;
}
