/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cluster addresses and IP families of Services: ValidateServiceClusterIPsRelatedFields and its
 * update rules. What a cluster can allocate (its ranges, its families) is not known here.
 */
#include "admit/rule_format.h"
#include "admit/rule_ip.h"
#include "admit/rule_service.h"
#include "rule_calls.h"

#include "base/limits.h"

enum { FAMILIES = 2 };

static const char once_set[] = "may not change once set";
static const char no_external_name[] = "may not be set for ExternalName services";

/* ---- addresses ---- */

/* The list that clusterIP alone stands for. */
static void read_single(struct validating *v, struct addresses *addresses)
{
    const struct spot single = spot_child(v, &addresses->spec, "clusterIP");
    if (spot_text(&single).n == 0)
        return;
    addresses->list.key = single.key;
    addresses->items = ARENA_NEW(v->ctx->arena, struct spot);
    addresses->items[0] = single;
    addresses->items[0].path = (struct path){.up = &addresses->list.path, .node = single.path.node};
    addresses->items[0].up = &addresses->list;
    addresses->n = 1;
}

static void read_written(struct validating *v, const struct spot *spec, struct addresses *addresses)
{
    *addresses = (struct addresses){.spec = *spec};
    addresses->list = spot_child(v, &addresses->spec, "clusterIPs");
    const size_t n = spot_count(&addresses->list);
    if (n == 0) {
        read_single(v, addresses);
        return;
    }
    addresses->items = ARENA_ARRAY(v->ctx->arena, struct spot, n);
    for (struct each e = each_first(v, &addresses->list); e.spot.path.node; each_next(v, &e))
        addresses->items[addresses->n++] = e.spot;
}

void addresses_read_before(struct validating *v, const struct spot *spec,
                           struct addresses *ret_addresses)
{
    const struct spot before = spot_before(spec);
    read_written(v, &before, ret_addresses);
}

static struct str first_text(const struct addresses *addresses)
{
    return addresses->n ? spot_text(&addresses->items[0]) : STR("");
}

void addresses_read(struct validating *v, const struct spot *spec, struct addresses *ret_addresses)
{
    read_written(v, spec, ret_addresses);
    if (!v_is_update(v) || service_type_is(spec, "ExternalName") ||
        service_was(spec, "ExternalName") || spot_count(&ret_addresses->list) > 0)
        return;
    struct addresses before;
    addresses_read_before(v, spec, &before);
    if (ret_addresses->n > 0 && !str_eq(first_text(ret_addresses), first_text(&before)))
        return;
    /* the values from before, at what stands there now */
    ret_addresses->kept = true;
    ret_addresses->items = before.items;
    ret_addresses->n = before.n;
    for (size_t i = 0; i < before.n; i++) {
        ret_addresses->items[i].path.up = &ret_addresses->list.path;
        ret_addresses->items[i].key = ret_addresses->list.key;
        ret_addresses->items[i].written = NULL;
    }
}

bool addresses_are_none(const struct addresses *addresses)
{
    return addresses->n == 1 && str_is(first_text(addresses), "None");
}

struct str addresses_shown(struct validating *v, const struct addresses *addresses)
{
    struct arena *arena = v->ctx->arena;
    struct str text = STR("[");
    for (size_t i = 0; i < addresses->n && text.n < LIMIT_MESSAGE_BYTES; i++)
        text = str_format(arena, "%.*s%s\"%.*s\"", STR_FMT(text), i ? "," : "",
                          STR_FMT(diag_quote(arena, spot_text(&addresses->items[i]))));
    return str_concat(arena, text, STR("]"));
}

static void say_list(struct validating *v, const struct addresses *addresses, const char *detail)
{
    say_invalid_as(v, &addresses->list, addresses_shown(v, addresses), detail);
}

/* Whether the rules about change hold: both sides have cluster addresses. */
static bool is_change(struct validating *v, const struct spot *spec)
{
    return v_is_update(v) && !service_type_is(spec, "ExternalName") &&
           !service_was(spec, "ExternalName");
}

