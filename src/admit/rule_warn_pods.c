/* SPDX-License-Identifier: Apache-2.0 */
/* Warnings on the annotations and on the volumes of Pods: pkg/api/pod/warnings.go. */
#include "admit/rule.h"
#include "admit/rule_podspec.h"
#include "admit/rule_same.h"
#include "rule_calls.h"

#define SECCOMP_POD_KEY  "seccomp.security.alpha.kubernetes.io/pod"
#define SECCOMP_PREFIX   "container.seccomp.security.alpha.kubernetes.io/"
#define APPARMOR_PREFIX  "container.apparmor.security.beta.kubernetes.io/"
#define LOCALHOST_PREFIX "localhost/"

enum { APPARMOR_BY_VALUE_SINCE = 34 };

/* ---- when ---- */

/* Pods that are there are changed by controllers, which read no warnings; of a template the server
 * speaks again when the spec around it changed. */
bool pod_warnings_are_due(const struct validating *v, const struct spot *spot)
{
    if (!v_is_update(v))
        return true;
    if (v_kind_is(v, "Pod"))
        return false;
    while (spot->up)
        spot = spot->up;
    const struct spot spec = spot_child(v, spot, v_kind_is(v, "PodTemplate") ? "template" : "spec");
    const struct spot watched = v_kind_is(v, "DaemonSet") ? spot_child(v, &spec, "template") : spec;
    return !same_value(watched.type, watched.path.node, watched.old, NULL);
}

/* ---- annotations that became fields ---- */

struct old_annotation {
    const char *key;
    const char *text;
};

static const struct old_annotation old_annotations[] = {
    {"scheduler.alpha.kubernetes.io/critical-pod",
     "non-functional in v1.16+; use the \"priorityClassName\" field instead"},
    {"security.alpha.kubernetes.io/sysctls",
     "non-functional in v1.11+; use the \"sysctls\" field instead"},
    {"security.alpha.kubernetes.io/unsafe-sysctls",
     "non-functional in v1.11+; use the \"sysctls\" field instead"},
};

/* A Pod or a template. */
struct holder {
    const struct spot *spot;
    struct spot annotations;
    struct spot context;
};

static void warn_of_annotation(struct validating *v, const struct holder *holder, struct str key,
                               const char *text)
{
    struct spot annotation = spot_child(v, &holder->annotations, str_to_c(v->ctx->arena, key));
    annotation.path.is_key = true;
    if (spot_is_set(&annotation))
        say_warning_at(v, &annotation, text);
}

/* What the annotation would be as a field; false for what is none. */
static bool apparmor_of_text(struct str text, struct str *ret_type, struct str *ret_profile)
{
    *ret_profile = STR("");
    if (str_is(text, "unconfined"))
        *ret_type = STR("Unconfined");
    else if (str_is(text, "runtime/default"))
        *ret_type = STR("RuntimeDefault");
    else if (str_starts(text, STR(LOCALHOST_PREFIX)) && text.n > sizeof LOCALHOST_PREFIX - 1) {
        *ret_type = STR("Localhost");
        *ret_profile = str_from_offset(text, sizeof LOCALHOST_PREFIX - 1);
    } else {
        return false;
    }
    return true;
}

/* Whether the annotation says no more than the profile of the whole Pod. */
static bool says_the_same(struct validating *v, const struct holder *holder, struct str text)
{
    struct str type;
    struct str profile;
    const struct spot pod = spot_child(v, &holder->context, "appArmorProfile");
    if (!holder->spot->up && v_kind_is(v, "Pod")) {
        const struct spot spec = spot_child(v, holder->spot, "spec");
        const struct spot os = spot_child(v, &spec, "os");
        if (child_text_is(&os, "name", "windows"))
            return true;
    } else if (v->minor < APPARMOR_BY_VALUE_SINCE) {
        return spot_is_set(&pod);
    }
    return spot_is_set(&pod) && apparmor_of_text(text, &type, &profile) &&
           str_eq(child_text(&pod, "type"), type) &&
           str_eq(child_text(&pod, "localhostProfile"), profile);
}

