/* SPDX-License-Identifier: Apache-2.0 */
/* LimitRanges: limits that agree with each other. */
#include "admit/rule_format.h"
#include "admit/rule_resource.h"
#include "rule_calls.h"

#include "base/map.h"

enum limit { LIMIT_MAX, LIMIT_MIN, LIMIT_DEFAULT, LIMIT_REQUEST, LIMIT_RATIO, LIMITS };

static const char *const limit_fields[] = {"max", "min", "default", "defaultRequest",
                                           "maxLimitRequestRatio"};

/* One resource in all maps of an item. */
struct limited {
    struct spot item;
    struct spot maps[LIMITS];
    bool set[LIMITS];
    struct quantity values[LIMITS];
    struct str name;
};

/* The first may not be more than the second; `at` is where it is said, `shown` what is printed. */
struct order {
    enum limit low, high, at, shown;
    const char *low_name, *high_name;
};

static const struct order orders[] = {
    {LIMIT_MIN, LIMIT_MAX, LIMIT_MIN, LIMIT_MIN, "min", "max"},
    {LIMIT_MIN, LIMIT_REQUEST, LIMIT_REQUEST, LIMIT_REQUEST, "min", "default request"},
    {LIMIT_REQUEST, LIMIT_MAX, LIMIT_REQUEST, LIMIT_REQUEST, "default request", "max"},
    {LIMIT_REQUEST, LIMIT_DEFAULT, LIMIT_REQUEST, LIMIT_REQUEST, "default request",
     "default limit"},
    {LIMIT_MIN, LIMIT_DEFAULT, LIMIT_DEFAULT, LIMIT_MIN, "min", "default"},
    {LIMIT_DEFAULT, LIMIT_MAX, LIMIT_DEFAULT, LIMIT_MAX, "default", "max"},
};

/* The resource's entry in one of the maps. */
static struct spot entry_of(const struct limited *limited, enum limit limit)
{
    const struct spot *map = &limited->maps[limit];
    const struct entry entry = node_entry(map->path.node, limited->name);
    return (struct spot){
        .path = {.up = &map->path, .name = limited->name, .is_key = true, .node = entry.value},
        .written = entry.written,
        .key = entry.key ? node_span(entry.key) : map->key,
        .up = map,
        .type = type_get(map->type)->element,
    };
}

static void say_order(struct validating *v, const struct limited *limited,
                      const struct order *order)
{
    struct arena *arena = v->ctx->arena;
    const struct spot at = entry_of(limited, order->at);
    const struct str low = quantity_format(arena, &limited->values[order->low]);
    const struct str high = quantity_format(arena, &limited->values[order->high]);
    const struct str detail =
        str_format(arena, "%s value %.*s is greater than %s value %.*s", order->low_name,
                   STR_FMT(low), order->high_name, STR_FMT(high));
    say_invalid_as(v, &at, quantity_shown(arena, &limited->values[order->shown]),
                   str_to_c(arena, detail));
}

/* As Quantity.MilliValue or, for large ones, Quantity.Value: rounded away from zero. */
static double rounded(const struct quantity *quantity, bool milli)
{
    const __typeof__(quantity->nano) unit = milli ? 1000000 : 1000000000;
    const __typeof__(quantity->nano) rest = quantity->nano < 0 ? 1 - unit : unit - 1;
    return (double)((quantity->nano + rest) / unit);
}

static void check_ratio(struct validating *v, const struct limited *limited)
{
    static const double milli_max = 9223372036854775.0;
    struct arena *arena = v->ctx->arena;
    const struct quantity *ratio = &limited->values[LIMIT_RATIO];
    const struct quantity one = {.nano = 1000000000};
    const struct spot at = entry_of(limited, LIMIT_RATIO);
    const struct str text = quantity_format(arena, ratio);
    const struct str shown = quantity_shown(arena, ratio);
    if (!limited->set[LIMIT_RATIO])
        return;
    if (quantity_cmp(ratio, &one) < 0)
        say_invalid_as(
            v, &at, shown,
            str_to_c(arena, str_format(arena, "ratio %.*s is less than 1", STR_FMT(text))));
    if (!limited->set[LIMIT_MIN] || !limited->set[LIMIT_MAX])
        return;
    const struct quantity *min = &limited->values[LIMIT_MIN];
    const struct quantity *max = &limited->values[LIMIT_MAX];
    const bool milli = rounded(ratio, false) < milli_max && rounded(min, false) < milli_max &&
                       rounded(max, false) < milli_max;
    /* a minimum of zero allows all, as Go divides */
    const double most = rounded(max, milli) / rounded(min, milli);
    const double wanted = milli ? rounded(ratio, true) / 1000 : rounded(ratio, false);
    if (wanted > most)
        say_invalid_as(v, &at, shown,
                       str_to_c(arena, str_format(arena, "ratio %.*s is greater than max/min = %f",
                                                  STR_FMT(text), most)));
}

