/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings that somebody chose to live with: `# tidegate: ignore[rule] reason` beside the line or
 * on a line of its own above it, and the ignores of the configuration. What could not be evaluated
 * can't be ignored, nor can mistakes in the configuration or in the ignores themselves.
 */
#include "base/clock.h"
#include "base/glob.h"
#include "base/map.h"
#include "gate/gate_internal.h"

struct comment {
    struct source *source;
    struct span span; /* from # to the end of the line */
    uint32_t line;    /* that it is about */
    struct str rules; /* between the brackets */
    struct str reason;
    const struct rule *refused; /* found on the line and named, and must not be ignored */
    bool used;
    bool covers_new; /* a finding that no comment covers at the base */
};

struct ignoring {
    struct gate_run *run;
    struct arena arena;
    struct diags *diags; /* head's */
    struct {
        VEC(struct comment);
    } comments;
    struct map covered; /* at the base: fingerprint -> how often */
};

static const char mark[] = "tidegate: ignore[";

static void read_comments(struct ignoring *ignoring, const struct manifest *manifest);
static void apply_comments(struct ignoring *ignoring);
static void apply_config(struct ignoring *ignoring);
static void report_comments(struct ignoring *ignoring);
static void count_covered(struct ignoring *ignoring, const struct diags *base);

static void ignore_side(struct gate_run *run, struct gate_side *side)
{
    struct ignoring ignoring = {.run = run, .diags = &side->diags};
    for (size_t i = 0; i < side->selection.manifests.n; i++)
        if (side->selection.manifests.items[i]->source &&
            side->selection.manifests.items[i]->state != MANIFEST_SKIPPED)
            read_comments(&ignoring, side->selection.manifests.items[i]);
    for (size_t i = 0; i < side->origins.n; i++)
        read_comments(&ignoring, side->origins.items[i]);
    ignoring.covered.arena = &ignoring.arena;
    if (side == &run->sides->head)
        count_covered(&ignoring, &run->sides->base.diags);
    apply_comments(&ignoring);
    report_comments(&ignoring);
    arena_release(&ignoring.arena);
}

/* The base's as well: an ignore that was unused there is nothing new. */
void gate_ignore_inline(struct gate_run *run)
{
    if (run->sides->has_base)
        ignore_side(run, &run->sides->base);
    ignore_side(run, &run->sides->head);
}

void gate_ignore_configured(struct gate_run *run)
{
    struct ignoring ignoring = {.run = run, .diags = &run->sides->head.diags};
    apply_config(&ignoring);
    arena_release(&ignoring.arena);
}

bool gate_can_ignore(const struct rule *rule)
{
    static const struct str families[] = {
        {"limit/", 6}, {"io/", 3}, {"config/", 7}, {"ignore/", 7}, {"baseline/", 9}};
    for (size_t i = 0; i < ARRAY_LEN(families); i++)
        if (str_starts(str_from(rule->id), families[i]))
            return false;
    return true;
}

static bool names_rule(struct str rules, const struct rule *rule)
{
    for (struct str name; str_split(&rules, ',', &name);)
        if (glob_match(str_trim(name), str_from(rule->id)))
            return true;
    return false;
}

/* ---- comments ---- */

/* The scalar that covers a byte, if any: what looks like a comment in there is text. */
static bool is_in_scalar(const struct node *node, uint32_t offset, bool *ret_inside)
{
    struct span span = node_span(node);
    if (node->kind == NODE_ALIAS || offset < span.start || offset >= span.end)
        return false;
    if (node_is_scalar(node)) {
        *ret_inside = true;
        return true;
    }
    for (struct entry e = map_first(node); e.key; e = map_next(e))
        if (is_in_scalar(e.key, offset, ret_inside) || is_in_scalar(e.written, offset, ret_inside))
            return true;
    for (struct item it = list_first(node); it.value; it = list_next(it))
        if (is_in_scalar(it.written, offset, ret_inside))
            return true;
    return false;
}

static bool is_text(const struct manifest *manifest, uint32_t offset)
{
    bool inside = false;
    for (size_t i = 0; i < manifest->docs.n && !inside; i++)
        if (manifest->docs.items[i].root)
            is_in_scalar(manifest->docs.items[i].root, offset, &inside);
    return inside;
}

/* The line that a comment is about: its own, or when it stands alone the next that is no comment.
 */
