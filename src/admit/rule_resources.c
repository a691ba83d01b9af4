/* SPDX-License-Identifier: Apache-2.0 */
/* Requests, limits and claims of containers: validateResourceRequirements. */
#include "admit/rule_format.h"
#include "admit/rule_internal.h"
#include "admit/rule_resource.h"
#include "rule_calls.h"

enum { NANO_OF_UNIT = 1000000000 };

/* ---- quantities ---- */

static bool read_quantity(const struct spot *spot, struct quantity *ret_quantity)
{
    if (!spot_quantity(spot, ret_quantity))
        return false;
    *ret_quantity = amount_rounded(*ret_quantity);
    return true;
}

static struct spot shown_quantity(struct validating *v, const struct spot *spot,
                                  const struct quantity *quantity)
{
    return spot_with_text(v, spot, quantity_format(v->ctx->arena, quantity));
}

static bool fills_pages(struct str name, const struct quantity *quantity)
{
    struct quantity page;
    const struct str size = str_from_offset(name, STR("hugepages-").n);
    const __typeof__(page.nano) bytes = (quantity->nano + NANO_OF_UNIT - 1) / NANO_OF_UNIT;
    if (quantity_parse(size, &page) || page.nano <= 0 || !quantity_is_integer(&page))
        return false;
    /* beyond 64 bits it is 0 to the server */
    return bytes > INT64_MAX || bytes % (page.nano / NANO_OF_UNIT) == 0;
}

void check_huge_page_amount(struct validating *v, const struct spot *entry,
                            const struct quantity *quantity)
{
    const struct str name = entry->path.name;
    const struct spot shown = shown_quantity(v, entry, quantity);
    if (resource_is_huge_page(name) && !fills_pages(name, quantity) &&
        !(v_is_update(v) && spot_is_unchanged(entry)))
        say_invalid_fmt(v, &shown, "%.*s is not positive integer multiple of %.*s",
                        STR_FMT(spot_text(&shown)), STR_FMT(name));
}

static void check_quantity(struct validating *v, const struct spot *entry,
                           const struct quantity *quantity)
{
    const struct str name = entry->path.name;
    const struct spot shown = shown_quantity(v, entry, quantity);
    if (quantity->nano < 0)
        say_invalid(v, &shown, "must be greater than or equal to 0");
    if (!amount_is_integer(quantity) && resource_is_integer(v->ctx->arena, name))
        say_invalid(v, &shown, "must be an integer");
    check_huge_page_amount(v, entry, quantity);
}

static void check_against_limit(struct validating *v, const struct spot *entry,
                                const struct quantity *quantity, const struct spot *limits)
{
    struct quantity limit;
    const struct str name = entry->path.name;
    const bool exact = !resource_may_overcommit(name);
    const struct spot field = spot_child(v, limits, str_to_c(v->ctx->arena, name));
    if (!spot_is_set(&field)) {
        if (exact)
            say_required(v, limits, "Limit must be set for non overcommitable resources");
        return;
    }
    if (!read_quantity(&field, &limit))
        return;
    const int order = quantity_cmp(quantity, &limit);
    if (exact ? order == 0 : order <= 0)
        return;
    /* the server names the list, not the entry */
    struct spot requests = shown_quantity(v, entry, quantity);
    requests.path = entry->up->path;
    requests.path.node = shown_quantity(v, entry, quantity).path.node;
    say_invalid_fmt(v, &requests, "must be %s %.*s limit of %.*s",
                    exact ? "equal to" : "less than or equal to", STR_FMT(name),
                    STR_FMT(quantity_format(v->ctx->arena, &limit)));
}

/* What a list has of the kinds that matter for huge pages. */
struct kinds {
    bool huge_pages;
    bool compute;
};

static void check_list(struct validating *v, const struct spot *list, const struct spot *limits,
                       struct kinds *kinds)
{
    for (struct each e = each_first(v, list); e.spot.path.node; each_next(v, &e)) {
        struct quantity quantity;
        const struct str name = e.spot.path.name;
        const struct spot key = each_key(&e);
        check_container_resource_name(v, &key);
        kinds->huge_pages |= resource_is_huge_page(name);
        kinds->compute |= str_is(name, "cpu") || str_is(name, "memory");
        if (!read_quantity(&e.spot, &quantity))
            continue;
        check_quantity(v, &e.spot, &quantity);
        if (limits)
            check_against_limit(v, &e.spot, &quantity, limits);
    }
}

/* ---- claims ---- */

/* The claims of the Pod, and what of them the container has named so far. */
struct claims {
    struct map of_pod;
    struct map whole;    /* claims without a request */
    struct map named;    /* claims with one */
    struct map requests; /* claim/request */
};

static bool claim_is_repeated(struct validating *v, struct claims *claims, struct str name,
                              struct str request)
{
    const struct str key = str_format(v->ctx->arena, "%.*s/%.*s", STR_FMT(name), STR_FMT(request));
    const bool repeated =
        map_has(&claims->whole, name) ||
        (request.n ? map_has(&claims->requests, key) : map_has(&claims->named, name));
    if (request.n) {
        map_put(&claims->named, name, claims);
        map_put(&claims->requests, key, claims);
    } else {
        map_put(&claims->whole, name, claims);
    }
    return repeated;
}

