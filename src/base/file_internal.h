/* SPDX-License-Identifier: Apache-2.0 */
/* What file.c and dir.c share. */
#pragma once

#include "base/file.h"

#include <sys/stat.h>

static inline struct file_info file_info_of(const struct stat *st)
{
    struct file_info info = {.kind = FILE_OTHER, .size = (uint64_t)st->st_size};
    if (S_ISREG(st->st_mode))
        info.kind = FILE_REGULAR;
    if (S_ISDIR(st->st_mode))
        info.kind = FILE_DIRECTORY;
    if (S_ISLNK(st->st_mode))
        info.kind = FILE_SYMLINK;
    return info;
}
