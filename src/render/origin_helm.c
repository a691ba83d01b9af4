/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which line of a template a value is from. A template is no YAML, but its lines nearly always are
 * those of the YAML that it makes: keys by indentation. Helm says in a comment which template each
 * document is from.
 */
#include "base/file.h"
#include "render/origin_internal.h"

struct line {
    struct str text; /* without blanks around it */
    size_t indent;   /* of what is behind the dashes */
    struct str key;  /* "" : none */
    struct str value;
    uint32_t start; /* of the key in the file */
};

struct open_key {
    struct str key;
    size_t indent;
};

/* Where a search in a template has come to. */
struct scan {
    const struct origin_target *target;
    struct str keys[STEPS_MAX]; /* of the path, without its items */
    size_t n;
    struct open_key stack[STEPS_MAX];
    size_t depth;
    bool is_kind; /* the document is of the object's kind, as far as it can be told */
    struct {
        size_t keys; /* that agree from the root on */
        bool is_equal;
        struct line line;
    } best;
};

static void read_line(struct str text, uint32_t start, struct line *ret_line)
{
    size_t at = 0;
    while (at < text.n &&
           (text.p[at] == ' ' || (text.p[at] == '-' && at + 1 < text.n && text.p[at + 1] == ' ')))
        at++;
    *ret_line = (struct line){.text = str_trim(text), .indent = at, .start = start + (uint32_t)at};
    const struct str rest = str_from_offset(text, at);
    const ptrdiff_t colon = str_find_char(rest, ':');
    if (colon <= 0 || str_starts(rest, STR("{{")) || str_starts(rest, STR("#")))
        return;
    const struct str key = str_sub(rest, 0, (size_t)colon);
    for (size_t i = 0; i < key.n; i++)
        if (strchr(" {}\t", key.p[i]))
            return;
    ret_line->key = key;
    ret_line->value = str_trim(str_from_offset(rest, (size_t)colon + 1));
}

static struct str unquoted(struct str text)
{
    if (text.n > 1 && (text.p[0] == '"' || text.p[0] == '\'') && text.p[text.n - 1] == text.p[0])
        return str_sub(text, 1, text.n - 1);
    return text;
}

/* Keeps the line when it goes further the way of the path than any before. */
static void weigh(struct scan *scan, const struct line *line)
{
    size_t agree = 0;
    while (agree < scan->depth && agree < scan->n &&
           str_eq(scan->stack[agree].key, scan->keys[agree]))
        agree++;
    if (agree < scan->depth || !agree || !scan->is_kind)
        return; /* it left the way */
    const struct node *value = scan->target->path->value;
    const bool is_equal = agree == scan->n && node_is_scalar(value) &&
                          str_eq(unquoted(line->value), node_text(value));
    if (agree < scan->best.keys || (agree == scan->best.keys && (!is_equal || scan->best.is_equal)))
        return;
    scan->best.keys = agree;
    scan->best.is_equal = is_equal;
    scan->best.line = *line;
}

static void take_line(struct scan *scan, const struct line *line)
{
    if (str_starts(line->text, STR("---"))) {
        scan->depth = 0;
        scan->is_kind = true;
    }
    if (!line->key.n)
        return;
    while (scan->depth && scan->stack[scan->depth - 1].indent >= line->indent)
        scan->depth--;
    if (scan->depth == STEPS_MAX)
        return;
    scan->stack[scan->depth++] = (struct open_key){line->key, line->indent};
    if (scan->depth == 1 && str_is(line->key, "kind") && !str_has(line->value, STR("{{")))
        scan->is_kind = str_eq(unquoted(line->value), scan->target->object->gvk.kind);
    weigh(scan, line);
}

/* "# Source: chart/templates/web.yaml" in front of the object, as a path of the tree. */
static struct str template_of(struct origins *origins, uint32_t start)
{
    static const struct str mark = {"# Source: ", 10};
    const struct str text = str_sub(origins->manifest->source->text, 0, start);
    struct str rest = text, found = {0};
    for (ptrdiff_t at; (at = str_find(rest, mark)) >= 0;) {
        rest = str_from_offset(rest, (size_t)at + mark.n);
        const ptrdiff_t end = str_find_char(rest, '\n');
        found = end < 0 ? rest : str_sub(rest, 0, (size_t)end);
    }
    const ptrdiff_t slash = str_find_char(found, '/');
    if (slash < 0)
        return STR("");
    return path_join(origins->arena, origins->manifest->overlay->dir,
                     str_from_offset(found, (size_t)slash + 1));
}

/* ---- values ---- */

static const struct node *value_at(const struct manifest *file, struct str dotted)
{
    const struct node *node = file && file->docs.n ? file->docs.items[0].root : NULL;
    struct str part;
    while (node && str_split(&dotted, '.', &part))
        node = node_get(node, part);
    return node;
}

/* Of `image: {{ .Values.image.repository }}:…` the first value that some file sets; files that are
 * given win over the chart's own. */
static struct origin_place from_values(struct origins *origins, struct str text)
{
    static const struct str mark = {".Values.", 8};
    const struct overlay *overlay = origins->manifest->overlay;
    const ptrdiff_t at = str_find(text, mark);
    size_t n = 0;
    struct str dotted = at < 0 ? STR("") : str_from_offset(text, (size_t)at + mark.n);
    while (n < dotted.n && (dotted.p[n] == '.' || dotted.p[n] == '_' ||
                            (dotted.p[n] >= '0' && dotted.p[n] <= '9') ||
                            (dotted.p[n] >= 'a' && dotted.p[n] <= 'z') ||
                            (dotted.p[n] >= 'A' && dotted.p[n] <= 'Z')))
        n++;
    dotted = str_sub(dotted, 0, n);
    for (size_t i = overlay->values.n + 1; dotted.n && i-- > 0;) {
        const struct str path = i ? overlay->values.items[i - 1]
                                  : path_join(origins->arena, overlay->dir, STR("values.yaml"));
        const struct manifest *file = origin_file(origins, path);
        const struct node *node = value_at(file, dotted);
        if (!node)
            continue;
        file->source->no_excerpt = true; /* what is a secret in there nobody can tell */
        return (struct origin_place){file->source, node_span(node)};
    }
    return (struct origin_place){0};
}

struct origin_place origin_in_chart(struct origins *origins, const struct origin_target *target,
                                    struct origin_place *ret_values)
{
    const struct origin_place unknown = {0};
    const struct str path = template_of(origins, target->object->root->start);
    const struct manifest *file = path.n ? origin_file(origins, path) : NULL;
    struct scan scan = {.target = target, .is_kind = true};
    if (!file)
        return unknown;
    for (size_t i = 0; i < target->path->n; i++)
        if (!target->path->steps[i].item)
            scan.keys[scan.n++] = target->path->steps[i].key;
    for (uint32_t l = 1; l <= source_line_count(file->source); l++) {
        struct line line;
        read_line(source_line(file->source, l), source_line_start(file->source, l), &line);
        take_line(&scan, &line);
    }
    if (!scan.best.keys)
        return (struct origin_place){file->source, {0, 0}};
    *ret_values = from_values(origins, scan.best.line.text);
    const uint32_t start = scan.best.line.start;
    return (struct origin_place){file->source, {start, start + (uint32_t)scan.best.line.key.n}};
}
