/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which file with values a line of a template takes its value from: `.Values.a.b`, `.b` within
 * `with .Values.a` or `range .Values.a`, and the rest of the way below `toYaml .Values.a`. Of
 * several files the one that helm lets win; values of a chart below charts/ stand below its name in
 * those of the chart around it.
 *
 * Source: helm.sh/docs/chart_template_guide, "Values Files" and "Subcharts and Global Values".
 */
#include "base/ascii.h"
#include "base/file.h"
#include "render/origin_internal.h"

enum { PARTS_MAX = 32, BLOCKS_MAX = 32 };

/* A way through values; an empty part is any item of a list or map. */
struct way {
    struct str parts[PARTS_MAX];
    size_t n;
    bool is_known;
    struct str variable; /* "$value", which stands for it as well; "" : none */
};

static size_t word_length(struct str text)
{
    size_t n = 0;
    while (n < text.n && (ascii_is_alnum(text.p[n]) || text.p[n] == '_' || text.p[n] == '.'))
        n++;
    return n;
}

static void add_parts(struct way *way, struct str dotted)
{
    struct str part;
    while (str_split(&dotted, '.', &part))
        if (part.n && way->n < PARTS_MAX)
            way->parts[way->n++] = part;
}

/* The first thing in the text that is looked up: of the values, or of what `.` is. */
static struct way first_way(struct str text, size_t from, const struct way *dot)
{
    static const struct str mark = {".Values.", 8};
    struct way way = {.is_known = true};
    const ptrdiff_t at = str_find(text, mark);
    if (at >= 0) {
        const struct str rest = str_from_offset(text, (size_t)at + mark.n);
        add_parts(&way, str_sub(rest, 0, word_length(rest)));
        return way;
    }
    if (dot->is_known && dot->variable.n && str_has(text, dot->variable))
        return *dot;
    for (size_t i = MAX_OF(from, (size_t)1); dot->is_known && i < text.n; i++) {
        if (text.p[i] != '.' || !strchr(" -({", text.p[i - 1]))
            continue;
        const struct str rest = str_from_offset(text, i);
        const struct str word = str_sub(rest, 0, word_length(rest));
        if (str_starts(word, STR(".Chart")) || str_starts(word, STR(".Release")) ||
            str_starts(word, STR(".Capabilities")) || str_starts(word, STR(".Files")))
            continue;
        way = *dot;
        add_parts(&way, word);
        return way;
    }
    return (struct way){0};
}

/* ---- blocks ---- */

/* What is open at a place of a template: what `.` is in each block. */
struct blocks {
    struct way dots[BLOCKS_MAX];
    size_t depth;
};

/* Of "range $key, $value := .Values.env" the last variable. */
static struct str variable_of(struct str action)
{
    const ptrdiff_t assign = str_find(action, STR(":="));
    const struct str names = str_trim(str_sub(action, 0, assign < 0 ? 0 : (size_t)assign));
    const ptrdiff_t dollar = str_find_last_char(names, '$');
    return dollar < 0 ? STR("") : str_from_offset(names, (size_t)dollar);
}

/* Follows one action, "with .Values.image", without its braces. */
static void take_action(struct blocks *blocks, struct str action)
{
    static const struct {
        struct str word;
        bool is_dot, is_list;
    } words[] = {{{"with ", 5}, true, false},
                 {{"range ", 6}, true, true},
                 {{"if ", 3}, false, false},
                 {{"define ", 7}, false, false},
                 {{"block ", 6}, false, false}};
    while (str_starts(action, STR("-")))
        action = str_from_offset(action, 1);
    action = str_trim(action);
    if (str_starts(action, STR("end")) && blocks->depth > 0)
        blocks->depth--;
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (!str_starts(action, words[i].word) || blocks->depth + 1 == BLOCKS_MAX)
            continue;
        const struct way *outer = &blocks->dots[blocks->depth++];
        struct way *inner = &blocks->dots[blocks->depth];
        *inner = words[i].is_dot ? first_way(action, words[i].word.n, outer) : *outer;
        if (words[i].is_list && inner->n < PARTS_MAX)
            inner->parts[inner->n++] = STR("");
        if (words[i].is_dot)
            inner->variable = variable_of(action);
        return;
    }
}

/* What `.` is where a line begins. */
static struct way dot_at(const struct manifest *file, uint32_t number)
{
    struct blocks blocks = {0};
    struct str rest = str_sub(file->source->text, 0, source_line_start(file->source, number));
    for (ptrdiff_t open; (open = str_find(rest, STR("{{"))) >= 0;) {
        rest = str_from_offset(rest, (size_t)open + 2);
        const ptrdiff_t close = str_find(rest, STR("}}"));
        if (close < 0)
            break;
        take_action(&blocks, str_sub(rest, 0, (size_t)close));
        rest = str_from_offset(rest, (size_t)close + 2);
    }
    return blocks.dots[blocks.depth];
}

/* ---- files ---- */

