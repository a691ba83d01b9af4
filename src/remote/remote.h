/* SPDX-License-Identifier: Apache-2.0 */
/*
 * remote: one branch, tag or commit of a repository that is elsewhere, kept in a bare repository in
 * a folder of our own. What is new is asked for cheaply, and fetched without its history only when
 * there is something new:
 *
 *   struct remote *remote = remote_open(&arena, &options, &why);
 *   struct remote_answer head, got;
 *   if (remote_poll(remote, &arena, last_id, &head) == REMOTE_MOVED)
 *       if (remote_fetch(remote, &arena, &got) == 0) ...           // got.id is there now
 *   remote_descends(remote, &arena, applied_id, got.id, &why);
 *   remote_verify(remote, &arena, &signers, got.id, &signature);
 *   repo_open(&arena, remote_folder(remote), &diags, &repo);       // anew after every fetch
 *   remote_close(remote);
 *
 * A folder on this machine needs none of it: repo_open(), which heeds GIT_DIR: whoever follows a
 * remote runs without it.
 *
 * git does the work as a child with a hard deadline, which ends with all that it started; libgit2
 * reads the objects that are here. What git may do:
 *
 *   - its environment is made here, nothing of ours is inherited but PATH. It reads no
 * configuration of the machine or the user, knows the one protocol of the URL, follows no redirect,
 * asks nobody, runs no hook, helper of credentials or submodule
 *   - https: certificates are always verified, by `ca_file` if there is one. http and file are
 *     refused unless asked for, and a credential is sent by http to this machine only
 *   - ssh: with one key and one file of known hosts, both must be given; no agent, no
 * configuration, no question
 *   - a pack larger than `max_bytes` ends it, and so does too much memory
 *
 * Where the secrets are: they are read for each operation, so that they can be changed while we
 * run, and reach git in a file that has no name (a memfd), which it reads as the user's
 * configuration. They are in no argument, no environment and no file; what git says is searched for
 * them before it is shown. A header is used for passwords too: helpers and GIT_ASKPASS programs
 * would need a pipe to a process of ours for the same.
 *
 * Answers live in the arena of the call. One thread and one process a folder: it is locked.
 */
#pragma once

#include "base/arena.h"
#include "base/str.h"

struct remote;

/* From a file, which wins, or a variable of our environment; both "": none. */
struct remote_secret {
    struct str file;
    struct str variable;
};

struct remote_options {
    struct str state_folder;        /* made with mode 0700 when it isn't there; nobody else's */
    struct str url;                 /* https://HOST/PATH, ssh://USER@HOST/PATH, USER@HOST:PATH */
    struct str branch, tag, commit; /* one of them; none: what HEAD there is */
    struct str username;            /* https, with a password; "": of the URL, or x-access-token */
    struct remote_secret password;  /* https: basic authentication */
    struct remote_secret token;     /* https: a bearer token */
    struct str identity_file;       /* ssh: private key */
    struct str known_hosts_file;    /* ssh */
    struct str ca_file;             /* https: the certificates to trust */
    struct str proxy;               /* http://[USER:PASSWORD@]HOST:PORT, for https; "": none */
    bool allow_http, allow_file;
    unsigned poll_ms;       /* 0: 30 s */
    unsigned fetch_ms;      /* 0: 5 minutes */
    uint64_t max_bytes;     /* of the repository here, and of a fetch; 0: 1 GiB */
    uint64_t recycle_bytes; /* above it the next fetch starts from nothing; 0: 256 MiB */
    unsigned max_depth;     /* how far history is fetched to find a commit; 0: 4,000 */
};