/* clusterIP and the first of clusterIPs must agree. */
static bool check_agreement(struct validating *v, const struct addresses *addresses)
{
    struct addresses before;
    struct str single = child_text(&addresses->spec, "clusterIP");
    if (spot_count(&addresses->list) == 0)
        return true;
    if (single.n == 0 && v_is_update(v)) {
        addresses_read_before(v, &addresses->spec, &before);
        single = first_text(&before);
        if (single.n == 0 && !is_change(v, &addresses->spec))
            return true;
        /* the one that was allocated, which we don't know, stays in clusterIP */
        if (single.n == 0) {
            say_list(v, addresses, "first value must match `clusterIP`");
            return false;
        }
    }
    if (single.n > 0 && str_eq(single, first_text(addresses)))
        return true;
    say_list(v, addresses,
             single.n == 0 ? "must be empty when `clusterIP` is not specified"
                           : "first value must match `clusterIP`");
    return false;
}

/* Each is an address, or the only one is None. */
static bool check_each(struct validating *v, const struct addresses *addresses)
{
    bool good = true;
    struct map before = {0};
    texts_before(v, addresses->list.old, &before);
    for (size_t i = 0; i < addresses->n; i++) {
        const struct spot *item = &addresses->items[i];
        if (i == 0 && spot_text_is(item, "None")) {
            if (addresses->n > 1)
                say_list(v, addresses, "'None' must be the first and only value");
            good = good && addresses->n == 1;
        } else if (!map_has(&before, spot_text(item))) {
            good = check_ip(v, item) && good;
        }
    }
    return good;
}

static bool is_v6(struct str text)
{
    struct ip ip;
    return ip_parse(text, &ip) && !ip_is_v4(&ip);
}

static bool check_dual(struct validating *v, const struct addresses *addresses)
{
    size_t v6 = 0;
    for (size_t i = 0; i < addresses->n; i++)
        v6 += is_v6(spot_text(&addresses->items[i]));
    if (addresses->n < 2 || (v6 > 0 && v6 < addresses->n))
        return true;
    say_list(v, addresses, "may specify no more than one IP for each IP family");
    return false;
}

static bool check_family_of_each(struct validating *v, const struct addresses *addresses)
{
    bool good = true;
    const struct spot families = spot_child(v, &addresses->spec, "ipFamilies");
    for (struct each e = each_first(v, &families); e.spot.path.node; each_next(v, &e)) {
        const size_t i = e.spot.path.index;
        if (i >= addresses->n)
            return good;
        const struct spot *item = &addresses->items[i];
        const bool v6 = is_v6(spot_text(item));
        if (v6 ? !spot_text_is(&e.spot, "IPv4") : !spot_text_is(&e.spot, "IPv6"))
            continue;
        good = false;
        say_invalid_fmt(v, item, "expected an %.*s value as indicated by `ipFamilies[%zu]`",
                        STR_FMT(spot_text(&e.spot)), i);
    }
    return good;
}

/* What is written of addresses; those from before have been looked at. */
static bool check_addresses(struct validating *v, const struct addresses *addresses)
{
    if (addresses->kept)
        return true;
    const bool agree = check_agreement(v, addresses);
    const bool few = addresses->n <= FAMILIES;
    const bool good = check_each(v, addresses);
    if (!few)
        say_list(v, addresses, "may only hold up to 2 values");
    if (!good || addresses_are_none(addresses))
        return agree && good && few;
    const bool dual = check_dual(v, addresses);
    return check_family_of_each(v, addresses) && dual && agree && few;
}

/* ---- families ---- */

