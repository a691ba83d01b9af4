/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/cluster_auth.h"

#include <time.h>

#include "base/clock.h"
#include "base/file.h"

enum {
    TOKEN_MS = 60000, /* how old a token from a file may be */
    EARLY_S = 10,     /* so long before its end a credential is no more used */
};

static int read_pem(struct arena *arena, struct str file, const char *what, struct str *pem,
                    struct str *ret_error)
{
    if (pem->n || !file.n)
        return 0;
    const int error = file_read(arena, str_to_c(arena, file), CREDENTIAL_BYTES, pem);
    if (error < 0)
        *ret_error = str_format(arena, "the %s %.*s can't be read: %s", what, STR_FMT(file),
                                strerror(-error));
    return error < 0 ? -1 : 0;
}

int cluster_auth_open(struct cluster_auth *auth, struct arena *arena,
                      const struct kubeconfig *config, struct str repository, struct str *ret_error)
{
    *auth = (struct cluster_auth){
        .arena = arena,
        .config = config,
        .repository = repository,
        .ca_pem = config->ca_pem,
        .certificate_pem = config->certificate_pem,
        .key_pem = config->key_pem,
        .token = config->token,
    };
    if (read_pem(arena, config->ca_file, "certificate authority", &auth->ca_pem, ret_error) < 0 ||
        read_pem(arena, config->certificate_file, "client certificate", &auth->certificate_pem,
                 ret_error) < 0 ||
        read_pem(arena, config->key_file, "client key", &auth->key_pem, ret_error) < 0)
        return -1;
    if ((config->ca_file.n || config->ca_pem.n) &&
        !str_has(auth->ca_pem, STR("-----BEGIN CERTIFICATE-----"))) {
        *ret_error = STR("the certificate authority of the kubeconfig holds no certificate");
        return -1;
    }
    return 0;
}

void cluster_auth_close(struct cluster_auth *auth)
{
    arena_release(&auth->fresh);
    *auth = (struct cluster_auth){0};
}

/* What goes into a header must not end it. */
static bool is_token(struct str token)
{
    for (size_t i = 0; i < token.n; i++)
        if ((unsigned char)token.p[i] <= ' ' || (unsigned char)token.p[i] >= 0x7f)
            return false;
    return token.n > 0;
}

static int refresh_file(struct cluster_auth *auth, struct arena *arena, struct str *ret_error)
{
    struct arena fresh = {0};
    struct str text = {0};
    const struct str file = auth->config->token_file;
    const int error = file_read(&fresh, str_to_c(&fresh, file), CREDENTIAL_BYTES, &text);
    const struct str token = str_trim(text);
    if (error == 0 && is_token(token)) {
        arena_release(&auth->fresh);
        auth->fresh = fresh;
        auth->token = token;
        return 0;
    }
    arena_release(&fresh);
    if (auth->token.n)
        return 0; /* the last one stays in use */
    *ret_error = str_format(
        arena, "the token file %.*s %s%s", STR_FMT(file),
        error == 0 ? "holds no token" : "can't be read: ", error == 0 ? "" : strerror(-error));
    return -1;
}

static int refresh_program(struct cluster_auth *auth, struct arena *arena, struct str *ret_error)
{
    struct arena fresh = {0};
    struct cluster_credential credential;
    struct str error = {0};
    if (cluster_exec(&fresh, auth->config, auth->ca_pem, auth->repository, &credential, &error) <
        0) {
        *ret_error = str_dup(arena, error);
        arena_release(&fresh);
        return -1;
    }
    if (credential.token.n && !is_token(credential.token)) {
        arena_release(&fresh);
        *ret_error = STR("the token that the program of the kubeconfig printed is none");
        return -1;
    }
    const bool is_new = !str_eq(credential.certificate_pem, auth->certificate_pem) ||
                        !str_eq(credential.key_pem, auth->key_pem);
    auth->certificates += is_new && (credential.certificate_pem.n || auth->certificate_pem.n);
    arena_release(&auth->fresh);
    auth->fresh = fresh;
    auth->token = credential.token;
    auth->certificate_pem = credential.certificate_pem;
    auth->key_pem = credential.key_pem;
    auth->expires = credential.expires;
    return 0;
}

static bool is_due(const struct cluster_auth *auth, uint64_t now)
{
    if (!auth->read_at || auth->is_refused)
        return true;
    if (auth->config->exec)
        return auth->expires && (int64_t)time(NULL) + EARLY_S >= auth->expires;
    return now - auth->read_at >= TOKEN_MS;
}

int cluster_auth_refresh(struct cluster_auth *auth, struct arena *arena, struct str *ret_error)
{
    const uint64_t now = clock_ms();
    const struct kubeconfig *config = auth->config;
    if (!config->exec && !config->token_file.n) {
        if (!auth->token.n || is_token(auth->token))
            return 0;
        *ret_error = STR("the token of the kubeconfig has letters that no token has");
        return -1;
    }
    if (!is_due(auth, now))
        return 0;
    const int result = config->exec ? refresh_program(auth, arena, ret_error)
                                    : refresh_file(auth, arena, ret_error);
    if (result == 0) {
        auth->read_at = MAX_OF(now, UINT64_C(1));
        auth->is_refused = false;
    }
    return result;
}

bool cluster_auth_refused(struct cluster_auth *auth, uint64_t sent_at)
{
    if (!auth->config->exec && !auth->config->token_file.n)
        return false;
    /* Others of the same moment have had it read again by now. */
    if (auth->read_at <= sent_at)
        auth->is_refused = true;
    return true;
}
