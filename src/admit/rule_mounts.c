/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts and devices of containers, and the volumes that their Pod declares for them. */
#include "admit/rule.h"
#include "admit/rule_format.h"
#include "admit/volume.h"
#include "rule_calls.h"

/* ---- declared volumes ---- */

enum declared {
    VOLUME_UNKNOWN,   /* or one that the server has found an error in */
    VOLUME_FORGOTTEN, /* by the server, with its mounts: image volumes before their time */
    VOLUME_OF_CLAIM,
    VOLUME_EMPTY_DIR,
    VOLUME_OTHER,
};

/* The volumes of a Pod by name; values point at `kinds`. */
struct declared_volumes {
    struct validating *v;
    struct map by_name;
    enum declared kinds[VOLUME_OTHER + 1];
};

static enum declared kind_of_volume(struct validating *v, const struct spot *volume)
{
    if (child_is_set(volume, "image") && !v_gate(v, "ImageVolume"))
        return VOLUME_FORGOTTEN;
    if (volume_source_count(v, volume) == 0 || rules_refuse(v, volume))
        return VOLUME_UNKNOWN;
    if (child_is_set(volume, "persistentVolumeClaim") || child_is_set(volume, "ephemeral"))
        return VOLUME_OF_CLAIM;
    return child_is_set(volume, "emptyDir") ? VOLUME_EMPTY_DIR : VOLUME_OTHER;
}

static void declare(struct declared_volumes *volumes, struct str name, enum declared kind)
{
    if (name.n && !map_has(&volumes->by_name, name))
        map_put(&volumes->by_name, name, &volumes->kinds[kind]);
}

/* Since 1.34 claim templates count as volumes, and hide others of their name. */
static void declare_claim_templates(struct declared_volumes *volumes, const struct spot *pod)
{
    struct validating *v = volumes->v;
    const struct spot *set = spot_above(pod, "StatefulSetSpec");
    if (!set)
        return;
    const struct spot templates = spot_child(v, set, "volumeClaimTemplates");
    for (struct each e = each_first(v, &templates); e.spot.path.node; each_next(v, &e)) {
        const struct spot metadata = spot_child(v, &e.spot, "metadata");
        const struct str name = child_text(&metadata, "name");
        declare(volumes, name, format_dns1123_label(name) ? VOLUME_UNKNOWN : VOLUME_OF_CLAIM);
    }
}

static void declare_all(struct declared_volumes *volumes, const struct spot *pod)
{
    struct validating *v = volumes->v;
    const struct spot list = spot_child(v, pod, "volumes");
    for (size_t i = 0; i < ARRAY_LEN(volumes->kinds); i++)
        volumes->kinds[i] = (enum declared)i;
    declare_claim_templates(volumes, pod);
    for (struct each e = each_first(v, &list); e.spot.path.node; each_next(v, &e))
        declare(volumes, child_text(&e.spot, "name"), kind_of_volume(v, &e.spot));
}

static enum declared find_volume(const struct declared_volumes *volumes, struct str name)
{
    const enum declared *kind = map_get(&volumes->by_name, name);
    return kind ? *kind : VOLUME_UNKNOWN;
}

/* ---- one container ---- */

/* Names and paths of its two lists, each of which must not use those of the other. */
struct lists {
    const struct declared_volumes *volumes;
    const struct spot *container;
    struct map mount_names;
    struct map mount_paths;
    struct map device_names;
    struct map device_paths;
};

static void collect(struct validating *v, const struct spot *list, const char *field,
                    struct map *ret_texts)
{
    ret_texts->arena = v->ctx->arena;
    for (struct each e = each_first(v, list); e.spot.path.node; each_next(v, &e))
        map_put(ret_texts, child_text(&e.spot, field), ret_texts);
}

/* ---- mounts ---- */

/* Named without the index of the mount. */
static void check_sub_path(struct validating *v, const struct spot *mount, const char *name)
{
    const struct spot field = spot_child(v, mount, name);
    const struct spot named = spot_named_under(&field, mount->up, name);
    if (!spot_is_zero(&field))
        rule_descending_path(v, &named);
}

