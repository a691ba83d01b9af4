/* SPDX-License-Identifier: Apache-2.0 */
/* Written at the end and in one go, so that several programs can share the file. */
#include "admit/rule_trace.h"

#ifdef TIDEGATE_RULE_TRACE
#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { PASSED = 1, FIRED = 2 };

void trace_row(const struct rule_row *row, bool fired)
{
    const size_t i = ((uintptr_t)row - (uintptr_t)rule_rows) / sizeof *row;
    if (i >= rule_row_count) /* made by a test */
        return;
    atomic_fetch_or_explicit(&rule_seen[i], fired ? FIRED : PASSED, memory_order_relaxed);
}

__attribute__((destructor)) static void write_trace(void)
{
    const char *path = getenv("TIDEGATE_RULE_TRACE");
    if (!path)
        return;
    SCOPED(buf) struct buf out;
    buf_init(&out, LIMIT_REPORT_BYTES);
    for (size_t i = 0; i < rule_row_count; i++) {
        const unsigned seen = atomic_load(&rule_seen[i]);
        if (seen)
            buf_format(&out, "%s%s %s\n", seen & PASSED ? "p" : "", seen & FIRED ? "f" : "",
                       rule_sources[i]);
    }
    SCOPED(fd) int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, out.p, out.n) != (ssize_t)out.n)
        abort(); /* a coverage that lacks rows would be wrong */
}
#endif
