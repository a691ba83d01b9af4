/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of one text in git's own words. */
#include "repo/repo_internal.h"

int text_diff(struct buf *out, struct str path, struct str old, struct str new)
{
    struct arena arena SCOPED(arena) = {0};
    git_patch *patch = NULL;
    git_buf text = GIT_BUF_INIT;
    git_diff_options options;
    const char *name = str_to_c(&arena, path);
    library_start();
    git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
    options.flags = GIT_DIFF_FORCE_TEXT;
    int error = git_patch_from_buffers(&patch, old.p, old.n, name, new.p, new.n, name, &options);
    if (error == 0)
        error = git_patch_to_buf(&text, patch);
    if (error == 0)
        buf_add(out, (struct str){text.ptr, text.size});
    git_buf_dispose(&text);
    git_patch_free(patch);
    return error == 0 ? 0 : -1;
}
