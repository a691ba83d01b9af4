/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files on custom resources (custom_*.c) and on CRDs (crd_*.c) share: a value against a
 * structural schema, as apiextensions-apiserver judges it.
 */
#pragma once

#include "admit/admit_internal.h"
#include "admit/spot.h"

/* A path for a message: a long one from a step near its end, because the end tells most. */
struct str shown_path(struct arena *arena, const struct path *path);
/* The spot of a map's entry and of a list's item. */
struct spot spot_entry(const struct spot *up, const struct entry *entry);
struct spot spot_item(const struct spot *up, const struct structural *schema,
                      const struct item *item);

/* ---- unknown fields (custom_prune.c) ---- */

struct prune {
    struct admit_ctx *ctx;
    const struct object *object;
    struct str kind; /* for messages */
    bool quiet;      /* count only */
    size_t unknown;
    const struct node *first; /* key of the first one */
    unsigned depth;
};

/* One step down; schema is NULL where none says anything. */
struct prune_step {
    struct path path;
    const struct prune_step *up;
    const struct structural *schema;
    bool keeps; /* what the schema does not name stays: it is in a list that preserves it */
};

/* Fields that the server would drop. is_resource: apiVersion, kind and metadata always belong. */
void prune_value(struct prune *prune, const struct prune_step *step, bool is_resource);
/* Whether entries of a map beyond `properties` belong: additionalProperties is there, whatever it
 * says. */
bool schema_has_additional(const struct structural *schema);
/* apiVersion, kind, metadata */
bool is_meta_field(struct str name);

/* What was meant by an unknown field, or "" (custom_unknown.c). */
struct str explain_unknown(struct arena *arena, const struct prune_step *step, struct str name);

/* ---- values (custom_value.c, custom_scalar.c) ---- */

struct values {
    struct admit_ctx *ctx;
    const struct object *object;
    bool of_default; /* in a CRD: x-kubernetes-int-or-string and versions of formats don't count */
    bool quiet;      /* no findings, stops at the first error */
    bool capture;    /* quiet, but the first error's text goes to `first` */
    struct str first;
    size_t errors;
    unsigned depth;
};

void value_check(struct values *values, const struct structural *schema, const struct spot *spot);
void value_check_text(struct values *values, const struct structural *schema,
                      const struct spot *spot);
void value_check_number(struct values *values, const struct structural *schema,
                        const struct spot *spot);
void value_check_enum(struct values *values, const struct structural *schema,
                      const struct spot *spot);
/* Whether a value is what was stored, so that its errors are tolerated. */
bool value_is_stored(const struct structural *schema, const struct node *old,
                     const struct node *node);
/* The message is "<field> <text>". Gives NULL when quiet or when the rule is off. */
struct diag *value_report(struct values *values, enum rule_id rule, const struct spot *spot,
                          const char *fmt, ...) PRINTF(4, 5);
/* The format to check, and whether integers and text are both allowed. */
struct str value_format(const struct values *values, const struct structural *schema);
bool value_int_or_string(const struct values *values, const struct structural *schema);
/* A value of the wrong type. */
void value_wrong_type(struct values *values, const struct structural *schema,
                      const struct spot *spot);
/* "a list", "an integer or a string", "any value". */
const char *schema_type_name(const struct structural *schema);
/* `"a", "b" or 3`: what an enum allows, the first of them when there are many. */
struct str schema_enum_text(struct arena *arena, const struct node *enumeration);

/* Whether Go's JSON libraries take a float for an integer: almost is enough. */
bool is_json_integer(double value);

/* ---- formats (custom_format.c, custom_format_net.c, custom_format_mail.c) ---- */

/* The format that the server enforces for this schema at a minor: its name without dashes, or "".
 */
struct str format_effective(const struct structural *schema, unsigned minor);
/* NULL when valid or when the format is unknown, else what the text should be: "an IPv4 address".
 */
const char *format_check(struct arena *arena, struct str format, struct str text);

bool format_is_ipv4(struct str s);
bool format_is_ipv6(struct str s);
bool format_is_cidr(struct str s);
bool format_is_mac(struct str s);
bool format_is_email(struct str s);

/* A URL as Go's net/url reads it. request: as ParseRequestURI, where a fragment is no part of its
 * own and the text must be absolute. */
struct cel_url;
bool url_parse(struct arena *arena, struct str text, bool request, struct cel_url *ret_url);

/* ---- kinds ---- */

/* With a status subresource, status in a manifest is cleared before anything looks at it. */
bool custom_has_status(const struct kind_info *kind);

/* ---- lists and embedded resources (custom_list.c, custom_embedded.c) ---- */

/* Entries that occur twice in lists of type set and map, anywhere below a map. */
void lists_check(struct values *values, const struct structural *schema, const struct spot *spot);
/* Whether two entries of a list are equal, and the first that repeats another. */
bool list_repeats(struct values *values, const struct node *list, struct item *ret_item);
/* apiVersion, kind and metadata of each x-kubernetes-embedded-resource at or below a value. */
void embedded_check(struct values *values, const struct structural *schema,
                    const struct spot *spot);
