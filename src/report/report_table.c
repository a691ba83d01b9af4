/* SPDX-License-Identifier: Apache-2.0 */
/* The output formats. A new one is a file and a row. */
#include "report/report_internal.h"

static const struct reporter reporters[] = {
    {"full", "findings with source excerpts, for people", report_write_full},
    {"concise", "one line a finding, for editors", report_write_concise},
    {"json", "everything, for programs (tidegate schemas show report)", report_write_json},
    {"sarif", "SARIF 2.1.0, for code scanning", report_write_sarif},
    {"junit", "JUnit XML, for CI servers", report_write_junit},
    {"github", "workflow commands, for annotations in GitHub Actions", report_write_github},
    {"markdown", "tables, for summaries and comments", report_write_markdown},
    {"gitlab", "code quality report, for GitLab merge requests", report_write_gitlab},
};

const struct reporter *reporter_find(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(reporters); i++)
        if (str_is(name, reporters[i].name))
            return &reporters[i];
    return NULL;
}

const struct reporter *reporter_at(size_t i)
{
    return i < ARRAY_LEN(reporters) ? &reporters[i] : NULL;
}
