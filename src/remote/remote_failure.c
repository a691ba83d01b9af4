/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From what git and the programs below it say to a kind of failure. The words are those of
 * git 2.39, curl with GnuTLS and OpenSSL, and OpenSSH 9.2 in the C locale; with others a failure
 * stays one, it is only REMOTE_ODD.
 */
#include "remote/remote_internal.h"

static const struct {
    const char *words;
    enum remote_failure failure;
} signs[] = {
    /* what is more particular comes first */
    {"not a git repository", REMOTE_LOCAL},
    {"No space left on device", REMOTE_LOCAL},
    {"Disk quota exceeded", REMOTE_LOCAL},
    {"Read-only file system", REMOTE_LOCAL},
    {"No user exists for uid", REMOTE_LOCAL},
    {"are too open", REMOTE_LOCAL},
    {"error in libcrypto", REMOTE_LOCAL},
    {"error setting certificate", REMOTE_LOCAL},
    {"died of signal 25", REMOTE_TOO_LARGE},
    {"File too large", REMOTE_TOO_LARGE},
    {"Out of memory", REMOTE_TOO_LARGE},
    {"out of memory", REMOTE_TOO_LARGE},
    {"Could not resolve", REMOTE_NO_NAME},
    {"could not resolve", REMOTE_NO_NAME},
    {"Name or service not known", REMOTE_NO_NAME},
    {"Connection timed out", REMOTE_TIMEOUT},
    {"Operation timed out", REMOTE_TIMEOUT},
    {"Operation too slow", REMOTE_TIMEOUT},
    {"Connection refused", REMOTE_UNREACHED},
    {"Failed to connect", REMOTE_UNREACHED},
    {"Couldn't connect", REMOTE_UNREACHED},
    {"No route to host", REMOTE_UNREACHED},
    {"Network is unreachable", REMOTE_UNREACHED},
    {"Proxy CONNECT aborted", REMOTE_UNREACHED},
    {"CONNECT tunnel failed", REMOTE_UNREACHED},
    {"from proxy after CONNECT", REMOTE_UNREACHED},
    {"host key is known for", REMOTE_UNTRUSTED},
    {"has changed and you have requested", REMOTE_UNTRUSTED},
    {"Host key verification failed", REMOTE_UNTRUSTED},
    {"certificate", REMOTE_UNTRUSTED},
    {"gnutls_handshake", REMOTE_UNTRUSTED},
    {"SSL_connect", REMOTE_UNTRUSTED},
    {"SSL routines", REMOTE_UNTRUSTED},
    {"could not read Username", REMOTE_DENIED},
    {"could not read Password", REMOTE_DENIED},
    {"Authentication failed", REMOTE_DENIED},
    {"Permission denied (", REMOTE_DENIED},
    {"Too many authentication failures", REMOTE_DENIED},
    {"returned error: 401", REMOTE_DENIED},
    {"returned error: 403", REMOTE_DENIED},
    {"returned error: 407", REMOTE_DENIED},
    {"returned error: 404", REMOTE_NO_REPOSITORY},
    {"returned error: 410", REMOTE_NO_REPOSITORY},
    {"returned error: 3", REMOTE_REDIRECTED},
    {"returned error: 429", REMOTE_BUSY},
    {"returned error: 5", REMOTE_BUSY},
    {"couldn't find remote ref", REMOTE_NO_REVISION},
    {"not our ref", REMOTE_NO_REVISION},
    {"unadvertised object", REMOTE_NO_REVISION},
    {"does not appear to be a git repository", REMOTE_NO_REPOSITORY},
    {"Repository not found", REMOTE_NO_REPOSITORY},
    {"repository not found", REMOTE_NO_REPOSITORY},
    {"not valid: is this a git repository", REMOTE_NO_REPOSITORY},
    {"' not found", REMOTE_NO_REPOSITORY},
    {"early EOF", REMOTE_CUT},
    {"unexpected disconnect", REMOTE_CUT},
    {"hung up", REMOTE_CUT},
    {"RPC failed", REMOTE_CUT},
    {"Connection reset", REMOTE_CUT},
    {"Recv failure", REMOTE_CUT},
    {"Empty reply", REMOTE_CUT},
    {"bytes of body are still expected", REMOTE_CUT},
    {"bytes remaining to read", REMOTE_CUT},
    {"invalid index-pack output", REMOTE_CUT},
    {"kex_exchange_identification", REMOTE_CUT},
    {"Connection closed by", REMOTE_CUT},
    {"Could not read from remote repository", REMOTE_CUT},
};

/* The line of what was said that has these words. What the server has git say for it ("remote: …")
 * decides nothing. */
static bool find_line(struct str said, struct str words, struct str *ret_line)
{
    struct str line;
    for (struct str rest = said; str_split(&rest, '\n', &line);)
        if (!str_starts(line, STR("remote: ")) && str_has(line, words)) {
            *ret_line = str_trim(line);
            return true;
        }
    return false;
}

enum remote_failure failure_of(struct str said, struct str *ret_line)
{
    *ret_line = said;
    for (size_t i = 0; i < ARRAY_LEN(signs); i++)
        if (find_line(said, str_from(signs[i].words), ret_line))
            return signs[i].failure;
    return REMOTE_ODD;
}

static const struct {
    const char *name;
    const char *words;
} names[] = {
    [REMOTE_OK] = {"ok", ""},
    [REMOTE_NO_NAME] = {"no-name", "the host's name is not known"},
    [REMOTE_UNREACHED] = {"unreached", "the host can't be reached"},
    [REMOTE_UNTRUSTED] = {"untrusted", "the host is not who it should be"},
    [REMOTE_DENIED] = {"denied", "the host wants a credential, or refuses the one it got"},
    [REMOTE_NO_REPOSITORY] = {"no-repository",
                              "there is no such repository, or it may not be seen"},
    [REMOTE_NO_REVISION] = {"no-revision", "there is no such branch, tag or commit"},
    [REMOTE_REDIRECTED] =
        {"redirected",
         "the host sends on to another URL, which was not asked (configure that one)"},
    [REMOTE_BUSY] = {"busy", "the host fails, or has enough of us"},
    [REMOTE_TIMEOUT] = {"timeout", "the host takes too long"},
    [REMOTE_CUT] = {"cut", "the transfer ended in the middle"},
    [REMOTE_TOO_LARGE] = {"too-large", "the repository is larger than allowed"},
    [REMOTE_LOCAL] = {"local", "this machine can't do it"},
    [REMOTE_ODD] = {"odd", "git failed"},
};

const char *remote_failure_name(enum remote_failure failure)
{
    return names[failure].name;
}

const char *failure_words(enum remote_failure failure)
{
    return names[failure].words;
}
