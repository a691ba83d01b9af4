/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which line of a template a value is from. A template is no YAML, but its lines nearly always are
 * those of the YAML that it makes: keys by indentation. Helm says in a comment which template each
 * document is from.
 */
#include "base/file.h"
#include "render/origin_internal.h"

struct line {
    uint32_t number;
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

static void read_line(struct source *source, uint32_t number, struct line *ret_line)
{
    const struct str text = source_line(source, number);
    const uint32_t start = source_line_start(source, number);
    size_t at = 0;
    while (at < text.n &&
           (text.p[at] == ' ' || (text.p[at] == '-' && at + 1 < text.n && text.p[at + 1] == ' ')))
        at++;
    *ret_line = (struct line){
        .number = number, .text = str_trim(text), .indent = at, .start = start + (uint32_t)at};
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

static void scan_lines(struct scan *scan, struct source *source, uint32_t first, uint32_t last)
{
    for (uint32_t l = first; l <= last; l++) {
        struct line line;
        read_line(source, l, &line);
        take_line(scan, &line);
    }
}

/* ---- parts that a template includes ---- */

/* Of `{{ include "shop.labels" . }}` the name. */
static struct str included(struct str text)
{
    static const struct str words[] = {{"include \"", 9}, {"template \"", 10}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        const ptrdiff_t at = str_find(text, words[i]);
        if (at < 0)
            continue;
        const struct str rest = str_from_offset(text, (size_t)at + words[i].n);
        const ptrdiff_t end = str_find_char(rest, '"');
        return end < 0 ? STR("") : str_sub(rest, 0, (size_t)end);
    }
    return STR("");
}

/* What a key without a value takes from elsewhere stands in the lines below it, without keys. */
static struct str with_what_follows(struct origins *origins, struct source *source,
                                    const struct line *line)
{
    struct str text = line->text;
    if (line->value.n)
        return text;
    for (uint32_t l = line->number + 1; l <= source_line_count(source) && l < line->number + 4;
         l++) {
        struct line next;
        read_line(source, l, &next);
        if (next.key.n || !str_has(next.text, STR("{{")))
            break;
        text = str_concat(origins->arena, str_concat(origins->arena, text, STR(" ")), next.text);
    }
    return text;
}

struct part {
    const struct manifest *file;
    uint32_t first, last; /* lines */
};

static bool find_define(const struct manifest *file, struct str quoted, struct part *ret_part)
{
    const uint32_t n = source_line_count(file->source);
    for (uint32_t l = 1; l <= n; l++) {
        const struct str line = source_line(file->source, l);
        if (!str_has(line, STR("define ")) || !str_has(line, quoted))
            continue;
        uint32_t last = l + 1;
        while (last <= n && !str_has(source_line(file->source, last), STR("define ")))
            last++;
        *ret_part = (struct part){file, l, last - 1};
        return true;
    }
    return false;
}

/* Names of parts are of all charts of a release. */
static bool find_part(struct origins *origins, struct str name, struct part *ret_part)
{
    const struct overlay *overlay = origins->manifest->overlay;
    const struct str quoted =
        str_concat(origins->arena, str_concat(origins->arena, STR("\""), name), STR("\""));
    for (size_t i = 0; name.n && i < overlay->inputs.n; i++) {
        const struct str path = overlay->inputs.items[i]->path;
        if (!str_has(path, STR("templates/")) ||
            (!str_ends(path, STR(".tpl")) && !str_ends(path, STR(".yaml"))))
            continue;
        const struct manifest *file = origin_file(origins, path);
        if (file && find_define(file, quoted, ret_part))
            return true;
    }
    return false;
}

static struct origin_place place_of_key(struct source *source, const struct line *line)
{
    return (struct origin_place){.source = source,
                                 .span = {line->start, line->start + (uint32_t)line->key.n}};
}

/* The rest of the way, in a part that the line includes. */
static bool look_in_part(const struct scan *outer, const struct part *part, struct scan *ret_scan)
{
    *ret_scan = (struct scan){.target = outer->target, .is_kind = true};
    for (size_t i = outer->best.keys; i < outer->n; i++)
        ret_scan->keys[ret_scan->n++] = outer->keys[i];
    scan_lines(ret_scan, part->file->source, part->first, part->last);
    return ret_scan->best.keys > 0;
}

static struct str text_of(const struct part *part)
{
    struct source *source = part->file->source;
    const uint32_t start = source_line_start(source, part->first);
    const uint32_t end = part->last < source_line_count(source)
                             ? source_line_start(source, part->last + 1)
                             : (uint32_t)source->text.n;
    return str_sub(source->text, start, end);
}

/* A second place: the value that the line takes, or the part that makes it. */
static struct origin_also also_of(struct origins *origins, const struct origin_line *line,
                                  const struct part *part)
{
    struct origin_also also = {origin_values(origins, line), "the value is from here"};
    if (also.place.source || !part || line->target->path->is_key)
        return also;
    const uint32_t start = source_line_start(part->file->source, part->first);
    const struct origin_line body = {
        .file = line->file, .number = line->number, .text = text_of(part), .target = line->target};
    also.place = origin_values(origins, &body);
    if (!also.place.source)
        also = (struct origin_also){{.source = part->file->source, .span = {start, start}},
                                    "it is made here"};
    return also;
}

struct origin_place origin_in_chart(struct origins *origins, const struct origin_target *target,
                                    struct origin_also *ret_also)
{
    const struct str path = template_of(origins, target->object->root->start);
    const struct manifest *file = path.n ? origin_file(origins, path) : NULL;
    struct scan scan = {.target = target, .is_kind = true}, inner;
    struct part part;
    if (!file)
        return (struct origin_place){0};
    for (size_t i = 0; i < target->path->n; i++)
        if (!target->path->steps[i].item)
            scan.keys[scan.n++] = target->path->steps[i].key;
    scan_lines(&scan, file->source, 1, source_line_count(file->source));
    if (!scan.best.keys)
        return (struct origin_place){.source = file->source, .is_near = true};
    const struct line *best = &scan.best.line;
    struct origin_place place = place_of_key(file->source, best);
    const struct str text = with_what_follows(origins, file->source, best);
    const bool has_part = find_part(origins, included(text), &part);
    if (has_part && scan.best.keys < scan.n && look_in_part(&scan, &part, &inner)) {
        *ret_also = (struct origin_also){place, "it is included here"};
        return place_of_key(part.file->source, &inner.best.line);
    }
    const struct origin_line line = {.file = file,
                                     .number = best->number,
                                     .text = text,
                                     .target = target,
                                     .keys = scan.best.keys};
    *ret_also = also_of(origins, &line, has_part ? &part : NULL);
    place.is_near = scan.best.keys < scan.n && !ret_also->place.source;
    return place;
}
