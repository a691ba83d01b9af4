/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report: findings to words. A reporter is a pure function from a `struct report` to text; nothing
 * here sends or opens anything. Which reporters exist is the table in report_table.c.
 *
 *   const struct reporter *r = reporter_find(STR("sarif"));
 *   r->write(&report, &options, &buf);
 *
 * Text from manifests is hostile: every reporter escapes what its format makes dangerous, and bytes
 * that a source masks never appear.
 */
#pragma once

#include "base/buf.h"
#include "base/opt.h"
#include "diag/diag.h"

struct report_set {
    struct str name;
    size_t objects;
    struct str digest; /* "sha256:…" of the set's objects */
};

struct report_skip {
    struct str path;
    struct str reason; /* helm-template, kustomization, values-file, … */
};

/* What was read and what was found, ready to be told. Strings are borrowed from the run. */
struct report {
    const struct diags *diags; /* sorted */
    struct {
        const char *mode; /* "all", "new" or "changed-files" */
        struct str base;  /* commit id, or what it was; empty in mode all */
        struct str head;
        struct str how;        /* how the base was found */
        struct str snapshot;   /* "snapshot of prod, 1.36.3, 3 h old"; "": none */
        struct str_list notes; /* what was tried for it in vain; a line each */
        const char *oracle;    /* how manifests are sent; NULL: not told */
        bool stages;           /* only what the first refusing stage says */
    } scope;
    struct str_list versions; /* "1.36", …; bit i of diag.versions is item i */
    struct report_sets {
        VEC(struct report_set);
    } sets;
    struct report_skips {
        VEC(struct report_skip);
    } skips;
    size_t files;      /* manifests in scope */
    size_t files_read; /* of those, parsed in this run */
    size_t documents;
    size_t objects;
    size_t no_schema; /* custom resources without a schema */
    /* What a live server said to a dry run; objects are counted once, in the order below. */
    struct report_cluster {
        struct str version; /* "v1.36.3"; "": none was asked */
        size_t objects;     /* of the run */
        size_t pods;        /* of templates, that were sent besides */
        size_t requests;
        size_t failed, not_sent, not_allowed;
        size_t waiting; /* for what the same run brings */
        size_t differ;  /* one of offline check and server refuses it */
        size_t unknown; /* refused for what only the cluster knows */
        size_t agree;   /* both say the same */
    } cluster;
    uint64_t took_ms;      /* 0: don't tell (machine formats never do) */
    enum severity fail_on; /* SEVERITY_OFF: never */
    int exit_code;
    bool show_preexisting; /* list them too; else they are only counted */
};

struct report_options {
    bool color;
    bool unicode;         /* box drawing and … may be used */
    bool links;           /* OSC 8, to link_base */
    struct str link_base; /* URL of the tree, ends in a slash: file:///home/me/shop/ */
    unsigned width;       /* cells of the terminal, 0: unknown */
    unsigned max_same;    /* repeats of one rule in one file, 0: all */
    bool quiet;           /* nothing but findings */
    size_t max_bytes;     /* of Markdown, 0: what a step summary may have */
};

struct reporter {
    const char *name;
    const char *summary; /* for --help */
    void (*write)(const struct report *report, const struct report_options *options,
                  struct buf *out);
};

const struct reporter *reporter_find(struct str name); /* NULL: no such format */
const struct reporter *reporter_at(size_t i);          /* NULL: past the end */

/* A finding as forges show it beside the code. Columns are 0 unless it is within one line. */
struct report_annotation {
    struct str path; /* below the root of the repository; "": it has no place there */
    uint32_t line, end_line;
    uint32_t column, end_column; /* the end is exclusive, and at least the start */
    enum severity severity;
    struct str title;   /* rule and object, at most 200 code points */
    struct str message; /* with fix and versions, a line each */
};
void report_annotate(struct arena *arena, const struct report *report, const struct diag *diag,
                     struct report_annotation *ret_annotation);
/* A fix as forges let people commit it: whole lines in the place of others. */
struct report_suggestion {
    struct str path;      /* below the root of the repository */
    uint32_t first, last; /* lines that are replaced; git's, which line feeds alone end */
    struct str old;       /* as they are, line ends included */
    struct str text;      /* in their place; "": nothing */
    struct str body;      /* Markdown: what is wrong, and a block with what is to stand there */
    struct str key;       /* of finding, path, old and new text, and of no line */
};
/* False when the finding has no fix, or one that can't be told so: in a file with secrets, with
 * characters that hide something, or with other line ends than line feeds. */
bool report_suggest(struct arena *arena, const struct report *report, const struct diag *diag,
                    struct report_suggestion *ret_suggestion);
/* Whether reporters for people list it: new ones, older ones on request, never suppressed ones. */
bool report_lists(const struct report *report, const struct diag *diag);

/* Whether a runner of GitHub would obey something in a text that has to stay as it is. */
bool report_has_commands(struct str text);
/* The one line that sums it up: "2 errors, 1 warning in 2 of 214 files, 388 objects". */
void report_summary_line(const struct report *report, struct buf *out);
/* Long form of one rule for `tidegate explain`. */
void report_explain(const struct rule *rule, const struct report_options *options, struct buf *out);
struct jsonw;
/* The key "findings" with all that are told, in another document that is being written. */
void report_json_findings(struct jsonw *w, const struct report *report);
/* JSON Schema of the json format. */
void report_json_schema(struct buf *out);
/* Text for terminals and logs: one line, and nothing in it starts a workflow command. */
void escape_terminal(struct buf *out, struct str text);
