/* SPDX-License-Identifier: Apache-2.0 */
#include "render/sops.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/child.h"
#include "base/limits.h"
#include "base/vec.h"
#include "doc/doc.h"

enum { KEYS_MS = 60000, SAID_BYTES = 400 };

/* Variables that sops and the clients of key services in it read. */
static const char *const passed[] = {
    "SOPS_",      "AWS_",      "AZURE_",         "GOOGLE_",          "CLOUDSDK_",    "VAULT_",
    "GNUPGHOME=", "PATH=",     "HOME=",          "XDG_CONFIG_HOME=", "HTTPS_PROXY=", "https_proxy=",
    "NO_PROXY=",  "no_proxy=", "SSL_CERT_FILE=", "SSL_CERT_DIR=",
};

static const char *const *environment(struct arena *arena)
{
    struct {
        VEC(const char *);
    } kept = {0};
    for (char **each = environ; *each; each++)
        for (size_t i = 0; i < ARRAY_LEN(passed); i++)
            if (str_starts(str_from(*each), str_from(passed[i])))
                VEC_PUSH(arena, &kept, (const char *)*each);
    VEC_PUSH(arena, &kept, NULL);
    return kept.items;
}

static int refuse(struct arena *arena, struct str path, struct str why, struct str *ret_error)
{
    const struct str shown = diag_quote(arena, path);
    *ret_error = str_format(arena, "%.*s can't be decrypted: %.*s", STR_FMT(shown), STR_FMT(why));
    return -1;
}

/* ---- whose keys ---- */

static bool is_our_vault(struct str address)
{
    const struct str own = str_from(getenv("VAULT_ADDR"));
    while (address.n && address.p[address.n - 1] == '/')
        address.n--;
    return own.n && str_starts(own, address) && own.n - address.n <= 1 &&
           (own.n == address.n || own.p[address.n] == '/');
}

static bool has_foreign_vault(const struct node *holder)
{
    const struct node *keys = node_get(holder, STR("hc_vault"));
    for (struct item it = list_first(keys); it.value; it = list_next(it))
        if (!is_our_vault(node_get_text(it.value, STR("vault_address"))))
            return true;
    return false;
}

/* NULL when sops may have a look at it. */
static const char *find_problem(struct arena *arena, struct str path, struct str text)
{
    struct diags diags SCOPED(diags) = {0};
    struct doc_list docs = {0};
    bool is_encrypted = false;
    if (doc_read_file(arena, source_new(arena, path, text), &diags, &docs) < 0)
        return "it can't be read";
    for (size_t i = 0; i < docs.n; i++) {
        const struct node *sops = node_get(docs.items[i].root, STR("sops"));
        const struct node *groups = node_get(sops, STR("key_groups"));
        if (docs.items[i].broken)
            return "it can't be read";
        is_encrypted |= node_kind(sops) == NODE_MAP;
        bool is_foreign = has_foreign_vault(sops);
        for (struct item it = list_first(groups); it.value; it = list_next(it))
            is_foreign |= has_foreign_vault(it.value);
        if (is_foreign)
            return "it names another Vault than VAULT_ADDR, which would be sent the token";
    }
    return is_encrypted ? NULL : "SOPS has not encrypted it";
}

/* ---- running it ---- */

/* What sops says when it fails is about keys and files, not about values. */
static struct str said(struct arena *arena, struct str err)
{
    struct str line = {0};
    for (struct str part; str_split(&err, '\n', &part);)
        if (str_trim(part).n)
            line = line.n ? line : str_trim(part);
    return line.n ? diag_quote(arena, str_sub(line, 0, SAID_BYTES)) : STR("it does not say why");
}

static int judge_end(struct arena *arena, struct str path, const struct child_result *result,
                     struct str *ret_text, struct str *ret_error)
{
    if (result->timed_out)
        return refuse(arena, path, STR("sops had no end within a minute"), ret_error);
    if (result->output_cut)
        return refuse(arena, path, STR("it is too large"), ret_error);
    if (result->exit_code != 0) {
        const struct str words = said(arena, result->err);
        return refuse(arena, path, str_concat(arena, STR("sops says: "), words), ret_error);
    }
    *ret_text = result->out;
    return 0;
}

int sops_decrypt(struct arena *arena, struct str path, struct str text, struct str *ret_text,
                 struct str *ret_error)
{
    const char *type = str_ends(path, STR(".json")) ? "json" : "yaml";
    const char *given = getenv("TIDEGATE_SOPS");
    const struct str program = child_find(arena, given && *given ? given : "sops");
    const char *problem = find_problem(arena, path, text);
    if (problem)
        return refuse(arena, path, str_from(problem), ret_error);
    if (!program.n)
        return refuse(arena, path,
                      STR("sops is not installed; install it, or name it in TIDEGATE_SOPS"),
                      ret_error);
    const char *const argv[] = {program.p,       "--decrypt", "--input-type", type,
                                "--output-type", type,        "/dev/stdin",   NULL};
    const struct child_options options = {.argv = argv,
                                          .env = environment(arena),
                                          .dir = "/",
                                          .input = text,
                                          .timeout_ms = KEYS_MS,
                                          .max_output = LIMIT_FILE_BYTES};
    struct child_result result;
    const int error = child_run(arena, &options, &result);
    if (error < 0)
        return refuse(arena, path, str_from(strerror(-error)), ret_error);
    return judge_end(arena, path, &result, ret_text, ret_error);
}
