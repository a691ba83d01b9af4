/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The admission rules of built-in kinds: the manual for those who write them.
 *
 * A rule is a row in schemas/rules/<package>.txt; a default is a row in schemas/defaults/<package>.txt.
 * What a row can't say is a function that a row calls. tools/rulegen turns both folders into const
 * tables at build time; an unknown type, field, verb, format, gate or function is a build error with
 * file and line. The walk visits only fields that have rules or rules below them.
 *
 * Porting in five steps
 *   1. Find the Go function (pkg/apis/<group>/validation, and the declarative tags in zz_generated).
 *      It runs on the defaulted object, so port pkg/apis/<group>/<version>/defaults.go first.
 *   2. Write the rows into the block of the Go type, one a line.
 *   3. What compares siblings, parses text or counts goes into a function `void rule_<topic>_<what>`
 *      in rule_<topic>.c that includes this header; the row is `. call <topic>_<what>`. No list of
 *      functions is kept: rulegen finds them by the line that they start with in src/admit/rule_*.c
 *      (fill_* in default_*.c) and declares them in rule_calls.h.
 *   4. Write the cases into tests/unit/admit/test_rule_<topic>.c: one that passes, one that fails.
 *   5. Run tests/bench/fidelity.py: no new false rejection; compare messages with the server's.
 *
 * The text
 *
 *   # a comment, whole lines or after two blanks at the end of a line
 *   ContainerPort                          a block: a type of the package that the file is named by
 *     name format port-name                FIELD VERB ARGS ATTRIBUTES, in any order after the verb
 *     containerPort required
 *     containerPort range 1 65535
 *     protocol enum SCTP TCP UDP
 *   ExecAction
 *     command required says="…"            quotes where a word has blanks
 *     command[] max-bytes 1024  @34-       `[]` each item of a list, `{}` each key of a map, `{*}`
 *                                          each value of a map; @ restricts to minors
 *   Eviction like policy.v1.Eviction       all rows of that block whose fields exist here, too
 *
 * FIELD is one field of the type, or `.` for the struct itself. Rows of lists of structs stand in the
 * block of the element's type.
 *
 * Zero values. Rules see Go's structs: absent, null and the zero value ("", 0, false, [], {}) are one
 * thing, and a verb other than required is not applied to it. Two attributes change that, because the
 * published schema does not know which fields are pointers in Go:
 *   pointer   the field is a pointer (or its zero matters): present zeros are checked as well, and
 *             required is content with them
 *   always    the verb is applied even to an absent field, as to its zero value
 * Structs (not lists, maps or scalars) count as present whenever they are written, even as {}.
 *
 * Verbs
 *   required                     spec.x: Required value
 *   forbidden                    spec.x: Forbidden: <says>
 *   enum A B C                   Unsupported value: "x": supported values: "A", "B", "C"
 *   range MIN MAX                must be between MIN and MAX, inclusive
 *   min N / max N                must be greater/less than or equal to N
 *   format NAME                  one of rule_format.h; the reason is the format's
 *   max-bytes N / max-length N   Too long: may not be more than N bytes / characters
 *   min-items N / max-items N    of a list or map
 *   unique [KEY…]                a list of scalars, or of structs by these keys: Duplicate value at the
 *                                entry (its key when there is one); entries with zero keys don't count
 *   one-of A B…                  of the struct (FIELD is .): exactly one of these fields is set
 *   at-most-one-of A B…
 *   requires B…                  when FIELD is set, these siblings must be: Required value at them
 *   excludes B…                  when FIELD is set, these siblings must not be: Forbidden at them
 *   immutable                    on update, equal to what was there: Invalid value: field is immutable
 *   call FUNCTION                rule_FUNCTION(v, spot); also for absent fields, with a NULL node
 *
 * Attributes
 *   says="text"           the server's detail instead of the verb's own
 *   error=TYPE            required, invalid, unsupported, forbidden, duplicate, too-long, too-many,
 *                         not-found, immutable; where the server has another than the verb implies
 *   if=COND               only when a sibling field holds it: FIELD, !FIELD (set or not), FIELD=A,B or
 *                         FIELD!=A,B (text, number or bool; zero is empty text). Several: all of them
 *   in=KIND,… not-in=…    kind of the whole object (StatefulSet), not of the type
 *   as=FIELD,… not-as=…   name of the field that holds this struct, itself or by its list
 *                         (`lifecycle forbidden as=initContainers` in block Container)
 *   gate=NAME gate=!NAME  only where the feature gate is on (off) by default: schemas/gates.txt
 *   update / create       only then; immutable implies update
 *   at=parent at=list     the server names the struct above, or the list that holds the struct, as the
 *                         field; the finding stands at the value all the same
 *   warning               a warning of the server, not a refusal; says is its text
 *   @30-32,35-            minors
 *
 * Defaults (schemas/defaults): FIELD VALUE ATTRIBUTES, and `. call FUNCTION`, in the order in which
 * they are filled in. VALUE is a bare word, a number, true, false, {}, [] or a quoted text, read by the
 * type of the field. Absent, null and zero are filled in; with `pointer` only absent and null. if=, in=,
 * as=, gate= and @ as above. Structs are filled in from the outside in, as the generated
 * SetObjectDefaults does; `strategy {}` makes a struct that Go would always have, so that the rows of
 * its type apply. See default.h for functions.
 *
 * Functions are not called for values of a wrong type, on a create or update whose decoding failed.
 */
#pragma once

#include "admit/admit_internal.h"
#include "admit/spot.h"

struct validating {
    struct admit_ctx *ctx;
    const struct admitted *admitted;
    const struct object *object;
    const struct node *root; /* the defaulted object */
    const struct node *old;  /* the defaulted object before an update; NULL: create */
    unsigned minor;
    unsigned depth;
};

/* Called for the value or struct of the row; spot->path.node is NULL when it is absent. */
typedef void rule_fn(struct validating *v, const struct spot *spot);

/* All rules on the defaulted object; called by admit_validate. */
void rules_validate(struct admit_ctx *ctx, const struct admitted *admitted,
                    const struct admitted *old);

/* ---- where ---- */

bool v_is_update(const struct validating *v);
/* Kind of the whole object. */
bool v_kind_is(const struct validating *v, const char *kind);
bool v_group_is(const struct validating *v, const char *group);
/* Whether a feature gate of schemas/gates.txt is on by default at this minor; unknown: BUG. */
bool v_gate(const struct validating *v, const char *name);
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
    const struct spot *up;
    const struct field *field;
    struct item item;
    struct entry entry;
};
struct each each_first(const struct validating *v, const struct spot *up);
void each_next(const struct validating *v, struct each *each);
/* The key of a map's entry as a spot that prints as [key], at the key's place. */
struct spot each_key(const struct each *each);

/* ---- saying it ---- */

/*
 * Each is one server error. The field is the spot's; the finding stands at the value, or at the key of
 * the struct above when it is absent or was filled in. detail may be NULL or "". The result is for
 * diag_hint and may be NULL. Values of Secrets are never shown.
 */
struct diag *say_required(struct validating *v, const struct spot *spot, const char *detail);
struct diag *say_invalid(struct validating *v, const struct spot *spot, const char *detail);
struct diag *say_invalid_fmt(struct validating *v, const struct spot *spot, const char *fmt, ...)
    PRINTF(3, 4);
/* The value as the server prints it where that is not the node itself: a struct is "null" or cut. */
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
