/* SPDX-License-Identifier: Apache-2.0 */
/* Rules and texts of the SARIF reporter. */
#include "base/ascii.h"
#include "report/sarif_internal.h"

enum { TEXT_MOST = 1024, NAME_MOST = 255, FENCE_LEAST = 3 };

static void write_rule(struct sarif *sarif, const struct rule *rule);

size_t sarif_rule_index(struct sarif *sarif, const struct rule *rule)
{
    size_t *index = map_get(&sarif->rules, str_from(rule->id));

    if (index)
        return *index;
    index = ARENA_NEW(&sarif->arena, size_t);
    *index = sarif->used.n;
    map_put(&sarif->rules, str_from(rule->id), index);
    VEC_PUSH(&sarif->arena, &sarif->used, rule);
    return *index;
}

void sarif_write_tool(struct sarif *sarif)
{
    struct jsonw *w = &sarif->w;

    jsonw_key(w, "tool");
    jsonw_open_map(w);
    jsonw_key(w, "driver");
    jsonw_open_map(w);
    jsonw_put_text(w, "name", STR("tidegate"));
    jsonw_put_text(w, "version", STR(TIDEGATE_VERSION));
    jsonw_put_text(w, "semanticVersion", STR(TIDEGATE_VERSION));
    jsonw_key(w, "rules");
    jsonw_open_list(w);
    for (size_t i = 0; i < sarif->used.n; i++)
        write_rule(sarif, sarif->used.items[i]);
    jsonw_close_list(w);
    jsonw_close_map(w);
    jsonw_close_map(w);
}

const char *sarif_level(enum severity severity)
{
    static const char *const names[] = {
        [SEVERITY_OFF] = "none",
        [SEVERITY_INFO] = "note",
        [SEVERITY_WARNING] = "warning",
        [SEVERITY_ERROR] = "error",
    };

    return names[severity];
}

void sarif_write_text(struct sarif *sarif, struct str text)
{
    jsonw_open_map(&sarif->w);
    jsonw_put_text(&sarif->w, "text", text);
    jsonw_close_map(&sarif->w);
}

/* One printable line. A SARIF message may hold links, [text](target) (3.11.6): those of a manifest
 * are broken by a blank. */
static void add_words(struct buf *out, struct str text)
{
    SCOPED(buf) struct buf clean;

    buf_init(&clean, SIZE_MAX - 1);
    escape_terminal(&clean, text);
    for (size_t i = 0; i < clean.n; i++) {
        buf_add_char(out, clean.p[i]);
        if (clean.p[i] == ']' && i + 1 < clean.n && clean.p[i + 1] == '(')
            buf_add_char(out, ' ');
    }
}

void sarif_write_message(struct sarif *sarif, struct str message, struct str hint)
{
    SCOPED(buf) struct buf text;

    buf_init(&text, SIZE_MAX - 1);
    add_words(&text, message);
    if (hint.n > 0) {
        buf_add_c(&text, ". Fix: ");
        add_words(&text, hint);
    }
    sarif_write_text(sarif, buf_str(&text));
}

/* "api/unknown-field" as ApiUnknownField: names are Pascal case (3.49.7). */
static struct str name_of(struct sarif *sarif, struct str id)
{
    char *name = arena_alloc_text(&sarif->arena, id.n + 1);
    size_t n = 0;
    bool upper = true;

    for (size_t i = 0; i < id.n && n < NAME_MOST; i++) {
        char c = id.p[i];
        bool small = ascii_is_lower(c);
        bool word = ascii_is_alnum(c);
        if (word)
            name[n++] = upper && small ? (char)(c - 'a' + 'A') : c;
        upper = !word;
    }
    return (struct str){name, n};
}

/* GitHub refuses rules with empty texts, and policies can be without any. */
static const char *summary_of(const struct rule *rule)
{
    return rule->summary && rule->summary[0] ? rule->summary : rule->id;
}