static void warn_of_profiles(struct validating *v, const struct spot *container, const void *with)
{
    const struct holder *holder = with;
    struct arena *arena = v->ctx->arena;
    const struct str name = child_text(container, "name");
    const struct spot context = spot_child(v, container, "securityContext");
    const struct str seccomp = str_format(arena, SECCOMP_PREFIX "%.*s", STR_FMT(name));
    const struct str apparmor = str_format(arena, APPARMOR_PREFIX "%.*s", STR_FMT(name));
    if (!child_is_set(&context, "seccompProfile"))
        warn_of_annotation(v, holder, seccomp,
                           "non-functional in v1.27+; use the \"seccompProfile\" field instead");
    const struct node *text = node_get(holder->annotations.path.node, apparmor);
    if (!child_is_set(&context, "appArmorProfile") && text &&
        !says_the_same(v, holder, node_text(text)))
        warn_of_annotation(v, holder, apparmor,
                           "deprecated since v1.30; use the \"appArmorProfile\" field instead");
}

void rule_pod_annotation_warnings(struct validating *v, const struct spot *spot)
{
    const struct spot metadata = spot_child(v, spot, "metadata");
    const struct spot spec = spot_child(v, spot, "spec");
    const struct holder holder = {.spot = spot,
                                  .annotations = spot_child(v, &metadata, "annotations"),
                                  .context = spot_child(v, &spec, "securityContext")};
    if (spot_count(&holder.annotations) == 0 || !pod_warnings_are_due(v, spot))
        return;
    for (size_t i = 0; i < ARRAY_LEN(old_annotations); i++)
        warn_of_annotation(v, &holder, str_from(old_annotations[i].key), old_annotations[i].text);
    if (!child_is_set(&holder.context, "seccompProfile"))
        warn_of_annotation(v, &holder, STR(SECCOMP_POD_KEY),
                           "non-functional in v1.27+; use the \"seccompProfile\" field instead");
    each_container(v, &spec, warn_of_profiles, &holder);
}

/* ---- files of one volume ---- */

struct file {
    struct file *next;
    struct str path;
    struct str source; /* .n 0: the volume has only one */
};

struct volume_files {
    struct validating *v;
    const struct spot *volume;
    struct str kind; /* "ConfigMap \"name\"", "Projected" */
    struct file *first;
    struct file **end;
    size_t n;
};

/* Comparing all with all is for volumes that people write. */
enum { FILES_MAX = 256 };

static bool is_under(struct str path, struct str folder)
{
    return str_starts(path, folder) && (path.n == folder.n || path.p[folder.n] == '/');
}

static struct str file_text(struct arena *arena, const struct file *file)
{
    const struct str path = diag_quote(arena, file->path);
    return file->source.n
               ? str_format(arena, "\"%.*s\" (%.*s)", STR_FMT(path), STR_FMT(file->source))
               : str_format(arena, "\"%.*s\"", STR_FMT(path));
}

/* Whether a projected volume refuses two with its path; it does not look at those of tokens. */
static bool is_counted(const struct file *file)
{
    return file->source.n && !str_is(file->source, "ServiceAccountToken");
}

static void add_file(struct volume_files *files, const struct spot *at, struct str path,
                     struct str source)
{
    struct arena *arena = files->v->ctx->arena;
    while (path.n && path.p[path.n - 1] == '/')
        path.n--;
    struct file *file = ARENA_NEW(arena, struct file);
    *file = (struct file){.path = path, .source = source};
    if (files->n++ > FILES_MAX || path.n == 0)
        return;
    for (const struct file *other = files->first; other; other = other->next) {
        const bool refused = is_counted(file) && is_counted(other) && str_eq(path, other->path);
        if (refused || (!is_under(path, other->path) && !is_under(other->path, path)))
            continue;
        const struct str name = diag_quote(arena, child_text(files->volume, "name"));
        const struct str text =
            str_format(arena, "volume \"%.*s\" (%.*s): overlapping paths: %.*s with %.*s",
                       STR_FMT(name), STR_FMT(files->kind), STR_FMT(file_text(arena, file)),
                       STR_FMT(file_text(arena, other)));
        say_warning(files->v, at, str_to_c(arena, text));
    }
    *files->end = file;
    files->end = &file->next;
}

static void add_items(struct volume_files *files, const struct spot *source, struct str name)
{
    struct validating *v = files->v;
    const struct spot items = spot_child(v, source, "items");
    for (struct each e = each_first(v, &items); e.spot.path.node; each_next(v, &e)) {
        const struct spot path = spot_child(v, &e.spot, "path");
        add_file(files, &path, spot_text(&path), name);
    }
}