/* Why it failed. */
enum remote_failure {
    REMOTE_OK,
    REMOTE_NO_NAME,       /* the host's name is not known */
    REMOTE_UNREACHED,     /* refused, no route */
    REMOTE_UNTRUSTED,     /* TLS: a certificate, or the host key of ssh */
    REMOTE_DENIED,        /* no credential, or a wrong one */
    REMOTE_NO_REPOSITORY, /* which is also what some hosts say to those who may not see it */
    REMOTE_NO_REVISION,   /* no such branch, tag or commit */
    REMOTE_REDIRECTED,    /* to another URL, which was not asked */
    REMOTE_BUSY,          /* 5xx, 429 */
    REMOTE_TIMEOUT,
    REMOTE_CUT, /* the transfer ended in the middle */
    REMOTE_TOO_LARGE,
    REMOTE_LOCAL, /* something here: the folder, git, a file with a secret */
    REMOTE_ODD,   /* anything else */
};
const char *remote_failure_name(enum remote_failure failure); /* "no-name", "denied", … */

struct remote_answer {
    struct str id; /* of the commit, "" after a failure */
    enum remote_failure failure;
    struct str why; /* one line, without any credential */
};

enum remote_outcome { REMOTE_UNCHANGED, REMOTE_MOVED, REMOTE_FAILED };

/* NULL with a reason. Sends nothing. What an end in the middle left in the folder is cleaned up. */
struct remote *remote_open(struct arena *arena, const struct remote_options *options,
                           struct str *ret_why) MUST_USE;
void remote_close(struct remote *remote); /* accepts NULL */
/* The URL as it may be shown: without user and password. */
struct str remote_url(const struct remote *remote);
/* The bare repository, whose path stays while its contents may become others with a fetch. */
const char *remote_folder(const struct remote *remote);

/* What the remote has now, against what is known (a full id, "": nothing). One request, or none for
 * a commit. For an annotated tag the id is of its commit. */
enum remote_outcome remote_poll(struct remote *remote, struct arena *arena, struct str known,
                                struct remote_answer *ret_answer) MUST_USE;
/* Fetches what the remote has now. 0, or -1 with the reason; then what was here is as it was. */
int remote_fetch(struct remote *remote, struct arena *arena,
                 struct remote_answer *ret_answer) MUST_USE;
/* The same with one commit (a full id), for going back: whatever branch it is of. */
int remote_fetch_commit(struct remote *remote, struct arena *arena, struct str id,
                        struct remote_answer *ret_answer) MUST_USE;

enum remote_descent {
    REMOTE_DESCENDS, /* or is the same */
    REMOTE_DIVERGED, /* the whole history of the commit is known: the other is not in it */
    REMOTE_UNTOLD,   /* the history that could be had is too short; ret_why says why */
};
/* Whether a commit that was fetched comes from another (full ids). Fetches more of the history when
 * needed, up to `max_depth`. */
enum remote_descent remote_descends(struct remote *remote, struct arena *arena, struct str ancestor,
                                    struct str commit, struct str *ret_why) MUST_USE;

/* ---- signatures ---- */

struct remote_signers {
    /* absolute paths */
    struct str allowed_signers_file; /* ssh, see ssh-keygen(1) ALLOWED SIGNERS; "": none */
    struct str revoked_file;         /* ssh: keys that count no more; "": none */
    struct str keyring_file;         /* OpenPGP: public keys, all of them trusted; "": none */
};

enum remote_signature {
    SIGNATURE_GOOD,    /* by one of the signers */
    SIGNATURE_NONE,    /* not signed */
    SIGNATURE_UNKNOWN, /* by nobody who is listed, or by a key that is expired or revoked */
    SIGNATURE_BAD,     /* it is not of this commit */
    SIGNATURE_UNTOLD,  /* can't be checked: no program or list for this kind of signature */
};
const char *remote_signature_name(enum remote_signature signature); /* "good", "none", … */

struct remote_verdict {
    enum remote_signature signature;
    struct str who; /* good: the principal or user id */
    struct str why; /* everything else: one line */
};
/* Who signed a commit that was fetched. Only SIGNATURE_GOOD is a pass. */
void remote_verify(struct remote *remote, struct arena *arena, const struct remote_signers *signers,
                   struct str commit, struct remote_verdict *ret_verdict);
