/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of findings: add, merge, sort, count, fingerprint. */
#include "diag/diag.h"

#include <stdarg.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/glob.h"
#include "base/limits.h"
#include "base/utf8.h"

enum { QUOTE_BYTES = 80, FINGERPRINT_DIGITS = 32 };

static enum severity severity_of(const struct diags *diags, const struct rule *rule);
static bool means_not_evaluated(const struct rule *rule);
static bool has_room(struct diags *diags);
static struct diag *store(struct diags *diags, const struct rule *rule, enum severity severity,
                          const struct diag_at *at);
static struct str format_message(struct arena *arena, const char *fmt, va_list args)
    __attribute__((format(printf, 2, 0)));
static struct str cut_runes(struct str text, size_t max);

/* ---- adding ---- */

/* A finding without a message yet, or NULL when it is not wanted. */
static struct diag *add(struct diags *diags, const struct rule *rule, struct span span,
                        struct str field)
{
    enum severity severity = severity_of(diags, rule);
    struct diag *diag;

    diags->limit_hit |= means_not_evaluated(rule);
    if (severity == SEVERITY_OFF || !has_room(diags))
        return NULL;
    diag = store(diags, rule, severity, &diags->at);
    diag->span = span;
    if (field.n > 0)
        diag->field = diag->identity = str_dup(&diags->arena, field);
    return diag;
}

struct diag *diag_add(struct diags *diags, enum rule_id rule, struct span span, struct str field,
                      const char *fmt, ...)
{
    struct diag *diag = add(diags, rule_get(rule), span, field);
    va_list args;

    if (!diag)
        return NULL;
    va_start(args, fmt);
    diag->message = format_message(&diags->arena, fmt, args);
    va_end(args);
    return diag;
}

struct diag *diag_add_rule(struct diags *diags, const struct rule *rule, struct span span,
                           struct str field, struct str message)
{
    struct diag *diag = add(diags, rule, span, field);

    if (diag)
        diag->message = str_dup(&diags->arena, cut_runes(message, LIMIT_MESSAGE_BYTES));
    return diag;
}

void diag_hint(struct diags *diags, struct diag *diag, const char *fmt, ...)
{
    va_list args;

    if (!diag)
        return;
    va_start(args, fmt);
    diag->hint = format_message(&diags->arena, fmt, args);
    va_end(args);
}

void diag_relate(struct diags *diags, struct diag *diag, struct source *source, struct span span,
                 const char *fmt, ...)
{
    struct diag_related related = {.source = source, .span = span};
    va_list args;

    if (!diag)
        return;
    va_start(args, fmt);
    related.message = format_message(&diags->arena, fmt, args);
    va_end(args);
    VEC_PUSH(&diags->arena, &diag->related, related);
}

/* What closes the gate is always told: exit 4 without a word would help nobody. */
static enum severity severity_of(const struct diags *diags, const struct rule *rule)
{
    const struct rule_settings *settings = means_not_evaluated(rule) ? NULL : diags->settings;

    for (size_t i = 0; settings && i < settings->n; i++)
        if (glob_match(settings->items[i].pattern, str_from(rule->id)))
            return settings->items[i].severity;
    return rule->severity;
}

static bool means_not_evaluated(const struct rule *rule)
{
    struct str id = str_from(rule->id);

    return str_starts(id, STR("limit/")) || str_starts(id, STR("io/"));
}

/* Whether one more finding may be stored. The first that may not becomes one that says so, which
 * is why a full list has one over. */
static bool has_room(struct diags *diags)
{
    const struct rule *rule = rule_get(RULE_LIMIT_COUNT);

    if (diags->n < LIMIT_FINDINGS)
        return true;
    diags->limit_hit = true;
    if (diags->n > LIMIT_FINDINGS)
        return false;
    store(diags, rule, rule->severity, &(struct diag_at){.versions = diags->at.versions})->message =
        str_format(&diags->arena,
                   "more than %d findings, the rest is left out; mend or turn off the rule that "
                   "fires most and run again",
                   LIMIT_FINDINGS);
    return false;
}

/* A copy, or the copy that the previous finding has: findings come in runs about one object. */
static struct str keep(struct diags *diags, struct str text, const struct str *previous)
{
    if (text.n == 0)
        return STR("");
    return previous && str_eq(*previous, text) ? *previous : str_dup(&diags->arena, text);
}

