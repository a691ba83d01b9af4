/* SPDX-License-Identifier: Apache-2.0 */
/* Claims for devices. */
#include "admit/rule_device.h"
#include "admit/rule.h"
#include "admit/rule_format.h"
#include "admit/rule_resource.h"
#include "base/buf.h"
#include "base/limits.h"
#include "rule_calls.h"

void rule_extended_resource(struct validating *v, const struct spot *spot)
{
    if (spot_is_set(spot) && !resource_is_extended(v->ctx->arena, spot_text(spot)))
        say_invalid(v, spot, "must be a valid extended resource name");
}

void rule_device_request(struct validating *v, const struct spot *spot)
{
    const struct spot first = spot_child(v, spot, "firstAvailable");
    const bool exactly = child_is_set(spot, "exactly");
    if (!exactly && spot_count(&first) == 0)
        say_required(v, spot, "exactly one of `exactly` or `firstAvailable` is required");
    if (exactly && spot_count(&first) > 0)
        say_invalid_as(v, spot, STR("null"),
                       "exactly one of `exactly` or `firstAvailable` is required, but multiple "
                       "fields are set");
}

static bool names_part(struct validating *v, const struct spot *request, struct str part)
{
    const struct spot first = spot_child(v, request, "firstAvailable");
    for (struct each e = each_first(v, &first); e.spot.path.node; each_next(v, &e))
        if (str_eq(child_text(&e.spot, "name"), part))
            return true;
    return false;
}

/* "request", or "request/one" of those that it would take the first available of. */
static bool names_request(struct validating *v, const struct spot *claim, struct str text)
{
    const struct spot requests = spot_child(v, claim, "requests");
    const ptrdiff_t slash = str_find_char(text, '/');
    const struct str name = slash < 0 ? text : str_sub(text, 0, (size_t)slash);
    for (struct each e = each_first(v, &requests); e.spot.path.node; each_next(v, &e)) {
        if (!str_eq(child_text(&e.spot, "name"), name))
            continue;
        if (slash < 0 || names_part(v, &e.spot, str_from_offset(text, (size_t)slash + 1)))
            return true;
    }
    return false;
}

void rule_device_request_named(struct validating *v, const struct spot *spot)
{
    const struct spot *claim = spot_above(spot->up, "DeviceClaim");
    if (claim && !names_request(v, claim, spot_text(spot)))
        say_invalid(v, spot,
                    "must be the name of a request in the claim or the name of a request and a "
                    "subrequest separated by '/'");
}

void rule_device_constraint(struct validating *v, const struct spot *spot)
{
    if (!child_is_set(spot, "matchAttribute") && !child_is_set(spot, "distinctAttribute"))
        say_required(v, spot,
                     "exactly one of \"matchAttribute\" or \"distinctAttribute\" is required, but "
                     "multiple fields are set");
}

/* A domain and a name. */
void rule_device_attribute(struct validating *v, const struct spot *spot)
{
    if (!spot_is_set(spot))
        return;
    check_device_name(v, spot);
    if (str_find_char(spot_text(spot), '/') < 0)
        say_invalid(v, spot,
                    "a fully qualified name must be a domain and a name separated by a slash");
}

/* What a driver is told: a JSON object that is not too big. */
void rule_device_parameters(struct validating *v, const struct spot *spot)
{
    enum { PARAMETERS_MAX_BYTES = 10240 };
    SCOPED(buf) struct buf text;
    buf_init(&text, LIMIT_FILE_BYTES);
    if (!spot_is_set(spot))
        return;
    doc_write_json(&text, spot->path.node, 0);
    if (buf_str(&text).n > PARAMETERS_MAX_BYTES)
        say_too_long(v, spot, PARAMETERS_MAX_BYTES);
    else if (node_kind(spot->path.node) != NODE_MAP)
        say_invalid_as(v, spot, STR("\"<value omitted>\""), "must be a valid JSON object");
}
