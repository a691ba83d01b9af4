/* SPDX-License-Identifier: Apache-2.0 */
/* What drivers publish: slices of a pool of devices, with attributes, capacities and counters. */
#include "admit/rule_device.h"
#include "admit/rule_format.h"
#include "base/ascii.h"
#include "rule_calls.h"

enum {
    DEVICES_MAX = 128,
    DEVICES_ADVANCED_MAX = 64, /* with taints, counters or lists of attributes; from 1.35 on */
    COUNTER_SETS_MAX = 8,
    ATTRIBUTES_MAX = 32,
    ATTRIBUTE_MAX_BYTES = 64,
    POOL_NAME_MAX_BYTES = 253,
    IDENTIFIER_MAX_BYTES = 32,
    CONDITIONS_MAX = 4,
    OPTIONS_MAX = 10,
};

static const char *const attribute_lists[] = {"bools", "ints", "strings", "versions"};

/* ---- where devices are ---- */

static void check_format(struct validating *v, const struct spot *spot,
                         const char *(*format)(struct str))
{
    const char *reason = format(spot_text(spot));
    if (reason)
        say_invalid(v, spot, reason);
}

/* Which nodes: at most one way to say it. */
struct placing {
    size_t n;
    struct str names; /* as the server lists them */
};

static void place(struct validating *v, struct placing *placing, const char *name)
{
    placing->names = str_format(v->ctx->arena, "%.*s%s`%s`", STR_FMT(placing->names),
                                placing->n ? ", " : "", name);
    placing->n++;
}

static void place_flag(struct validating *v, const struct spot *up, const char *name,
                       struct placing *placing)
{
    const struct spot flag = spot_child(v, up, name);
    if (!spot_is_set(&flag))
        return;
    if (spot_bool(&flag))
        place(v, placing, name);
    else
        say_invalid(v, &flag, "must be either unset or set to true");
}

static void place_node(struct validating *v, const struct spot *up, struct placing *placing,
                       const char *wrong)
{
    const struct spot node = spot_child(v, up, "nodeName");
    if (!spot_is_set(&node))
        return;
    if (spot_text(&node).n == 0) {
        say_invalid(v, &node, wrong);
        return;
    }
    place(v, placing, "nodeName");
    check_format(v, &node, format_dns1123_subdomain);
}

static void say_placing(struct validating *v, const struct spot *spot,
                        const struct placing *placing, const char *none, const char *many)
{
    if (placing->n == 0)
        say_required(v, spot, none);
    else if (placing->n > 1)
        say_invalid_as(v, spot, str_format(v->ctx->arena, "\"{%.*s}\"", STR_FMT(placing->names)),
                       many);
}

static void check_slice_nodes(struct validating *v, const struct spot *spec)
{
    struct placing placing = {0, STR("")};
    const struct spot selector = spot_child(v, spec, "nodeSelector");
    const struct spot terms = spot_child(v, &selector, "nodeSelectorTerms");
    place_node(v, spec, &placing, "must be either unset or set to a non-empty string");
    if (spot_is_set(&selector)) {
        place(v, &placing, "nodeSelector");
        if (spot_count(&terms) != 1)
            say_invalid(v, &terms, "must have exactly one node selector term");
    }
    place_flag(v, spec, "allNodes", &placing);
    if (v_gate(v, "DRAPartitionableDevices"))
        place_flag(v, spec, "perDeviceNodeSelection", &placing);
    say_placing(v, spec, &placing,
                "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` "
                "is required",
                "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` "
                "is required, but multiple fields are set");
}

static void check_device_nodes(struct validating *v, const struct spot *device)
{
    static const char one[] =
        "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when "
        "`perDeviceNodeSelection` is set to true in the ResourceSlice spec";
    const struct spot *spec = spot_above(device, "ResourceSliceSpec");
    struct placing placing = {0, STR("")};
    if (!v_gate(v, "DRAPartitionableDevices"))
        return;
    if (!child_bool(spec, "perDeviceNodeSelection")) {
        if (child_is_set(device, "nodeName") || child_is_set(device, "nodeSelector") ||
            child_is_set(device, "allNodes"))
            say_invalid_as(v, device, STR("null"),
                           "`nodeName`, `nodeSelector` and `allNodes` can only be set if "
                           "`perDeviceNodeSelection` is set to true in the ResourceSlice spec");
        return;
    }
    place_node(v, device, &placing, "must not be empty");
    if (child_is_set(device, "nodeSelector"))
        place(v, &placing, "nodeSelector");
    place_flag(v, device, "allNodes", &placing);
    say_placing(v, device, &placing, one, one);
}

