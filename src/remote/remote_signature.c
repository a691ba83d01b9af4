/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who signed a commit: git reads it, ssh-keygen or gpg say whether it is right. The lists of those
 * who may are given; gpg gets a home of its own that holds nothing but the keyring, and goes away
 * with the check.
 *
 * git says it in one letter (git-log(1), %G?). G alone is a pass: for ssh it means that the list
 * names the key and the namespace, for gpg that the key is in the ring, neither expired nor
 * revoked.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "diag/diag.h"
#include "remote/remote_internal.h"
#include "repo/repo.h"

enum { CHECK_MS = 30000, OUTPUT_MOST = 64 << 10 };

enum signature_kind { KIND_NONE, KIND_SSH, KIND_GPG, KIND_OTHER };

static const char *const names[] = {
    [SIGNATURE_GOOD] = "good", [SIGNATURE_NONE] = "none",     [SIGNATURE_UNKNOWN] = "unknown",
    [SIGNATURE_BAD] = "bad",   [SIGNATURE_UNTOLD] = "untold",
};

const char *remote_signature_name(enum remote_signature signature)
{
    return names[signature];
}

static void say(struct remote_verdict *verdict, enum remote_signature signature, struct str why)
{
    *verdict = (struct remote_verdict){.signature = signature, .why = why};
}

/* By the first header that has one, as git does. */
static enum signature_kind kind_of(struct str commit)
{
    struct str line;
    for (struct str rest = commit; str_split(&rest, '\n', &line) && line.n;) {
        if (!str_starts(line, STR("gpgsig ")))
            continue;
        const struct str armor = str_from_offset(line, STR("gpgsig ").n);
        if (str_starts(armor, STR("-----BEGIN SSH SIGNATURE-----")))
            return KIND_SSH;
        return str_starts(armor, STR("-----BEGIN PGP ")) ? KIND_GPG : KIND_OTHER;
    }
    return KIND_NONE;
}

/* Every program that is not meant is one that always says no. */
static void add_settings(struct arena *arena, const struct remote_signers *signers,
                         enum signature_kind kind, struct str program, struct str_list *settings)
{
    const struct str no = STR("/bin/false");
    VEC_PUSH(arena, settings,
             config_line(arena, "gpg", "program", kind == KIND_GPG ? program : no));
    VEC_PUSH(arena, settings, config_line(arena, "gpg \"x509\"", "program", no));
    VEC_PUSH(arena, settings,
             config_line(arena, "gpg \"ssh\"", "program", kind == KIND_SSH ? program : no));
    if (kind != KIND_SSH)
        return;
    VEC_PUSH(
        arena, settings,
        config_line(arena, "gpg \"ssh\"", "allowedSignersFile", signers->allowed_signers_file));
    if (signers->revoked_file.n)
        VEC_PUSH(arena, settings,
                 config_line(arena, "gpg \"ssh\"", "revocationFile", signers->revoked_file));
}