static bool is_privileged(const struct validating *v, const struct spot *container)
{
    const struct spot context = spot_child(v, container, "securityContext");
    return child_bool(&context, "privileged");
}

static void check_propagation(struct validating *v, const struct spot *mount,
                              const struct spot *container)
{
    static const char *const modes[] = {"Bidirectional", "HostToContainer", "None"};
    const struct spot field = spot_child(v, mount, "mountPropagation");
    const struct spot named = spot_named_under(&field, mount->up, "mountPropagation");
    if (!spot_is_set(&field))
        return;
    if (!str_is_one_of(spot_text(&field), modes, ARRAY_LEN(modes)))
        say_unsupported(v, &named, modes, ARRAY_LEN(modes));
    if (spot_text_is(&field, "Bidirectional") && !is_privileged(v, container))
        say_forbidden(v, &named,
                      "Bidirectional mount propagation is available only to privileged containers");
}

static void check_recursive_read_only(struct validating *v, const struct spot *mount)
{
    static const char *const modes[] = {"Disabled", "Enabled", "IfPossible"};
    const struct spot field = spot_child(v, mount, "recursiveReadOnly");
    const struct spot named = spot_named_under(&field, mount->up, "recursiveReadOnly");
    const struct str propagation = child_text(mount, "mountPropagation");
    if (!spot_is_set(&field) || !v_gate(v, "RecursiveReadOnlyMounts") ||
        spot_text_is(&field, "Disabled"))
        return;
    if (!str_is_one_of(spot_text(&field), modes, ARRAY_LEN(modes))) {
        say_unsupported(v, &named, modes, ARRAY_LEN(modes));
        return;
    }
    if (!child_bool(mount, "readOnly"))
        say_forbidden(v, &named, "may only be specified when readOnly is true");
    if (propagation.n && !str_is(propagation, "None"))
        say_forbidden(v, &named,
                      "may only be specified when mountPropagation is None or not specified");
}

static void check_mount(struct validating *v, const struct spot *mount, const struct lists *lists,
                        struct map *paths)
{
    const struct spot name = spot_child(v, mount, "name");
    const struct spot path = spot_child(v, mount, "mountPath");
    const struct spot expression = spot_child(v, mount, "subPathExpr");
    const enum declared declared = find_volume(lists->volumes, spot_text(&name));
    if (declared == VOLUME_FORGOTTEN)
        return;
    if (spot_is_zero(&name))
        say_required(v, &name, NULL);
    if (declared == VOLUME_UNKNOWN)
        say_not_found(v, &name);
    if (spot_is_zero(&path))
        say_required(v, &path, NULL);
    if (map_has(paths, spot_text(&path)))
        say_invalid(v, &path, "must be unique");
    map_put(paths, spot_text(&path), paths);
    if (map_has(&lists->device_names, spot_text(&name)))
        say_invalid(v, &name, "must not already exist in volumeDevices");
    if (map_has(&lists->device_paths, spot_text(&path)))
        say_invalid(v, &path, "must not already exist as a path in volumeDevices");
    if (!spot_is_zero(&expression) && child_text(mount, "subPath").n)
        say_invalid(v, &expression, "subPathExpr and subPath are mutually exclusive");
    check_sub_path(v, mount, "subPath");
    check_sub_path(v, mount, "subPathExpr");
    check_propagation(v, mount, lists->container);
    check_recursive_read_only(v, mount);
}

/* ---- devices ---- */

static void check_device_path(struct validating *v, const struct spot *path, struct map *paths)
{
    if (spot_is_zero(path))
        say_required(v, path, NULL);
    if (map_has(paths, spot_text(path)))
        say_invalid(v, path, "must be unique");
    if (has_backsteps(spot_text(path)))
        say_invalid(v, path, "can not contain backsteps ('..')");
    else
        map_put(paths, spot_text(path), paths);
}

