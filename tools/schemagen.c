/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Build-time tool:
 *
 *   schemagen table SCHEMAS OUT.c                       the table that the program is linked with
 *   schemagen compile SCHEMAS MINOR OPENAPI [DISCOVERY [DISCOVERY]]   as `tidegate schemas
 * compile`, for when there is no program yet
 */
#include "schemagen.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/number.h"

static void print_findings(const struct diags *diags)
{
    for (size_t i = 0; i < diags->n; i++) {
        const struct diag *d = &diags->items[i];
        struct place place = d->source ? source_place(d->source, d->span.start) : (struct place){0};
        fprintf(stderr, "%.*s:%u: %.*s\n", STR_FMT(d->source ? d->source->path : STR("schemas")),
                place.line, STR_FMT(d->message));
    }
}

static int make_table(struct arena *arena, const char *folder, const char *out_path,
                      struct diags *diags)
{
    struct schema_text text = {.arena = arena};
    struct table table = {.arena = arena, .text = &text};
    SCOPED(buf) struct buf out;
    if (schema_text_read(&text, folder, diags) < 0)
        return -1;
    buf_init(&out, LIMIT_FILE_BYTES);
    buf_init(&table.strings, LIMIT_FILE_BYTES);
    int error = table_build(&table);
    if (error == 0) {
        table_emit(&table, &out);
        error = file_write(out_path, buf_str(&out));
    }
    buf_release(&table.strings);
    return error;
}

static int read_json(struct arena *arena, const char *path, struct diags *diags,
                     struct doc *ret_doc)
{
    struct str bytes;
    int error = file_read(arena, path, LIMIT_FILE_BYTES, &bytes);
    if (error < 0)
        return table_fail(str_from(path), strerror(-error));
    error = doc_read_json(arena, source_new(arena, str_from(path), bytes), diags, ret_doc);
    return error < 0 || ret_doc->broken ? -1 : 0;
}

static int compile(struct arena *arena, int argc, char **argv, struct diags *diags)
{
    int64_t minor;
    struct doc docs[3] = {0};
    if (number_parse_i64(str_from(argv[3]), &minor) < 0 || minor < 1 || minor >= MINOR_LIMIT)
        return table_fail(str_from(argv[3]), "name a minor version like 36");
    for (int i = 4; i < argc; i++) {
        if (read_json(arena, argv[i], diags, &docs[i - 4]) < 0)
            return -1;
    }
    const struct schema_input input = {
        .source = docs[0].source,
        .openapi = docs[0].root,
        .discovery = {docs[1].root, docs[2].root},
        .minor = (unsigned)minor,
    };
    return schema_compile(arena, &input, argv[2], diags);
}

int main(int argc, char **argv)
{
    SCOPED(arena) struct arena arena = {0};
    SCOPED(diags) struct diags diags = {0};
    int error;
    if (argc == 4 && strcmp(argv[1], "table") == 0)
        error = make_table(&arena, argv[2], argv[3], &diags);
    else if (argc >= 5 && argc <= 7 && strcmp(argv[1], "compile") == 0)
        error = compile(&arena, argc, argv, &diags);
    else
        error = table_fail(STR("schemagen"), "see the top of tools/schemagen.c for its use");
    print_findings(&diags);
    return error == 0 ? 0 : 1;
}
