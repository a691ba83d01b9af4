/* SPDX-License-Identifier: Apache-2.0 */
/* Standard output, and what the terminal behind it can show. */
#include <langinfo.h>
#include <locale.h>
#include <sys/ioctl.h>
#include <sys/random.h>
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
    output_say("standard output: %s", strerror(-error));
    return -1;
}

int output_buf(const struct buf *out)
{
    if (output_write(buf_str(out)) < 0)
        return -1;
    if (!out->full)
        return 0;
    output_say("standard output was cut at %zu bytes", out->max);
    return -1;
}

/* Nobody who writes a manifest can know the word that lets commands in again. What is not
 * dangerous stays as it is: a file may be written by it, and `git apply` skips lines it does not
 * know. */
int output_verbatim(const struct buf *verbatim)
{
    const struct str text = buf_str(verbatim);
    struct buf out SCOPED(buf) = {0};
    unsigned char bytes[16];
    const char *actions = getenv("GITHUB_ACTIONS");
    if (!actions || strcmp(actions, "true") != 0 || !report_has_commands(text))
        return output_buf(verbatim);
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) {
        output_say("standard output: there are no random numbers to protect the log with");
        return -1;
    }
    char word[2 * sizeof bytes + 1];
    for (size_t i = 0; i < sizeof bytes; i++)
        (void)snprintf(word + 2 * i, 3, "%02x", (unsigned)bytes[i]);
    buf_init(&out, LIMIT_REPORT_BYTES);
    buf_format(&out, "::stop-commands::%s\n%.*s", word, STR_FMT(text));
    if (!str_ends(text, STR("\n")))
        buf_add_char(&out, '\n');
    buf_format(&out, "::%s::\n", word);
    return verbatim->full ? -1 : output_buf(&out);
}

static void say(const char *prefix, const char *fmt, va_list args)
    __attribute__((format(printf, 2, 0)));
static void say(const char *prefix, const char *fmt, va_list args)
{
    struct buf line SCOPED(buf) = {0};
    char *text = NULL;
    const int n = vasprintf(&text, fmt, args);
    if (n < 0)
        memory_exhausted(0);
    buf_init(&line, SIZE_MAX - 1);
    buf_add_c(&line, prefix);
    escape_terminal(&line, (struct str){text, (size_t)n});
    buf_add_char(&line, '\n');
    free(text);
    /* Standard error is the last resort: there is nowhere else to say that it is closed. */
    if (fd_write_all(STDERR_FILENO, buf_str(&line)) < 0)
        return;
}

void output_say_args(const char *fmt, va_list args)
{
    say("tidegate: ", fmt, args);
}

void output_tell(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    say("", fmt, args);
    va_end(args);
}

void output_say(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    output_say_args(fmt, args);
    va_end(args);
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