struct wanted {
    const struct way *way;
    const struct origin_line *line;
    bool is_tree; /* what the line writes is a tree, not a text */
};

/* Where the rest of the path leads below the place in the values that the line writes. */
static const struct node *rest_of_path(const struct wanted *wanted, const struct node *node)
{
    const struct origin_path *path = wanted->line->target->path;
    struct origin_path rest = {.is_key = path->is_key, .value = path->value};
    size_t keys = 0, i = 0;
    if (!wanted->is_tree || !wanted->line->keys)
        return path->is_key ? NULL : node;
    for (; i < path->n && keys < wanted->line->keys; i++)
        keys += !path->steps[i].item;
    for (; i < path->n; i++)
        rest.steps[rest.n++] = path->steps[i];
    const struct origin_end end = origin_follow(node, &rest);
    if (end.steps < rest.n || (!rest.n && path->is_key))
        return NULL;
    return path->is_key && end.key ? end.key : end.node;
}

struct choice {
    const struct node *list, *best;
};

/* Of two that may be it none is: the list is the place then. */
static void weigh(struct choice *choice, const struct wanted *wanted, const struct node *end)
{
    const struct str text = node_text(wanted->line->target->path->value);
    if (end && (!node_is_scalar(end) || str_has(text, node_text(end))))
        choice->best = choice->best ? choice->list : end;
}

static const struct node *follow(const struct wanted *wanted, const struct node *node, size_t part)
{
    const struct way *way = wanted->way;
    while (node && part < way->n && way->parts[part].n)
        node = node_get(node, way->parts[part++]);
    if (!node)
        return NULL;
    if (part == way->n)
        return rest_of_path(wanted, node);
    /* The item that gives the text; a tree is taken from the first that has it. */
    struct choice choice = {.list = node};
    for (struct item it = list_first(node); it.value; it = list_next(it))
        weigh(&choice, wanted, follow(wanted, it.value, part + 1));
    for (struct entry e = map_first(node); e.key; e = map_next(e))
        weigh(&choice, wanted, follow(wanted, e.value, part + 1));
    return choice.best;
}

static struct origin_place look_in(struct origins *origins, struct str path,
                                   const struct wanted *wanted)
{
    const struct manifest *file = origin_file(origins, path);
    const struct node *root = file && file->docs.n ? file->docs.items[0].root : NULL;
    const struct node *node = root ? follow(wanted, root, 0) : NULL;
    if (!node)
        return (struct origin_place){0};
    file->source->no_excerpt = true; /* what is a secret in there nobody can tell */
    return (struct origin_place){.source = file->source, .span = node_span(node)};
}

/* Charts around the template, from the outer one on: the part of its path before "templates/". */
struct charts {
    struct str dirs[PARTS_MAX];
    size_t n;
};

static struct charts charts_of(struct origins *origins, struct str template)
{
    struct charts charts = {.dirs = {origins->manifest->overlay->dir}, .n = 1};
    static const struct str folder = {"charts/", 7};
    while (charts.n < PARTS_MAX) {
        const struct str dir = charts.dirs[charts.n - 1];
        const struct str rest = str_from_offset(template, dir.n ? dir.n + 1 : 0);
        const ptrdiff_t slash = str_find_char(str_from_offset(rest, MIN_OF(folder.n, rest.n)), '/');
        if (!str_starts(rest, folder) || slash < 0)
            break;
        const size_t end = template.n - rest.n + folder.n + (size_t)slash;
        charts.dirs[charts.n++] = str_sub(template, 0, end);
    }
    return charts;
}

struct origin_place origin_values(struct origins *origins, const struct origin_line *line)
{
    const struct overlay *overlay = origins->manifest->overlay;
    const struct way dot = dot_at(line->file, line->number);
    const ptrdiff_t open = str_find(line->text, STR("{{"));
    const struct way way = first_way(line->text, open < 0 ? line->text.n : (size_t)open + 2, &dot);
    const struct charts charts = charts_of(origins, line->file->path);
    const bool is_global = way.n && str_is(way.parts[0], "global");
    struct origin_place place = {0};
    /* order: what wins */
    for (size_t level = 0; way.is_known && way.n && level < charts.n && !place.source; level++) {
        struct way whole = {.is_known = true};
        for (size_t i = level + 1; i < charts.n && !is_global; i++)
            whole.parts[whole.n++] = path_base(charts.dirs[i]);
        for (size_t i = 0; i < way.n && whole.n < PARTS_MAX; i++)
            whole.parts[whole.n++] = way.parts[i];
        const struct wanted wanted = {.way = &whole,
                                      .line = line,
                                      .is_tree = str_has(line->text, STR("toYaml")) ||
                                                 str_has(line->text, STR("toJson"))};
        for (size_t i = level == 0 ? overlay->values.n : 0; i-- > 0 && !place.source;)
            place = look_in(origins, overlay->values.items[i], &wanted);
        if (!place.source)
            place =
                look_in(origins, path_join(origins->arena, charts.dirs[level], STR("values.yaml")),
                        &wanted);
    }
    return place;
}
