/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of kubeconfig share. */
#pragma once

#include "base/limits.h"
#include "base/map.h"
#include "cluster/kubeconfig.h"

enum kubeconfig_type { TYPE_TEXT, TYPE_DATA, TYPE_FLAG, TYPE_MAP, TYPE_LIST, TYPE_TEXTS };

struct kubeconfig_field {
    const char *name; /* NULL at the end */
    enum kubeconfig_type type;
};

/* clusters are a list of `name` and `cluster`, and so on. */
struct kubeconfig_kind {
    const char *list, *noun;
    const struct kubeconfig_field *fields;
};

extern const struct kubeconfig_kind kubeconfig_clusters, kubeconfig_users, kubeconfig_contexts;

const char *kubeconfig_type_name(enum kubeconfig_type type); /* "text", "base64", ... */
const struct kubeconfig_entry *kubeconfig_entry(const struct kubeconfig_entries *entries,
                                                struct str name);
/* A name for a message: short, without control characters. */
struct str kubeconfig_shown(struct arena *arena, struct str name);
/* An absolute path without ".", ".." and double slashes, as Go's filepath.Clean. */
struct str kubeconfig_clean(struct arena *arena, struct str path);
/* Whether a path lies in the repository, symbolic links followed; true when nobody can tell. */
bool kubeconfig_is_in(struct arena *arena, struct str path, struct str repository);