static uint32_t line_about(struct source *source, uint32_t line, struct str before)
{
    if (str_trim(before).n)
        return line;
    uint32_t last = source_line_count(source);
    for (line++; line < last; line++) {
        struct str text = str_trim(source_line(source, line));
        if (text.n && text.p[0] != '#')
            break;
    }
    return line;
}

/* The comment that may begin at a #. */
static void read_comment(struct ignoring *ignoring, const struct manifest *manifest, size_t hash)
{
    struct source *source = manifest->source;
    size_t at = hash + 1;
    while (at < source->text.n && (source->text.p[at] == ' ' || source->text.p[at] == '\t'))
        at++;
    if (!str_starts(str_from_offset(source->text, at), str_from(mark)))
        return;
    struct place place = source_place(source, (uint32_t)hash);
    uint32_t line_start = source_line_start(source, place.line);
    struct str line = source_line(source, place.line);
    struct str rest = str_from_offset(line, at - line_start + sizeof mark - 1);
    ptrdiff_t end = str_find_char(rest, ']');
    if (end < 0 || is_text(manifest, (uint32_t)hash))
        return;
    struct comment comment = {
        .source = source,
        .span = {(uint32_t)hash, line_start + (uint32_t)line.n},
        .line = line_about(source, place.line, str_sub(line, 0, hash - line_start)),
        .rules = str_sub(rest, 0, (size_t)end),
        .reason = str_trim(str_from_offset(rest, (size_t)end + 1))};
    VEC_PUSH(&ignoring->arena, &ignoring->comments, comment);
}

/* A # is rarer than any part of the mark, and found faster. */
static void read_comments(struct ignoring *ignoring, const struct manifest *manifest)
{
    struct str text = manifest->source->text;
    for (size_t at = 0; at < text.n; at++) {
        ptrdiff_t found = str_find_char(str_from_offset(text, at), '#');
        if (found < 0)
            return;
        at += (size_t)found;
        read_comment(ignoring, manifest, at);
    }
}

static void suppress(struct arena *arena, struct diag *diag, struct str reason, const char *by)
{
    diag->state = DIAG_SUPPRESSED;
    diag->reason = reason.n ? str_dup(arena, reason) : str_from(by);
}

static struct str fingerprint(struct arena *arena, const struct diag *diag)
{
    char hex[33];
    diag_fingerprint(diag, hex);
    return str_dup(arena, str_from(hex));
}

static void count_covered(struct ignoring *ignoring, const struct diags *base)
{
    for (size_t i = 0; i < base->n; i++) {
        if (base->items[i].state != DIAG_SUPPRESSED)
            continue;
        void **slot = map_slot(&ignoring->covered, fingerprint(&ignoring->arena, &base->items[i]));
        if (!*slot)
            *slot = ARENA_NEW(&ignoring->arena, size_t);
        ++*(size_t *)*slot;
    }
}

/* Each that the base covers is good for one of head. */
static bool take_covered(struct ignoring *ignoring, const struct diag *diag)
{
    size_t *left = map_get(&ignoring->covered, fingerprint(&ignoring->arena, diag));
    if (!left || !*left)
        return false;
    --*left;
    return true;
}

/* A finding on the comment's line of a rule that it names. */
static void apply_comment(struct ignoring *ignoring, struct comment *comment, struct diag *diag)
{
    bool needs_reason = ignoring->run->sides->config.require_ignore_reason;
    if (!gate_can_ignore(diag->rule) || (needs_reason && !comment->reason.n)) {
        comment->refused = diag->rule;
        return;
    }
    suppress(&ignoring->diags->arena, diag, comment->reason, "inline comment");
    comment->used = true;
    comment->covers_new |= !take_covered(ignoring, diag);
}

static void apply_comments(struct ignoring *ignoring)
{
    for (size_t c = 0; c < ignoring->comments.n; c++) {
        struct comment *comment = &ignoring->comments.items[c];
        for (size_t i = 0; i < ignoring->diags->n; i++) {
            struct diag *diag = &ignoring->diags->items[i];
            if (diag->source == comment->source && names_rule(comment->rules, diag->rule) &&
                source_place(diag->source, diag->span.start).line == comment->line)
                apply_comment(ignoring, comment, diag);
        }
    }
}

