/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration that git gets, and the command line of ssh. Everything is given, nothing is
 * left to what the machine or the user may have configured.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/base64.h"
#include "base/buf.h"
#include "base/file.h"
#include "remote/remote_internal.h"

enum { CONFIG_BYTES = 64 << 10, LOWEST_DESCRIPTOR = 10 };

static int read_secret(struct arena *arena, const struct remote_secret *secret, const char *what,
                       struct str *ret_value, struct str *ret_why)
{
    struct str value = {0};
    if (secret->file.n) {
        const int error =
            file_read(arena, str_to_c(arena, secret->file), LIMIT_TOKEN_BYTES, &value);
        if (error < 0) {
            *ret_why =
                str_format(arena, "the file of the %s can't be read: %s", what, strerror(-error));
            return -1;
        }
    } else if (secret->variable.n) {
        const char *text = getenv(str_to_c(arena, secret->variable));
        value = str_dup(arena, str_from(text));
    } else {
        *ret_value = value;
        return 0;
    }
    value = str_trim(value);
    if (!value.n || str_has_control(value)) {
        *ret_why = str_format(arena, "the %s is empty, or more than one line", what);
        return -1;
    }
    *ret_value = value;
    return 0;
}

/* As git-config(1) has it: in quotes, with a backslash before those and itself. */
static void add_quoted(struct buf *out, struct str value)
{
    buf_add_char(out, '"');
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] == '"' || value.p[i] == '\\')
            buf_add_char(out, '\\');
        buf_add_char(out, value.p[i]);
    }
    buf_add_char(out, '"');
}

struct str config_line(struct arena *arena, const char *section, const char *key, struct str value)
{
    SCOPED(buf) struct buf out;
    buf_init(&out, CONFIG_BYTES);
    buf_format(&out, "[%s]\n%s = ", section, key);
    add_quoted(&out, value);
    buf_add_char(&out, '\n');
    return str_dup(arena, buf_str(&out));
}

static const char constant[] = "[protocol]\nversion = 2\n"
                               "[core]\naskPass = /bin/false\n"
                               "[fetch]\nunpackLimit = 1\nrecurseSubmodules = false\n"
                               "[pack]\nthreads = 1\nwriteReverseIndex = false\n"
                               "[submodule]\nrecurse = false\n"
                               "[init]\ndefaultBranch = none\n"
                               "[http]\nfollowRedirects = false\nsslVerify = true\n"
                               "lowSpeedLimit = 1\nlowSpeedTime = 60\nuserAgent = tidegate\n";

/* The value of the header Authorization; "" when there is no credential. */
static int authorization(const struct remote *remote, struct arena *arena, struct str_list *secrets,
                         struct str *ret_value, struct str *ret_why)
{
    const struct remote_options *options = &remote->options;
    struct str token, password;
    if (read_secret(arena, &options->token, "token", &token, ret_why) < 0 ||
        read_secret(arena, &options->password, "password", &password, ret_why) < 0)
        return -1;
    *ret_value = (struct str){0};
    if (token.n) {
        VEC_PUSH(arena, secrets, token);
        *ret_value = str_concat(arena, STR("Bearer "), token);
    }
    if (password.n) {
        const struct str both =
            str_format(arena, "%.*s:%.*s", STR_FMT(options->username), STR_FMT(password));
        const struct str encoded = base64_encode(arena, both);
        VEC_PUSH(arena, secrets, encoded);
        VEC_PUSH(arena, secrets, password);
        *ret_value = str_concat(arena, STR("Basic "), encoded);
    }
    return 0;
}

static int add_http(const struct remote *remote, struct arena *arena, struct str_list *secrets,
                    struct buf *out, struct str *ret_why)
{
    const struct remote_options *options = &remote->options;
    struct str header;
    if (authorization(remote, arena, secrets, &header, ret_why) < 0)
        return -1;
    if (options->ca_file.n)
        buf_add(out, config_line(arena, "http", "sslCAInfo", options->ca_file));
    if (options->proxy.n)
        buf_add(out, config_line(arena, "http", "proxy", options->proxy));
    if (header.n) {
        const struct str section =
            str_format(arena, "http \"%.*s/\"", STR_FMT(remote->address.origin));
        buf_add(out, config_line(arena, str_to_c(arena, section), "extraHeader",
                                 str_concat(arena, STR("Authorization: "), header)));
    }
    return 0;
}