/* ---- slices ---- */

static bool has_lists(struct validating *v, const struct spot *device)
{
    const struct spot attributes = spot_child(v, device, "attributes");
    for (struct each e = each_first(v, &attributes); e.spot.path.node; each_next(v, &e))
        for (size_t i = 0; i < ARRAY_LEN(attribute_lists); i++)
            if (child_is_set(&e.spot, attribute_lists[i]))
                return true;
    return false;
}

static bool is_advanced(struct validating *v, const struct spot *device)
{
    const struct spot taints = spot_child(v, device, "taints");
    const struct spot counters = spot_child(v, device, "consumesCounters");
    return (v_gate(v, "DRADeviceTaints") && spot_count(&taints)) ||
           (v_gate(v, "DRAPartitionableDevices") && spot_count(&counters)) ||
           (v_gate(v, "DRAListTypeAttributes") && has_lists(v, device));
}

static void check_device_count(struct validating *v, const struct spot *devices)
{
    size_t most = DEVICES_MAX;
    if (v->minor >= 35)
        for (struct each e = each_first(v, devices); e.spot.path.node; each_next(v, &e))
            if (is_advanced(v, &e.spot))
                most = DEVICES_ADVANCED_MAX;
    if (spot_count(devices) > most)
        say_too_many(v, devices, most);
}

static void check_counter_sets(struct validating *v, const struct spot *spec)
{
    const struct spot sets = spot_child(v, spec, "sharedCounters");
    const struct spot devices = spot_child(v, spec, "devices");
    if (!v_gate(v, "DRAPartitionableDevices"))
        return;
    if (spot_is_set(&sets) && spot_is_set(&devices))
        say_invalid_as(v, spec, STR("\"\""),
                       "only one of `sharedCounters` or `devices` is allowed");
    if (spot_count(&sets) > COUNTER_SETS_MAX)
        say_too_many(v, &sets, COUNTER_SETS_MAX);
}

static void check_slice_kept(struct validating *v, const struct spot *spec)
{
    const struct spot pool = spot_child(v, spec, "pool");
    const struct spot fields[] = {spot_child(v, &pool, "name"), spot_child(v, spec, "driver"),
                                  spot_child(v, spec, "nodeName")};
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        if (!spot_is_unchanged(&fields[i]))
            say_immutable(v, &fields[i], NULL);
}

void rule_resource_slice(struct validating *v, const struct spot *spot)
{
    const struct spot spec = spot_child(v, spot, "spec");
    const struct spot driver = spot_child(v, &spec, "driver");
    const struct spot devices = spot_child(v, &spec, "devices");
    if (spot_text(&driver).n == 0)
        say_required(v, &driver, NULL);
    rule_driver_name(v, &driver);
    if (v_is_update(v))
        check_slice_kept(v, &spec);
    check_slice_nodes(v, &spec);
    check_counter_sets(v, &spec);
    check_device_count(v, &devices);
}

/* Subdomains between slashes. */
void rule_pool_name(struct validating *v, const struct spot *spot)
{
    struct str rest = spot_text(spot);
    struct str part;
    if (rest.n == 0)
        return;
    if (rest.n > POOL_NAME_MAX_BYTES)
        say_too_long(v, spot, POOL_NAME_MAX_BYTES);
    bool wrong = rest.p[rest.n - 1] == '/';
    while (str_split(&rest, '/', &part))
        wrong |= format_dns1123_subdomain(part) != NULL;
    if (wrong)
        say_invalid(v, spot, "each part between slashes must be a lower-case DNS subdomain");
}

/* ---- devices ---- */

