/* SPDX-License-Identifier: Apache-2.0 */
/*
 * diag: findings with a place; the currency of the program. Whatever is wrong with a manifest, a
 * configuration or the world becomes a `struct diag` in a `struct diags`; nothing prints.
 *
 * Flow: a worker has its own list. It says what it looks at (`diags->at`), and each stage adds.
 * When all are done, lists are merged, sorted and given to `report`.
 *
 *   struct diags list = {.settings = settings};
 *   list.at = (struct diag_at){.source = source, .set = set, .object = object, .versions = 1};
 *   struct diag *d = diag_add(&list, RULE_YAML_SYNTAX, span, field, "found %.*s", ...);
 *   diag_hint(&list, d, "write it like this");          // d may be NULL: the rule is off
 *   diags_merge(&all, &list);
 *   diags_sort(&all);
 *
 * Lifetime: a list owns all strings of its findings (its arena). Sources are borrowed and must
 * outlive the list. From this room upward -1 means "already reported here".
 */
#pragma once

#include "base/arena.h"
#include "base/str.h"
#include "base/vec.h"
#include "diag/rules.h"

/* ---- places ---- */

/* Bytes [start, end) of a source. Equal ends mark a point. */
struct span {
    uint32_t start;
    uint32_t end;
};

/* Immutable text with a name. */
struct source {
    struct str path; /* repository-relative with forward slashes, or "<stdin>" */
    struct str text; /* UTF-8 as tidegate reads it (UTF-16 input is converted first) */
    bool no_excerpt; /* may hold secrets that could not be located: never quote it */

    /* Everything below is private to diag. */
    struct arena *arena; /* borrowed: line table and masks */
    uint32_t *line_starts;
    struct source_mark *marks;
    uint32_t line_count;
    uint32_t mark_count;
    struct masks {
        VEC(struct span);
    } masks;
};

/* Line and column count from 1; columns are code points. */
struct place {
    uint32_t line;
    uint32_t column;
};

/* A source in the arena, which also holds its tables. path and text are borrowed. */
struct source *source_new(struct arena *arena, struct str path, struct str text) RETURNS_NONNULL;
/* Builds the line table on first use, so only one thread may ask about one source at a time. */
struct place source_place(struct source *source, uint32_t offset);
/* Text of a line without its end, line counts from 1. Empty past the end. CR, LF and CR LF end a
 * line; behind the last of them is one more line, which may be empty. */
struct str source_line(struct source *source, uint32_t line);
uint32_t source_line_start(struct source *source, uint32_t line);
uint32_t source_line_count(struct source *source);
/* Marks bytes that no output may show (values of Secrets). */
void source_mask(struct source *source, struct span span);
/* Whether any byte of the span is masked. */
bool source_is_masked(const struct source *source, struct span span);

/* ---- rules ---- */

enum severity {
    SEVERITY_OFF, /* only as a setting */
    SEVERITY_INFO,
    SEVERITY_WARNING,
    SEVERITY_ERROR,
};

const char *severity_name(enum severity severity);
/* "off", "info", "warning" (or "warn"), "error"; false for anything else. */
bool severity_parse(struct str name, enum severity *ret_severity);

/*
 * One rule. Those of the program stand in rules.h (ids) and rules_*.c (texts); policies make their
 * own at run time. Texts are what `tidegate explain` prints, see rule_text.h.
 */
struct rule {
    const char *id;         /* family/name, stable once released */
    enum severity severity; /* default */
    const char *summary;    /* one line, lower case, no full stop */
    const char *why;        /* what happens in the cluster if it is ignored; paragraphs */
    const char *bad;        /* YAML that fires, or NULL when no manifest can */
    const char *good;       /* the same, mended */
    const char *fix;        /* what to do */
};

const struct rule *rule_get(enum rule_id id) RETURNS_NONNULL;
/* By its text id, NULL when there is none. */
const struct rule *rule_find(struct str id);
/* yaml/... and api/...: what the API server refuses however it is sent. */
bool rule_is_server(const struct rule *rule);

/* Severity overrides of the configuration, first match wins; patterns as in glob.h ("ref/...*"). */
struct rule_setting {
    struct str pattern;
    enum severity severity;
};

struct rule_settings {
    VEC(struct rule_setting);
};

/* ---- findings ---- */

/* What a finding is about. Empty members are unknown. */
struct diag_object {
    struct str api_version;
    struct str kind;
    struct str namespace;
    struct str name;
};

enum diag_state {
    DIAG_NEW,         /* not at the base, or no base was asked for */
    DIAG_PREEXISTING, /* at the base as well */
    DIAG_SUPPRESSED,  /* by an ignore or a baseline; `reason` says which */
};

struct diag_related {
    struct source *source; /* borrowed; NULL: no place */
    struct span span;
    struct str message;
};

/* Bytes of a finding's source, and what stands there afterwards. */
struct diag_edit {
    struct span span;
    struct str text;
};