/* A finding at the end of the list, without field and message. */
static struct diag *store(struct diags *diags, const struct rule *rule, enum severity severity,
                          const struct diag_at *at)
{
    const struct diag *last = diags->n > 0 ? &diags->items[diags->n - 1] : NULL;
    const struct diag_object *was = last ? &last->object : NULL;
    const struct diag_object *object = &at->object;
    struct diag diag = {
        .rule = rule,
        .severity = severity,
        .source = at->source,
        .set = keep(diags, at->set, last ? &last->set : NULL),
        .versions = at->versions,
        .field = STR(""),
        .identity = STR(""),
        .message = STR(""),
        .hint = STR(""),
        .reason = STR(""),
    };

    diag.object.api_version = keep(diags, object->api_version, was ? &was->api_version : NULL);
    diag.object.kind = keep(diags, object->kind, was ? &was->kind : NULL);
    diag.object.namespace = keep(diags, object->namespace, was ? &was->namespace : NULL);
    diag.object.name = keep(diags, object->name, was ? &was->name : NULL);
    VEC_PUSH(&diags->arena, diags, diag);
    return &diags->items[diags->n - 1];
}

/* ---- text ---- */

static struct str format_message(struct arena *arena, const char *fmt, va_list args)
{
    va_list again;
    size_t n;
    char *text;
    int wanted;

    va_copy(again, args);
    wanted = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (wanted < 0)
        BUG("cannot format a message: %s", fmt);
    /* one byte more than the limit, so that cut_runes sees whether a code point is cut in two */
    n = MIN_OF((size_t)wanted, (size_t)LIMIT_MESSAGE_BYTES + 1);
    text = arena_alloc_text(arena, n + 1);
    vsnprintf(text, n + 1, fmt, args);
    return cut_runes((struct str){text, n}, LIMIT_MESSAGE_BYTES);
}

/* At most max bytes, and no part of a code point at the end. */
static struct str cut_runes(struct str text, size_t max)
{
    size_t n = max;

    if (text.n <= max)
        return text;
    while (n > 0 && max - n < 3 && ((unsigned char)text.p[n] & 0xC0) == 0x80)
        n--;
    return str_sub(text, 0, n);
}

static void add_escaped(struct buf *out, struct str text, size_t *pos)
{
    size_t start = *pos;
    uint32_t rune = utf8_next(text, pos);
    unsigned char byte = (unsigned char)text.p[start];

    if (rune == RUNE_BAD && *pos == start + 1)
        buf_format(out, "\\x%02x", byte);
    else if (rune == '\n' || rune == '\t' || rune == '\r')
        buf_format(out, "\\%c", rune == '\n' ? 'n' : rune == '\t' ? 't' : 'r');
    else if (rune < 0x20 || rune == 0x7F)
        buf_format(out, "\\x%02x", byte);
    else if (rune >= 0x80 && rune < 0xA0)
        buf_format(out, "\\u%04x", (unsigned)rune);
    else if (rune_is_hostile(rune))
        buf_format(out, "\\u{%04X}", (unsigned)rune);
    else
        buf_add(out, str_sub(text, start, *pos));
}

static struct str escape(struct arena *arena, struct str text, size_t max)
{
    SCOPED(buf) struct buf out;
    size_t pos = 0;

    buf_init(&out, max + sizeof "\\u{10FFFF}" + sizeof "…");
    while (pos < text.n) {
        size_t before = out.n;
        add_escaped(&out, text, &pos);
        if (out.n <= max)
            continue;
        buf_cut(&out, before);
        buf_add_c(&out, "…");
        break;
    }
    return str_dup(arena, buf_str(&out));
}

struct str diag_quote(struct arena *arena, struct str text)
{
    return escape(arena, text, QUOTE_BYTES);
}

struct str diag_escape(struct arena *arena, struct str text)
{
    return escape(arena, text, LIMIT_MESSAGE_BYTES / 2);
}

/* ---- lists ---- */

void diags_merge(struct diags *dst, struct diags *src)
{
    for (size_t i = 0; i < src->n && has_room(dst); i++)
        VEC_PUSH(&dst->arena, dst, src->items[i]);
    dst->limit_hit |= src->limit_hit;
    arena_take(&dst->arena, &src->arena);
    diags_release(src);
}

static struct diag_fix *copy_fix(struct diags *dst, const struct diag_fix *from)
{
    struct diag_fix *to = from ? ARENA_NEW(&dst->arena, struct diag_fix) : NULL;

    if (!from)
        return NULL;
    *to = *from;
    to->summary = keep(dst, from->summary, NULL);
    to->patch = keep(dst, from->patch, NULL);
    to->edits = (struct diag_edits){0};
    for (size_t i = 0; i < from->edits.n; i++) {
        struct diag_edit edit = from->edits.items[i];
        edit.text = keep(dst, edit.text, NULL);
        VEC_PUSH(&dst->arena, &to->edits, edit);
    }
    return to;
}