static void check_device_name(struct validating *v, const struct spot *name, enum declared declared,
                              struct map *names)
{
    if (spot_is_zero(name))
        say_required(v, name, NULL);
    else if (map_has(names, spot_text(name)))
        say_invalid(v, name, "must be unique");
    else
        map_put(names, spot_text(name), names);
    if (declared == VOLUME_OTHER || declared == VOLUME_EMPTY_DIR)
        say_invalid(v, name,
                    "can only use volume source type of PersistentVolumeClaim or Ephemeral for "
                    "block mode");
    if (declared == VOLUME_UNKNOWN || declared == VOLUME_FORGOTTEN)
        say_not_found(v, name);
}

static void check_devices(struct validating *v, const struct spot *devices,
                          const struct lists *lists)
{
    struct map paths = {.arena = v->ctx->arena};
    struct map names = {.arena = v->ctx->arena};
    for (struct each e = each_first(v, devices); e.spot.path.node; each_next(v, &e)) {
        const struct spot name = spot_child(v, &e.spot, "name");
        const struct spot path = spot_child(v, &e.spot, "devicePath");
        check_device_name(v, &name, find_volume(lists->volumes, spot_text(&name)), &names);
        check_device_path(v, &path, &paths);
        if (map_has(&lists->mount_names, spot_text(&name)))
            say_invalid(v, &name, "must not already exist in volumeMounts");
        if (map_has(&lists->mount_paths, spot_text(&path)))
            say_invalid(v, &path, "must not already exist as a path in volumeMounts");
    }
}

/* ---- variables from files ---- */

/* They need a volume that is empty at first. */
static void check_file_keys(struct validating *v, const struct spot *container,
                            const struct declared_volumes *volumes)
{
    const struct spot env = spot_child(v, container, "env");
    for (struct each e = each_first(v, &env); e.spot.path.node; each_next(v, &e)) {
        const struct spot from = spot_child(v, &e.spot, "valueFrom");
        const struct spot key = spot_child(v, &from, "fileKeyRef");
        const struct spot name = spot_child(v, &key, "volumeName");
        if (!spot_is_set(&key))
            continue;
        const enum declared declared = find_volume(volumes, spot_text(&name));
        if (declared == VOLUME_UNKNOWN)
            say_not_found(v, &name);
        else if (declared != VOLUME_EMPTY_DIR)
            say_invalid(v, &name, "referenced volume must be of type emptyDir");
    }
}

/* ---- all containers of a Pod ---- */

static void check_container(const struct declared_volumes *volumes, const struct spot *container)
{
    struct validating *v = volumes->v;
    struct map paths = {.arena = v->ctx->arena};
    struct lists lists = {.volumes = volumes, .container = container};
    const struct spot mounts = spot_child(v, container, "volumeMounts");
    const struct spot devices = spot_child(v, container, "volumeDevices");
    collect(v, &mounts, "name", &lists.mount_names);
    collect(v, &mounts, "mountPath", &lists.mount_paths);
    collect(v, &devices, "name", &lists.device_names);
    collect(v, &devices, "devicePath", &lists.device_paths);
    for (struct each e = each_first(v, &mounts); e.spot.path.node; each_next(v, &e))
        check_mount(v, &e.spot, &lists, &paths);
    check_devices(v, &devices, &lists);
    if (v_gate(v, "EnvFiles"))
        check_file_keys(v, container, volumes);
}

void rule_mounts_of_pod(struct validating *v, const struct spot *spot)
{
    static const char *const fields[] = {"containers", "initContainers", "ephemeralContainers"};
    struct declared_volumes volumes = {.v = v, .by_name.arena = v->ctx->arena};
    declare_all(&volumes, spot);
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        const struct spot list = spot_child(v, spot, fields[i]);
        for (struct each e = each_first(v, &list); e.spot.path.node; each_next(v, &e))
            check_container(&volumes, &e.spot);
    }
}