struct diag_edits {
    VEC(struct diag_edit);
};

/* A mending of a finding that leaves nothing to decide. See edit.h. */
struct diag_fix {
    struct str summary;      /* what is done: one line */
    struct str patch;        /* a JSON Patch of the object */
    uint32_t root;           /* where the object starts in the source */
    bool defaulted;          /* the patch is of the object with the server's defaults */
    struct diag_edits edits; /* sorted, apart; empty until all findings are there */
};

struct diag {
    const struct rule *rule; /* borrowed: the table's, or a policy's that outlives the list */
    enum severity severity;
    enum diag_state state;
    struct source *source; /* borrowed; NULL: about the run as a whole */
    struct span span;
    struct str set;
    struct diag_object object;
    struct str field;    /* as the API server writes it: spec.containers[0].image; "" is the root */
    struct str identity; /* the same, list entries by their keys: spec.containers[name=web].image */
    struct str message;
    struct str hint;      /* what to do, may be empty */
    struct str reason;    /* of a suppressed finding */
    uint32_t versions;    /* bit i: holds at the run's i-th Kubernetes version */
    bool of_update;       /* holds only because the object was another before: never preexisting */
    struct diag_fix *fix; /* on the list's arena; NULL: none */
    struct diag_relateds {
        VEC(struct diag_related);
    } related;
};

/* What the findings that are added next are about. */
struct diag_at {
    struct source *source;
    struct str set;
    struct diag_object object;
    uint32_t versions;
};

struct diags {
    struct arena arena;                   /* owned: strings of the findings */
    VEC(struct diag);                     /* on the list's arena */
    const struct rule_settings *settings; /* borrowed; NULL: defaults */
    struct diag_at at;                    /* borrowed until the add that copies it */
    bool limit_hit; /* something could not be evaluated (rules limit/... and io/...): exit 4 */
};

/*
 * Adds a finding at the current `at`. Gives NULL when the settings turn the rule off: every
 * function that takes a finding accepts NULL. The pointer is valid until the next add. Field and
 * identity are copied. Rules that mean "could not evaluate" set limit_hit and can't be turned off.
 */
struct diag *diag_add(struct diags *diags, enum rule_id rule, struct span span, struct str field,
                      const char *fmt, ...) PRINTF(5, 6);
struct diag *diag_add_rule(struct diags *diags, const struct rule *rule, struct span span,
                           struct str field, struct str message);
void diag_hint(struct diags *diags, struct diag *diag, const char *fmt, ...) PRINTF(3, 4);
void diag_relate(struct diags *diags, struct diag *diag, struct source *source, struct span span,
                 const char *fmt, ...) PRINTF(5, 6);

/* User text for a message: what a terminal must not see is escaped (\n, \x1b, \u0085, \u{200B}),
 * cut at 80 bytes with an ellipsis, no quotes added. */
struct str diag_quote(struct arena *arena, struct str text);
/* The same for text that is most of a message, such as that of a rule: cut at 8 KiB. */
struct str diag_escape(struct arena *arena, struct str text);

/* Moves all findings of src to the end of dst; src is empty and released afterwards. */
void diags_merge(struct diags *dst, struct diags *src);
/* As diags_merge, but a finding that dst has already (same rule, place, object, field and message)
 * only adds its versions to that one. */
void diags_fold(struct diags *dst, struct diags *src);
/* Leaves max findings of each rule among those from `first` on, which are of one object, and adds
 * one at its place that says how many more there were. */
void diags_limit_each_rule(struct diags *diags, size_t first, size_t max, struct span object);
/* Marks those from `first` on that a creation of the object, in `created`, does not have. */
void diags_mark_of_update(struct diags *diags, size_t first, const struct diags *created);
/* Adds a copy and gives it, or NULL when the list is full. */
struct diag *diags_add_copy(struct diags *dst, const struct diag *diag);
/* Whether two findings are of one rule, about one object and field. */
bool diag_is_like(const struct diag *a, const struct diag *b);
/* Adds copies of all findings of src; those without a set or versions get dst's `at`. */
void diags_copy(struct diags *dst, const struct diags *src);
/* By path, place, rule, field, message: the same order at any number of threads. */
void diags_sort(struct diags *diags);
/* Empties the list; its settings stay, so that it can be used again. */
void diags_release(struct diags *diags);
/* The highest severity among new findings, SEVERITY_OFF when there are none. */
enum severity diags_worst(const struct diags *diags);
size_t diags_count(const struct diags *diags, enum diag_state state, enum severity severity);

/*
 * What makes two findings the same at base and head, in baselines and in SARIF: set, rule, object
 * and identity; never path or line. 32 hex digits and a NUL into out[33].
 */
void diag_fingerprint(const struct diag *diag, char *out);

static inline void diags_scoped(struct diags *diags)
{
    diags_release(diags);
}
