/* SPDX-License-Identifier: Apache-2.0 */
/* Maps and lists in brackets that stay what they are: YAML's flow style, and JSON. */
#include "base/limits.h"
#include "edit/edit_internal.h"

/* An entry or item as it is written. */
struct piece {
    const struct node *value; /* as written */
    uint32_t start, end;
    uint32_t after; /* behind the colon; 0: unknown, or an item */
    bool removed;
};

struct pieces {
    struct piece *items;
    uint32_t n;
    bool lines;        /* each begins a line */
    struct str indent; /* blanks before each, then */
};

/* New pieces, which stand one after the other. */
struct addition {
    struct buf text; /* owned */
    bool any;
};

static void add_begin(struct addition *add)
{
    *add = (struct addition){0};
    buf_init(&add->text, LIMIT_FILE_BYTES);
}

static void write_separator(struct editor *ed, const struct pieces *pieces, struct buf *out)
{
    if (pieces->lines) {
        buf_add(out, ed->style->newline);
        buf_add(out, pieces->indent);
    } else if (ed->style->colon_blank) {
        buf_add_char(out, ' ');
    }
}

/* One more; key is NULL for an item. */
static void add_piece(struct editor *ed, const struct pieces *pieces, struct addition *add,
                      const struct node *key, const struct node *value)
{
    if (add->any) {
        buf_add_char(&add->text, ',');
        write_separator(ed, pieces, &add->text);
    }
    add->any = true;
    if (key)
        edit_render_flow_key(&add->text, ed->style, key);
    edit_render_flow(&add->text, ed->style, value, pieces->lines ? &pieces->indent : NULL);
}

/* The comma behind a piece, or 0. */
static uint32_t comma_behind(struct editor *ed, const struct piece *piece)
{
    const uint32_t at = edit_skip_nothing(ed->text, piece->end);
    return at < ed->text.n && ed->text.p[at] == ',' ? at : 0;
}

static void put_front(struct editor *ed, const struct pieces *pieces, struct addition *add)
{
    buf_add_char(&add->text, ',');
    write_separator(ed, pieces, &add->text);
    edit_put(ed, pieces->items[0].start, pieces->items[0].start, buf_str(&add->text));
}

/* Behind a comma that is there: the new one ends with a comma. */
static void put_behind_comma(struct editor *ed, const struct pieces *pieces, uint32_t before,
                             uint32_t comma, struct str text)
{
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_FILE_BYTES);
    write_separator(ed, pieces, &out);
    buf_add(&out, text);
    buf_add_char(&out, ',');
    const uint32_t line_end = edit_line_end(ed->text, comma);
    const bool alone = before + 1 == pieces->n || pieces->items[before + 1].start > line_end;
    const uint32_t rest = edit_skip_blanks(ed->text, comma + 1);
    const bool comment = rest < ed->text.n && (rest == line_end || ed->text.p[rest] == '#');
    const uint32_t at = pieces->lines && alone && comment ? line_end : comma + 1;
    edit_put(ed, at, at, buf_str(&out));
}

/* Behind the last one that stays. */
static void put_last(struct editor *ed, const struct pieces *pieces, const struct piece *last,
                     bool is_end, struct str text)
{
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_FILE_BYTES);
    uint32_t at = last->end;
    const uint32_t rest = edit_skip_blanks(ed->text, at);
    const bool comment = is_end && rest < ed->text.n && ed->text.p[rest] == '#';
    if (pieces->lines && comment) {
        edit_put(ed, at, at, STR(","));
        at = edit_line_end(ed->text, at);
    } else {
        buf_add_char(&out, ',');
    }
    write_separator(ed, pieces, &out);
    buf_add(&out, text);
    edit_put(ed, at, at, buf_str(&out));
}

/* The additions after the piece with this index, UINT32_MAX: at the front. */
static void put_addition(struct editor *ed, const struct pieces *pieces, uint32_t before,
                         struct addition *add)
{
    if (add->any && before == UINT32_MAX) {
        put_front(ed, pieces, add);
    } else if (add->any) {
        uint32_t next = before + 1;
        while (next < pieces->n && pieces->items[next].removed)
            next++;
        const bool cut = next == pieces->n && before + 1 < pieces->n;
        const uint32_t comma = cut ? 0 : comma_behind(ed, &pieces->items[before]);
        if (comma)
            put_behind_comma(ed, pieces, before, comma, buf_str(&add->text));
        else
            put_last(ed, pieces, &pieces->items[before], before + 1 == pieces->n,
                     buf_str(&add->text));
    }
    buf_release(&add->text);
    add_begin(add);
}

/* Removes [first, end) of the pieces, with one comma. */
static void remove_run(struct editor *ed, const struct pieces *pieces, uint32_t first, uint32_t end)
{
    const uint32_t start = pieces->items[first].start;
    if (end == pieces->n) {
        edit_put(ed, pieces->items[first - 1].end, pieces->items[end - 1].end, STR(""));
        return;
    }
    const uint32_t next = pieces->items[end].start;
    const uint32_t comma = comma_behind(ed, &pieces->items[end - 1]);
    const struct str between = str_sub(ed->text, pieces->items[end - 1].end, next);
    const bool comment = str_find_char(between, '#') >= 0;
    edit_put(ed, start, comment && comma ? comma + 1 : next, STR(""));
}

