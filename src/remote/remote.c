/* SPDX-License-Identifier: Apache-2.0 */
/* What the remote has, and bringing it here. */
#include "remote/remote.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "remote/remote_internal.h"
#include "repo/repo.h"

enum {
    POLL_MS = 30000,
    FETCH_MS = 300000,
    DEPTH_FIRST = 1,
    DEPTH_NEXT = 16, /* so that the ancestor that is looked for is mostly there */
    DEPTH_MOST = 4000,
    FILES_MOST = 600, /* packs and their indexes: more make every look-up slow */
};
static const uint64_t BYTES_MOST = 1U << 30;
static const uint64_t BYTES_RECYCLE = 256U << 20;

/* ---- options ---- */

/* git runs elsewhere: every path is made absolute. "" stays. -1 for one that can't be a line of a
 * configuration. */
static int own_path(struct arena *arena, struct str *path, struct str *ret_why)
{
    char here[LIMIT_PATH_BYTES];
    if (path->n > LIMIT_PATH_BYTES / 2 || str_has_control(*path)) {
        *ret_why = STR("a path is too long, or has control characters");
        return -1;
    }
    const bool is_relative = path->n && path->p[0] != '/';
    if (is_relative && !getcwd(here, sizeof here)) {
        *ret_why = STR("the working directory is gone");
        return -1;
    }
    *path = is_relative ? path_join(arena, str_from(here), *path) : str_dup(arena, *path);
    return 0;
}

static int own_paths(struct arena *arena, struct remote_options *options, struct str *ret_why)
{
    struct str *const paths[] = {&options->state_folder,     &options->password.file,
                                 &options->token.file,       &options->identity_file,
                                 &options->known_hosts_file, &options->ca_file};
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        if (own_path(arena, paths[i], ret_why) < 0)
            return -1;
    return 0;
}

static int own_reference(struct remote *remote, struct str *ret_why)
{
    const struct remote_options *options = &remote->options;
    const bool has_branch = options->branch.n > 0;
    const struct str name = has_branch ? options->branch : options->tag;
    if (has_branch + (options->tag.n > 0) + (options->commit.n > 0) > 1) {
        *ret_why = STR("only one of branch, tag and commit can be followed");
        return -1;
    }
    if (name.n && !reference_is_legal(name)) {
        *ret_why = STR("that is no name of a branch or tag");
        return -1;
    }
    if (options->commit.n && !repo_is_id(options->commit)) {
        *ret_why = STR("a commit is given by its full id, 40 hexadecimal digits");
        return -1;
    }
    remote->reference = STR("HEAD");
    if (options->commit.n)
        remote->reference = str_lower(&remote->arena, options->commit);
    else if (name.n)
        remote->reference =
            str_concat(&remote->arena, has_branch ? STR("refs/heads/") : STR("refs/tags/"), name);
    return 0;
}

static int own_options(struct remote *remote, struct str *ret_why)
{
    struct arena *arena = &remote->arena;
    struct remote_options *o = &remote->options;
    struct str *const texts[] = {&o->url, &o->password.variable, &o->token.variable, &o->username,
                                 &o->proxy};
    if (own_paths(arena, o, ret_why) < 0 ||
        address_parse(arena, o, &remote->address, ret_why) < 0 ||
        own_reference(remote, ret_why) < 0)
        return -1;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        if (str_has_control(*texts[i])) {
            *ret_why = STR("an option has control characters");
            return -1;
        }
        *texts[i] = str_dup(arena, *texts[i]);
    }
    if ((o->token.file.n || o->token.variable.n) &&
        (o->password.file.n || o->password.variable.n)) {
        *ret_why = STR("a token and a password are given: which one is meant?");
        return -1;
    }
    if (!o->username.n)
        o->username =
            str_dup(arena, remote->address.user.n ? remote->address.user : STR("x-access-token"));
    o->poll_ms = o->poll_ms ? o->poll_ms : POLL_MS;
    o->fetch_ms = o->fetch_ms ? o->fetch_ms : FETCH_MS;
    o->max_bytes = o->max_bytes ? o->max_bytes : BYTES_MOST;
    o->recycle_bytes = o->recycle_bytes ? o->recycle_bytes : BYTES_RECYCLE;
    o->max_depth = o->max_depth ? o->max_depth : DEPTH_MOST;
    return 0;
}

struct remote *remote_open(struct arena *arena, const struct remote_options *options,
                           struct str *ret_why)
{
    struct remote *remote = xcalloc(1, sizeof *remote);
    struct str why = {0};
    remote->options = *options;
    remote->lock = -1;
    if (own_options(remote, &why) == 0 && store_open(remote, &why) == 0)
        return remote;
    *ret_why = str_dup(arena, why);
    remote_close(remote);
    return NULL;
}

