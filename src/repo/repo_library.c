/* SPDX-License-Identifier: Apache-2.0 */
/* libgit2 as a whole: starting it once, and saying what it means when it fails. */
#include "repo/repo_internal.h"

#include <pthread.h>
#include <stdarg.h>

#include "base/limits.h"

/*
 * Extensions that change nothing for somebody who only reads objects and the index, but that
 * libgit2 1.5 does not know and therefore refuses: worktreeconfig is set by sparse checkouts,
 * partialclone by clones with a filter.
 */
static const char *const harmless_extensions[] = {
    "worktreeconfig",
    "partialclone",
    "preciousobjects",
    "relativeworktrees",
};

/* The one variable of the room: libgit2's own state is global, so its start is as well. */
static pthread_once_t library_once = PTHREAD_ONCE_INIT;

static void start(void)
{
    if (git_libgit2_init() < 0)
        BUG("libgit2 does not start");
    /* owner_check() runs on everything that is opened. libgit2 1.5 honours neither `*` nor the
     * environment, so its own check would refuse what the user has declared safe. */
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
    /* What is taken from commits goes through objects_read(), which verifies it faster. */
    git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
    git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, harmless_extensions, ARRAY_LEN(harmless_extensions));
}

/*
 * Takes the place of a function of the TLS library that libgit2 brings along: it would read all
 * certificates of the machine each time libgit2 starts, which is a third of what a run over a large
 * repository costs. tidegate never lets libgit2 near a network.
 */
__attribute__((visibility("default"))) int mbedtls_x509_crt_parse_file(void *chain,
                                                                       const char *path);

int mbedtls_x509_crt_parse_file(void *chain, const char *path)
{
    (void)chain;
    (void)path;
    return 0;
}

void library_start(void)
{
    if (pthread_once(&library_once, start) != 0)
        BUG("pthread_once failed");
}

/*
 * libgit2 1.5 loses memory in two places: a PCRE2 match for each configuration key that it looks at
 * while it searches for extensions (once an open), and a list when a merge base is not found
 * because history is cut. The leak checker is told, so that it still sees ours.
 */
#if defined(__SANITIZE_ADDRESS__)
#define HAVE_LEAK_CHECKER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAVE_LEAK_CHECKER 1
#endif
#endif

#ifdef HAVE_LEAK_CHECKER
#include <sanitizer/lsan_interface.h>

__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void)
{
    return "leak:libpcre2\n";
}
#else
static void __lsan_disable(void)
{
}

static void __lsan_enable(void)
{
}
#endif

int library_merge_base(git_oid *ret_base, git_repository *handle, const git_oid *a,
                       const git_oid *b)
{
    __lsan_disable();
    int code = git_merge_base(ret_base, handle, a, b);
    __lsan_enable();
    return code;
}

/* Parts of libgit2's messages that need a translation. First match wins. */
static const struct {
    const char *part;
    const char *words;
} translations[] = {
    {"extensions.objectformat", "its object format is not SHA-1, and no other can be read"},
    {"mandatory extension: 'link'",
     "it is split in two; run git update-index --no-split-index to make it one file"},
    {"mandatory extension: 'sdir'",
     "it is sparse; run git sparse-checkout reapply --no-sparse-index to make it a full one"},
    {"checksum does not match",
     "its checksum is wrong: it is damaged, or was written with index.skipHash"},
    {"invalid data in index", "it is damaged; remove it and run git reset to make it again"},
    {"object not found", "an object is missing; the clone is damaged or partial"},
    {"hash mismatch", "an object does not have the contents that its name stands for"},
    {"packfile", "a pack is damaged; run git fsck, then clone again"},
    {"inflate", "an object is damaged; run git fsck, then clone again"},
    {"zlib", "an object is damaged; run git fsck, then clone again"},
};

struct str library_reason(struct arena *arena)
{
    const git_error *error = git_error_last();
    if (!error || !error->message)
        return STR("no reason given");
    struct str text = str_from(error->message);
    for (size_t i = 0; i < ARRAY_LEN(translations); i++) {
        if (str_has(text, str_from(translations[i].part)))
            return str_from(translations[i].words);
    }
    return diag_quote(arena, text);
}

static struct diag *add_finding(struct diags *diags, enum rule_id rule, struct diag_at at,
                                const char *fmt, va_list args)
    __attribute__((format(printf, 4, 0)));

static struct diag *add_finding(struct diags *diags, enum rule_id rule, struct diag_at at,
                                const char *fmt, va_list args)
{
    char *message = NULL;
    if (vasprintf(&message, fmt, args) < 0)
        memory_exhausted(LIMIT_MESSAGE_BYTES);
    struct diag_at before = diags->at;
    diags->at = at;
    struct diag *diag =
        diag_add_rule(diags, rule_get(rule), (struct span){0}, (struct str){0}, str_from(message));
    diags->at = before;
    free(message);
    return diag;
}

struct diag *repo_finding(struct diags *diags, enum rule_id rule, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    struct diag *diag = add_finding(diags, rule, (struct diag_at){0}, fmt, args);
    va_end(args);
    return diag;
}

void repo_path_finding(struct diags *diags, struct arena *arena, enum rule_id rule, struct str path,
                       const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    while (path.n > 0 && path.p[path.n - 1] == '/')
        path.n--;
    if (path.n == 0)
        path = STR(".");
    struct diag_at at = {.source = source_new(arena, path, (struct str){0})};
    (void)add_finding(diags, rule, at, fmt, args);
    va_end(args);
}

int library_report(struct diags *diags, const char *fmt, ...)
{
    struct arena scratch = {0};
    struct str reason = library_reason(&scratch);
    va_list args;
    va_start(args, fmt);
    char *what = NULL;
    if (vasprintf(&what, fmt, args) < 0)
        memory_exhausted(LIMIT_MESSAGE_BYTES);
    va_end(args);
    (void)repo_finding(diags, RULE_GIT_REPOSITORY, "%s: %.*s", what, STR_FMT(reason));
    free(what);
    arena_release(&scratch);
    return -1;
}
