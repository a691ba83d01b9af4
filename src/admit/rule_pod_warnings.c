/* SPDX-License-Identifier: Apache-2.0 */
/* Warnings on containers, volumes and claims: GetWarningsForPod and those of the storage kinds. */
#include "admit/rule.h"
#include "admit/rule_podspec.h"
#include "admit/rule_resource.h"
#include "rule_calls.h"

/* With the field in front, as all of the server's warnings have it. */
static void warn(struct validating *v, const struct spot *spot, const char *text)
{
    struct arena *arena = v->ctx->arena;
    say_warning(v, spot,
                str_to_c(arena, str_format(arena, "%.*s: %s",
                                           STR_FMT(path_format(arena, &spot->path)), text)));
}

/* ---- volumes ---- */

struct old_source {
    const char *field;
    const char *shown;
    const char *text;
    bool persistent; /* also warned of in persistent volumes */
};

static const struct old_source old_sources[] = {
    {"photonPersistentDisk", NULL, "deprecated in v1.11, non-functional in v1.16+", true},
    {"scaleIO", NULL, "deprecated in v1.16, non-functional in v1.22+", true},
    {"flocker", NULL, "deprecated in v1.22, non-functional in v1.25+", false},
    {"storageos", "storageOS", "deprecated in v1.22, non-functional in v1.25+", true},
    {"quobyte", NULL, "deprecated in v1.22, non-functional in v1.25+", false},
    {"glusterfs", NULL, "deprecated in v1.25, non-functional in v1.26+", true},
    {"cephfs", NULL, "deprecated in v1.28, non-functional in v1.31+", true},
    {"rbd", NULL, "deprecated in v1.28, non-functional in v1.31+", true},
};

static void warn_of_old_sources(struct validating *v, const struct spot *spot, bool persistent)
{
    for (size_t i = 0; i < ARRAY_LEN(old_sources); i++) {
        const struct old_source *old = &old_sources[i];
        const struct spot source = spot_child(v, spot, old->field);
        const struct spot named =
            spot_named_under(&source, spot, old->shown ? old->shown : old->field);
        if (spot_is_set(&source) && (!persistent || old->persistent))
            warn(v, &named, old->text);
    }
}

void rule_volume_warnings(struct validating *v, const struct spot *spot)
{
    const struct spot volumes = spot_child(v, spot, "volumes");
    if (spot_count(&volumes) == 0 || !pod_warnings_are_due(v, spot))
        return;
    for (struct each e = each_first(v, &volumes); e.spot.path.node; each_next(v, &e)) {
        const struct spot repository = spot_child(v, &e.spot, "gitRepo");
        if (spot_is_set(&repository))
            warn(v, &repository,
                 v_gate(v, "GitRepoVolumeDriver")
                     ? "deprecated in v1.11"
                     : "deprecated in v1.11, and disabled by default in v1.33+");
        warn_of_old_sources(v, &e.spot, false);
    }
}

static void warn_of_annotation(struct validating *v, const struct spot *metadata, const char *key,
                               const char *text)
{
    const struct spot annotations = spot_child(v, metadata, "annotations");
    struct spot annotation = spot_child(v, &annotations, key);
    annotation.path.is_key = true;
    if (spot_is_set(&annotation))
        warn(v, &annotation, text);
}

void rule_persistent_volume_warnings(struct validating *v, const struct spot *spot)
{
    const struct spot metadata = spot_child(v, spot, "metadata");
    const struct spot spec = spot_child(v, spot, "spec");
    const struct spot policy = spot_child(v, &spec, "persistentVolumeReclaimPolicy");
    warn_of_annotation(v, &metadata, "volume.beta.kubernetes.io/storage-class",
                       "deprecated since v1.8; use \"storageClassName\" attribute instead");
    warn_of_annotation(v, &metadata, "volume.beta.kubernetes.io/mount-options",
                       "deprecated since v1.31; use \"mountOptions\" attribute instead");
    if (spot_text_is(&policy, "Recycle"))
        warn(v, &policy,
             "The Recycle reclaim policy is deprecated. Instead, the recommended approach is to "
             "use dynamic provisioning.");
    warn_of_old_sources(v, &spec, true);
}

/* ---- bytes that are no whole number ---- */

static void warn_of_fraction(struct validating *v, const struct spot *list, const char *name)
{
    struct quantity quantity;
    struct spot entry = spot_child(v, list, name);
    entry.path.is_key = true;
    if (!spot_quantity(&entry, &quantity) || amount_is_integer(&quantity))
        return;
    quantity = amount_rounded(quantity);
    /* of a StatefulSet's claims the server leaves out `spec`, or writes it large */
    struct path spec;
    struct path resources = *list->path.up;
    struct path amounts = list->path;
    if (v_kind_is(v, "StatefulSet") && spot_above(list, "PersistentVolumeClaimSpec") &&
        !spot_above(list, "PodSpec")) {
        spec = *resources.up;
        if (v_is_update(v))
            spec.name = STR("Spec");
        resources.up = v_is_update(v) ? &spec : spec.up;
        amounts.up = &resources;
        entry.path.up = &amounts;
    }
    const struct str text =
        str_format(v->ctx->arena, "fractional byte value \"%.*s\" is invalid, must be an integer",
                   STR_FMT(quantity_format(v->ctx->arena, &quantity)));
    warn(v, &entry, str_to_c(v->ctx->arena, text));
}

