/* SPDX-License-Identifier: Apache-2.0 */
/* One line a finding, as compilers write them and editors parse them, and one that sums up. */
#include "report/report_internal.h"

void report_write_concise(const struct report *report, const struct report_options *options,
                          struct buf *out)
{
    for (size_t i = 0; i < report->diags->n; i++) {
        const struct diag *diag = &report->diags->items[i];
        SCOPED(arena) struct arena arena = {0};

        if (!report_lists(report, diag))
            continue;
        report_write_line(report, diag, &arena, out);
        buf_add_char(out, '\n');
    }
    if (options->quiet)
        return;
    report_summary_line(report, out);
    buf_add_char(out, '\n');
    if (report_cluster_line(report, out))
        buf_add_char(out, '\n');
}