static void copy(struct diags *dst, const struct diag *from)
{
    struct diag *to = store(dst, from->rule, from->severity,
                            &(struct diag_at){
                                .source = from->source,
                                .set = from->set.n > 0 ? from->set : dst->at.set,
                                .object = from->object,
                                .versions = from->versions ? from->versions : dst->at.versions,
                            });

    to->state = from->state;
    to->span = from->span;
    to->of_update = from->of_update;
    to->field = keep(dst, from->field, NULL);
    to->identity = keep(dst, from->identity, &to->field);
    to->message = keep(dst, from->message, NULL);
    to->hint = keep(dst, from->hint, NULL);
    to->reason = keep(dst, from->reason, NULL);
    to->fix = copy_fix(dst, from->fix);
    for (size_t i = 0; i < from->related.n; i++) {
        struct diag_related related = from->related.items[i];
        related.message = keep(dst, related.message, NULL);
        VEC_PUSH(&dst->arena, &to->related, related);
    }
}

struct diag *diags_add_copy(struct diags *dst, const struct diag *diag)
{
    if (!has_room(dst))
        return NULL;
    copy(dst, diag);
    return &dst->items[dst->n - 1];
}

bool diag_is_like(const struct diag *a, const struct diag *b)
{
    return strcmp(a->rule->id, b->rule->id) == 0 && str_eq(a->identity, b->identity) &&
           str_eq(a->object.kind, b->object.kind) && str_eq(a->object.name, b->object.name) &&
           str_eq(a->object.namespace, b->object.namespace) &&
           str_eq(a->object.api_version, b->object.api_version) && str_eq(a->set, b->set);
}

void diags_copy(struct diags *dst, const struct diags *src)
{
    for (size_t i = 0; i < src->n && has_room(dst); i++)
        copy(dst, &src->items[i]);
    dst->limit_hit |= src->limit_hit;
}

/* What diags_fold compares, in one value. Rules and sources by name: those of policies and rendered
 * sets are made anew for each Kubernetes version. */
static uint64_t hash_of(const struct diag *diag)
{
    const uint64_t parts[] = {
        hash64(str_from(diag->rule->id)),
        diag->source ? hash64(diag->source->path) : 1,
        ((uint64_t)diag->span.start << 32) | diag->span.end,
        hash64(diag->set),
        hash64(diag->object.api_version),
        hash64(diag->object.kind),
        hash64(diag->object.namespace),
        hash64(diag->object.name),
        hash64(diag->field),
        hash64(diag->identity),
        hash64(diag->message),
    };
    return hash64((struct str){(const char *)parts, sizeof parts});
}

static bool is_same(const struct diag *a, const struct diag *b)
{
    const struct diag_object *x = &a->object, *y = &b->object;

    if (!a->source != !b->source || (a->source && !str_eq(a->source->path, b->source->path)))
        return false;
    return strcmp(a->rule->id, b->rule->id) == 0 && a->span.start == b->span.start &&
           a->span.end == b->span.end && str_eq(a->set, b->set) &&
           str_eq(x->api_version, y->api_version) && str_eq(x->kind, y->kind) &&
           str_eq(x->namespace, y->namespace) && str_eq(x->name, y->name) &&
           str_eq(a->field, b->field) && str_eq(a->identity, b->identity) &&
           str_eq(a->message, b->message);
}

/* Open addressing over the findings of one list. */
struct index {
    struct index_slot {
        uint64_t hash;
        size_t entry; /* index + 1, 0 is free */
    } * slots;        /* owned */
    size_t mask;
};

static struct index_slot *index_slot(const struct index *index, const struct diags *diags,
                                     const struct diag *diag, uint64_t hash)
{
    for (size_t i = hash & index->mask;; i = (i + 1) & index->mask) {
        struct index_slot *slot = &index->slots[i];
        if (slot->entry == 0)
            return slot;
        if (slot->hash == hash && is_same(&diags->items[slot->entry - 1], diag))
            return slot;
    }
}

/* Of equal findings in the list the first is found. */
static void index_put(struct index *index, const struct diags *diags, size_t i)
{
    uint64_t hash = hash_of(&diags->items[i]);
    struct index_slot *slot = index_slot(index, diags, &diags->items[i], hash);

    if (slot->entry == 0)
        *slot = (struct index_slot){hash, i + 1};
}

/* An index of the list, with room for more. */
static struct index index_new(const struct diags *diags, size_t more)
{
    struct index index = {.mask = 15};

    while (index.mask < size_mul(2, size_add(diags->n, more)))
        index.mask = index.mask * 2 + 1;
    index.slots = xcalloc(index.mask + 1, sizeof *index.slots);
    for (size_t i = 0; i < diags->n; i++)
        index_put(&index, diags, i);
    return index;
}

void diags_mark_of_update(struct diags *diags, size_t first, const struct diags *created)
{
    struct index index = index_new(created, 0);

    for (size_t i = first; i < diags->n; i++) {
        struct diag *diag = &diags->items[i];
        diag->of_update = index_slot(&index, created, diag, hash_of(diag))->entry == 0;
    }
    free(index.slots);
}

