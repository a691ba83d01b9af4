/* SPDX-License-Identifier: Apache-2.0 */
/* Names and amounts of resources. */
#include "admit/rule_resource.h"
#include "admit/rule_format.h"

enum resource_use {
    USE_ANY = 1,       /* a standard resource */
    USE_QUOTA = 2,     /* that a quota counts */
    USE_CONTAINER = 4, /* that a container may ask for */
    USE_INTEGER = 8,
};

struct resource {
    const char *name;
    unsigned uses;
};

static const struct resource resources[] = {
    {"cpu", USE_ANY | USE_QUOTA | USE_CONTAINER},
    {"memory", USE_ANY | USE_QUOTA | USE_CONTAINER},
    {"ephemeral-storage", USE_ANY | USE_QUOTA | USE_CONTAINER},
    {"storage", USE_ANY},
    {"requests.cpu", USE_ANY | USE_QUOTA},
    {"requests.memory", USE_ANY | USE_QUOTA},
    {"requests.storage", USE_ANY | USE_QUOTA},
    {"requests.ephemeral-storage", USE_ANY | USE_QUOTA},
    {"limits.cpu", USE_ANY | USE_QUOTA},
    {"limits.memory", USE_ANY | USE_QUOTA},
    {"limits.ephemeral-storage", USE_ANY | USE_QUOTA},
    {"pods", USE_ANY | USE_QUOTA | USE_INTEGER},
    {"resourcequotas", USE_ANY | USE_QUOTA | USE_INTEGER},
    {"services", USE_ANY | USE_QUOTA | USE_INTEGER},
    {"replicationcontrollers", USE_ANY | USE_QUOTA | USE_INTEGER},
    {"secrets", USE_ANY | USE_QUOTA | USE_INTEGER},
    {"configmaps", USE_ANY | USE_QUOTA | USE_INTEGER},
    {"persistentvolumeclaims", USE_ANY | USE_QUOTA | USE_INTEGER},
    {"services.nodeports", USE_ANY | USE_QUOTA | USE_INTEGER},
    {"services.loadbalancers", USE_ANY | USE_QUOTA | USE_INTEGER},
};

static bool has_use(struct str name, enum resource_use use)
{
    for (size_t i = 0; i < ARRAY_LEN(resources); i++)
        if (str_is(name, resources[i].name))
            return resources[i].uses & use;
    return false;
}

bool resource_is_huge_page(struct str name)
{
    return str_starts(name, STR("hugepages-"));
}

static bool is_quota_huge_page(struct str name)
{
    return resource_is_huge_page(name) || str_starts(name, STR("requests.hugepages-"));
}

bool resource_is_standard(struct str name)
{
    return has_use(name, USE_ANY) || is_quota_huge_page(name);
}

bool resource_is_standard_for_quota(struct str name)
{
    return has_use(name, USE_QUOTA) || is_quota_huge_page(name);
}

static bool resource_is_standard_for_containers(struct str name)
{
    return has_use(name, USE_CONTAINER) || resource_is_huge_page(name);
}

/* Of Kubernetes itself, as every name without a domain is. */
static bool resource_is_native(struct str name)
{
    return str_find_char(name, '/') < 0 || str_has(name, STR("kubernetes.io/"));
}

bool resource_is_extended(struct arena *arena, struct str name)
{
    if (resource_is_native(name) || str_starts(name, STR("requests.")))
        return false;
    return !format_qualified_name(str_concat(arena, STR("requests."), name));
}

bool resource_is_integer(struct arena *arena, struct str name)
{
    return has_use(name, USE_INTEGER) || resource_is_extended(arena, name);
}

bool resource_may_overcommit(struct str name)
{
    return resource_is_native(name) && !resource_is_huge_page(name);
}

/* ---- entries ---- */

enum { NANO_OF_MILLI = 1000000, MILLI = 1000 };

struct quantity amount_rounded(struct quantity quantity)
{
    const __typeof__(quantity.nano) rest = quantity.nano % NANO_OF_MILLI;
    if (rest > 0)
        quantity.nano += NANO_OF_MILLI - rest;
    if (rest < 0)
        quantity.nano -= NANO_OF_MILLI + rest;
    return quantity;
}

/* Of an overflow Go keeps the lower bits; but it gives 0 for what is written with a large suffix,
 * which has as many zeros, and 0 are the lower bits of what is beyond the largest quantity. */
bool amount_is_integer(const struct quantity *quantity)
{
    static const int64_t milli_of_tera = 1000000000000000;
    static const int64_t beyond = 100000000000000000;
    const struct quantity rounded = amount_rounded(*quantity);
    const __typeof__(rounded.nano) milli = rounded.nano / NANO_OF_MILLI;
    const __typeof__(rounded.nano) lower = (int64_t)(uint64_t)(milli & UINT64_MAX);
    if (milli != lower && quantity->format != QUANTITY_BINARY &&
        (milli % milli_of_tera == 0 || milli / milli_of_tera >= beyond))
        return true;
    return lower % MILLI == 0;
}

struct str quantity_shown(struct arena *arena, const struct quantity *quantity)
{
    return str_format(arena, "\"%.*s\"", STR_FMT(quantity_format(arena, quantity)));
}

bool check_resource_name(struct validating *v, const struct spot *key)
{
    const struct str name = spot_text(key);
    const char *reason = format_qualified_name(name);
    if (!reason && str_find_char(name, '/') < 0 && !resource_is_standard(name))
        reason = "must be a standard resource type or fully qualified";
    if (reason)
        say_invalid(v, key, reason);
    return !reason;
}

bool check_container_resource_name(struct validating *v, const struct spot *key)
{
    const struct str name = spot_text(key);
    const char *reason = NULL;
    const bool well_named = check_resource_name(v, key);
    if (str_find_char(name, '/') < 0) {
        if (!resource_is_standard_for_containers(name))
            reason = "must be a standard resource for containers";
    } else if (!resource_is_native(name) && !resource_is_extended(v->ctx->arena, name)) {
        reason = "doesn't follow extended resource name standard";
    }
    if (reason)
        say_invalid(v, key, reason);
    return well_named && !reason;
}

void check_resource_amount(struct validating *v, const struct spot *entry)
{
    struct quantity quantity;
    struct arena *arena = v->ctx->arena;
    if (!spot_quantity(entry, &quantity))
        return;
    const struct str shown = quantity_shown(arena, &quantity);
    if (quantity.nano < 0)
        say_invalid_as(v, entry, shown, "must be greater than or equal to 0");
    if (resource_is_integer(arena, entry->path.name) && !amount_is_integer(&quantity))
        say_invalid_as(v, entry, shown, "must be an integer");
}
