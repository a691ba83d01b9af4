/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints objects as rules see them: one JSON text a line, with defaults filled in for one
 * Kubernetes minor, or `null` for what does not decode.
 *
 * usage: defaulted MINOR FILE
 */
#include "admit/admit.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"

#include <stdio.h>

static void print_object(const struct schema_view *view, const struct object *object)
{
    struct arena arena SCOPED(arena) = {0};
    struct diags diags SCOPED(diags) = {.at = {.source = object->source}};
    struct buf out SCOPED(buf) = {0};
    struct admit_ctx ctx = {.view = view, .arena = &arena, .diags = &diags};
    struct admitted admitted;
    buf_init(&out, LIMIT_REPORT_BYTES);
    admit_decode(&ctx, object, &admitted);
    admit_default(&ctx, &admitted);
    if (admitted.type_error || admitted.strict_error)
        buf_add_c(&out, "null");
    else
        doc_write_json(&out, admitted.value, 0);
    puts(out.p);
}

int main(int argc, char **argv)
{
    struct arena arena SCOPED(arena) = {0};
    struct diags diags SCOPED(diags) = {0};
    struct doc_list docs = {0};
    struct schema_view view;
    struct str text;
    unsigned minor;
    if (argc != 3 || sscanf(argv[1], "1.%u", &minor) != 1)
        return 2;
    if (file_read(&arena, argv[2], LIMIT_FILE_BYTES, &text))
        return 2;
    struct source *source = source_new(&arena, str_from(argv[2]), text);
    struct object_set set = {.arena = &arena, .name = STR("all")};
    diags.at.source = source;
    schema_view_init(&view, &arena, minor);
    if (doc_read_file(&arena, source, &diags, &docs))
        return 1;
    for (size_t i = 0; i < docs.n; i++)
        object_set_add_doc(&set, &view, &docs.items[i], &diags);
    for (size_t i = 0; i < set.n; i++)
        print_object(&view, &set.items[i]);
    schema_view_release(&view);
    return diags_worst(&diags) == SEVERITY_ERROR;
}