static void remove_pieces(struct editor *ed, const struct pieces *pieces)
{
    for (uint32_t i = 0; i < pieces->n; i++) {
        const uint32_t first = i;
        while (i < pieces->n && pieces->items[i].removed)
            i++;
        if (i == first)
            continue;
        if (first == 0 && i == pieces->n)
            edit_refuse(ed, "nothing of it would stay");
        else
            remove_run(ed, pieces, first, i);
    }
}

static void look(struct editor *ed, struct pieces *pieces)
{
    const uint32_t start = pieces->items[0].start;
    pieces->lines = edit_is_first(ed->text, start);
    pieces->indent = str_sub(ed->text, edit_line_start(ed->text, start), start);
    for (uint32_t i = 0; i < pieces->n; i++)
        if (pieces->items[i].value->flags & (NODE_TAGGED | NODE_ANCHORED))
            edit_refuse(ed, "an entry has an anchor or a tag");
}

static void change_piece(struct editor *ed, const struct piece *piece, const struct node *to)
{
    edit_change(ed, (struct slot){.after = piece->after, .in_flow = true}, piece->value, to);
}

static void rename_key(struct editor *ed, const struct node *key, const struct node *name)
{
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_FILE_BYTES);
    if (ed->style->json)
        doc_write_json(&out, name, 0);
    else
        edit_render_inline(&out, ed->style, name, (enum node_style)key->style);
    edit_put(ed, key->start, key->start + key->len, buf_str(&out));
}

static void change_map(struct editor *ed, const struct node *old, const struct node *new)
{
    struct pieces pieces = {.items = ARENA_ARRAY(ed->arena, struct piece, old->n)};
    uint32_t last = UINT32_MAX;
    for (struct entry e = map_first(old); e.key; e = map_next(e)) {
        const struct node *to = node_get(new, node_text(e.key));
        const struct node *name = to ? NULL : edit_renamed(old, new, e);
        const uint32_t after = edit_after_colon(ed->text, e.key);
        const uint32_t bare_end = after ? after : e.key->start + e.key->len;
        if (e.key->flags & NODE_MERGED) {
            edit_refuse(ed, "the map has a merge key");
            return;
        }
        pieces.items[pieces.n] = (struct piece){.value = e.written,
                                                .start = e.key->start,
                                                .end = edit_end_of(e.written, bare_end),
                                                .after = after,
                                                .removed = !to && !name};
        if (to || name)
            last = pieces.n;
        if (to)
            change_piece(ed, &pieces.items[pieces.n], to);
        if (name)
            rename_key(ed, e.key, name);
        pieces.n++;
    }
    look(ed, &pieces);
    struct addition add;
    add_begin(&add);
    for (struct entry e = map_first(new); e.key; e = map_next(e))
        if (!node_get(old, node_text(e.key)) && !edit_renamed(new, old, e))
            add_piece(ed, &pieces, &add, e.key, e.value);
    if (!ed->reason.n)
        put_addition(ed, &pieces, last, &add);
    buf_release(&add.text);
    remove_pieces(ed, &pieces);
}

static void change_list(struct editor *ed, const struct node *old, const struct node *new)
{
    struct pieces pieces = {.items = ARENA_ARRAY(ed->arena, struct piece, old->n), .n = old->n};
    struct edit_steps steps = {0};
    for (struct item it = list_first(old); it.value; it = list_next(it))
        pieces.items[it.index] = (struct piece){.value = it.written,
                                                .start = it.written->start,
                                                .end = it.written->start + it.written->len};
    look(ed, &pieces);
    edit_align(ed->arena, old, new, &steps);
    for (size_t i = 0; i < steps.n; i++)
        if (steps.items[i].kind == STEP_REMOVE)
            pieces.items[steps.items[i].old].removed = true;
    uint32_t before = UINT32_MAX;
    struct addition add;
    add_begin(&add);
    for (size_t i = 0; i < steps.n && !ed->reason.n; i++) {
        const struct edit_step *step = &steps.items[i];
        if (step->kind == STEP_INSERT) {
            add_piece(ed, &pieces, &add, NULL, step->item);
            continue;
        }
        put_addition(ed, &pieces, before, &add);
        if (step->kind == STEP_REMOVE)
            continue;
        before = step->old;
        if (step->kind == STEP_CHANGE)
            change_piece(ed, &pieces.items[step->old], step->item);
    }
    if (!ed->reason.n)
        put_addition(ed, &pieces, before, &add);
    buf_release(&add.text);
    remove_pieces(ed, &pieces);
}

void edit_change_flow(struct editor *ed, const struct node *old, const struct node *new)
{
    if (old->kind == NODE_MAP)
        change_map(ed, old, new);
    else
        change_list(ed, old, new);
}