static bool check_families(struct validating *v, const struct spot *families)
{
    static const char *const known[] = {"IPv4", "IPv6"};
    struct map seen = {.arena = v->ctx->arena};
    bool good = true;
    for (struct each e = each_first(v, families); e.spot.path.node; each_next(v, &e)) {
        const struct str family = spot_text(&e.spot);
        const bool supported = str_is_one_of(family, known, ARRAY_LEN(known));
        const bool again = map_has(&seen, family);
        if (!supported)
            say_unsupported(v, &e.spot, known, ARRAY_LEN(known));
        if (again)
            say_duplicate(v, &e.spot);
        map_put(&seen, family, &seen);
        good = good && supported && !again;
    }
    return good;
}

static bool check_policy(struct validating *v, const struct spot *policy)
{
    static const char *const policies[] = {"PreferDualStack", "RequireDualStack", "SingleStack"};
    if (!spot_is_set(policy) || str_is_one_of(spot_text(policy), policies, ARRAY_LEN(policies)))
        return true;
    say_unsupported(v, policy, policies, ARRAY_LEN(policies));
    return false;
}

/* Without a policy one family is meant, but for headless Services without a selector. */
static bool is_single_stack(struct validating *v, const struct spot *spec,
                            const struct spot *policy)
{
    const struct spot selector = spot_child(v, spec, "selector");
    if (spot_is_set(policy))
        return spot_text_is(policy, "SingleStack");
    return !child_text_is(spec, "clusterIP", "None") || spot_count(&selector) > 0;
}

/* The allocator's check, of what is right so far. An update may mean to give a family up. */
static void check_stack(struct validating *v, const struct addresses *addresses,
                        const struct spot *policy)
{
    const struct spot families = spot_child(v, &addresses->spec, "ipFamilies");
    const struct spot before = spot_before(&families);
    const struct spot old_policy = spot_before(policy);
    const bool single =
        spot_is_set(policy) ? spot_text_is(policy, "SingleStack") : !spot_is_set(&old_policy);
    /* a policy that nobody wrote is that of the families of before */
    const bool stays = v_is_update(v) && single && spot_count(&before) < FAMILIES &&
                       is_change(v, &addresses->spec);
    if (!stays && (v_is_update(v) || !is_single_stack(v, &addresses->spec, policy)))
        return;
    if (addresses->n == 2)
        say_invalid_as(v, policy, STR("\"SingleStack\""),
                       "must be 'RequireDualStack' or 'PreferDualStack' when multiple cluster IPs "
                       "are specified");
    if (spot_count(&families) == 2)
        say_invalid_as(v, policy, STR("\"SingleStack\""),
                       "must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families "
                       "are specified");
}

void rule_service_addresses(struct validating *v, const struct spot *spot)
{
    struct addresses addresses;
    const bool node_port = service_type_is(spot, "NodePort");
    const struct spot families = spot_child(v, spot, "ipFamilies");
    const struct spot policy = spot_child(v, spot, "ipFamilyPolicy");
    addresses_read(v, spot, &addresses);
    if (service_type_is(spot, "ExternalName"))
        return;
    if (addresses_are_none(&addresses) && (node_port || service_type_is(spot, "LoadBalancer")))
        say_invalid_as(v, &addresses.items[0], STR("\"None\""),
                       node_port ? "may not be set to 'None' for NodePort services"
                                 : "may not be set to 'None' for LoadBalancer services");
    const bool good_families = check_families(v, &families);
    const bool good_policy = check_policy(v, &policy);
    if (check_addresses(v, &addresses) && good_families && good_policy)
        check_stack(v, &addresses, &policy);
}

/* ---- ExternalName ---- */

static void check_unset(struct validating *v, const struct spot *spec, const char *name)
{
    const struct spot field = spot_child(v, spec, name);
    const bool dropped = v_is_update(v) && !service_was(spec, "ExternalName") &&
                         node_equal(field.path.node, field.old);
    const bool empty =
        type_get(field.type)->kind == TYPE_LIST ? spot_count(&field) == 0 : !spot_is_set(&field);
    if (!empty && !dropped)
        say_forbidden(v, &field, no_external_name);
}