static void say_claim_not_of_pod(struct validating *v, const struct spot *claim, struct str name,
                                 const struct map *of_pod)
{
    enum { NAMES_SHOWN = 20 };
    struct arena *arena = v->ctx->arena;
    struct str names = of_pod->n ? STR("") : STR(" which is empty");
    for (size_t i = 0; i < of_pod->n && i < NAMES_SHOWN; i++)
        names = str_format(arena, "%.*s%s%.*s", STR_FMT(names), i ? ", " : ": ",
                           STR_FMT(of_pod->entries[i].key));
    const struct saying saying = {
        .error = RULE_SAYS_NOT_FOUND,
        .value = str_format(arena, "\"%.*s\"", STR_FMT(diag_quote(arena, name))),
        .detail = str_format(arena, "must be one of the names in pod.spec.resourceClaims%.*s",
                             STR_FMT(names)),
    };
    say(v, claim, &saying);
}

static void check_claims(struct validating *v, const struct spot *list)
{
    struct arena *arena = v->ctx->arena;
    struct claims claims = {{.arena = arena}, {.arena = arena}, {.arena = arena}, {.arena = arena}};
    const struct spot *pod = spot_above(list, "PodSpec");
    if (!pod || spot_count(list) == 0 || !v_gate(v, "DynamicResourceAllocation"))
        return;
    const struct spot of_pod = spot_child(v, pod, "resourceClaims");
    for (struct each e = each_first(v, &of_pod); e.spot.path.node; each_next(v, &e))
        if (child_text(&e.spot, "name").n)
            map_put(&claims.of_pod, child_text(&e.spot, "name"), &claims);
    for (struct each e = each_first(v, list); e.spot.path.node; each_next(v, &e)) {
        const struct str name = child_text(&e.spot, "name");
        const struct spot request = spot_child(v, &e.spot, "request");
        /* after the whole claim the server does not look at requests of it */
        const bool whole = map_has(&claims.whole, name);
        const struct str request_name = whole ? STR("") : spot_text(&request);
        const struct str key =
            request_name.n ? str_format(arena, "%.*s/%.*s", STR_FMT(name), STR_FMT(request_name))
                           : name;
        const struct spot shown = spot_with_text(v, &e.spot, key);
        const char *reason = request_name.n ? format_dns1123_label(request_name) : NULL;
        if (name.n == 0) {
            say_required(v, &e.spot, NULL);
            continue;
        }
        if (reason)
            say_invalid(v, &request, reason);
        if (claim_is_repeated(v, &claims, name, request_name))
            say_duplicate(v, &shown);
        if (!map_has(&claims.of_pod, name))
            say_claim_not_of_pod(v, &e.spot, name, &claims.of_pod);
    }
}

void rule_container_resources(struct validating *v, const struct spot *spot)
{
    check_resources(v, spot, false);
}

void check_resources(struct validating *v, const struct spot *spot, bool has_compute)
{
    struct kinds kinds = {.compute = has_compute};
    if (!spot_is_set(spot))
        return;
    const struct spot limits = spot_child(v, spot, "limits");
    const struct spot requests = spot_child(v, spot, "requests");
    const struct spot claims = spot_child(v, spot, "claims");
    check_list(v, &limits, NULL, &kinds);
    check_list(v, &requests, &limits, &kinds);
    if (kinds.huge_pages && !kinds.compute)
        say_forbidden(v, spot, "HugePages require cpu or memory");
    check_claims(v, &claims);
}

/* ---- divisors of resources in variables and files ---- */

struct divisor {
    const char *prefix;
    const char *says;
    bool cpu;
};

void rule_resource_divisor(struct validating *v, const struct spot *spot)
{
#define SIZES "1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei"
    static const struct divisor divisors[] = {
        {"cpu", "only divisor's values 1m and 1 are supported with the cpu resource", true},
        {"memory", "only divisor's values " SIZES " are supported with the memory resource", false},
        {"ephemeral-storage",
         "only divisor's values " SIZES " are supported with the local ephemeral storage resource",
         false},
        {"hugepages-", "only divisor's values " SIZES " are supported with the hugepages resource",
         false},
    };
    static const char *const sizes[] = {"1",   "1k",  "1M",  "1G",  "1T",  "1P", "1E",
                                        "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"};
    static const char *const cpus[] = {"1m", "1"};
#undef SIZES
    struct quantity quantity;
    const struct spot divisor = spot_child(v, spot, "divisor");
    const struct str resource = child_text(spot, "resource");
    const ptrdiff_t dot = str_find_char(resource, '.');
    if (!spot_is_set(spot) || dot < 0 || !spot_quantity(&divisor, &quantity) || quantity.nano == 0)
        return;
    const struct str name = str_from_offset(resource, (size_t)dot + 1);
    const struct str text = quantity_format(v->ctx->arena, &quantity);
    for (size_t i = 0; i < ARRAY_LEN(divisors); i++) {
        const struct str prefix = str_from(divisors[i].prefix);
        if (!(str_eq(name, prefix) || (str_starts(name, prefix) && str_ends(prefix, STR("-")))))
            continue;
        if (divisors[i].cpu ? str_is_one_of(text, cpus, ARRAY_LEN(cpus))
                            : str_is_one_of(text, sizes, ARRAY_LEN(sizes)))
            return;
        const struct spot shown = spot_with_text(v, &divisor, resource);
        say_invalid(v, &shown, divisors[i].says);
    }
}