/* Whether the base's file of that path has no such comment, or has it for something else. */
static bool is_new_comment(const struct ignoring *ignoring, const struct comment *comment)
{
    const struct gate_sides *sides = ignoring->run->sides;
    if (!sides->has_base || ignoring->diags == &sides->base.diags)
        return false;
    if (comment->covers_new)
        return true;
    struct str text = str_sub(comment->source->text, comment->span.start, comment->span.end);
    for (size_t i = 0; i < sides->base.selection.manifests.n; i++) {
        const struct manifest *manifest = sides->base.selection.manifests.items[i];
        if (str_eq(manifest->path, comment->source->path) && manifest->source &&
            str_has(manifest->source->text, text))
            return false;
    }
    return true;
}

static void report_refused(struct diags *diags, const struct comment *comment)
{
    if (!gate_can_ignore(comment->refused)) {
        struct diag *diag = diag_add(diags, RULE_IGNORE_NOT_ALLOWED, comment->span, STR(""),
                                     "%s can't be ignored", comment->refused->id);
        diag_hint(diags, diag, "remove the comment and mend what it is about");
        return;
    }
    struct diag *diag = diag_add(diags, RULE_IGNORE_NOT_ALLOWED, comment->span, STR(""),
                                 "this ignore of %s gives no reason", comment->refused->id);
    diag_hint(diags, diag,
              "say why behind the bracket: the configuration has require-ignore-reason");
}

static void report_comment(struct ignoring *ignoring, const struct comment *comment)
{
    struct diags *diags = ignoring->diags;
    struct str rules = diag_quote(&ignoring->arena, comment->rules);
    if (comment->refused)
        report_refused(diags, comment);
    if (!comment->used && !comment->refused) {
        struct diag *diag = diag_add(diags, RULE_IGNORE_UNUSED, comment->span, STR(""),
                                     "nothing here is ignored by ignore[%.*s]", STR_FMT(rules));
        diag_hint(diags, diag, "remove the comment, or put it on or above the finding's line");
    }
    if (comment->used && is_new_comment(ignoring, comment))
        diag_add(diags, RULE_IGNORE_NEW, comment->span, STR(""), "this change adds ignore[%.*s]",
                 STR_FMT(rules));
}

static void report_comments(struct ignoring *ignoring)
{
    uint32_t all = (UINT32_C(1) << ignoring->run->versions.n) - 1;
    for (size_t c = 0; c < ignoring->comments.n; c++) {
        ignoring->diags->at =
            (struct diag_at){.source = ignoring->comments.items[c].source, .versions = all};
        report_comment(ignoring, &ignoring->comments.items[c]);
    }
}

/* ---- the configuration's ---- */

bool gate_is_whole(const struct gate_run *run)
{
    return !run->sides->has_base && !run->paths.n && !run->options->paths.n;
}

static bool apply_one(struct ignoring *ignoring, const struct config_ignore *ignore)
{
    bool used = false;
    for (size_t i = 0; i < ignoring->diags->n; i++) {
        struct diag *diag = &ignoring->diags->items[i];
        if (diag->state == DIAG_SUPPRESSED || !gate_can_ignore(diag->rule) ||
            !config_ignore_covers(ignore, diag))
            continue;
        suppress(&ignoring->diags->arena, diag, ignore->reason, "configuration");
        used = true;
    }
    return used;
}

static void apply_config(struct ignoring *ignoring)
{
    const struct config *config = &ignoring->run->sides->config;
    struct diags *diags = ignoring->run->diags;
    int64_t today = clock_today();
    diags->at = (struct diag_at){.source = config->source};
    for (size_t i = 0; i < config->ignores.n; i++) {
        const struct config_ignore *ignore = &config->ignores.items[i];
        if (ignore->expires_day < today) {
            struct diag *diag = diag_add(diags, RULE_IGNORE_EXPIRED, ignore->span, STR(""),
                                         "this ignore of %.*s expired on %.*s",
                                         STR_FMT(ignore->rule), STR_FMT(ignore->expires));
            diag_hint(diags, diag, "mend what it covered, or set a new date and say why");
        } else if (!apply_one(ignoring, ignore) && gate_is_whole(ignoring->run)) {
            struct diag *diag =
                diag_add(diags, RULE_IGNORE_UNUSED, ignore->span, STR(""),
                         "this ignore of %.*s covers no finding", STR_FMT(ignore->rule));
            diag_hint(diags, diag, "remove it");
        }
    }
    diags->at = (struct diag_at){0};
}
