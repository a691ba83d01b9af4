/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the built-in rules of rules/ share: an index of the set's objects by kind, name and labels,
 * so that no rule compares all with all.
 *
 *   const struct join_list *services = join_kind(join, "", "Service");
 *   for (size_t i = 0; services && i < services->n; i++)
 *       look_at(&join->objects.items[services->items[i]]);
 *
 * Where a set is declared, the namespace of an object is known. Elsewhere one that is not written
 * may be any: files are rendered, or sent with --namespace. There, too, repositories keep variants
 * side by side, so only what is near (join_is_near) is taken to belong together, and what is not
 * there is only told where something beside it says that it should be (join_expects).
 */
#pragma once

#include "check/check_internal.h"
#include "pack/pack.h"

/* A label selector; a plain map of labels has no expressions. */
struct selector {
    const struct node *labels, *expressions;
};

struct selector selector_of(const struct node *selector);
struct selector selector_of_map(const struct node *labels);
bool selector_is_empty(const struct selector *selector);
/* Labels that only controllers give, such as the name of a StatefulSet's Pod, are taken to fit. */
bool selector_fits(const struct selector *selector, const struct node *labels);

/* Whether the key is one of labels that say little about who has them, such as the environment. */
bool selector_is_common(struct str key);

/* Whether all of an application have the label: who is selected by nothing else is not looked for.
 */
bool selector_is_broad(struct str key);

/* One label that what is selected must have. */
struct selector_pair {
    struct str key, value; /* no key: the selector names none */
    uint32_t next;         /* private */
};

struct selector_pair selector_first(const struct selector *selector);
struct selector_pair selector_next(const struct selector *selector, struct selector_pair pair);

struct join_object {
    const struct object *object;
    struct str namespace; /* "": any, or it has none */
    bool is_own;          /* of the set itself: the others are told about elsewhere */
};

struct join_pod {
    const struct join_object *in;
    struct pod pod;
    const struct node *labels;
    bool is_custom; /* a template in a custom kind */
};

struct join_list {
    VEC(uint32_t); /* indexes, in order of appearance */
};

struct join {
    const struct check_context *context;
    struct diags *diags;
    struct arena *arena;
    struct {
        VEC(struct join_object);
    } objects;
    struct {
        VEC(struct join_pod);
    } pods;
    struct map kinds;     /* "group kind" -> join_list of objects */
    struct map names;     /* namespace, "group kind", name -> join_list of objects */
    struct map labels;    /* namespace, key, value -> join_list of pods */
    struct map makers;    /* the same of custom objects that may make Pods; and their names */
    struct map workloads; /* namespace, "", name -> join_list of pods */
    struct map targets;   /* namespace, kind, name -> join_list of autoscalers' objects */
    struct map words, custom_words; /* see join_read_words() */
    struct map files;               /* path -> unsigned *: what_flag */
    bool is_blurred; /* names or labels are not known, so nothing is missing for sure */
};

enum what_flag {
    FILE_HAS_PODS = 1,
    FILE_HAS_SERVICES = 2,
    FILE_HAS_ROLES = 4,
    FILE_HAS_ACCOUNTS = 8
};

/* The key of service accounts in `files`: those of another namespace say nothing. */
struct str join_file_of(struct arena *arena, const struct object *object, struct str namespace);

void join_init(struct join *join, const struct check_context *context, struct diags *diags,
               struct arena *arena);
bool join_is_on(const struct join *join, enum pack_id id);

/* NULL when there is none. */
const struct join_list *join_kind(const struct join *join, const char *group, const char *kind);

/* Indexes under two parts of a key, as seen from a namespace ("": from everywhere). */
struct join_walk {
    const struct join_list *lists[2];
    size_t list, next;
};

struct join_walk join_walk_start(const struct join *join, const struct map *map,
                                 struct str namespace, struct str a, struct str b);
bool join_walk_next(struct join_walk *walk, uint32_t *ret_index);

/* Puts an index under each of some labels, and finds those that may fit a selector: by the rarest
 * of its labels, or all of the namespace when it names none. */
