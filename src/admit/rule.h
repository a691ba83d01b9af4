/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The admission rules of built-in kinds: the manual for those who write them.
 *
 * A rule is a row in schemas/rules/<package>.txt, a default one in schemas/defaults/<package>.txt.
 * What a row can't say is a function that a row calls. tools/rulegen turns both folders into const
 * tables at build time; an unknown type, field, verb, format, gate or function is a build error
 * with file and line. The walk visits only fields that have rules, or rules below them.
 *
 * Porting in five steps
 *
 *   1. Find the Go function (pkg/apis/<group>/validation, declarative tags in zz_generated). It
 *      runs on the defaulted object: port the type's part of <version>/defaults.go first.
 *   2. Write the rows into the block of the Go type.
 *   3. What compares, parses or counts goes into a function `void rule_<topic>` in a file
 *      rule_<family>.c that includes this header and "rule_calls.h"; the row is
 *      `FIELD call <topic>`, or `. call <topic>` for the struct. There is no list of functions to
 *      keep: rulegen finds lines that start with `void rule_` in src/admit/rule_*.c (`void fill_`
 *      in default_*.c) and declares them in rule_calls.h.
 *   4. Write cases into tests/unit/admit/test_rule_<family>.c: what passes, what fails.
 *   5. Run tests/bench/fidelity.py: no new false rejection; compare messages with the server's.
 *
 * The text
 *
 *   # a comment: a line, or the rest of one
 *   ContainerPort                       a block: a type of the package that the file is named by
 *     name format port-name             FIELD VERB ARGS, then ATTRIBUTES in any order
 *     containerPort required
 *     containerPort range 1 65535
 *     protocol enum SCTP TCP UDP
 *   LabelSelectorRequirement
 *     values[] format label-value       FIELD[] each item of a list, FIELD{} each key of a map,
 *     values required says="say so"     FIELD{*} each value of a map; quotes around blanks
 *   SecretKeySelector like ConfigMapKeySelector
 *                                       all rows of that block (here or, by its full name, in
 *                                       another file) whose fields exist here, then its own
 *
 * FIELD is one field of the type, or `.` for the struct. What is in a list of structs stands in the
 * block of their type. A field that not all minors have is simply not there at the others.
 *
 * Zero values. Rules see what Go's structs have: absent, null and the zero value ("", 0, false, [],
 * {}) are one, and verbs other than required, one-of and call are not applied to it. Structs,
 * quantities and int-or-strings are not zero when they are written. The published schema does not
 * know which fields are pointers in Go, so rows say it:
 *
 *   pointer   the field is a pointer: a zero that is written is a value, so verbs look at it and
 *             required is content with it
 *   always    the verb is applied to an absent or zero value as well, as to Go's zero
 *
 * Verbs, with what the server then says
 *
 *   required                    Required value
 *   forbidden                   Forbidden: <says>; when the field is set
 *   enum A B C                  Unsupported value: "x": supported values: "A", "B", "C"
 *                               (write them sorted; the text is in the order of the row)
 *   range MIN MAX               must be between MIN and MAX, inclusive; `-` is open
 *   min N, max N                must be greater (less) than or equal to N
 *   format NAME                 one of rule_format.h, which gives the reason
 *   max-bytes N, max-length N   Too long: may not be more than N bytes (characters)
 *   min-items N, max-items N    of a list or map
 *   unique [KEY...]             of scalars, or of structs by these fields: Duplicate value at the
 *                               item, or at its key if there is one; zero keys don't count
 *   one-of A B...               of the struct: exactly one is set; says= is for none
 *   at-most-one-of A B...       of the struct
 *   requires A B...             when FIELD is set, these siblings are: Required value there
 *   excludes A B...             when FIELD is set, these siblings are not: Forbidden there
 *   immutable                   on update: Invalid value: field is immutable
 *   skip                        the server does not look into FIELD: no further rows of it and
 *                               nothing below; stands first among the rows of its field. With
 *                               the attribute warning it does look, but only warns
 *   call FUNCTION               rule_FUNCTION(v, spot), for absent values too
 *
 * Attributes
 *
 *   says="text"          the server's detail, where it is not the verb's own
 *   error=TYPE           required, invalid, unsupported, forbidden, duplicate, too-long, too-many,
 *                        not-found or immutable, where it is not the one of the verb
 *   if=COND              a sibling field: FIELD or !FIELD (set, not set), FIELD=A,B, FIELD!=A,B
 *                        (text, number or true; zero is empty text). Several must all hold
 *   in=KIND,... not-in=  kind of the whole object: `in=StatefulSet`
 *   as=FIELD,... not-as= name of the field that holds the struct, itself or by a list or map:
 *                        `lifecycle forbidden as=initContainers says="..."` in block Container
 *   gate=NAME gate=!NAME where a feature gate is on (off): schemas/gates.txt has the defaults, and
 *                        the profile of the cluster what differs
 *   update, create       only then
 *   at=parent, at=list   the server names the struct around, or the nearest list above, as the
 *                        field; the finding stands at the value all the same
 *   warning              the server's warning, not a refusal; says= is all of its text
 *   @30-32,35-           minors
 *
 * Defaults
 *
 *   DeploymentSpec
 *     replicas 1  pointer             FIELD VALUE ATTRIBUTES, filled in from top to bottom
 *     strategy {}                     a struct that Go always has: the rows of its type then apply
 *   DeploymentStrategy
 *     type RollingUpdate
 *     rollingUpdate {}  if=type=RollingUpdate
 *   Container
 *     . call pull_policy              fill_pull_policy, see default.h
 *
 *     hostnameOverride drop  gate=!HostnameOverride
 *
 * VALUE is a word, number, true, false, {}, [] or quoted text, read by the type of the field; the
 * word `drop` takes the field away, as the server clears what a switched off gate belongs to.
 * Absent, null and zero are filled in; with `pointer` absent and null only. if=, in=, as=, gate=
 * and the minors as above. Structs are filled in from the outside in, as the generated
 * SetObjectDefaults does.
 *
 * Rules and defaults don't run when decoding found a value of a wrong type, and never below the
 * status of a kind. metadata of the object itself is checked elsewhere (admit_metadata.c).
 */