static bool is_same_fix(const struct diag_fix *a, const struct diag_fix *b)
{
    if (!a || !b)
        return a == b;
    return a->root == b->root && str_eq(a->patch, b->patch);
}

void diags_fold(struct diags *dst, struct diags *src)
{
    struct index index = index_new(dst, src->n);

    for (size_t i = 0; i < src->n; i++) {
        const struct diag *diag = &src->items[i];
        const struct index_slot *slot = index_slot(&index, dst, diag, hash_of(diag));
        if (slot->entry > 0) {
            struct diag *twin = &dst->items[slot->entry - 1];
            twin->versions |= diag->versions;
            twin->of_update |= diag->of_update;
            /* What mends it at one version only is no fix. */
            if (!is_same_fix(twin->fix, diag->fix))
                twin->fix = NULL;
        } else if (has_room(dst)) {
            VEC_PUSH(&dst->arena, dst, *diag);
            index_put(&index, dst, dst->n - 1);
        }
    }
    free(index.slots);
    dst->limit_hit |= src->limit_hit;
    arena_take(&dst->arena, &src->arena);
    diags_release(src);
}

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* Set and object come behind what people see, so that rendered sets which share a file come out in
 * one order as well. */
static int compare(const struct diag *a, const struct diag *b)
{
    int order = compare_numbers(!a->source, !b->source);

    if (order == 0 && a->source)
        order = str_cmp(a->source->path, b->source->path);
    if (order == 0)
        order = compare_numbers(a->span.start, b->span.start);
    if (order == 0)
        order = strcmp(a->rule->id, b->rule->id);
    if (order == 0)
        order = str_cmp(a->field, b->field);
    if (order == 0)
        order = str_cmp(a->message, b->message);
    if (order == 0)
        order = str_cmp(a->set, b->set);
    if (order == 0)
        order = str_cmp(a->object.namespace, b->object.namespace);
    return order != 0 ? order : str_cmp(a->object.name, b->object.name);
}

static int compare_entries(const void *a, const void *b)
{
    const struct diag *const *x = a;
    const struct diag *const *y = b;
    int order = compare(*x, *y);

    /* qsort need not be stable, but both point into one array */
    return order != 0 ? order : compare_numbers((uintptr_t)*x, (uintptr_t)*y);
}

void diags_sort(struct diags *diags)
{
    const struct diag **order;
    struct diag *sorted;

    if (diags->n < 2)
        return;
    order = xmalloc(size_mul(diags->n, sizeof *order));
    for (size_t i = 0; i < diags->n; i++)
        order[i] = &diags->items[i];
    qsort(order, diags->n, sizeof *order, compare_entries);
    sorted = xmalloc(size_mul(diags->n, sizeof *sorted));
    for (size_t i = 0; i < diags->n; i++)
        sorted[i] = *order[i];
    memcpy(diags->items, sorted, diags->n * sizeof *sorted);
    free(sorted);
    free(order);
}

void diags_release(struct diags *diags)
{
    const struct rule_settings *settings = diags->settings;

    arena_release(&diags->arena);
    *diags = (struct diags){.settings = settings};
}

enum severity diags_worst(const struct diags *diags)
{
    enum severity worst = SEVERITY_OFF;

    for (size_t i = 0; i < diags->n; i++)
        if (diags->items[i].state == DIAG_NEW)
            worst = MAX_OF(worst, diags->items[i].severity);
    return worst;
}

size_t diags_count(const struct diags *diags, enum diag_state state, enum severity severity)
{
    size_t n = 0;

    for (size_t i = 0; i < diags->n; i++)
        n += diags->items[i].state == state && diags->items[i].severity == severity;
    return n;
}

/* ---- identity ---- */

static struct str group_of(struct str api_version)
{
    ptrdiff_t slash = str_find_char(api_version, '/');

    return slash < 0 ? STR("") : str_sub(api_version, 0, (size_t)slash);
}

void diag_fingerprint(const struct diag *diag, char *out)
{
    struct digest *digest = digest_new();
    struct sha256 sum;
    char hex[65];

    digest_add_field(digest, diag->set);
    digest_add_field(digest, str_from(diag->rule->id));
    digest_add_field(digest, group_of(diag->object.api_version));
    digest_add_field(digest, diag->object.kind);
    digest_add_field(digest, diag->object.namespace);
    digest_add_field(digest, diag->object.name);
    digest_add_field(digest, diag->identity);
    /* nothing else would tell two files apart that cannot be read */
    if (diag->identity.n == 0 && diag->object.name.n == 0 && diag->source)
        digest_add_field(digest, diag->source->path);
    sum = digest_end(digest);
    sha256_hex(&sum, hex);
    memcpy(out, hex, FINGERPRINT_DIGITS);
    out[FINGERPRINT_DIGITS] = '\0';
}
