/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the reporters share: escaping, excerpts, and what a finding looks like in words.
 *
 * Everything that comes from a manifest goes through one of the escape functions on its way out,
 * even where an earlier room has cleaned it already.
 */
#pragma once

#include "base/map.h"
#include "doc/doc.h"
#include "report/report.h"
#include "report/report_escape.h"
#include "report/report_paint.h"

/* ---- excerpt.c ---- */

enum { EXCERPT_MIN_GUTTER = 2 };

struct excerpt_mark {
    struct span span;
    struct str label; /* behind the underline, may be empty */
    bool primary;     /* ^^^ and with lines before it, else --- */
    enum paint paint;
};

struct excerpt {
    struct source *source;
    const struct paint_style *style;
    unsigned gutter; /* cells of the line numbers */
};

/* Whether there is anything that may be quoted. */
bool excerpt_is_possible(const struct source *source);
/* Lines of the source with the marks under them; the marks are sorted by their start. */
void excerpt_write(struct buf *out, const struct excerpt *excerpt, const struct excerpt_mark *marks,
                   size_t n);
/* The empty line of the drawing: gutter and bar. */
void excerpt_write_bar(struct buf *out, const struct excerpt *excerpt);

/* ---- report_words.c: what the formats tell of a finding ---- */

/* Where it is, without blanks and line breaks at its end. The end is exclusive. */
struct report_region {
    struct place start;
    struct place end;
};

struct report_region report_region(struct source *source, struct span span);
/* A span without blanks and line breaks at its end: block scalars end behind their last line. */
struct span report_span(const struct source *source, struct span span);
/* "Deployment shop/web" as it is, not escaped; empty when nothing is known. */
struct str report_object(struct arena *arena, const struct diag_object *object);
/* Whether machine formats list it: suppressed ones as well. */
bool report_tells(const struct report *report, const struct diag *diag);
/* Whether its fix may be shown: not where secrets are, because what it writes may be one. */
bool report_tells_fix(const struct diag *diag);
bool report_same_file(const struct source *a, const struct source *b);
/* Severity at which the run fails. */
bool report_fails(const struct report *report, const struct diag *diag);
/* Something could not be evaluated: limit/... and io/... */
bool report_is_limit(const struct rule *rule);
/* Kubernetes versions at which it holds; false when at all of them. */
bool report_some_versions(const struct report *report, const struct diag *diag);
/* "1.34, 1.35" */
void report_versions(const struct report *report, uint32_t bits, struct buf *out);
/* What of the change is about the gate itself: "this change edits the configuration and has 2 new
 * ignores; ...". False, and nothing, when nothing is. */
/* "server v1.36.3: asked about 40 objects ..."; false: none was asked. */
bool report_cluster_line(const struct report *report, struct buf *out);
bool report_trust(const struct report *report, struct buf *out);
/* First n digits of a commit id, other text as it is. */
struct str report_commit(struct str commit);

struct report_counts {
    size_t fresh[SEVERITY_ERROR + 1]; /* new ones by severity */
    size_t fresh_total;
    size_t preexisting;
    size_t suppressed;
    size_t files; /* that have new findings */
};

struct report_counts report_count(const struct report *report);

/* Counts a finding's fingerprint; gives which of its kind it is, from 1. 33 bytes into out. */
size_t report_print(struct arena *arena, struct map *counts, const struct diag *diag, char *out);

/* ---- the formats ---- */

void report_write_full(const struct report *report, const struct report_options *options,
                       struct buf *out);
void report_write_concise(const struct report *report, const struct report_options *options,
                          struct buf *out);
void report_write_json(const struct report *report, const struct report_options *options,
                       struct buf *out);
void report_write_sarif(const struct report *report, const struct report_options *options,
                        struct buf *out);
void report_write_junit(const struct report *report, const struct report_options *options,
                        struct buf *out);
void report_write_github(const struct report *report, const struct report_options *options,
                         struct buf *out);
void report_write_markdown(const struct report *report, const struct report_options *options,
                           struct buf *out);
void report_write_gitlab(const struct report *report, const struct report_options *options,
                         struct buf *out);
/* The lines at the end of the full report. */
void report_write_summary(const struct report *report, const struct paint_style *style,
                          struct buf *out);
/* One finding on one line, as compilers write it, without line break. */
void report_write_line(const struct report *report, const struct diag *diag, struct arena *arena,
                       struct buf *out);
