/* SPDX-License-Identifier: Apache-2.0 */
/* From one tree to another as edits of the text: what differs is looked for from the root down, so
 * that as little as possible is written anew. Here are maps and lists in block style. */
#include "base/limits.h"
#include "edit/edit_internal.h"

void edit_refuse(struct editor *ed, const char *why)
{
    if (!ed->reason.n)
        ed->reason = str_from(why);
}

void edit_put(struct editor *ed, uint32_t start, uint32_t end, struct str text)
{
    if (start < end || text.n)
        VEC_PUSH(ed->arena, ed->edits,
                 ((struct diag_edit){{start, end}, str_dup(ed->arena, text)}));
}

/* ---- lines of their own ---- */

/* New lines at a place that edit_line_behind gave. `lines` has no break at its end. */
static void put_lines(struct editor *ed, uint32_t at, uint32_t column, struct str lines)
{
    const bool ends_line = at == 0 || ed->text.p[at - 1] == '\n';
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_FILE_BYTES);
    if (!ends_line)
        buf_add(&out, ed->style->newline);
    buf_add_n(&out, ' ', column);
    buf_add(&out, lines);
    if (ends_line)
        buf_add(&out, ed->style->newline);
    edit_put(ed, at, at, buf_str(&out));
}

/* Removes what stands in lines of its own, from the key or dash on. */
static void remove_lines(struct editor *ed, uint32_t start, uint32_t behind)
{
    edit_put(ed, edit_line_start(ed->text, start), behind, STR(""));
}

/*
 * Removes what begins behind a dash, so that `next` takes its place. Comments from the first one on
 * stay: they belong to what follows.
 */
static uint32_t remove_first(struct editor *ed, uint32_t start, uint32_t end, uint32_t next)
{
    const uint32_t line_end = edit_line_end(ed->text, end);
    const uint32_t after = edit_next_line(ed->text, line_end);
    const struct str between = str_sub(ed->text, after, next);
    const ptrdiff_t comment = str_find_char(between, '#');
    const uint32_t stop = comment < 0 ? next : after + (uint32_t)comment;
    edit_put(ed, start, stop, STR(""));
    return stop;
}

/* ---- maps ---- */

struct change {
    const struct node *key;   /* as written */
    const struct node *value; /* as written */
    const struct node *to;    /* NULL: removed */
    const struct node *name;  /* new key, or NULL: it stays */
    uint32_t after;           /* byte behind the colon; 0: unknown */
};

struct changes {
    VEC(struct change);
    uint32_t kept;
};

/* Whether one entry of `in` whose key is not in `other` has this value; `ret_key` is its key. */
static bool is_only_one(const struct node *in, const struct node *other, const struct node *value,
                        const struct node **ret_key)
{
    uint32_t n = 0;
    for (struct entry e = map_first(in); e.key; e = map_next(e)) {
        if (node_get(other, node_text(e.key)) || !node_equal(e.value, value))
            continue;
        *ret_key = e.key;
        n++;
    }
    return n == 1;
}

const struct node *edit_renamed(const struct node *old, const struct node *new, struct entry gone)
{
    const struct node *name = NULL, *other = NULL;
    return is_only_one(new, old, gone.value, &name) && is_only_one(old, new, gone.value, &other)
               ? name
               : NULL;
}

/* The new value of each entry; entries mostly stand in one order on both sides. */
static void pair_entries(struct editor *ed, const struct node *old, const struct node *new,
                         struct changes *ret_changes)
{
    struct entry along = map_first(new);
    for (struct entry e = map_first(old); e.key; e = map_next(e)) {
        const bool same = along.key && str_eq(node_text(e.key), node_text(along.key));
        const struct node *to = same ? along.value : node_get(new, node_text(e.key));
        const struct node *name = to ? NULL : edit_renamed(old, new, e);
        if (same)
            along = map_next(along);
        if (name)
            to = e.value;
        if (to)
            ret_changes->kept++;
        if (e.key->flags & NODE_MERGED) {
            if (!to || !node_equal(e.value, to))
                edit_refuse(ed, "a merge key brings the value, and others may share it");
            continue;
        }
        VEC_PUSH(ed->arena, ret_changes,
                 ((struct change){.key = e.key,
                                  .value = e.written,
                                  .to = to,
                                  .name = name,
                                  .after = edit_after_colon(ed->text, e.key)}));
    }
}