struct file_source {
    const char *field;
    const char *kind;
    const char *name; /* the field that names what is mounted, or NULL */
    const char *other_name;
};

static const struct file_source volume_sources[] = {
    {"configMap", "ConfigMap", "name", NULL},
    {"secret", "Secret", "secretName", NULL},
    {"downwardAPI", "DownwardAPI", NULL, NULL},
};

static const struct file_source projections[] = {
    {"configMap", "ConfigMap", "name", NULL},
    {"secret", "Secret", "name", NULL},
    {"downwardAPI", "DownwardAPI", NULL, NULL},
    {"serviceAccountToken", "ServiceAccountToken", NULL, NULL},
    {"clusterTrustBundle", "ClusterTrustBundle", "name", "signerName"},
};

static struct str source_name(struct arena *arena, const struct file_source *source,
                              const struct spot *spot)
{
    if (!source->name)
        return str_from(source->kind);
    struct str name = child_text(spot, source->name);
    if (source->other_name && !child_is_set(spot, source->name))
        name = child_text(spot, source->other_name);
    return str_format(arena, "%s \"%.*s\"", source->kind, STR_FMT(diag_quote(arena, name)));
}

static void add_certificate(struct volume_files *files, const struct spot *spot)
{
    static const char *const fields[][2] = {
        {"certificateChainPath", "PodCertificate chain"},
        {"keyPath", "PodCertificate key"},
        {"credentialBundlePath", "PodCertificate credential bundle"},
    };
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        const struct spot path = spot_child(files->v, spot, fields[i][0]);
        if (!spot_is_zero(&path))
            add_file(files, &path, spot_text(&path), str_from(fields[i][1]));
    }
}

/* Whether the server's struct has anything in it: what gates hide is gone by then. */
static bool is_seen(const struct validating *v, const char *field)
{
    if (str_is(str_from(field), "clusterTrustBundle"))
        return v_gate(v, "ClusterTrustBundleProjection");
    return !str_is(str_from(field), "podCertificate") || v_gate(v, "PodCertificateRequest");
}

static void add_projection(struct volume_files *files, const struct spot *spot)
{
    struct validating *v = files->v;
    bool any = false;
    for (size_t i = 0; i < ARRAY_LEN(projections); i++) {
        const struct file_source *source = &projections[i];
        const struct spot found = spot_child(v, spot, source->field);
        if (!spot_is_set(&found) || !is_seen(v, source->field))
            continue;
        any = true;
        const struct str name = source_name(v->ctx->arena, source, &found);
        const struct spot path = spot_child(v, &found, "path");
        add_items(files, &found, name);
        if (spot_is_set(&path))
            add_file(files, &path, spot_text(&path), name);
    }
    const struct spot certificate = spot_child(v, spot, "podCertificate");
    if (spot_is_set(&certificate) && is_seen(v, "podCertificate")) {
        any = true;
        add_certificate(files, &certificate);
    }
    const struct str volume = diag_quote(v->ctx->arena, child_text(files->volume, "name"));
    if (!any)
        say_warning(v, spot,
                    str_to_c(v->ctx->arena,
                             str_format(v->ctx->arena,
                                        "volume \"%.*s\" (Projected) has no sources provided",
                                        STR_FMT(volume))));
}

static void warn_of_volume(struct validating *v, const struct spot *volume)
{
    struct arena *arena = v->ctx->arena;
    for (size_t i = 0; i < ARRAY_LEN(volume_sources); i++) {
        const struct file_source *source = &volume_sources[i];
        const struct spot found = spot_child(v, volume, source->field);
        if (!spot_is_set(&found))
            continue;
        struct volume_files files = {
            .v = v, .volume = volume, .kind = source_name(arena, source, &found)};
        files.end = &files.first;
        add_items(&files, &found, STR(""));
    }
    const struct spot projected = spot_child(v, volume, "projected");
    const struct spot sources = spot_child(v, &projected, "sources");
    struct volume_files files = {.v = v, .volume = volume, .kind = STR("Projected")};
    files.end = &files.first;
    for (struct each e = each_first(v, &sources); e.spot.path.node; each_next(v, &e))
        add_projection(&files, &e.spot);
}

void rule_volume_path_warnings(struct validating *v, const struct spot *spot)
{
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        if (!pod_warnings_are_due(v, spot))
            return;
        warn_of_volume(v, &e.spot);
    }
}
