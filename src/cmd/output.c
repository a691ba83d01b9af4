/* SPDX-License-Identifier: Apache-2.0 */
/* Standard output, and what the terminal behind it can show. */
#include <langinfo.h>
#include <locale.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "cmd/cmd_internal.h"

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value && *value;
}

/* The usual rules: an explicit option, then NO_COLOR, then forcing, then the terminal. */
static bool wants_color(struct str option)
{
    if (option.n && !str_is(option, "auto"))
        return str_is(option, "always");
    if (is_set("NO_COLOR"))
        return false;
    const char *force = getenv("CLICOLOR_FORCE");
    if ((force && strcmp(force, "0") != 0) || is_set("FORCE_COLOR"))
        return true;
    const char *clicolor = getenv("CLICOLOR");
    if (clicolor && strcmp(clicolor, "0") == 0)
        return false;
    const char *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") != 0;
}

/* Only the character set is asked for: numbers and dates stay in the C locale. */
static bool has_unicode(void)
{
    setlocale(LC_CTYPE, "");
    bool utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    setlocale(LC_CTYPE, "C");
    return utf8;
}

static unsigned terminal_width(void)
{
    struct winsize size;
    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
        return 0;
    return size.ws_col;
}

struct report_options output_options(const struct common_args *args)
{
    return (struct report_options){.color = wants_color(args->color),
                                   .unicode = has_unicode(),
                                   .links = false,
                                   .width = terminal_width(),
                                   .max_same = 10,
                                   .quiet = args->quiet};
}

int output_write(struct str text)
{
    int error = fd_write_all(STDOUT_FILENO, text);
    if (error == 0 || error == -EPIPE)
        return 0;
    fprintf(stderr, "tidegate: standard output: %s\n", strerror(-error));
    return -1;
}

int output_buf(const struct buf *out)
{
    if (output_write(buf_str(out)) < 0)
        return -1;
    if (!out->full)
        return 0;
    fprintf(stderr, "tidegate: standard output was cut at %zu bytes\n", out->max);
    return -1;
}

/* Findings of commands that are no checks: configuration, schemas. */
void output_findings(const struct diags *diags, const struct common_args *args)
{
    struct report report = {.diags = diags, .scope.mode = "all", .fail_on = SEVERITY_ERROR};
    struct report_options options = output_options(args);
    options.quiet = true;
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_REPORT_BYTES);
    reporter_find(STR("full"))->write(&report, &options, &out);
    /* Standard error is the last resort: there is nowhere else to say that it is closed. */
    if (fd_write_all(STDERR_FILENO, buf_str(&out)) < 0)
        return;
}