/* The overhead of a template; of a Pod it is refused. */
void rule_overhead_warnings(struct validating *v, const struct spot *spot)
{
    if (spot_count(spot) == 0 || !pod_warnings_are_due(v, spot))
        return;
    warn_of_fraction(v, spot, "memory");
    warn_of_fraction(v, spot, "ephemeral-storage");
}

void rule_byte_warnings(struct validating *v, const struct spot *spot)
{
    static const char *const lists[] = {"limits", "requests"};
    const bool claim = spot_above(spot, "PersistentVolumeClaimSpec") != NULL;
    if (spot_above(spot, "PodSpec") && !pod_warnings_are_due(v, spot))
        return;
    for (size_t i = 0; spot_is_set(spot) && i < ARRAY_LEN(lists); i++) {
        const struct spot list = spot_child(v, spot, lists[i]);
        if (claim) {
            warn_of_fraction(v, &list, "storage");
            continue;
        }
        warn_of_fraction(v, &list, "memory");
        warn_of_fraction(v, &list, "ephemeral-storage");
    }
}

void rule_claim_warnings(struct validating *v, const struct spot *spot)
{
    warn_of_annotation(v, spot, "volume.beta.kubernetes.io/storage-class",
                       "deprecated since v1.8; use \"storageClassName\" attribute instead");
}

/* ---- ports ---- */

/* A port and what it may clash with: two that say the same, or one that says more. */
static const char *clash_of(const struct spot *port, const struct spot *other)
{
    const int64_t host_port = child_int(port, "hostPort");
    const int64_t other_port = child_int(other, "hostPort");
    const struct str ip = child_text(port, "hostIP");
    const struct str other_ip = child_text(other, "hostIP");
    if (host_port == other_port && str_eq(ip, other_ip))
        return "duplicate port definition with";
    if (host_port == 0 || other_port == 0)
        return "overlapping port definition with";
    if (host_port == other_port && (ip.n == 0) != (other_ip.n == 0))
        return "dangerously ambiguous port definition with";
    return NULL;
}

struct seen_port {
    struct seen_port *next;
    const struct node *container;
    struct spot spot;
    struct str field;
};

static void warn_of_port(struct validating *v, const struct spot *port, struct map *numbers,
                         struct map *names)
{
    enum { CLASHES_MAX = 8 };
    struct arena *arena = v->ctx->arena;
    const struct str name = child_text(port, "name");
    const struct str key = str_format(arena, "%" PRId64 "/%.*s", child_int(port, "containerPort"),
                                      STR_FMT(child_text(port, "protocol")));
    struct seen_port *self = ARENA_NEW(arena, struct seen_port);
    self->spot = *port;
    self->container = port->up->up->path.node;
    self->field = path_format(arena, &port->path);
    void **slot = map_slot(numbers, key);
    if (child_text(port, "hostIP").n && child_int(port, "hostPort") == 0)
        warn(v, port,
             str_to_c(arena, str_format(arena,
                                        "hostIP set without hostPort: {Name:%.*s HostPort:0 "
                                        "ContainerPort:%" PRId64 " Protocol:%.*s HostIP:%.*s}",
                                        STR_FMT(name), child_int(port, "containerPort"),
                                        STR_FMT(child_text(port, "protocol")),
                                        STR_FMT(child_text(port, "hostIP")))));
    size_t compared = 0; /* many equal ports must not cost more than each alone */
    for (const struct seen_port *other = *slot; other && compared < CLASHES_MAX;
         other = other->next, compared++) {
        const char *clash = clash_of(port, &other->spot);
        if (clash)
            warn(v, port,
                 str_to_c(arena, str_format(arena, "%s %.*s", clash, STR_FMT(other->field))));
    }
    self->next = *slot;
    *slot = self;
    if (name.n == 0)
        return;
    const struct seen_port *other = map_get(names, name);
    if (!other) {
        map_put(names, name, self);
        return;
    }
    if (other->container == self->container) /* which is refused */
        return;
    warn(v, port,
         str_to_c(arena, str_format(arena,
                                    "duplicate port name \"%.*s\" with %.*s, services and probes "
                                    "that select ports by name will use %.*s",
                                    STR_FMT(diag_quote(arena, name)), STR_FMT(other->field),
                                    STR_FMT(other->field))));
}

/* In the order of the server's visitor: init containers first. */
void rule_container_port_warnings(struct validating *v, const struct spot *spot)
{
    static const char *const lists[] = {"initContainers", "containers", "ephemeralContainers"};
    struct map numbers = {.arena = v->ctx->arena};
    struct map names = {.arena = v->ctx->arena};
    if (!pod_warnings_are_due(v, spot))
        return;
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        const struct spot list = spot_child(v, spot, lists[i]);
        for (struct each e = each_first(v, &list); e.spot.path.node; each_next(v, &e)) {
            const struct spot ports = spot_child(v, &e.spot, "ports");
            for (struct each port = each_first(v, &ports); port.spot.path.node; each_next(v, &port))
                warn_of_port(v, &port.spot, &numbers, &names);
        }
    }
}
