/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings about YAML that can't be read: what libyaml says about its own grammar becomes a
 * sentence about the text, with what to do.
 */
#include "doc/doc_internal.h"

#include "base/limits.h"

#include <stdarg.h>

/* libyaml's wording is stable since 0.1; a text that is not here is passed on as it is. */
struct translation {
    const char *problem;
    const char *context; /* NULL: any */
    enum rule_id rule;
    bool at_context; /* the place to look at is where it began */
    const char *message;
    const char *hint;
};

#define SYNTAX    RULE_YAML_SYNTAX
#define DIRECTIVE RULE_YAML_DIRECTIVE

static const struct translation translations[] = {
    {"could not find expected ':'", NULL, SYNTAX, true, "this line has no ': ' after its key",
     "write key: value, or indent the line if it continues the text above"},
    {"mapping values are not allowed in this context", NULL, SYNTAX, false,
     "a key and its ':' can't stand here",
     "quote the value if it contains ': ', or check the indentation of this line"},
    {"mapping keys are not allowed in this context", NULL, SYNTAX, false,
     "a '?' key can't stand here", "start it on a line of its own, or quote the value"},
    {"block sequence entries are not allowed in this context", NULL, SYNTAX, false,
     "a '- ' list item can't stand here", "start the list on the line after its key"},
    {"did not find expected key", NULL, SYNTAX, false,
     "this line does not fit the indentation of the map around it",
     "indent it like the map's other keys"},
    {"did not find expected '-' indicator", NULL, SYNTAX, false,
     "this line does not fit the list around it",
     "start it with '- ' at the list's indentation, or indent it further"},
    {"did not find expected ',' or '}'", NULL, SYNTAX, false,
     "expected ',' or '}' in the map that was opened with '{'",
     "close the map with '}', or quote the text here"},
    {"did not find expected ',' or ']'", NULL, SYNTAX, false,
     "expected ',' or ']' in the list that was opened with '['",
     "close the list with ']', or quote the text here"},
    {"did not find expected node content", NULL, SYNTAX, false, "expected a value here",
     "write a value, or quote the text if it is meant literally"},
    {"did not find expected <document start>", NULL, SYNTAX, false,
     "text stands here after the end of the document",
     "start another document with a line ---, or remove the text"},
    {"found unexpected end of stream", "while scanning a quoted scalar", SYNTAX, true,
     "the quote that opens here is never closed", "add the closing quote"},
    {"found unexpected document indicator", NULL, SYNTAX, true,
     "the quote that opens here is not closed before the document ends",
     "add the closing quote, or indent the '---' or '...' inside the text"},
    {"found unknown escape character", NULL, SYNTAX, false,
     "this backslash escape is not known in double quotes",
     "write \\\\ for a backslash, or use single quotes"},
    {"did not find expected hexdecimal number", NULL, SYNTAX, false,
     "the escape needs hexadecimal digits: \\x41, \\u0041 or \\U00000041", "complete the digits"},
    {"found invalid Unicode character escape code", NULL, SYNTAX, false,
     "the escape names no Unicode character", "use a code point up to 10FFFF that is no surrogate"},
    {"found a tab character where an indentation space is expected", NULL, SYNTAX, false,
     "a tab stands in the indentation", "indent with spaces"},
    {"found a tab character that violates indentation", NULL, SYNTAX, false,
     "a tab stands in the indentation", "indent with spaces"},
    {"found a tab character that violate indentation", NULL, SYNTAX, false,
     "a tab stands in the indentation", "indent with spaces"},
    {"found unexpected ':'", NULL, SYNTAX, false,
     "a ':' can't stand before ',', '[', ']', '{' or '}' here",
     "write a space after it, or quote the text"},
    {"found an indentation indicator equal to 0", NULL, SYNTAX, false,
     "the indentation of a block text can't be 0", "use a number from 1 to 9, or leave it out"},
    {"did not find expected comment or line break", "while scanning a block scalar", SYNTAX, false,
     "text stands behind the | or > that starts a block text",
     "start the text on the next line, indented"},
    {"did not find expected alphabetic or numeric character", "while scanning an alias", SYNTAX,
     true, "'*' starts an alias, but no name of an anchor follows",
     "quote the text if it starts with '*'"},
    {"did not find expected alphabetic or numeric character", NULL, SYNTAX, true,
     "'&' starts an anchor, but no name follows", "quote the text if it starts with '&'"},
    {"found undefined tag handle", NULL, SYNTAX, false, "the tag's handle is not declared",
     "quote the text if it starts with '!'"},
    {"found duplicate %YAML directive", NULL, DIRECTIVE, false, "%YAML is given twice",
     "remove one of the two"},
    {"found duplicate %TAG directive", NULL, DIRECTIVE, false, "%TAG is given twice for one handle",
     "remove one of the two"},
    {"found incompatible YAML document", NULL, DIRECTIVE, false, "Kubernetes reads YAML 1.1 only",
     "remove the %YAML line"},
    {"found unknown directive name", NULL, DIRECTIVE, true,
     "the line starts with an unknown directive",
     "remove the line, or quote the text if it starts with '%'"},
};

