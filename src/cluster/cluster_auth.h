/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The credentials of a kubeconfig while they are used: certificates from memory, tokens that
 * rotate, programs that print new ones when the old ones end.
 *
 * A token file is read again when what was read is a minute old, and when the server refused it;
 * a file that can't be read just then leaves the last token in use, as client-go has it. A program
 * runs again when what it printed has ended or was refused.
 *
 * Sources: client-go v0.36 transport/token_source.go, plugin/pkg/client/auth/exec.
 */
#pragma once

#include "cluster/kubeconfig.h"

struct cluster_auth {
    struct arena *arena;             /* borrowed: what stays */
    const struct kubeconfig *config; /* borrowed */
    struct str repository;
    struct str ca_pem; /* "": the system's */
    struct str certificate_pem, key_pem;
    unsigned certificates; /* grows when certificate_pem changes */
    struct str token;      /* valid until the next cluster_auth_refresh */
    /* Private. */
    struct arena fresh; /* owned: token and certificate that a program or a file gave */
    uint64_t read_at;   /* clock_ms() of the last attempt; 0: never */
    int64_t expires;    /* of a program's, seconds since 1970; 0: never */
    bool is_refused;
};

/* Reads what does not change. -1 with a reason. */
int cluster_auth_open(struct cluster_auth *auth, struct arena *arena,
                      const struct kubeconfig *config, struct str repository,
                      struct str *ret_error) MUST_USE;
void cluster_auth_close(struct cluster_auth *auth);
/* Makes token and certificate current. */
int cluster_auth_refresh(struct cluster_auth *auth, struct arena *arena,
                         struct str *ret_error) MUST_USE;
/* The server refused what was sent at that time (clock_ms()); true when the next refresh may bring
 * something else. */
bool cluster_auth_refused(struct cluster_auth *auth, uint64_t sent_at);

/* What a program prints (kind ExecCredential). */
struct cluster_credential {
    struct str token, certificate_pem, key_pem;
    int64_t expires; /* seconds since 1970; 0: never */
};
int cluster_credential_read(struct arena *arena, struct str text, struct str api_version,
                            struct cluster_credential *ret_credential,
                            struct str *ret_error) MUST_USE;
/* RFC 3339 to seconds since 1970; false for anything else. */
bool cluster_time_read(struct str text, int64_t *ret_seconds);
/* Runs the program of the kubeconfig. */
int cluster_exec(struct arena *arena, const struct kubeconfig *config, struct str ca_pem,
                 struct str repository, struct cluster_credential *ret_credential,
                 struct str *ret_error) MUST_USE;
