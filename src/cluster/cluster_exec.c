/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that print credentials. What they write to standard error is not passed on: it may hold
 * what they were to keep. */
#include <time.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/base64.h"
#include "base/child.h"
#include "base/file.h"
#include "base/number.h"
#include "cluster/cluster_auth.h"
#include "cluster/kubeconfig_internal.h"

enum { EXEC_MS = 60000, MOST_VARIABLES = 4096 };

/* ---- what it prints ---- */

static bool read_number(struct str text, size_t from, size_t n, int64_t *ret_value)
{
    const struct str part = str_sub(text, from, from + n);
    for (size_t i = 0; i < part.n; i++)
        if (!ascii_is_digit(part.p[i]))
            return false;
    return part.n == n && number_parse_i64(part, ret_value) == 0;
}

/* Z, or +01:00. */
static bool read_zone(struct str text, int64_t *ret_seconds)
{
    int64_t hours;
    int64_t minutes;
    *ret_seconds = 0;
    if (str_is(text, "Z") || str_is(text, "z"))
        return true;
    if (text.n != 6 || text.p[3] != ':' || (text.p[0] != '+' && text.p[0] != '-') ||
        !read_number(text, 1, 2, &hours) || !read_number(text, 4, 2, &minutes))
        return false;
    *ret_seconds = (hours * 3600 + minutes * 60) * (text.p[0] == '-' ? -1 : 1);
    return true;
}

bool cluster_time_read(struct str text, int64_t *ret_seconds)
{
    int64_t year, month, day, hour, minute, second, zone;
    if (text.n < 20 || text.p[4] != '-' || text.p[7] != '-' ||
        (text.p[10] != 'T' && text.p[10] != 't') || text.p[13] != ':' || text.p[16] != ':')
        return false;
    if (!read_number(text, 0, 4, &year) || !read_number(text, 5, 2, &month) ||
        !read_number(text, 8, 2, &day) || !read_number(text, 11, 2, &hour) ||
        !read_number(text, 14, 2, &minute) || !read_number(text, 17, 2, &second))
        return false;
    struct str rest = str_from_offset(text, 19);
    size_t fraction = rest.p[0] == '.';
    while (fraction && fraction < rest.n && ascii_is_digit(rest.p[fraction]))
        fraction++;
    if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60 ||
        !read_zone(str_from_offset(rest, fraction), &zone))
        return false;
    struct tm when = {
        .tm_year = (int)year - 1900,
        .tm_mon = (int)month - 1,
        .tm_mday = (int)day,
        .tm_hour = (int)hour,
        .tm_min = (int)minute,
        .tm_sec = (int)second,
    };
    *ret_seconds = (int64_t)timegm(&when) - zone;
    return true;
}

static const char *read_status(const struct node *root, struct str api_version,
                               struct cluster_credential *credential)
{
    const struct node *status = node_get(root, STR("status"));
    const struct str expires = node_get_text(status, STR("expirationTimestamp"));
    if (!str_is(node_get_text(root, STR("kind")), "ExecCredential"))
        return "it is no ExecCredential";
    if (!str_eq(node_get_text(root, STR("apiVersion")), api_version))
        return "it is of another apiVersion than the kubeconfig wants";
    credential->token = node_get_text(status, STR("token"));
    credential->certificate_pem = node_get_text(status, STR("clientCertificateData"));
    credential->key_pem = node_get_text(status, STR("clientKeyData"));
    if (!credential->token.n && !credential->certificate_pem.n)
        return "it holds neither a token nor a certificate";
    if (!credential->certificate_pem.n != !credential->key_pem.n)
        return "it holds a certificate without its key, or the other way round";
    if (expires.n && !cluster_time_read(expires, &credential->expires))
        return "its expirationTimestamp is no time";
    return NULL;
}

int cluster_credential_read(struct arena *arena, struct str text, struct str api_version,
                            struct cluster_credential *ret_credential, struct str *ret_error)
{
    SCOPED(diags) struct diags diags = {0};
    struct doc doc = {0};
    struct cluster_credential credential = {0};
    const char *problem = "it is no JSON";
    struct source *source = source_new(arena, STR("ExecCredential"), str_trim(text));
    if (doc_read_json(arena, source, &diags, &doc) == 0 && !doc.broken)
        problem = read_status(doc.root, api_version, &credential);
    if (problem) {
        *ret_error = str_format(
            arena, "what the program of the kubeconfig printed can't be used: %s", problem);
        return -1;
    }
    *ret_credential = credential;
    return 0;
}

/* ---- running it ---- */