static bool is_name(const struct changes *changes, const struct node *key)
{
    for (size_t i = 0; i < changes->n; i++)
        if (changes->items[i].name == key)
            return true;
    return false;
}

static bool needs_colon(struct editor *ed, const struct change *change)
{
    if (!change->after)
        edit_refuse(ed, "the key is written with a question mark, or its colon is elsewhere");
    return change->after != 0;
}

/* Entries at the start of a map that stands behind a dash have no lines of their own. */
static uint32_t remove_leading(struct editor *ed, const struct changes *changes)
{
    size_t next = 0;
    while (next < changes->n && !changes->items[next].to)
        next++;
    if (next == 0 || next == changes->n || edit_is_first(ed->text, changes->items[0].key->start))
        return 0;
    const struct change *first = &changes->items[0];
    if (!needs_colon(ed, first))
        return 0;
    return remove_first(ed, first->key->start, edit_end_of(first->value, first->after),
                        changes->items[next].key->start);
}

static void remove_entries(struct editor *ed, const struct changes *changes)
{
    const uint32_t removed = remove_leading(ed, changes);
    for (size_t i = 0; i < changes->n; i++) {
        const struct change *change = &changes->items[i];
        if (change->to || change->key->start < removed || !needs_colon(ed, change))
            continue;
        if (edit_is_first(ed->text, change->key->start))
            remove_lines(ed, change->key->start,
                         edit_line_behind(ed->text, change->value, change->after));
        else
            edit_refuse(ed, "the key does not begin its line");
    }
}

/* Keys that only the new map has come behind the last one. */
static void add_entries(struct editor *ed, const struct node *old, const struct node *new,
                        const struct changes *changes)
{
    const struct change *last = changes->n ? &changes->items[changes->n - 1] : NULL;
    const uint32_t column = edit_column(ed->text, old->start);
    uint32_t after = old->start + old->len;
    if (last)
        after = MAX_OF(after, last->after);
    const uint32_t at = last ? MAX_OF(edit_line_behind(ed->text, last->value, after),
                                      edit_next_line(ed->text, after))
                             : edit_next_line(ed->text, after);
    struct entry along = map_first(old);
    for (struct entry e = map_first(new); e.key; e = map_next(e)) {
        const bool same = along.key && str_eq(node_text(e.key), node_text(along.key));
        if (same)
            along = map_next(along);
        if (same || node_get(old, node_text(e.key)) || is_name(changes, e.key))
            continue;
        struct buf out SCOPED(buf) = {0};
        buf_init(&out, LIMIT_FILE_BYTES);
        edit_render_entry(&out, ed->style, e.key, e.value, column);
        put_lines(ed, at, column, buf_str(&out));
    }
}

static void rename_key(struct editor *ed, const struct change *change)
{
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_FILE_BYTES);
    edit_render_inline(&out, ed->style, change->name, (enum node_style)change->key->style);
    edit_put(ed, change->key->start, change->key->start + change->key->len, buf_str(&out));
}

static void change_map(struct editor *ed, const struct node *old, const struct node *new)
{
    struct changes changes = {0};
    pair_entries(ed, old, new, &changes);
    for (size_t i = 0; i < changes.n && !ed->reason.n; i++) {
        const struct change *change = &changes.items[i];
        if (change->name)
            rename_key(ed, change);
        if (!change->to || node_equal(change->value, change->to))
            continue;
        const struct slot slot = {.after = change->after,
                                  .column = edit_column(ed->text, old->start)};
        if (needs_colon(ed, change))
            edit_change(ed, slot, change->value, change->to);
    }
    remove_entries(ed, &changes);
    if (new->n > changes.kept)
        add_entries(ed, old, new, &changes);
}

/* ---- lists ---- */

struct item_place {
    const struct node *value; /* as written */
    uint32_t dash;
    bool removed;
};