void rule_service_external_name(struct validating *v, const struct spot *spot)
{
    struct addresses addresses;
    struct addresses before;
    if (!service_type_is(spot, "ExternalName"))
        return;
    addresses_read(v, spot, &addresses);
    addresses_read_before(v, spot, &before);
    const bool dropped = v_is_update(v) && !service_was(spot, "ExternalName") &&
                         str_eq(addresses_shown(v, &addresses), addresses_shown(v, &before));
    if (addresses.n > 0 && !dropped)
        say_forbidden(v, &addresses.list, no_external_name);
    check_unset(v, spot, "ipFamilies");
    check_unset(v, spot, "ipFamilyPolicy");
    const struct spot name = spot_child(v, spot, "externalName");
    struct str host = spot_text(&name);
    if (str_ends(host, STR(".")))
        host.n--;
    const char *error = format_dns1123_subdomain(host);
    if (host.n == 0)
        say_required(v, &name, NULL);
    else if (error)
        say_invalid(v, &name, error);
}

/* ---- updates ---- */

static void say_changed(struct validating *v, const struct addresses *now, size_t i)
{
    struct spot item = now->list;
    if (i < now->n)
        item = now->items[i];
    else
        item.path = (struct path){.up = &now->list.path, .index = (uint32_t)i};
    say_invalid_as(v, &item, addresses_shown(v, now), once_set);
}

static void check_release(struct validating *v, const struct spot *spec, const char *detail)
{
    const struct spot policy = spot_child(v, spec, "ipFamilyPolicy");
    if (spot_text_is(&policy, "SingleStack"))
        return;
    if (spot_is_set(&policy))
        say_invalid(v, &policy, detail);
    else
        say_invalid_as(v, &policy, STR("null"), detail);
}

void rule_service_addresses_change(struct validating *v, const struct spot *spot)
{
    struct addresses now;
    struct addresses before;
    if (!is_change(v, spot))
        return;
    addresses_read(v, spot, &now);
    addresses_read_before(v, spot, &before);
    if (now.kept || now.n == 0)
        return;
    /* an address was allocated; that it is the one that stands here now is unlikely */
    if (before.n == 0) {
        say_changed(v, &now, 0);
        return;
    }
    if (addresses_are_none(&now) && addresses_are_none(&before))
        return;
    const size_t n = before.n == now.n ? MIN_OF(now.n, FAMILIES) : 1;
    for (size_t i = 0; i < n; i++)
        if (!str_eq(spot_text(&now.items[i]), spot_text(&before.items[i])))
            say_changed(v, &now, i);
    if (before.n > now.n && now.n == 1)
        check_release(v, spot,
                      "must be set to 'SingleStack' when releasing the secondary clusterIP");
}

void rule_service_families_change(struct validating *v, const struct spot *spot)
{
    struct addresses now;
    struct addresses before;
    if (!is_change(v, spot))
        return;
    const struct spot families = spot_child(v, spot, "ipFamilies");
    const struct spot old_families = spot_before(&families);
    const size_t n = spot_count(&families);
    const size_t old_n = spot_count(&old_families);
    addresses_read(v, spot, &now);
    addresses_read_before(v, spot, &before);
    /* those that were allocated are not known */
    if (n == 0 || old_n == 0 || addresses_are_none(&now) || addresses_are_none(&before))
        return;
    const uint32_t compared = n == old_n ? (uint32_t)MIN_OF(n, FAMILIES) : 1;
    for (uint32_t i = 0; i < compared; i++) {
        if (node_equal(node_at(families.path.node, i), node_at(families.old, i)))
            continue;
        struct spot first = families;
        first.path = (struct path){.up = &families.path, .node = families.path.node};
        say_invalid(v, &first, once_set);
    }
    if (old_n > n && n == 1)
        check_release(v, spot,
                      "must be set to 'SingleStack' when releasing the secondary ipFamily");
}