static void check_conditions(struct validating *v, const struct spot *device)
{
    const struct spot binding = spot_child(v, device, "bindingConditions");
    const struct spot failure = spot_child(v, device, "bindingFailureConditions");
    if (!v_gate(v, "DRADeviceBindingConditions"))
        return;
    for (struct each e = each_first(v, &failure); e.spot.path.node; each_next(v, &e))
        for (struct each b = each_first(v, &binding); b.spot.path.node; each_next(v, &b))
            if (str_eq(spot_text(&e.spot), spot_text(&b.spot)))
                say_invalid(v, &e.spot,
                            "bindingFailureConditions must not overlap with bindingConditions");
    if (spot_count(&binding) == 0 && spot_count(&failure) > 0)
        say_invalid(v, &binding, "bindingConditions are required to use bindingFailureConditions");
    if (spot_count(&failure) == 0 && spot_count(&binding) > 0)
        say_invalid(v, &failure, "bindingFailureConditions are required to use bindingConditions");
}

void rule_device(struct validating *v, const struct spot *spot)
{
    const struct spot attributes = spot_child(v, spot, "attributes");
    const struct spot capacity = spot_child(v, spot, "capacity");
    const size_t n = spot_count(&attributes) + spot_count(&capacity);
    if (n > ATTRIBUTES_MAX)
        say_invalid_as(v, spot, str_format(v->ctx->arena, "%zu", n),
                       "the total number of attributes and capacities must not exceed 32");
    check_device_nodes(v, spot);
    check_conditions(v, spot);
}

static bool is_identifier(struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        const char c = text.p[i];
        const bool letter = ascii_is_letter(c) || c == '_';
        if (!letter && !(i > 0 && ascii_is_digit(c)))
            return false;
    }
    return text.n > 0;
}

static void check_identifier(struct validating *v, const struct spot *key, struct str text)
{
    const struct spot shown = spot_with_text(v, key, text);
    if (text.n > IDENTIFIER_MAX_BYTES)
        say_too_long(v, key, IDENTIFIER_MAX_BYTES);
    if (!is_identifier(text))
        say_invalid(v, &shown,
                    "a valid C identifier must start with alphabetic character or '_', followed "
                    "by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME', "
                    " or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')");
}

void check_device_name(struct validating *v, const struct spot *key)
{
    const struct str text = spot_text(key);
    const ptrdiff_t slash = str_find_char(text, '/');
    if (slash < 0) {
        check_identifier(v, key, text);
        return;
    }
    const struct str domain = str_sub(text, 0, (size_t)slash);
    const struct str name = str_from_offset(text, (size_t)slash + 1);
    const struct spot domain_shown = spot_with_text(v, key, domain);
    if (str_find_char(name, '/') >= 0)
        return;
    if (domain.n == 0)
        say_invalid_as(v, key, STR("\"\""), "the domain must not be empty");
    else
        rule_driver_name(v, &domain_shown);
    if (name.n == 0)
        say_invalid_as(v, key, STR("\"\""), "the name must not be empty");
    else
        check_identifier(v, key, name);
}

/* A key of a map; said of the map from 1.36 on. */
static struct spot key_said(struct validating *v, const struct spot *map, const struct each *entry)
{
    const struct spot key = each_key(entry);
    struct spot said = key;
    if (v->minor >= 36) {
        said.path = map->path;
        said.path.node = key.path.node;
    }
    return said;
}

void rule_device_names(struct validating *v, const struct spot *spot)
{
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        const struct spot key = key_said(v, spot, &e);
        check_device_name(v, &key);
    }
}

void rule_counter_names(struct validating *v, const struct spot *spot)
{
    if (!v_gate(v, "DRAPartitionableDevices"))
        return;
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        const struct spot key = key_said(v, spot, &e);
        check_format(v, &key, format_dns1123_label);
    }
}

/* ---- attributes ---- */

static bool is_number(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
    return text.n > 0;
}

static bool is_version_word(struct str text, bool is_build)
{
    for (size_t i = 0; i < text.n; i++) {
        const char c = text.p[i];
        if (!(ascii_is_alnum(c) || c == '-'))
            return false;
    }
    return text.n > 0 && (is_build || !is_number(text) || text.n == 1 || text.p[0] != '0');
}

