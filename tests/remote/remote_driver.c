/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drives the room `remote` for the tests beside it: reads one JSON object a line, does what its
 * "op" says, and prints one JSON object a line: open, poll, fetch, fetchCommit, descends, verify,
 * and read (a file of a commit, from the repository here).
 */
#include <stdio.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/vec.h"
#include "doc/doc.h"
#include "remote/remote.h"
#include "repo/repo.h"

struct driver {
    struct arena arena;    /* of the whole run */
    struct remote *remote; /* NULL before "open" */
    struct buf out;
    struct jsonw w;
};

static struct str text_of(const struct node *ask, const char *key)
{
    return node_get_text(ask, str_from(key));
}

static uint64_t number_of(const struct node *ask, const char *key)
{
    int64_t value = 0;
    (void)node_i64(node_get(ask, str_from(key)), &value);
    return (uint64_t)value;
}

static struct remote_secret secret_of(const struct node *ask, const char *file,
                                      const char *variable)
{
    return (struct remote_secret){text_of(ask, file), text_of(ask, variable)};
}

static void run_open(struct driver *driver, const struct node *ask)
{
    const struct remote_options options = {
        .state_folder = text_of(ask, "state"),
        .url = text_of(ask, "url"),
        .branch = text_of(ask, "branch"),
        .tag = text_of(ask, "tag"),
        .commit = text_of(ask, "commit"),
        .username = text_of(ask, "username"),
        .password = secret_of(ask, "passwordFile", "passwordVariable"),
        .token = secret_of(ask, "tokenFile", "tokenVariable"),
        .identity_file = text_of(ask, "identity"),
        .known_hosts_file = text_of(ask, "knownHosts"),
        .ca_file = text_of(ask, "ca"),
        .proxy = text_of(ask, "proxy"),
        .allow_http = node_bool(node_get(ask, STR("allowHttp"))),
        .allow_file = node_bool(node_get(ask, STR("allowFile"))),
        .poll_ms = (unsigned)number_of(ask, "pollMs"),
        .fetch_ms = (unsigned)number_of(ask, "fetchMs"),
        .max_bytes = number_of(ask, "maxBytes"),
        .recycle_bytes = number_of(ask, "recycleBytes"),
        .max_depth = (unsigned)number_of(ask, "maxDepth"),
    };
    struct str why = {0};
    remote_close(TAKE(driver->remote));
    driver->remote = remote_open(&driver->arena, &options, &why);
    jsonw_put_text(&driver->w, "error", why);
    if (!driver->remote)
        return;
    jsonw_put_text(&driver->w, "url", remote_url(driver->remote));
    jsonw_put_text(&driver->w, "folder", str_from(remote_folder(driver->remote)));
}

static void put_answer(struct driver *driver, const struct remote_answer *answer)
{
    jsonw_put_text(&driver->w, "failure", str_from(remote_failure_name(answer->failure)));
    jsonw_put_text(&driver->w, "id", answer->id);
    jsonw_put_text(&driver->w, "why", answer->why);
}

static void run_poll(struct driver *driver, const struct node *ask)
{
    static const char *const outcomes[] = {"unchanged", "moved", "failed"};
    struct remote_answer answer;
    const enum remote_outcome outcome =
        remote_poll(driver->remote, &driver->arena, text_of(ask, "known"), &answer);
    jsonw_put_text(&driver->w, "outcome", str_from(outcomes[outcome]));
    put_answer(driver, &answer);
}

static void run_fetch(struct driver *driver, const struct node *ask)
{
    struct remote_answer answer;
    (void)ask;
    if ((remote_fetch(driver->remote, &driver->arena, &answer) < 0) !=
        (answer.failure != REMOTE_OK))
        BUG("a failure without a reason");
    put_answer(driver, &answer);
}

static void run_fetch_commit(struct driver *driver, const struct node *ask)
{
    struct remote_answer answer;
    if ((remote_fetch_commit(driver->remote, &driver->arena, text_of(ask, "id"), &answer) < 0) !=
        (answer.failure != REMOTE_OK))
        BUG("a failure without a reason");
    put_answer(driver, &answer);
}

