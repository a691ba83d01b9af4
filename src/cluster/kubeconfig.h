/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kubeconfig: which cluster is meant, and who asks, as kubectl finds it out: `--kubeconfig`, else
 * the files that KUBECONFIG lists, else ~/.kube/config; of several files the first that has an
 * entry wins it whole, the first with a current-context decides that, and relative paths belong to
 * the file that they stand in. Without any file, inside a cluster, it is the Pod's service account.
 *
 *   struct kubeconfig config;
 *   if (kubeconfig_load(&arena, &options, &config, &error) < 0) ... error says why
 *
 * Stricter than kubectl: the server's certificate is always verified, names and passwords and
 * auth-provider are refused, and a program that gets credentials (exec) runs only when the caller
 * allows it, never one that a file of the repository names or that lies in it: else who writes a
 * kubeconfig into a pull request would run programs where the gate runs. For the same reason a user
 * of the repository has its certificate, key and token in files beside it, or in place.
 *
 * Error texts name files and entries, never what is in them. Everything lives in the arena.
 *
 * Source: client-go v0.36, tools/clientcmd (loader.go, validation.go, merge.go).
 */
#pragma once

#include "base/opt.h"
#include "base/vec.h"
#include "doc/doc.h"

enum { KUBECONFIG_BYTES = 4 << 20, CREDENTIAL_BYTES = 1 << 20 };

struct kubeconfig_options {
    struct str path;       /* --kubeconfig; "": as KUBECONFIG says */
    struct str context;    /* --context; "": the current one */
    struct str repository; /* folder whose files name no program to run, "" for none */
    bool allow_exec;
    /* Instead of the environment, for tests; NULL: getenv(). */
    const char *(*get_variable)(const char *name);
    struct str account_folder; /* of the Pod's service account; "": where Kubernetes mounts it */
};

/* A program that prints credentials. */
struct kubeconfig_exec {
    struct str command; /* absolute when it has a slash; else looked up in PATH */
    struct str_list args;
    struct str_list env; /* NAME=value */
    struct str api_version, install_hint;
    bool wants_cluster;              /* is told about the cluster */
    const struct node *cluster_data; /* of the cluster's extension for it; NULL: none */
};

struct kubeconfig_extra {
    struct str key;
    struct str_list values;
};

/* One context with its cluster and user. Absent members are empty. */
struct kubeconfig {
    struct str context, cluster, user; /* names of the entries */
    struct str namespace;
    struct str server, server_name, proxy;
    struct str ca_file, ca_pem;
    struct str certificate_file, certificate_pem, key_file, key_pem;
    struct str token, token_file;
    struct kubeconfig_exec *exec; /* NULL: none */
    struct str as, as_uid;
    struct str_list as_groups;
    struct kubeconfig_extras {
        VEC(struct kubeconfig_extra);
    } as_extra;
    bool in_cluster;
};

/* 0, or -1 with a reason. Files that hold certificates and tokens are not read yet. */
int kubeconfig_load(struct arena *arena, const struct kubeconfig_options *options,
                    struct kubeconfig *ret_config, struct str *ret_error) MUST_USE;

/* ---- the steps of it, for tests ---- */

struct kubeconfig_entry {
    struct str name;
    const struct node *body; /* NULL: empty */
    struct str file;
    struct str folder;       /* that relative paths start from; absolute */
    bool is_repository_file; /* the file lies in the repository */
};

struct kubeconfig_entries {
    VEC(struct kubeconfig_entry);
};

struct kubeconfig_files {
    struct kubeconfig_entries clusters, users, contexts;
    struct str current_context;
    size_t files;
};

/* Adds a file's entries that are not there yet. `file` is how it is named in messages, `folder`
 * absolute. */
int kubeconfig_add(struct arena *arena, struct kubeconfig_files *files, struct str file,
                   struct str folder, bool is_repository_file, struct str text,
                   struct str *ret_error) MUST_USE;
/* The context of that name, or the current one for "". */
int kubeconfig_choose(struct arena *arena, const struct kubeconfig_files *files, struct str context,
                      bool allow_exec, struct kubeconfig *ret_config,
                      struct str *ret_error) MUST_USE;