static bool are_version_words(struct str text, bool is_build)
{
    struct str word;
    bool good = text.n > 0 && text.p[text.n - 1] != '.';
    while (str_split(&text, '.', &word))
        good &= is_version_word(word, is_build);
    return good;
}

/* semver.org 2.0.0 */
static bool is_version(struct str text)
{
    const ptrdiff_t plus = str_find_char(text, '+');
    const struct str release = plus < 0 ? text : str_sub(text, 0, (size_t)plus);
    const ptrdiff_t dash = str_find_char(release, '-');
    struct str core = dash < 0 ? release : str_sub(release, 0, (size_t)dash);
    struct str part;
    size_t n = 0;
    if (plus >= 0 && !are_version_words(str_from_offset(text, (size_t)plus + 1), true))
        return false;
    if (dash >= 0 && !are_version_words(str_from_offset(release, (size_t)dash + 1), false))
        return false;
    if (core.n && core.p[core.n - 1] == '.')
        return false;
    for (; str_split(&core, '.', &part); n++)
        if (!is_number(part) || (part.n > 1 && part.p[0] == '0'))
            return false;
    return n == 3;
}

void rule_device_version(struct validating *v, const struct spot *spot)
{
    if (!spot_is_set(spot))
        return;
    if (!is_version(spot_text(spot)))
        say_invalid(v, spot, "must be a string compatible with semver.org spec 2.0.0");
    if (spot_text(spot).n > ATTRIBUTE_MAX_BYTES)
        say_too_long(v, spot, ATTRIBUTE_MAX_BYTES);
}

void rule_device_value(struct validating *v, const struct spot *spot)
{
    static const char *const scalars[] = {"bool", "int", "string", "version"};
    const bool lists = v_gate(v, "DRAListTypeAttributes");
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(scalars); i++)
        n += child_is_set(spot, scalars[i]);
    for (size_t i = 0; i < ARRAY_LEN(attribute_lists) && lists; i++) {
        const struct spot list = spot_child(v, spot, attribute_lists[i]);
        n += spot_is_set(&list);
        if (spot_is_set(&list) && spot_count(&list) == 0)
            say_invalid(v, &list, "must not be empty if specified");
    }
    if (n == 0)
        say_invalid_as(v, spot, STR("\"\""), "exactly one value must be specified");
    if (n > 1)
        say_invalid(v, spot, "exactly one value must be specified");
}

/* ---- capacities ---- */

struct policy {
    struct validating *v;
    struct spot spot;
    struct quantity capacity;
    struct quantity standard;
};

/* Says it of another quantity than the one there. */
static void say_amount(const struct policy *policy, const struct spot *spot,
                       const struct quantity *shown, const char *what, const struct quantity *than)
{
    struct arena *arena = policy->v->ctx->arena;
    const struct spot said = spot_with_text(policy->v, spot, quantity_format(arena, shown));
    say_invalid_fmt(policy->v, &said, "%s%.*s", what,
                    STR_FMT(than ? quantity_format(arena, than) : STR("")));
}

static void check_options(const struct policy *policy, const struct spot *values)
{
    struct validating *v = policy->v;
    struct quantity last = {0};
    struct quantity value;
    bool any = false;
    bool has_standard = false;
    for (struct each e = each_first(v, values); e.spot.path.node; each_next(v, &e)) {
        if (!spot_quantity(&e.spot, &value))
            continue;
        if (any && quantity_cmp(&last, &value) > 0)
            say_amount(policy, &e.spot, &value, "values must be sorted in ascending order", NULL);
        if (any && quantity_cmp(&last, &value) == 0)
            say_duplicate(v, &e.spot);
        if (quantity_cmp(&value, &policy->capacity) > 0)
            say_amount(policy, &e.spot, &value,
                       "option is larger than capacity value: ", &policy->capacity);
        has_standard |= quantity_cmp(&value, &policy->standard) == 0;
        last = value;
        any = true;
    }
    if (!has_standard)
        say_amount(policy, values, &policy->standard,
                   "default value is not valid according to the requestPolicy", NULL);
}

/* Value() of a quantity, rounded up as Go does. */
__extension__ typedef __int128 nano;

static nano whole(const struct quantity *quantity)
{
    const nano unit = 1000000000;
    const nano n = quantity->nano / unit;
    return quantity->nano > n * unit ? n + 1 : n;
}