#pragma once

#include "admit/admit_internal.h"
#include "admit/profile.h"
#include "admit/spot.h"

struct validating {
    struct admit_ctx *ctx;
    const struct admitted *admitted;
    const struct object *object;
    const struct node *root; /* the defaulted object */
    const struct node *old;  /* the defaulted object before an update; NULL: create */
    unsigned minor;
    unsigned depth;
    bool skip; /* set by a function of a `.` row: no further rows of the struct, nothing below */
    bool only_warns; /* inside of a field that is skipped with `warning` */
};

/* Called for the value or struct of the row; spot->path.node is NULL when it is absent. */
typedef void rule_fn(struct validating *v, const struct spot *spot);

/* All rules on the defaulted object; called by admit_validate. */
void rules_validate(struct admit_ctx *ctx, const struct admitted *admitted,
                    const struct admitted *old);

/* Whether the rules refuse something at a value or below it. Nothing is reported, and what rows of
 * the value's own field would say is not asked. */
bool rules_refuse(struct validating *v, const struct spot *spot);

/* ---- where ---- */

bool v_is_update(const struct validating *v);
/* Kind of the whole object. */
bool v_kind_is(const struct validating *v, const char *kind);
/* Whether a feature gate of schemas/gates.txt is on at this minor and cluster; unknown: BUG. */
bool v_gate(const struct validating *v, const char *name);
bool v_plugin(const struct validating *v, enum plugin plugin);
/* Nearest struct at or above of a type, by its name: "PodSpec", "PodTemplateSpec"; or NULL. */
const struct spot *spot_above(const struct spot *spot, const char *type);
/* Name of the field that holds the struct, itself or by its list: "initContainers". */
struct str spot_holder(const struct spot *spot);

/* ---- values, absent ones as zero ---- */

