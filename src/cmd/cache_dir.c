/* SPDX-License-Identifier: Apache-2.0 */
/* Where things are remembered that only save time. */
#include "base/file.h"
#include "cmd/cmd_internal.h"

struct str cache_dir(struct arena *arena)
{
    const char *own = getenv("TIDEGATE_CACHE_DIR");
    if (own)
        return str_from(own);
    struct str xdg = str_from(getenv("XDG_CACHE_HOME"));
    struct str home = str_from(getenv("HOME"));
    /* A relative path is no setting (XDG base directories). */
    if (str_starts(xdg, STR("/")))
        return path_join(arena, xdg, STR("tidegate"));
    return str_starts(home, STR("/")) ? path_join(arena, home, STR(".cache/tidegate"))
                                      : (struct str){0};
}