void remote_close(struct remote *remote)
{
    if (!remote)
        return;
    fd_close(remote->lock);
    arena_release(&remote->arena);
    free(remote);
}

struct str remote_url(const struct remote *remote)
{
    return remote->address.clean;
}

const char *remote_folder(const struct remote *remote)
{
    return remote->folder;
}

/* ---- the repository here ---- */

/* An empty one, in the folder `fresh`. */
static int make_fresh(struct remote *remote, struct arena *arena, uint64_t deadline,
                      const char **ret_folder, struct remote_answer *answer)
{
    const char *folder = str_to_c(arena, path_join(arena, str_from(remote->state), STR("fresh")));
    const struct remote_command init = {.folder = folder,
                                        .words = {"init", "--quiet", "--bare", "--template="},
                                        .deadline = deadline,
                                        .is_local = true};
    struct remote_run run;
    store_remove(folder);
    if (mkdir(folder, 0700) < 0)
        return answer_fail(answer, arena, REMOTE_LOCAL, str_from(strerror(errno)));
    if (remote_run(remote, arena, &init, &run) < 0) {
        store_remove(folder);
        *answer = (struct remote_answer){.failure = run.failure, .why = run.why};
        return -1;
    }
    *ret_folder = folder;
    return 0;
}

static int ensure(struct remote *remote, struct arena *arena, uint64_t deadline,
                  struct remote_answer *answer)
{
    const char *fresh;
    if (store_is_usable(remote))
        return 0;
    if (make_fresh(remote, arena, deadline, &fresh, answer) < 0)
        return -1;
    const int error = store_swap(remote, fresh);
    return error < 0 ? answer_fail(answer, arena, REMOTE_LOCAL, str_from(strerror(-error))) : 0;
}

bool remote_find_commit(struct remote *remote, struct arena *arena, const char *folder,
                        struct str revision, struct str *ret_id)
{
    const char *wanted = str_to_c(arena, str_format(arena, "%.*s^{commit}", STR_FMT(revision)));
    const struct remote_command parse = {.folder = folder,
                                         .words = {"rev-parse", "--verify", "--quiet", wanted},
                                         .deadline = clock_ms() + POLL_MS,
                                         .is_local = true};
    struct remote_run run;
    if (remote_run(remote, arena, &parse, &run) < 0 || !repo_is_id(str_trim(run.out)))
        return false;
    *ret_id = str_trim(run.out);
    return true;
}

/* ---- poll ---- */

/* The id in front of this name in what ls-remote printed, "" when it isn't there. */
static struct str listed(struct str list, struct str name)
{
    struct str line;
    for (struct str rest = list; str_split(&rest, '\n', &line);) {
        const ptrdiff_t tab = str_find_char(line, '\t');
        if (tab > 0 && str_eq(str_from_offset(line, (size_t)tab + 1), name))
            return str_sub(line, 0, (size_t)tab);
    }
    return (struct str){0};
}

static int ask(struct remote *remote, struct arena *arena, struct remote_answer *answer)
{
    const struct str peeled = str_concat(arena, remote->reference, STR("^{}"));
    struct remote_command list = {.words = {"ls-remote", "--quiet", "--"},
                                  .deadline = clock_ms() + remote->options.poll_ms};
    struct remote_run run;
    if (ensure(remote, arena, list.deadline, answer) < 0)
        return -1;
    VEC_PUSH(arena, &list.more, remote->address.clean);
    VEC_PUSH(arena, &list.more, remote->reference);
    VEC_PUSH(arena, &list.more, peeled);
    if (remote_run(remote, arena, &list, &run) < 0) {
        remote->is_broken |= run.failure == REMOTE_LOCAL || run.failure == REMOTE_ODD;
        *answer = (struct remote_answer){.failure = run.failure, .why = run.why};
        return -1;
    }
    struct str id = listed(run.out, peeled);
    if (!id.n)
        id = listed(run.out, remote->reference);
    if (!id.n)
        return answer_fail(answer, arena, REMOTE_NO_REVISION, remote->reference);
    if (!repo_is_id(id))
        return answer_fail(answer, arena, REMOTE_ODD,
                           STR("the repository names commits otherwise than by SHA-1"));
    *answer = (struct remote_answer){.id = id};
    return 0;
}

enum remote_outcome remote_poll(struct remote *remote, struct arena *arena, struct str known,
                                struct remote_answer *ret_answer)
{
    if (remote->options.commit.n)
        *ret_answer = (struct remote_answer){.id = str_dup(arena, remote->reference)};
    else if (ask(remote, arena, ret_answer) < 0)
        return REMOTE_FAILED;
    return str_eq(ret_answer->id, known) ? REMOTE_UNCHANGED : REMOTE_MOVED;
}