/* Where the dashes are; false when one is not where it is expected. */
static bool find_dashes(struct editor *ed, const struct node *list, struct item_place *places)
{
    uint32_t at = list->start;
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        at = edit_skip_nothing(ed->text, at);
        if (at >= ed->text.n || ed->text.p[at] != '-')
            return false;
        places[it.index] = (struct item_place){.value = it.written, .dash = at};
        at = edit_end_of(it.written, at + 1);
    }
    return true;
}

static void insert_item(struct editor *ed, const struct item_place *before,
                        const struct item_place *first, const struct node *item)
{
    const uint32_t column = edit_column(ed->text, first->dash);
    struct node list = {.kind = NODE_LIST, .n = 1};
    struct node *copy = node_copy(ed->arena, item);
    list.first = copy;
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_FILE_BYTES);
    edit_render_block(&out, ed->style, &list, column);
    if (before) {
        put_lines(ed, edit_line_behind(ed->text, before->value, before->dash + 1), column,
                  buf_str(&out));
        return;
    }
    buf_add(&out, ed->style->newline);
    buf_add_n(&out, ' ', column);
    edit_put(ed, first->dash, first->dash, buf_str(&out));
}

static void remove_items(struct editor *ed, const struct item_place *places, uint32_t n)
{
    uint32_t next = 0, removed = 0;
    while (next < n && places[next].removed)
        next++;
    if (next > 0 && next < n && !edit_is_first(ed->text, places[0].dash))
        removed = remove_first(ed, places[0].dash, edit_end_of(places[0].value, places[0].dash + 1),
                               places[next].dash);
    for (uint32_t i = 0; i < n; i++) {
        if (!places[i].removed || places[i].dash < removed)
            continue;
        if (edit_is_first(ed->text, places[i].dash))
            remove_lines(ed, places[i].dash,
                         edit_line_behind(ed->text, places[i].value, places[i].dash + 1));
        else
            edit_refuse(ed, "the item does not begin its line");
    }
}

static void change_list(struct editor *ed, const struct node *old, const struct node *new)
{
    struct item_place *places = ARENA_ARRAY(ed->arena, struct item_place, old->n);
    struct edit_steps steps = {0};
    if (!find_dashes(ed, old, places)) {
        edit_refuse(ed, "the list's dashes are not where they are expected");
        return;
    }
    edit_align(ed->arena, old, new, &steps);
    const struct item_place *before = NULL;
    for (size_t i = 0; i < steps.n && !ed->reason.n; i++) {
        const struct edit_step *step = &steps.items[i];
        struct item_place *place = step->kind == STEP_INSERT ? NULL : &places[step->old];
        if (step->kind == STEP_INSERT)
            insert_item(ed, before, &places[0], step->item);
        else
            before = step->kind == STEP_REMOVE ? before : place;
        if (step->kind == STEP_REMOVE)
            place->removed = true;
        if (step->kind == STEP_CHANGE)
            edit_change(ed,
                        (struct slot){.after = place->dash + 1,
                                      .column = edit_column(ed->text, place->dash),
                                      .in_list = true},
                        place->value, step->item);
    }
    remove_items(ed, places, old->n);
}

/* ---- any value ---- */

/* Whether something of a map stays, so that it is worth while to change it in place. */
static bool shares_key(const struct node *old, const struct node *new)
{
    for (struct entry e = map_first(old); e.key; e = map_next(e))
        if (node_get(new, node_text(e.key)) || edit_renamed(old, new, e))
            return true;
    return false;
}

void edit_change(struct editor *ed, struct slot slot, const struct node *old,
                 const struct node *new)
{
    const struct node *real = node_real(new);
    if (node_equal(old, real))
        return;
    const bool collection = node_kind(old) >= NODE_LIST;
    if (old->kind == NODE_ALIAS && collection) {
        edit_refuse(ed, "an alias stands there, and its anchor is used elsewhere");
        return;
    }
    const bool stays = collection && old->kind == real->kind && old->n && real->n &&
                       (old->kind == NODE_LIST || shares_key(old, real));
    if (!stays)
        edit_replace_value(ed, slot, old, real);
    else if (old->style == NODE_FLOW)
        edit_change_flow(ed, old, real);
    else if (old->kind == NODE_MAP)
        change_map(ed, old, real);
    else
        change_list(ed, old, real);
}