static struct str exec_info(struct arena *arena, const struct kubeconfig *config, struct str ca_pem)
{
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, 2 * CREDENTIAL_BYTES);
    struct jsonw w = {.out = &out};
    jsonw_open_map(&w);
    jsonw_put_text(&w, "kind", STR("ExecCredential"));
    jsonw_put_text(&w, "apiVersion", config->exec->api_version);
    jsonw_key(&w, "spec");
    jsonw_open_map(&w);
    jsonw_key(&w, "interactive");
    jsonw_bool(&w, false);
    if (config->exec->wants_cluster) {
        jsonw_key(&w, "cluster");
        jsonw_open_map(&w);
        jsonw_put_text(&w, "server", config->server);
        if (config->server_name.n)
            jsonw_put_text(&w, "tls-server-name", config->server_name);
        if (ca_pem.n)
            jsonw_put_text(&w, "certificate-authority-data", base64_encode(arena, ca_pem));
        if (config->proxy.n)
            jsonw_put_text(&w, "proxy-url", config->proxy);
        if (config->exec->cluster_data) {
            jsonw_key(&w, "config");
            doc_write_json(&out, config->exec->cluster_data, 0);
            w.need_comma = true;
            w.after_key = false;
        }
        jsonw_close_map(&w);
    }
    jsonw_close_map(&w);
    jsonw_close_map(&w);
    return str_dup(arena, buf_str(&out));
}

/* Ours, and those of the kubeconfig, which win. */
static const char *const *environment(struct arena *arena, const struct kubeconfig *config,
                                      struct str ca_pem)
{
    struct {
        VEC(const char *);
    } all = {0};
    VEC_PUSH(
        arena, &all,
        str_format(arena, "KUBERNETES_EXEC_INFO=%.*s", STR_FMT(exec_info(arena, config, ca_pem)))
            .p);
    for (size_t i = 0; i < config->exec->env.n; i++)
        VEC_PUSH(arena, &all, str_to_c(arena, config->exec->env.items[i]));
    const size_t own = all.n;
    for (size_t i = 0; environ[i] && i < MOST_VARIABLES; i++) {
        const char *equals = strchr(environ[i], '=');
        const size_t n = equals ? (size_t)(equals - environ[i]) + 1 : 0;
        bool is_set = !n;
        for (size_t j = 0; j < own && !is_set; j++)
            is_set = strncmp(all.items[j], environ[i], n) == 0;
        if (!is_set)
            VEC_PUSH(arena, &all, environ[i]);
    }
    VEC_PUSH(arena, &all, NULL);
    return all.items;
}

static int find_program(struct arena *arena, const struct kubeconfig_exec *exec,
                        struct str repository, const char **ret_path, struct str *ret_error)
{
    const bool has_slash = str_find_char(exec->command, '/') >= 0;
    const struct str path =
        has_slash ? exec->command : child_find(arena, str_to_c(arena, exec->command));
    const struct str name = kubeconfig_shown(arena, exec->command);
    struct file_info info;
    if (!path.n || (has_slash && file_stat(str_to_c(arena, path), &info) < 0)) {
        *ret_error = str_format(
            arena, "there is no program '%.*s', which the kubeconfig wants%s%.*s", STR_FMT(name),
            exec->install_hint.n ? ": " : "", STR_FMT(kubeconfig_shown(arena, exec->install_hint)));
        return -1;
    }
    if (kubeconfig_is_in(arena, path, repository)) {
        *ret_error = str_format(arena,
                                "the program '%.*s' of the kubeconfig lies in the "
                                "repository, and nothing of it is run here",
                                STR_FMT(name));
        return -1;
    }
    *ret_path = str_to_c(arena, path);
    return 0;
}

static int run(struct arena *arena, const struct kubeconfig *config, const char *path,
               struct str ca_pem, struct str *ret_text, struct str *ret_error)
{
    const struct kubeconfig_exec *exec = config->exec;
    const char **argv = ARENA_ARRAY(arena, const char *, exec->args.n + 2);
    struct child_result result;
    argv[0] = path;
    for (size_t i = 0; i < exec->args.n; i++)
        argv[i + 1] = str_to_c(arena, exec->args.items[i]);
    const int error = child_run(arena,
                                &(struct child_options){
                                    .argv = argv,
                                    .env = environment(arena, config, ca_pem),
                                    .timeout_ms = EXEC_MS,
                                    .max_output = CREDENTIAL_BYTES,
                                },
                                &result);
    const struct str name = kubeconfig_shown(arena, exec->command);
    if (error == 0 && result.exit_code == 0 && !result.timed_out && !result.output_cut) {
        *ret_text = result.out;
        return 0;
    }
    *ret_error = str_format(
        arena, "the program '%.*s' of the kubeconfig gave no credentials: %s", STR_FMT(name),
        error < 0          ? strerror(-error)
        : result.timed_out ? "it took longer than a minute"
        : result.output_cut
            ? "it printed too much"
            : str_format(arena, "it ended with %d",
                         result.exit_code < 0 ? 128 + result.signal : result.exit_code)
                  .p);
    return -1;
}

int cluster_exec(struct arena *arena, const struct kubeconfig *config, struct str ca_pem,
                 struct str repository, struct cluster_credential *ret_credential,
                 struct str *ret_error)
{
    const char *path;
    struct str text;
    if (find_program(arena, config->exec, repository, &path, ret_error) < 0 ||
        run(arena, config, path, ca_pem, &text, ret_error) < 0)
        return -1;
    return cluster_credential_read(arena, text, config->exec->api_version, ret_credential,
                                   ret_error);
}