void join_index_labels(const struct join *join, struct map *map, struct str namespace,
                       const struct node *labels, uint32_t index);
struct join_walk join_candidates(const struct join *join, const struct map *map,
                                 struct str namespace, const struct selector *selector);

/* The objects of a kind and name; those near to `from` if there are any. */
struct join_found {
    VEC(const struct join_object *);
};
struct join_found join_find(const struct join *join, const struct join_object *from,
                            const char *group, const char *kind, struct str namespace,
                            struct str name);
struct join_found join_collect(const struct join *join, const struct join_object *from,
                               struct join_walk *walk);

/* Pods that a selector picks; those near to `from` if there are any. More than any set should have
 * are a finding, and left out. */
struct join_picked {
    VEC(const struct join_pod *);
    bool is_cut; /* there are more */
};
struct join_picked join_pick(const struct join *join, const struct join_object *from,
                             struct str namespace, const struct selector *selector);
/* Whether it picks any Pod at all, or one that a custom object may make. */
bool join_picks(const struct join *join, struct str namespace, const struct selector *selector);

bool join_is_near(const struct join *join, const struct object *a, const struct object *b);
/* Whether both are applied, for sure: what lies in two files may be one or the other. */
bool join_is_together(const struct join *join, const struct object *a, const struct object *b);
/* Whether what an object names should be in the set: the set is declared, or its file has what such
 * an object is for (`flags`), or a workload or Service near to it has its name or that name. */
bool join_expects(const struct join *join, const struct join_object *object, unsigned flags,
                  struct str name);
/* The same by the values of a selector. */
bool join_expects_pods(const struct join *join, const struct join_object *object,
                       const struct selector *selector);
bool join_is_external(const struct join *join, const char *kind, struct str namespace,
                      struct str name);

/* Fills the words that the rules need which are on. */
void join_read_words(struct join *join);
/* Whether a custom object names it: what makes ConfigMaps and Secrets does. */
bool join_is_generated(const struct join *join, struct str name);
/* Whether anything names it. */
bool join_is_mentioned(const struct join *join, struct str name);

/* A finding of a rule of a pack; NULL when it is off. */
struct diag *join_report(const struct join *join, enum pack_id id, const struct object *object,
                         const struct node *place, const char *fmt, ...) PRINTF(5, 6);
/* With where another object stands: "the Service". */
void join_relate(const struct join *join, struct diag *diag, const struct object *object,
                 const char *what);
/* "Deployment web" for a message. */
struct str join_title(const struct join *join, const struct object *object);
struct str join_quote(const struct join *join, struct str text);
/* app=web,tier=front,kind In */
struct str join_show_selector(const struct join *join, const struct selector *selector);

/* A template in a custom kind. */
bool join_custom_pod_of(const struct object *object, struct pod *ret_pod);

/* Shorthands for the ways into an object. */
const struct node *join_get(const struct object *object, const char *path);
const struct node *node_way(const struct node *node, const char *path); /* "spec.template" */
const struct node *labels_of(const struct object *object);

/* Whether a container of any of them has such a port, by its name or by its number. */
bool join_has_port(const struct join_picked *picked, struct str protocol, struct str name,
                   int64_t number);
/* Autoscalers of a workload that are near. */
struct join_found join_autoscalers(const struct join *join, const struct join_object *workload);
/* How many Pods there are at least, and whether anybody says so; an autoscaler's minimum counts. */
bool join_count(const struct join *join, const struct join_pod *pod, int64_t *ret_n);

typedef void joined_fn(const struct join *join);

joined_fn joined_services, joined_ports, joined_same_services, joined_monitors;
joined_fn joined_ingresses, joined_same_paths, joined_routes;
joined_fn joined_network_policies, joined_unprotected;
joined_fn joined_autoscalers, joined_same_autoscalers;
joined_fn joined_budgets, joined_missing_budgets;
joined_fn joined_serving, joined_stateful_sets, joined_claims;
joined_fn joined_config_keys, joined_dangling_config, joined_unused_config;
joined_fn joined_bindings, joined_powers;
