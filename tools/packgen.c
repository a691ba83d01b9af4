/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Build-time tool:
 *
 *   packgen RULES OUT_IDS.h OUT_TABLE.c
 *
 * makes the table of src/pack/pack.h of the rule files below a folder. A mistake in one of them
 * ends the build, with its place.
 */
#include "packgen.h"

#include "base/file.h"
#include "base/limits.h"

/* What has not changed keeps its time, so that only what needs it is compiled again. */
static int write_text(struct arena *arena, const char *path, const struct buf *out)
{
    struct str old;
    if (file_read(arena, path, LIMIT_FILE_BYTES, &old) == 0 && str_eq(old, buf_str(out)))
        return 0;
    const int error = file_write(path, buf_str(out));
    if (error < 0)
        fprintf(stderr, "%s: %s\n", path, strerror(-error));
    return error;
}

int main(int argc, char **argv)
{
    struct arena arena SCOPED(arena) = {0};
    struct packgen gen = {.arena = &arena};
    SCOPED(buf) struct buf ids;
    SCOPED(buf) struct buf table;
    buf_init(&ids, LIMIT_FILE_BYTES);
    buf_init(&table, LIMIT_FILE_BYTES);
    if (argc != 4) {
        fprintf(stderr, "packgen: see the top of tools/packgen.c for its use\n");
        return 2;
    }
    if (packgen_read(&gen, argv[1]) < 0)
        return 1;
    packgen_emit_ids(&gen, &ids);
    packgen_emit_table(&gen, &table);
    return write_text(&arena, argv[2], &ids) < 0 || write_text(&arena, argv[3], &table) < 0;
}