/* Present and not null: what a Go pointer would be. */
bool spot_is_set(const struct spot *spot);
/* Absent, null or Go's zero; written structs are not zero. */
bool spot_is_zero(const struct spot *spot);
struct str spot_text(const struct spot *spot);
int64_t spot_int(const struct spot *spot);
bool spot_bool(const struct spot *spot);
bool spot_text_is(const struct spot *spot, const char *text);
/* Items or entries. */
size_t spot_count(const struct spot *spot);
/* A number or text as quantity; false when absent or broken (decoding has said so). */
bool spot_quantity(const struct spot *spot, struct quantity *ret_quantity);
/* int-or-string: whether it is text. */
bool spot_is_text(const struct spot *spot);
/* Same value before the update, zero and absent being one; true on create. */
bool spot_is_unchanged(const struct spot *spot);

/* A field of a struct; path.node NULL when absent. `up` must outlive it. */
struct spot spot_child(const struct validating *v, const struct spot *up, const char *name);
/* Two or more steps are steps on variables: each spot points at the one above. The value alone: */
struct str child_text(const struct spot *up, const char *name);
int64_t child_int(const struct spot *up, const char *name);
bool child_bool(const struct spot *up, const char *name);
bool child_is_set(const struct spot *up, const char *name);
bool child_text_is(const struct spot *up, const char *name, const char *text);
/* The spot as it was before the update: node and children are the old ones, for reading only. */
struct spot spot_before(const struct spot *spot);
/* A field of the struct as it was before an update; NULL: absent, or null, which is the same. */
const struct node *spot_old_field(const struct spot *up, struct str name);

/* The spot as it prints when the server shows another text as its value. */
struct spot spot_with_text(const struct validating *v, const struct spot *spot, struct str text);
/* The spot as a field of another struct or list, where the server names it there: `up` is a spot
 * above it. Its place stays. */
struct spot spot_named_under(const struct spot *spot, const struct spot *up, const char *name);

/*
 * Items of a list, entries of a map:
 *
 *   for (struct each e = each_first(v, &ports); e.spot.path.node; each_next(v, &e))
 *       child_text(&e.spot, "name") …
 *
 * Null items are skipped. On update e.spot.old is the old entry of the same keys or map key.
 */
struct each {
    struct spot spot;
    const struct spot *up; /* the list or map */
    struct item item;
    struct item old; /* as far into the list before the update */
    struct entry entry;
};
struct each each_first(const struct validating *v, const struct spot *up);
void each_next(const struct validating *v, struct each *each);
/* The key of a map's entry as a spot that prints as [key], at the key's place. */
struct spot each_key(const struct each *each);

/* ---- saying it ---- */

/*
 * Each is one server error. The field is the spot's; the finding stands at the value, or at the key
 * of the struct above when it is absent or was filled in. detail may be NULL or "". The result is
 * for diag_hint and may be NULL. Values of Secrets are never shown.
 */
struct diag *say_required(struct validating *v, const struct spot *spot, const char *detail);
struct diag *say_invalid(struct validating *v, const struct spot *spot, const char *detail);
struct diag *say_invalid_fmt(struct validating *v, const struct spot *spot, const char *fmt, ...)
    PRINTF(3, 4);
/* With another value than the spot's, already as the server prints it: "\"\"", "null". */
struct diag *say_invalid_as(struct validating *v, const struct spot *spot, struct str value,
                            const char *detail);
struct diag *say_unsupported(struct validating *v, const struct spot *spot,
                             const char *const *values, size_t n);
struct diag *say_forbidden(struct validating *v, const struct spot *spot, const char *detail);
struct diag *say_duplicate(struct validating *v, const struct spot *spot);
struct diag *say_too_long(struct validating *v, const struct spot *spot, size_t max_bytes);
struct diag *say_too_many(struct validating *v, const struct spot *spot, size_t max_items);
struct diag *say_not_found(struct validating *v, const struct spot *spot);
struct diag *say_immutable(struct validating *v, const struct spot *spot, const char *detail);
/* A warning that the server sends along with its answer. */
struct diag *say_warning(struct validating *v, const struct spot *spot, const char *text);