/* ---- fetch ---- */

int remote_run_fetch(struct remote *remote, struct arena *arena, struct remote_command *command,
                     struct remote_answer *answer)
{
    const uint64_t most = remote->options.max_bytes;
    const uint64_t room = store_room(remote);
    const char *folder = command->folder ? command->folder : remote->folder;
    struct remote_run run;
    if (!room)
        return answer_fail(answer, arena, REMOTE_LOCAL, STR("the disk is nearly full"));
    command->max_file = MIN_OF(most, room);
    store_clean(folder);
    if (remote_run(remote, arena, command, &run) == 0)
        return 0;
    *answer = (struct remote_answer){.failure = run.failure, .why = run.why};
    if (run.failure != REMOTE_TIMEOUT && store_is_cut(folder, command->max_file))
        (void)answer_fail(answer, arena, room < most ? REMOTE_LOCAL : REMOTE_TOO_LARGE,
                          room < most ? STR("the disk is full") : STR(""));
    store_clean(folder);
    return -1;
}

/* One fetch into a repository, and whether what came is what was wanted. */
static int fetch_into(struct remote *remote, struct arena *arena, const char *folder,
                      struct str what, unsigned depth, uint64_t deadline,
                      struct remote_answer *answer)
{
    const char *how = str_to_c(arena, str_format(arena, "--depth=%u", depth));
    struct remote_command command = {
        .folder = folder,
        .words = {"fetch", "--quiet", how, "--force", "--no-tags", "--no-recurse-submodules",
                  "--no-write-fetch-head", "--refmap=", "--"},
        .deadline = deadline,
    };
    struct str id;
    uint64_t bytes;
    size_t files;
    VEC_PUSH(arena, &command.more, remote->address.clean);
    VEC_PUSH(arena, &command.more, str_format(arena, "+%.*s:" HEAD_REFERENCE, STR_FMT(what)));
    if (remote_run_fetch(remote, arena, &command, answer) < 0)
        return -1;
    if (!remote_find_commit(remote, arena, folder, STR(HEAD_REFERENCE), &id))
        return answer_fail(answer, arena, REMOTE_NO_REVISION, STR("it is no commit"));
    store_measure(folder, &bytes, &files);
    if (bytes > remote->options.max_bytes)
        return answer_fail(answer, arena, REMOTE_TOO_LARGE, (struct str){0});
    *answer = (struct remote_answer){.id = id};
    return 0;
}

static int fetch_fresh(struct remote *remote, struct arena *arena, struct str what,
                       uint64_t deadline, struct remote_answer *answer)
{
    const char *fresh;
    if (make_fresh(remote, arena, deadline, &fresh, answer) < 0)
        return -1;
    const int result = fetch_into(remote, arena, fresh, what, DEPTH_FIRST, deadline, answer);
    const int error = result < 0 ? 0 : store_swap(remote, fresh);
    if (error < 0)
        (void)answer_fail(answer, arena, REMOTE_LOCAL, str_from(strerror(-error)));
    store_remove(fresh);
    return result < 0 || error < 0 ? -1 : 0;
}

/* Whether to add to what is here, rather than start from nothing. */
static bool is_worth_keeping(const struct remote *remote)
{
    uint64_t bytes;
    size_t files;
    if (!store_is_usable(remote))
        return false;
    store_measure(remote->folder, &bytes, &files);
    return files > 0 && files <= FILES_MOST && bytes <= remote->options.recycle_bytes;
}

static int fetch(struct remote *remote, struct arena *arena, struct str what,
                 struct remote_answer *answer)
{
    const uint64_t deadline = clock_ms() + remote->options.fetch_ms;
    if (!is_worth_keeping(remote))
        return fetch_fresh(remote, arena, what, deadline, answer);
    if (fetch_into(remote, arena, remote->folder, what, DEPTH_NEXT, deadline, answer) == 0)
        return 0;
    remote->is_broken |= answer->failure == REMOTE_LOCAL || answer->failure == REMOTE_ODD ||
                         answer->failure == REMOTE_TOO_LARGE;
    return -1;
}

int remote_fetch(struct remote *remote, struct arena *arena, struct remote_answer *ret_answer)
{
    return fetch(remote, arena, remote->reference, ret_answer);
}

int remote_fetch_commit(struct remote *remote, struct arena *arena, struct str id,
                        struct remote_answer *ret_answer)
{
    struct str found;
    if (!repo_is_id(id))
        return answer_fail(ret_answer, arena, REMOTE_NO_REVISION, STR("that is no full id"));
    if (store_is_usable(remote) && remote_find_commit(remote, arena, NULL, id, &found)) {
        *ret_answer = (struct remote_answer){.id = found};
        return 0;
    }
    return fetch(remote, arena, id, ret_answer);
}