static const struct translation *translation_find(const struct syntax_error *error);
static bool report_character(struct tree *tree, const struct syntax_error *error);
static bool report_lone_directive(struct tree *tree, const struct syntax_error *error);

struct diag *tree_report(struct tree *tree, enum rule_id rule, struct span span, const char *fmt,
                         ...)
{
    if (tree->findings > LIMIT_FINDINGS_PER_DOC)
        return NULL;
    tree->findings++;
    if (tree->findings > LIMIT_FINDINGS_PER_DOC) {
        diag_add(tree->diags, RULE_LIMIT_COUNT, span, (struct str){0},
                 "more than %d findings about the YAML of this document; the rest is not shown",
                 LIMIT_FINDINGS_PER_DOC);
        return NULL;
    }
    char text[1024];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return diag_add(tree->diags, rule, span, (struct str){0}, "%s", text);
}

void syntax_report(struct tree *tree, const struct syntax_error *error)
{
    if (report_character(tree, error) || report_lone_directive(tree, error))
        return;
    const struct translation *t = translation_find(error);
    const bool is_directive = error->context && strstr(error->context, "directive");
    if (!t) {
        const struct span span = {error->at, error->at};
        tree_report(tree, is_directive ? DIRECTIVE : SYNTAX, span, "not valid YAML: %s",
                    error->problem);
        return;
    }
    const uint32_t at = t->at_context ? error->context_at : error->at;
    struct diag *diag = tree_report(tree, t->rule, (struct span){at, at}, "%s", t->message);
    diag_hint(tree->diags, diag, "%s", t->hint);
    if (diag && !t->at_context && error->context && error->context_at < error->at &&
        t->rule == SYNTAX)
        diag_relate(tree->diags, diag, tree->source,
                    (struct span){error->context_at, error->context_at}, "it began here");
}

static const struct translation *translation_find(const struct syntax_error *error)
{
    for (size_t i = 0; i < ARRAY_LEN(translations); i++) {
        const struct translation *t = &translations[i];
        if (strcmp(t->problem, error->problem) != 0)
            continue;
        if (!t->context || (error->context && strcmp(t->context, error->context) == 0))
            return t;
    }
    return NULL;
}

/* "Found character that cannot start any token" has very different causes. */
static bool report_character(struct tree *tree, const struct syntax_error *error)
{
    if (strcmp(error->problem, "found character that cannot start any token") != 0)
        return false;
    const struct str text = tree->source->text;
    const char c = error->at < text.n ? text.p[error->at] : '\0';
    const struct span span = {error->at, MIN_OF(error->at + 1, (uint32_t)text.n)};
    struct diag *diag;
    if (c == '\t') {
        diag = tree_report(tree, SYNTAX, span, "a tab stands in the indentation");
        diag_hint(tree->diags, diag, "indent with spaces");
        return true;
    }
    diag = tree_report(tree, SYNTAX, span, "a value can't start with '%c' without quotes", c);
    diag_hint(tree->diags, diag, "%s",
              c == '%' ? "put quotes around the value; is this file a template?"
                       : "put quotes around the value");
    return true;
}

/* kubectl cuts between a directive and its `---`, so the directive is a document without a start.
 */
static bool report_lone_directive(struct tree *tree, const struct syntax_error *error)
{
    if (strcmp(error->problem, "did not find expected <document start>") != 0 || !error->at)
        return false;
    struct source *source = tree->source;
    uint32_t line = source_place(source, error->at - 1).line;
    while (line > 1 && (!str_trim(source_line(source, line)).n ||
                        str_starts(source_line(source, line), STR("#"))))
        line--;
    struct str text = source_line(source, line);
    if (!str_starts(text, STR("%")))
        return false;
    const uint32_t start = source_line_start(source, line);
    struct diag *diag =
        tree_report(tree, DIRECTIVE, (struct span){start, start + (uint32_t)text.n},
                    "kubectl takes a directive for a document of its own, which can't be read");
    diag_hint(tree->diags, diag, "remove the line; no manifest needs it");
    return true;
}