static void run_descends(struct driver *driver, const struct node *ask)
{
    static const char *const words[] = {"descends", "diverged", "untold"};
    struct str why = {0};
    const enum remote_descent descent = remote_descends(
        driver->remote, &driver->arena, text_of(ask, "ancestor"), text_of(ask, "commit"), &why);
    jsonw_put_text(&driver->w, "descent", str_from(words[descent]));
    jsonw_put_text(&driver->w, "why", descent == REMOTE_UNTOLD ? why : STR(""));
}

static void run_verify(struct driver *driver, const struct node *ask)
{
    const struct remote_signers signers = {.allowed_signers_file = text_of(ask, "allowedSigners"),
                                           .revoked_file = text_of(ask, "revoked"),
                                           .keyring_file = text_of(ask, "keyring")};
    struct remote_verdict verdict;
    remote_verify(driver->remote, &driver->arena, &signers, text_of(ask, "commit"), &verdict);
    jsonw_put_text(&driver->w, "signature", str_from(remote_signature_name(verdict.signature)));
    jsonw_put_text(&driver->w, "who", verdict.who);
    jsonw_put_text(&driver->w, "why", verdict.why);
}

/* As the sync will: the objects are read by libgit2, nothing is checked out. */
static int read_file(struct driver *driver, const struct node *ask, struct diags *diags,
                     struct str *ret_text)
{
    struct repo *repo SCOPED(repo) = NULL;
    struct tree tree;
    if (repo_open(&driver->arena, remote_folder(driver->remote), diags, &repo) < 0 || !repo ||
        tree_of_commit(repo, &driver->arena, text_of(ask, "commit"), diags, &tree) < 0)
        return -1;
    const struct tree_entry *entry = tree_find(&tree, text_of(ask, "path"));
    struct tree_reader *reader = entry ? tree_reader_open(&tree, diags) : NULL;
    const int error =
        reader ? tree_read(reader, entry, &driver->arena, LIMIT_FILE_BYTES, ret_text) : -ENOENT;
    tree_reader_close(reader);
    return error;
}

static void run_read(struct driver *driver, const struct node *ask)
{
    SCOPED(diags) struct diags diags = {0};
    struct str text = {0};
    const bool is_there = read_file(driver, ask, &diags, &text) == 0;
    jsonw_key(&driver->w, "there");
    jsonw_bool(&driver->w, is_there);
    jsonw_put_text(&driver->w, "text", text);
}

static const struct {
    const char *op;
    void (*run)(struct driver *driver, const struct node *ask);
} operations[] = {
    {"open", run_open},         {"poll", run_poll},
    {"fetch", run_fetch},       {"fetchCommit", run_fetch_commit},
    {"descends", run_descends}, {"verify", run_verify},
    {"read", run_read},
};

static void run(struct driver *driver, struct str line)
{
    SCOPED(diags) struct diags diags = {0};
    struct doc doc;
    struct source *source = source_new(&driver->arena, STR("stdin"), str_dup(&driver->arena, line));
    if (doc_read_json(&driver->arena, source, &diags, &doc) < 0 || doc.broken)
        BUG("a line that is no JSON");
    const struct str op = text_of(doc.root, "op");
    size_t found = 0;
    while (found < ARRAY_LEN(operations) && !str_is(op, operations[found].op))
        found++;
    if (found == ARRAY_LEN(operations))
        BUG("no such operation: %.*s", STR_FMT(op));
    buf_clear(&driver->out);
    driver->w = (struct jsonw){.out = &driver->out};
    jsonw_open_map(&driver->w);
    operations[found].run(driver, doc.root);
    jsonw_close_map(&driver->w);
    buf_add_char(&driver->out, '\n');
    (void)fwrite(driver->out.p, 1, driver->out.n, stdout);
    (void)fflush(stdout);
}

int main(void)
{
    struct driver driver = {0};
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    buf_init(&driver.out, LIMIT_REPORT_BYTES);
    while ((n = getline(&line, &room, stdin)) > 0)
        run(&driver, str_trim((struct str){line, (size_t)n}));
    remote_close(driver.remote);
    free(line);
    buf_release(&driver.out);
    arena_release(&driver.arena);
    return 0;
}