/* A home for gpg with the keyring. -1 with a reason. */
static int make_home(struct arena *arena, struct str gpg, struct str keyring, struct str home,
                     struct str *ret_why)
{
    static const char settings[] = "batch\nno-tty\nno-autostart\nno-auto-key-retrieve\n"
                                   "no-auto-key-locate\ntrust-model always\n";
    const char *path = str_to_c(arena, home);
    const char *const argv[] = {str_to_c(arena, gpg),     "--homedir", path, "--quiet", "--import",
                                str_to_c(arena, keyring), NULL};
    const char *const env[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", NULL};
    const struct child_options options = {
        .argv = argv, .env = env, .dir = "/", .timeout_ms = CHECK_MS, .max_output = OUTPUT_MOST};
    struct child_result result = {0};
    store_remove(path);
    int error = mkdir(path, 0700) < 0 ? -errno : 0;
    if (error == 0)
        error = file_write(str_to_c(arena, path_join(arena, home, STR("gpg.conf"))),
                           str_from(settings));
    if (error == 0)
        error = child_run(arena, &options, &result);
    if (error == 0 && result.exit_code == 0)
        return 0;
    *ret_why = error < 0 ? str_from(strerror(-error)) : program_said(arena, result.err);
    *ret_why = str_format(arena, "the keyring can't be used: %.*s", STR_FMT(*ret_why));
    return -1;
}

static void read_letter(struct arena *arena, struct str out, struct remote_verdict *verdict)
{
    static const struct {
        char letter;
        enum remote_signature signature;
        const char *why;
    } letters[] = {
        {'B', SIGNATURE_BAD, "the signature is not of this commit, or its key is revoked"},
        {'U', SIGNATURE_UNKNOWN, "signed by a key that the list of signers doesn't have"},
        {'E', SIGNATURE_UNKNOWN, "signed by a key that the list of signers doesn't have"},
        {'X', SIGNATURE_UNKNOWN, "the signature has expired"},
        {'Y', SIGNATURE_UNKNOWN, "signed by a key that has expired"},
        {'R', SIGNATURE_UNKNOWN, "signed by a key that is revoked"},
    };
    struct str letter = {0}, who = {0};
    (void)(str_split(&out, '\n', &letter) && str_split(&out, '\n', &who));
    if (str_is(letter, "G") && who.n) {
        *verdict =
            (struct remote_verdict){.signature = SIGNATURE_GOOD, .who = diag_escape(arena, who)};
        return;
    }
    say(verdict, SIGNATURE_UNTOLD, STR("the signature can't be read"));
    for (size_t i = 0; i < ARRAY_LEN(letters); i++)
        if (letter.n == 1 && letter.p[0] == letters[i].letter)
            say(verdict, letters[i].signature, str_from(letters[i].why));
}

/* What is missing for a signature of this kind; NULL when all is there. */
static const char *missing(const struct remote_signers *signers, enum signature_kind kind,
                           struct str program)
{
    if (kind == KIND_OTHER)
        return "signed in another way than by ssh and OpenPGP";
    if (kind == KIND_SSH && !signers->allowed_signers_file.n)
        return "signed by ssh, and there is no file of allowed signers";
    if (kind == KIND_GPG && !signers->keyring_file.n)
        return "signed by OpenPGP, and there is no keyring";
    if (!program.n)
        return kind == KIND_SSH ? "there is no ssh-keygen in PATH" : "there is no gpg in PATH";
    if (kind == KIND_SSH && access(signers->allowed_signers_file.p, R_OK) < 0)
        return "the file of allowed signers can't be read";
    return NULL;
}

static void check(struct remote *remote, struct arena *arena, const struct remote_signers *signers,
                  enum signature_kind kind, const char *commit, struct remote_verdict *verdict)
{
    const struct str program = child_find(arena, kind == KIND_SSH ? "ssh-keygen" : "gpg");
    const struct str home = path_join(arena, str_from(remote->state), STR("gnupg"));
    struct remote_command log = {.words = {"log", "-1", "--format=%G?%n%GS", commit, "--"},
                                 .deadline = clock_ms() + CHECK_MS,
                                 .is_local = true};
    struct remote_run run;
    struct str why;
    const char *lack = missing(signers, kind, program);
    if (lack) {
        say(verdict, SIGNATURE_UNTOLD, str_from(lack));
        return;
    }
    add_settings(arena, signers, kind, program, &log.settings);
    if (kind == KIND_GPG) {
        log.gnupg_home = home;
        if (make_home(arena, program, signers->keyring_file, home, &why) < 0) {
            store_remove(str_to_c(arena, home));
            say(verdict, SIGNATURE_UNTOLD, why);
            return;
        }
    }
    if (remote_run(remote, arena, &log, &run) == 0)
        read_letter(arena, run.out, verdict);
    else
        say(verdict, SIGNATURE_UNTOLD, run.why);
    store_remove(str_to_c(arena, home));
}

/* Absolute, and followed by a NUL. */
static bool own(struct arena *arena, struct str *path)
{
    *path = str_dup(arena, *path);
    return !path->n || (path->p[0] == '/' && !str_has_control(*path));
}

void remote_verify(struct remote *remote, struct arena *arena, const struct remote_signers *signers,
                   struct str commit, struct remote_verdict *ret_verdict)
{
    struct remote_signers files = *signers;
    const char *id = str_to_c(arena, commit);
    const struct remote_command read = {
        .words = {"cat-file", "commit", id}, .deadline = clock_ms() + CHECK_MS, .is_local = true};
    struct remote_run run;
    say(ret_verdict, SIGNATURE_UNTOLD, STR("the lists of signers need absolute paths"));
    if (!own(arena, &files.allowed_signers_file) || !own(arena, &files.revoked_file) ||
        !own(arena, &files.keyring_file))
        return;
    if (!repo_is_id(commit) || remote_run(remote, arena, &read, &run) < 0) {
        say(ret_verdict, SIGNATURE_UNTOLD, STR("the commit can't be read"));
        return;
    }
    const enum signature_kind kind = kind_of(run.out);
    if (kind == KIND_NONE)
        say(ret_verdict, SIGNATURE_NONE, STR("the commit is not signed"));
    else
        check(remote, arena, &files, kind, id, ret_verdict);
}