static bool speaks_http(const struct remote *remote)
{
    return remote->address.scheme == SCHEME_HTTPS || remote->address.scheme == SCHEME_HTTP;
}

int config_open(const struct remote *remote, struct arena *arena,
                const struct remote_command *command, struct str_list *secrets, struct str *ret_why)
{
    SCOPED(buf) struct buf out;
    buf_init(&out, CONFIG_BYTES);
    buf_add_c(&out, constant);
    for (size_t i = 0; i < command->settings.n; i++)
        buf_add(&out, command->settings.items[i]);
    if (!command->is_local && speaks_http(remote) &&
        add_http(remote, arena, secrets, &out, ret_why) < 0)
        return -1;
    SCOPED(fd) int fd = out.full ? -1 : memfd_create("git", MFD_CLOEXEC);
    const int error = fd < 0 ? -errno : fd_write_all(fd, buf_str(&out));
    /* Above the standard streams, which the child has of its own. */
    const int kept = error < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, LOWEST_DESCRIPTOR);
    explicit_bzero(out.p, out.n);
    if (kept < 0)
        *ret_why = str_format(arena, "the configuration of git can't be made: %s",
                              strerror(out.full ? EFBIG : errno));
    return kept;
}

/* ---- ssh ---- */

/* For ssh, which reads a % and a blank in a path as more than that, and for the shell before it. */
static bool is_plain_path(struct str path)
{
    const struct str allowed = STR("/._-+@:,=");
    for (size_t i = 0; i < path.n; i++)
        if (!ascii_is_alnum(path.p[i]) && str_find_char(allowed, path.p[i]) < 0)
            return false;
    return path.n > 0 && path.p[0] == '/';
}

static int check_file(struct arena *arena, struct str path, const char *what, struct str *ret_why)
{
    if (!is_plain_path(path))
        *ret_why = str_format(arena, "the path of the %s has characters that ssh can't take", what);
    else if (access(str_to_c(arena, path), R_OK) < 0)
        *ret_why = str_format(arena, "the %s can't be read: %s", what, strerror(errno));
    else
        return 0;
    return -1;
}

int config_ssh(const struct remote *remote, struct arena *arena, struct str *ret_command,
               struct str *ret_why)
{
    static const char *const fixed[] = {
        "BatchMode=yes",
        "StrictHostKeyChecking=yes",
        "IdentitiesOnly=yes",
        "IdentityAgent=none",
        "GlobalKnownHostsFile=/dev/null",
        "PasswordAuthentication=no",
        "KbdInteractiveAuthentication=no",
        "PreferredAuthentications=publickey",
        "ForwardAgent=no",
        "ClearAllForwardings=yes",
        "PermitLocalCommand=no",
        "ControlMaster=no",
        "ControlPath=none",
        "UpdateHostKeys=no",
        "ProxyCommand=none",
        "ServerAliveInterval=15",
        "ServerAliveCountMax=2",
        "ConnectTimeout=20",
        "AddKeysToAgent=no",
        "EscapeChar=none",
        "VerifyHostKeyDNS=no",
        "PKCS11Provider=none",
        "LogLevel=ERROR",
    };
    const struct remote_options *options = &remote->options;
    const struct str ssh = child_find(arena, "ssh");
    if (!ssh.n || !is_plain_path(ssh)) {
        *ret_why = STR("there is no ssh in PATH");
        return -1;
    }
    if (check_file(arena, options->identity_file, "private key", ret_why) < 0 ||
        check_file(arena, options->known_hosts_file, "file of known hosts", ret_why) < 0)
        return -1;
    SCOPED(buf) struct buf out;
    buf_init(&out, CONFIG_BYTES);
    buf_format(&out, "%.*s -F none -i %.*s -o UserKnownHostsFile=%.*s", STR_FMT(ssh),
               STR_FMT(options->identity_file), STR_FMT(options->known_hosts_file));
    for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
        buf_format(&out, " -o %s", fixed[i]);
    *ret_command = str_dup(arena, buf_str(&out));
    return 0;
}
