/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config: tidegate.yaml (or .tidegate.yaml) to one struct. The text is first read into the one tree
 * and checked against our own schema (positions, "did you mean"); only then libcyaml fills the
 * struct, so that step can fail only by our own mistake.
 *
 *   struct config config;
 *   config_init(&config, &arena);                       // defaults
 *   if (config_read(&arena, source, &diags, &config) < 0) return 2;
 *
 * Lifetime: everything lives in the arena. The schema of the file is one table (config_schema.c):
 * key, type, allowed values, default, help; parser, validator, JSON Schema, `init` and the docs
 * read that table.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/opt.h"
#include "base/str.h"
#include "base/vec.h"
#include "config/config_sync.h"
#include "diag/diag.h"
#include "doc/doc.h"

struct config_ignore {
    struct str rule;     /* id or pattern; required */
    struct str path;     /* glob; "" : any */
    struct str object;   /* "Kind/name", "Kind/namespace/name", parts may be *; "" : any */
    struct str field;    /* field path or its beginning; "" : any */
    struct str reason;   /* required */
    struct str expires;  /* YYYY-MM-DD, "" : never */
    int64_t expires_day; /* days since 1970; INT64_MAX: never */
    struct span span;    /* of the entry, for ignore/unused and ignore/expired */
};

struct config_gate {
    struct str name;
    bool on;
    struct span span;
};

/* What the API server of a cluster was started with, by the names of its flags. */
struct config_cluster {
    struct {
        VEC(struct config_gate);
    } gates;
    struct str node_ports;         /* "30000-32767", "": not looked at */
    struct str_list service_cidrs; /* empty: not looked at */
    bool allow_privileged;
    struct config_plugins {
        struct str_list enable;
        struct str_list disable;
    } plugins;
    struct span span; /* of the map; no end: there is none */
};

/* Of a cluster, see snapshot.h. */
struct config_snapshot {
    struct str file;    /* "": there is none */
    struct str max_age; /* "7d"; "": as the program has it */
    struct str manager; /* who applies; "": tidegate */
    struct span span;   /* of the map; no end: there is none */
};

struct config_set {
    struct str name;
    struct str_list paths;         /* globs or folders of its files */
    struct str namespace;          /* for namespaced objects that name none */
    struct str_list versions;      /* Kubernetes minors, empty: the file's */
    struct str_list policies;      /* files or folders with policies, for this set */
    struct str_list packs;         /* of rules, besides those of the file */
    struct str_list values;        /* files with values for a chart of it */
    struct str release;            /* of a chart; "": the folder's name */
    struct str_list depends_on;    /* names of sets its references may resolve in */
    struct config_cluster cluster; /* without one: the file's */
    struct config_sync sync;       /* without one: the file's */
    struct span span;
};

enum missing_schema { MISSING_WARN, MISSING_ERROR, MISSING_SKIP };

/* order: oracle. Whose word counts. ORACLE_BOTH: a create or update, and what only server-side
 * apply refuses. */
enum oracle { ORACLE_BOTH, ORACLE_POST, ORACLE_APPLY, ORACLE_KUBECTL };

struct config {
    struct source *source;    /* NULL: no file, defaults */
    struct str_list versions; /* kubernetes-versions; default: the newest supported */
    bool has_versions;        /* they are in the file */
    struct str_list include;  /* globs; empty: everything */
    struct str_list exclude;
    struct str_list crds;      /* files or folders with CRDs, as schemas only */
    struct str_list policies;  /* files or folders with policies, for all sets */
    struct str_list packs;     /* of rules, for all sets */
    const struct node *params; /* of rules, by their ids; or NULL */
    struct str_list externals; /* KIND/[NS/]NAME that exist outside the repository */
    struct config_cluster cluster;
    struct config_snapshot snapshot;
    struct config_sync sync;
    struct rule_settings rules;
    struct {
        VEC(struct config_ignore);
    } ignores;
    struct {
        VEC(struct config_set);
    } sets;
    enum severity fail_on; /* SEVERITY_OFF: never */
    enum missing_schema missing_schema;
    enum oracle oracle;
    bool stages; /* of each object only what the first stage says that refuses it */
    bool strict; /* undecidable offline is an error */
    bool require_ignore_reason;
    struct str baseline; /* path of the file with findings that may stay; "": none */
};

/* Names it is looked for, in order. */
extern const char *const config_file_names[2];

void config_init(struct config *config, struct arena *arena);
/* 0 or -1 with findings config/...; on failure ret_config is untouched. */
int config_read(struct arena *arena, struct source *source, struct diags *diags,
                struct config *ret_config) MUST_USE;
/* The effective configuration as YAML that reads back as the same. */
void config_write(const struct config *config, struct buf *out);
/* The commented file of `tidegate init`, with a yaml-language-server line. */
void config_write_template(struct buf *out);
void config_write_json_schema(struct buf *out);

/* "30000-32767" to its ends; false when it is none. */
bool config_ports_parse(struct str text, uint32_t *ret_first, uint32_t *ret_last);

/* "7d", "12h" or "30m" to seconds; false when it is none, or more than a year. */
bool config_age_parse(struct str text, int64_t *ret_seconds);

/* What is wrong with the name of an object as `external` takes it, "must be Kind/name ...", or
 * NULL. For names that come from elsewhere than the file. */
const char *config_object_problem(struct arena *arena, struct str text);
/* What is wrong with the name of a pack that comes from elsewhere than the file, or NULL. */
const char *config_pack_problem(struct arena *arena, struct str text);
/* What is wrong with a path from the repository's root that comes from elsewhere, or NULL. */
const char *config_path_problem(struct arena *arena, struct str text);
/* Whether an ignore covers a finding (rule, path, object, field). */
bool config_ignore_covers(const struct config_ignore *ignore, const struct diag *diag);