static void check_resource(struct validating *v, struct limited *limited)
{
    struct arena *arena = v->ctx->arena;
    for (size_t i = 0; i < LIMITS; i++) {
        const struct spot entry = entry_of(limited, (enum limit)i);
        limited->set[i] = spot_quantity(&entry, &limited->values[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(orders); i++)
        if (limited->set[orders[i].low] && limited->set[orders[i].high] &&
            quantity_cmp(&limited->values[orders[i].low], &limited->values[orders[i].high]) > 0)
            say_order(v, limited, &orders[i]);
    check_ratio(v, limited);
    const struct quantity *request = &limited->values[LIMIT_REQUEST];
    const struct quantity *most = &limited->values[LIMIT_DEFAULT];
    if (resource_may_overcommit(limited->name) || !limited->set[LIMIT_DEFAULT] ||
        !limited->set[LIMIT_REQUEST] || quantity_cmp(request, most) == 0)
        return;
    const struct spot at = entry_of(limited, LIMIT_REQUEST);
    const struct str detail =
        str_format(arena, "default value %.*s must equal to defaultRequest value %.*s in %.*s",
                   STR_FMT(quantity_format(arena, most)), STR_FMT(quantity_format(arena, request)),
                   STR_FMT(limited->name));
    say_invalid_as(v, &at, quantity_shown(arena, request), str_to_c(arena, detail));
}

static void check_names(struct validating *v, const struct spot *map, struct str type)
{
    const bool of_containers = str_is(type, "Pod") || str_is(type, "Container");
    for (struct each e = each_first(v, map); e.spot.path.node; each_next(v, &e)) {
        const struct spot key = each_key(&e);
        if (of_containers)
            check_container_resource_name(v, &key);
        else
            check_resource_name(v, &key);
    }
}

void rule_limit_range_item(struct validating *v, const struct spot *spot)
{
    struct limited limited = {.item = *spot};
    struct map seen = {.arena = v->ctx->arena};
    const struct str type = child_text(spot, "type");
    for (size_t i = 0; i < LIMITS; i++) {
        limited.maps[i] = spot_child(v, spot, limit_fields[i]);
        /* a Pod has no defaults, which rows of their own say */
        if (str_is(type, "Pod") && (i == LIMIT_DEFAULT || i == LIMIT_REQUEST))
            limited.maps[i].path.node = NULL;
        check_names(v, &limited.maps[i], type);
    }
    for (size_t i = 0; i < LIMITS; i++) {
        for (struct each e = each_first(v, &limited.maps[i]); e.spot.path.node; each_next(v, &e)) {
            limited.name = e.spot.path.name;
            if (map_has(&seen, limited.name))
                continue;
            map_put(&seen, limited.name, &seen);
            check_resource(v, &limited);
        }
    }
}

void rule_limit_range_type(struct validating *v, const struct spot *spot)
{
    static const char *const types[] = {"Pod", "Container", "PersistentVolumeClaim"};
    const struct str type = spot_text(spot);
    const char *reason = format_qualified_name(type);
    if (!reason && str_find_char(type, '/') < 0 && !str_is_one_of(type, types, ARRAY_LEN(types)))
        reason = "must be a standard limit type or fully qualified";
    if (reason)
        say_invalid(v, spot, reason);
}

/* Said of a field that there isn't. */
void rule_limit_range_storage(struct validating *v, const struct spot *spot)
{
    const struct node *min = node_get(spot->path.node, STR("min"));
    const struct node *max = node_get(spot->path.node, STR("max"));
    if (!child_text_is(spot, "type", "PersistentVolumeClaim") ||
        node_entry(min, STR("storage")).key || node_entry(max, STR("storage")).key)
        return;
    const struct spot limits = spot_child(v, spot, "limits");
    say_required(v, &limits,
                 "either minimum or maximum storage value is required, but neither was provided");
}
