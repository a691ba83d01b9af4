/* SPDX-License-Identifier: Apache-2.0 */
/* A line that says how far a long run is, on a terminal only. */
#include <unistd.h>

#include "base/clock.h"
#include "cmd/cmd_internal.h"

enum { FIRST_AFTER_MS = 1000, EVERY_MS = 100 };

void progress_init(struct progress *progress, bool quiet)
{
    *progress =
        (struct progress){.start_ms = clock_ms(), .is_terminal = !quiet && isatty(STDERR_FILENO)};
}

void progress_show(void *ctx, size_t done, size_t total)
{
    struct progress *progress = ctx;
    if (!progress->is_terminal)
        return;
    uint64_t now = clock_ms();
    if (now - progress->start_ms < FIRST_AFTER_MS || now - progress->shown_ms < EVERY_MS)
        return;
    progress->shown_ms = now;
    progress->shown = true;
    fprintf(stderr, "\r\033[Kchecking %zu of %zu", done, total);
}

void progress_end(struct progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
}
