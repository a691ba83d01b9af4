/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the room share. */
#pragma once

#include "base/child.h"
#include "base/limits.h"
#include "base/vec.h"
#include "remote/remote.h"
#include "repo/program.h"

#define HEAD_REFERENCE "refs/tidegate/head" /* what was fetched last, in the repository here */

enum remote_scheme { SCHEME_HTTPS, SCHEME_HTTP, SCHEME_SSH, SCHEME_FILE };

struct remote_address {
    enum remote_scheme scheme;
    struct str host;   /* without its port; "" for files */
    struct str user;   /* "": none */
    struct str clean;  /* for git and for people: no password, and a user for ssh only */
    struct str origin; /* https: scheme, host and port */
    bool is_local;     /* this machine */
};

struct remote {
    struct arena arena;
    struct remote_options options; /* texts are in the arena, defaults filled in */
    struct remote_address address;
    struct str reference; /* there: HEAD, refs/heads/…, refs/tags/…; or the id of a commit */
    const char *state;    /* absolute */
    const char *folder;   /* the bare repository */
    int lock;             /* owned */
    bool is_broken;       /* the next fetch starts from nothing */
};

/* ---- remote_url.c ---- */

/* 0, or -1 with a reason that quotes nothing that may be a password. */
int address_parse(struct arena *arena, const struct remote_options *options,
                  struct remote_address *ret_address, struct str *ret_why) MUST_USE;
/* Whether git would take it as a part of the name of a reference (git-check-ref-format). */
bool reference_is_legal(struct str name);

/* ---- remote_store.c ---- */

/* The folder for the repository: cleans up and locks. -1 with a reason. */
int store_open(struct remote *remote, struct str *ret_why) MUST_USE;
/* Whether there is a repository that can be added to. */
bool store_is_usable(const struct remote *remote);
/* Bytes and files of the packs. */
void store_measure(const char *folder, uint64_t *ret_bytes, size_t *ret_files);
/* Half-written files and locks of a git that was ended. */
void store_clean(const char *folder);
void store_remove(const char *folder);
/* Whether a file was being written that came up to the limit: git says only that it has no pack. */
bool store_is_cut(const char *folder, uint64_t limit);
/* Puts a new repository in the place of the old one. */
int store_swap(struct remote *remote, const char *fresh) MUST_USE;
/* Bytes that may still be written; 0: the disk is nearly full. */
uint64_t store_room(const struct remote *remote);

/* ---- remote_git.c ---- */

/* One command of git and what became of it. */
struct remote_command {
    const char *folder;       /* NULL: the repository */
    const char *words[16];    /* NULL-terminated */
    struct str_list more;     /* behind them */
    uint64_t deadline;        /* by clock_ms() */
    bool is_local;            /* speaks to nobody: gets no credential */
    uint64_t max_file;        /* 0: 1 GiB */
    struct str_list settings; /* more lines of configuration */
    struct str gnupg_home;    /* "": none */
};

struct remote_run {
    int exit_code;
    struct str out; /* standard output */
    struct str err; /* standard error, without our secrets */
    enum remote_failure failure;
    struct str why; /* after a failure */
};

/* 0: it ended with 0. -1: with another code, or not by itself; failure and why say what it was. */
int remote_run(struct remote *remote, struct arena *arena, const struct remote_command *command,
               struct remote_run *ret_run) MUST_USE;

/* A failure in our words, and what git said, if anything. Always -1. */
int answer_fail(struct remote_answer *answer, struct arena *arena, enum remote_failure failure,
                struct str detail);

/* ---- remote_config.c ---- */

/* The configuration that git gets, in a file without a name: a descriptor, or -1 with a reason. The
 * secrets in it are added to the list, for hiding them in what git says. */
int config_open(const struct remote *remote, struct arena *arena,
                const struct remote_command *command, struct str_list *secrets,
                struct str *ret_why) MUST_USE;
/* "key = value" below [section]. */
struct str config_line(struct arena *arena, const char *section, const char *key, struct str value);
/* What git runs for ssh. -1 with a reason. */
int config_ssh(const struct remote *remote, struct arena *arena, struct str *ret_command,
               struct str *ret_why) MUST_USE;

/* ---- remote_failure.c ---- */

/* What kind of failure it was, from what git said, and the line that says so (or all of it). */
enum remote_failure failure_of(struct str said, struct str *ret_line);
/* In words for people. */
const char *failure_words(enum remote_failure failure);

/* ---- remote.c ---- */

/* remote_run() of a fetch, whose pack may be as large as allowed and there is room for. */
int remote_run_fetch(struct remote *remote, struct arena *arena, struct remote_command *command,
                     struct remote_answer *answer) MUST_USE;

/* An id of a commit in the repository here; false when it is not there. */
bool remote_find_commit(struct remote *remote, struct arena *arena, const char *folder,
                        struct str revision, struct str *ret_id);