static void check_step(const struct policy *policy, const struct spot *spot,
                       const struct quantity *value, const struct quantity *min,
                       const struct quantity *step)
{
    struct arena *arena = policy->v->ctx->arena;
    if (whole(step) == 0 || (whole(value) - whole(min)) % whole(step) == 0)
        return;
    const struct spot said = spot_with_text(policy->v, spot, quantity_format(arena, value));
    say_invalid_fmt(policy->v, &said, "value is not a multiple of a given step (%.*s) from (%.*s)",
                    STR_FMT(quantity_format(arena, step)), STR_FMT(quantity_format(arena, min)));
}

static void check_steps(const struct policy *policy, const struct spot *range,
                        const struct quantity *min, const struct quantity *max)
{
    const struct spot spot = spot_child(policy->v, range, "step");
    struct quantity step;
    if (!spot_quantity(&spot, &step))
        return;
    const struct quantity next = {.nano = min->nano + step.nano, .format = min->format};
    if (quantity_cmp(&next, &policy->capacity) > 0)
        say_amount(policy, &spot, &step,
                   "one step is larger than capacity value: ", &policy->capacity);
    check_step(policy, &spot, &policy->standard, min, &step);
    if (max)
        check_step(policy, &spot, max, min, &step);
}

static void check_range(const struct policy *policy, const struct spot *range)
{
    const struct spot low = spot_child(policy->v, range, "min");
    const struct spot high = spot_child(policy->v, range, "max");
    struct quantity min;
    struct quantity max;
    if (!spot_quantity(&low, &min)) {
        say_required(policy->v, &low, "required when validRange is defined");
        return;
    }
    const bool has_max = spot_quantity(&high, &max);
    if (quantity_cmp(&min, &policy->capacity) > 0)
        say_amount(policy, &low, &min, "min is larger than capacity value: ", &policy->capacity);
    if (quantity_cmp(&policy->standard, &min) < 0)
        say_amount(policy, &low, &policy->standard, "default is less than min: ", &min);
    if (has_max && quantity_cmp(&min, &max) > 0)
        say_amount(policy, &high, &min, "min is larger than max: ", &max);
    if (has_max && quantity_cmp(&max, &policy->capacity) > 0)
        say_amount(policy, &high, &max, "max is larger than capacity value: ", &policy->capacity);
    if (has_max && quantity_cmp(&policy->standard, &max) > 0)
        say_amount(policy, &high, &policy->standard, "default is more than max: ", &max);
    check_steps(policy, range, &min, has_max ? &max : NULL);
}

/* What may be asked of a capacity that several claims share. */
void rule_device_capacity(struct validating *v, const struct spot *spot)
{
    struct policy policy = {.v = v, .spot = spot_child(v, spot, "requestPolicy")};
    const struct spot *device = spot_above(spot, "Device");
    const struct spot value = spot_child(v, spot, "value");
    const struct spot values = spot_child(v, &policy.spot, "validValues");
    const struct spot range = spot_child(v, &policy.spot, "validRange");
    const struct spot standard = spot_child(v, &policy.spot, "default");
    const bool listed = spot_count(&values) > 0;
    if (!spot_is_set(&policy.spot) || !v_gate(v, "DRAConsumableCapacity"))
        return;
    if (!device || !child_bool(device, "allowMultipleAllocations")) {
        say_forbidden(v, &policy.spot, "allowMultipleAllocations must be true");
        return;
    }
    if (listed && spot_is_set(&range)) {
        say_forbidden(v, &policy.spot,
                      "exactly one policy can be specified, cannot specify \"validValues\" and "
                      "\"validRange\" at the same time");
        return;
    }
    if ((!listed && !spot_is_set(&range)))
        return;
    spot_quantity(&value, &policy.capacity);
    if (!spot_quantity(&standard, &policy.standard))
        say_required(v, &standard,
                     listed ? "required when validValues is defined"
                            : "required when validRange is defined");
    else if (spot_count(&values) > OPTIONS_MAX)
        say_too_many(v, &values, OPTIONS_MAX);
    else if (listed)
        check_options(&policy, &values);
    else
        check_range(&policy, &range);
}
