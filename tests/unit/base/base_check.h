/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of base share. */
#pragma once

#include "base/arena.h"
#include "base/str.h"

#include "unit/unit.h"

#define assert_str(s, c_string) check_str((s), (c_string), __FILE__, __LINE__)

static inline void check_str(struct str s, const char *c_string, const char *file, int line)
{
    if (str_is(s, c_string))
        return;
    print_error("got '%.*s', want '%s'\n", STR_FMT(s), c_string);
    _fail(file, line);
}