/* A code block behind a fence that nothing in it can end. */
static void add_block(struct buf *out, const char *title, const char *code)
{
    size_t longest = 0, run = 0;
    size_t fence;

    if (!code || !code[0])
        return;
    for (const char *p = code; *p; p++) {
        run = *p == '`' ? run + 1 : 0;
        longest = MAX_OF(longest, run);
    }
    fence = MAX_OF(longest + 1, (size_t)FENCE_LEAST);
    buf_format(out, "\n**%s**\n\n", title);
    buf_add_n(out, '`', fence);
    buf_format(out, "yaml\n%s%s", code, str_ends(str_from(code), STR("\n")) ? "" : "\n");
    buf_add_n(out, '`', fence);
    buf_add_char(out, '\n');
}

/* Paragraphs of a rule's text, which only have line breaks between them. */
static void add_paragraphs(struct buf *out, const char *text)
{
    struct str rest = str_from(text);
    struct str line;

    while (str_split(&rest, '\n', &line)) {
        escape_markdown(out, line);
        buf_add_char(out, '\n');
    }
}

static void write_help(struct sarif *sarif, const struct rule *rule)
{
    struct jsonw *w = &sarif->w;
    SCOPED(buf) struct buf text;
    SCOPED(buf) struct buf markdown;

    buf_init(&text, SIZE_MAX - 1);
    buf_init(&markdown, SIZE_MAX - 1);
    buf_add_c(&text, summary_of(rule));
    add_paragraphs(&markdown, summary_of(rule));
    if (rule->why && rule->why[0]) {
        buf_format(&text, "\n\n%s", rule->why);
        buf_add_char(&markdown, '\n');
        add_paragraphs(&markdown, rule->why);
    }
    if (rule->fix && rule->fix[0]) {
        buf_format(&text, "\n\nFix: %s", rule->fix);
        buf_add_c(&markdown, "\n**Fix**\n\n");
        add_paragraphs(&markdown, rule->fix);
    }
    add_block(&markdown, "Fires", rule->bad);
    add_block(&markdown, "Stays silent", rule->good);
    jsonw_key(w, "help");
    jsonw_open_map(w);
    jsonw_put_text(w, "text", buf_str(&text));
    jsonw_put_text(w, "markdown", buf_str(&markdown));
    jsonw_close_map(w);
}

static void write_properties(struct sarif *sarif, const struct rule *rule)
{
    static const char *const problems[] = {
        [SEVERITY_OFF] = "recommendation",
        [SEVERITY_INFO] = "recommendation",
        [SEVERITY_WARNING] = "warning",
        [SEVERITY_ERROR] = "error",
    };
    struct jsonw *w = &sarif->w;
    struct str id = str_from(rule->id);
    ptrdiff_t slash = str_find_char(id, '/');

    jsonw_key(w, "properties");
    jsonw_open_map(w);
    jsonw_put_text(w, "precision", str_from(rule_is_server(rule) ? "very-high" : "high"));
    jsonw_put_text(w, "problem.severity", str_from(problems[rule->severity]));
    jsonw_key(w, "tags");
    jsonw_open_list(w);
    jsonw_text(w, STR("kubernetes"));
    if (slash > 0)
        jsonw_text(w, str_sub(id, 0, (size_t)slash));
    jsonw_close_list(w);
    jsonw_close_map(w);
}

static void write_rule(struct sarif *sarif, const struct rule *rule)
{
    struct jsonw *w = &sarif->w;
    struct arena *arena = &sarif->arena;
    struct str summary = str_from(summary_of(rule));

    jsonw_open_map(w);
    jsonw_put_text(w, "id", str_from(rule->id));
    jsonw_put_text(w, "name", name_of(sarif, str_from(rule->id)));
    jsonw_key(w, "shortDescription");
    sarif_write_text(sarif, escape_cut(arena, summary, TEXT_MOST));
    jsonw_key(w, "fullDescription");
    sarif_write_text(
        sarif,
        escape_cut(arena, rule->why && rule->why[0] ? str_from(rule->why) : summary, TEXT_MOST));
    write_help(sarif, rule);
    jsonw_key(w, "defaultConfiguration");
    jsonw_open_map(w);
    jsonw_put_text(w, "level", str_from(sarif_level(rule->severity)));
    jsonw_close_map(w);
    write_properties(sarif, rule);
    jsonw_close_map(w);
}
