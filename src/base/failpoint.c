/* SPDX-License-Identifier: Apache-2.0 */
#include "base/failpoint.h"

#ifdef TIDEGATE_FAILPOINTS
#include <signal.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/number.h"

static int64_t passed;

static void tell_passed(void)
{
    struct arena arena SCOPED(arena) = {0};
    const char *path = getenv("TIDEGATE_FAILPOINT_COUNT");
    if (path && *path)
        (void)!file_write(path, str_format(&arena, "%lld\n", (long long)passed));
}

void failpoint(void)
{
    const char *wanted = getenv("TIDEGATE_FAILPOINT");
    int64_t at = 0;
    if (passed++ == 0)
        (void)atexit(tell_passed);
    if (wanted && number_parse_i64(str_from(wanted), &at) == 0 && at == passed)
        (void)raise(SIGKILL);
}
#else
typedef int failpoint_is_off; /* a file must not be empty */
#endif
