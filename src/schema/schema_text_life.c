/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads lifecycle.txt, which people keep:
 *
 *   extensions/v1beta1 Deployment DaemonSet
 *     introduced 1.1
 *     removed 1.16
 *     use apps/v1
 *     note what changes when one moves
 *   on-by-default flowcontrol.apiserver.k8s.io/v1beta3
 */
#include "schema/schema_text.h"

enum property { INTRODUCED, DEPRECATED, REMOVED, USE, NOTE, SCOPE, PROPERTY_COUNT };

/* order: enum property */
static const char *const property_names[] = {"introduced", "deprecated", "removed",
                                             "use",        "note",       "scope"};

_Static_assert(ARRAY_LEN(property_names) == PROPERTY_COUNT, "one name a property");

struct reader {
    struct arena *arena;
    struct source *source;
    struct diags *diags;
    struct lifecycles *rows;
    size_t first; /* rows of the block that is being read */
};

static int fail(const struct reader *reader, struct str at, const char *what)
{
    uint32_t start = (uint32_t)(at.p - reader->source->text.p);
    reader->diags->at.source = reader->source;
    diag_add(reader->diags, RULE_CONFIG_SYNTAX, (struct span){start, start + (uint32_t)at.n},
             STR(""), "%s", what);
    return -1;
}

static bool read_minor(struct str text, unsigned *ret_minor)
{
    unsigned minor = 0;
    if (!str_starts(text, STR("1.")) || text.n < 3 || text.n > 4)
        return false;
    for (size_t i = 2; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
        minor = minor * 10 + (unsigned)(text.p[i] - '0');
    }
    *ret_minor = minor;
    return minor < MINOR_LIMIT;
}

static int set_property(struct reader *reader, enum property property, struct str value)
{
    unsigned minor = 0;
    if (property <= REMOVED && !read_minor(value, &minor))
        return fail(reader, value, "this is no version: write 1.25");
    if (property == SCOPE && !str_is(value, "namespaced") && !str_is(value, "cluster"))
        return fail(reader, value, "a scope is 'namespaced' or 'cluster'");
    for (size_t i = reader->first; i < reader->rows->n; i++) {
        struct lifecycle_row *row = &reader->rows->items[i];
        switch (property) {
        case INTRODUCED:
            row->introduced = minor;
            break;
        case DEPRECATED:
            row->deprecated = minor;
            break;
        case REMOVED:
            row->removed = minor;
            break;
        case USE:
            row->replacement = value;
            break;
        case NOTE:
            row->note = value;
            break;
        case SCOPE:
            row->namespaced = str_is(value, "namespaced");
            break;
        case PROPERTY_COUNT:
            BUG("no property");
        }
    }
    return 0;
}

static int read_property(struct reader *reader, struct str line)
{
    struct str value = str_trim(line);
    struct str name;
    if (reader->first == reader->rows->n)
        return fail(reader, line, "an indented line needs a group-version and kinds above it");
    if (!str_split(&value, ' ', &name) || str_trim(value).n == 0)
        return fail(reader, line, "a property needs a value");
    for (size_t i = 0; i < ARRAY_LEN(property_names); i++) {
        if (str_is(name, property_names[i]))
            return set_property(reader, (enum property)i, str_trim(value));
    }
    return fail(reader, name, "there is no such property of a lifecycle");
}

static int read_head(struct reader *reader, struct str line)
{
    struct str version;
    struct str kind;
    if (!str_split(&line, ' ', &version) || line.n == 0)
        return fail(reader, version, "a group-version needs the names of kinds after it");
    if (str_is(version, "on-by-default")) {
        VEC_PUSH(reader->arena, &reader->rows->on_by_default, str_trim(line));
        return 0;
    }
    reader->first = reader->rows->n;
    while (str_split(&line, ' ', &kind)) {
        if (kind.n)
            VEC_PUSH(reader->arena, reader->rows,
                     (struct lifecycle_row){.version = version, .kind = kind, .namespaced = true});
    }
    return 0;
}

int lifecycles_read(struct arena *arena, struct source *source, struct diags *diags,
                    struct lifecycles *ret_lifecycles)
{
    struct reader reader = {
        .arena = arena, .source = source, .diags = diags, .rows = ret_lifecycles};
    struct str rest = source->text;
    struct str line;
    reader.first = ret_lifecycles->n;
    while (str_split(&rest, '\n', &line)) {
        if (str_trim(line).n == 0 || line.p[0] == '#')
            continue;
        int error = line.p[0] == ' ' ? read_property(&reader, line) : read_head(&reader, line);
        if (error < 0)
            return -1;
    }
    return 0;
}
