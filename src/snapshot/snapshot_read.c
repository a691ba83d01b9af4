/* SPDX-License-Identifier: Apache-2.0 */
/* The file to a struct. It may lie in a repository, so nothing in it is believed unseen. */
#include <stdarg.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/limits.h"
#include "base/number.h"
#include "snapshot/snapshot_internal.h"

enum { ERROR_BYTES = 512, SECONDS_PER_DAY = 86400 };

struct reading {
    struct arena *arena;
    struct snapshot *snapshot;
    struct str *error;
};

PRINTF(2, 3) static int refuse(struct reading *reading, const char *fmt, ...)
{
    char text[ERROR_BYTES];
    va_list args;
    va_start(args, fmt);
    *reading->error = str_dup(reading->arena, str_print(text, sizeof text, fmt, args));
    va_end(args);
    return -1;
}

/* ---- the whole ---- */

/* The last entry is the digest of all that stands before it. */
static int check_digest(struct reading *reading, struct str text)
{
    static const char head[] = "\"digest\": \"sha256:";
    static const char tail[] = "\"\n}\n";
    enum { HEX = 64 };
    const size_t size = sizeof head - 1 + HEX + sizeof tail - 1;
    char hex[HEX + 1];
    if (text.n < size)
        return refuse(reading, "it is cut, or no snapshot");
    const struct str end = str_from_offset(text, text.n - size);
    if (!str_starts(end, str_from(head)) || !str_ends(end, str_from(tail)))
        return refuse(reading, "it is cut, or no snapshot");
    const struct sha256 sum = sha256_of(str_sub(text, 0, text.n - size));
    sha256_hex(&sum, hex);
    if (!str_eq(str_sub(end, sizeof head - 1, sizeof head - 1 + HEX), str_from(hex)))
        return refuse(reading, "it was changed after it was written: its digest does not fit");
    return 0;
}

/* 2026-11-23T06:15:12Z and nothing else. */
static bool read_time(struct str text, int64_t *ret_seconds)
{
    int64_t day, part[3];
    if (text.n != 20 || text.p[10] != 'T' || text.p[13] != ':' || text.p[16] != ':' ||
        text.p[19] != 'Z' || date_parse(str_sub(text, 0, 10), &day) < 0)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(part); i++)
        if (number_parse_i64(str_sub(text, 11 + i * 3, 13 + i * 3), &part[i]) < 0 || part[i] < 0)
            return false;
    *ret_seconds = day * SECONDS_PER_DAY + part[0] * 3600 + part[1] * 60 + part[2];
    return part[0] < 24 && part[1] < 60 && part[2] < 60;
}

/* v1.36.3 */
static bool read_minor(struct str version, unsigned *ret_minor)
{
    uint64_t minor;
    struct str rest = str_from_offset(version, 3);
    struct str part;
    if (!str_starts(version, STR("v1.")) || !str_split(&rest, '.', &part) ||
        number_parse_u64(part, &minor) < 0 || minor > 999)
        return false;
    *ret_minor = (unsigned)minor;
    return true;
}

static int read_head(struct reading *reading, const struct node *root)
{
    struct snapshot *snapshot = reading->snapshot;
    int64_t format;
    struct str salt;
    if (!node_i64(node_get(root, STR("tidegateSnapshot")), &format))
        return refuse(reading, "it is no snapshot: it has no number under tidegateSnapshot");
    if (format != SNAPSHOT_FORMAT)
        return refuse(reading, "it has format %lld, and this program reads %d", (long long)format,
                      SNAPSHOT_FORMAT);
    snapshot->name = node_get_text(root, STR("name"));
    snapshot->version = node_get_text(root, STR("serverVersion"));
    if (!snapshot_is_plain(snapshot->name))
        return refuse(reading, "its name is none");
    if (!snapshot_is_plain(snapshot->version) || !read_minor(snapshot->version, &snapshot->minor))
        return refuse(reading, "its serverVersion is none, as v1.36.3 is");
    if (!read_time(node_get_text(root, STR("created")), &snapshot->created))
        return refuse(reading, "created is no time, as 2030-01-31T12:00:00Z is");
    if (base64_decode(reading->arena, node_get_text(root, STR("salt")), &salt) < 0 ||
        salt.n != SNAPSHOT_SALT)
        return refuse(reading, "its salt is not %d bytes in base64", SNAPSHOT_SALT);
    snapshot->salt = salt;
    return 0;
}

/* ---- kinds ---- */

static struct str group_version(struct arena *arena, struct str group, struct str version)
{
    return str_format(arena, "%.*s/%.*s", STR_FMT(group), STR_FMT(version));
}

static struct str kind_key(struct arena *arena, struct str group, struct str version,
                           struct str kind)
{
    return str_format(arena, "%.*s/%.*s/%.*s", STR_FMT(group), STR_FMT(version), STR_FMT(kind));
}

static int read_kind(struct reading *reading, const struct node *node)
{
    struct snapshot *snapshot = reading->snapshot;
    const struct snapshot_kind kind = {
        .group = node_get_text(node, STR("group")),
        .version = node_get_text(node, STR("version")),
        .kind = node_get_text(node, STR("kind")),
        .plural = node_get_text(node, STR("plural")),
        .namespaced = node_bool(node_get(node, STR("namespaced"))),
    };
    if ((kind.group.n && !snapshot_is_plain(kind.group)) || !snapshot_is_plain(kind.version) ||
        !snapshot_is_plain(kind.kind) || !snapshot_is_plain(kind.plural))
        return refuse(reading, "one of its kinds lacks a name");
    VEC_PUSH(reading->arena, &snapshot->kinds, kind);
    return 0;
}

static int read_kinds(struct reading *reading, const struct node *root)
{
    struct snapshot *snapshot = reading->snapshot;
    struct arena *arena = reading->arena;
    const struct node *kinds = node_get(root, STR("kinds"));
    if (node_kind(kinds) != NODE_LIST || !node_real(kinds)->n)
        return refuse(reading, "it has no list of kinds");
    for (struct item it = list_first(kinds); it.value; it = list_next(it))
        if (read_kind(reading, it.value) < 0)
            return -1;
    for (size_t i = 0; i < snapshot->kinds.n; i++) {
        struct snapshot_kind *kind = &snapshot->kinds.items[i];
        map_put(&snapshot->by_kind, kind_key(arena, kind->group, kind->version, kind->kind), kind);
    }
    const struct node *unknown = node_get(root, STR("unknownKinds"));
    for (struct item it = list_first(unknown); it.value; it = list_next(it))
        map_put(&snapshot->unknown,
                group_version(arena, node_get_text(it.value, STR("group")),
                              node_get_text(it.value, STR("version"))),
                snapshot);
    return 0;
}

/* ---- lists ---- */

static int read_list(struct reading *reading, const struct node *node,
                     struct snapshot_list *ret_list)
{
    *ret_list = (struct snapshot_list){
        .group = node_get_text(node, STR("group")),
        .kind = node_get_text(node, STR("kind")),
        .is_complete = node_bool(node_get(node, STR("complete"))),
        .why = node_get_text(node, STR("why")),
        .items = node_get(node, STR("items")),
    };
    if ((ret_list->group.n && !snapshot_is_plain(ret_list->group)) ||
        !snapshot_is_plain(ret_list->kind))
        return refuse(reading, "one of its lists lacks a kind");
    if (ret_list->items && node_kind(ret_list->items) != NODE_LIST)
        return refuse(reading, "the items of a list are none");
    return 0;
}

/* An object in clear, of the kind that its list is of. */
static int add_doc(struct reading *reading, const struct snapshot_list *list,
                   const struct node *node)
{
    struct snapshot *snapshot = reading->snapshot;
    const struct doc doc = {
        .source = snapshot->source, .root = node, .span = node_span(node), .json = true};
    struct object object;
    if (!object_read(&doc, node, &object) || !str_eq(object.gvk.group, list->group) ||
        !str_eq(object.gvk.kind, list->kind) || !object.name.n)
        return refuse(reading, "one of its objects has no name, or is in the wrong list");
    VEC_PUSH(reading->arena, &snapshot->docs, doc);
    return 0;
}

static int read_clear(struct reading *reading, const struct node *root)
{
    struct snapshot *snapshot = reading->snapshot;
    struct snapshot_list list;
    for (struct item it = list_first(node_get(root, STR("lists"))); it.value; it = list_next(it)) {
        if (read_list(reading, it.value, &list) < 0)
            return -1;
        VEC_PUSH(reading->arena, &snapshot->lists, list);
        for (struct item o = list_first(list.items); o.value; o = list_next(o))
            if (add_doc(reading, &list, o.value) < 0)
                return -1;
    }
    return 0;
}

static int add_object(struct reading *reading, const struct snapshot_list *list,
                      const struct node *node)
{
    const struct node *fields = node_get(node, STR("fields"));
    const struct node *managers = node_get(node, STR("managers"));
    const struct str name = node_get_text(node, STR("name"));
    if (!name.n || (fields && node_kind(fields) != NODE_MAP) ||
        (managers && node_kind(managers) != NODE_LIST))
        return refuse(reading, "one of its objects has no name, or no fields");
    struct snapshot_entry *entry = ARENA_NEW(reading->arena, struct snapshot_entry);
    entry->node = node_real(node);
    map_put(&reading->snapshot->by_name,
            snapshot_object_key(reading->arena, list->group, list->kind,
                                node_get_text(node, STR("namespace")), name),
            entry);
    return 0;
}

static int read_hashed(struct reading *reading, const struct node *root)
{
    struct snapshot *snapshot = reading->snapshot;
    const struct node *objects = node_get(root, STR("objects"));
    struct snapshot_list list;
    for (struct item it = list_first(objects); it.value; it = list_next(it)) {
        if (read_list(reading, it.value, &list) < 0)
            return -1;
        VEC_PUSH(reading->arena, &snapshot->objects, list);
        for (struct item o = list_first(list.items); o.value; o = list_next(o))
            if (add_object(reading, &list, o.value) < 0)
                return -1;
        const struct node *others = node_get(it.value, STR("others"));
        for (struct item o = list_first(others); o.value; o = list_next(o))
            map_put(&snapshot->others, node_text(o.value), snapshot);
    }
    return 0;
}

static void index_lists(struct reading *reading)
{
    struct snapshot *snapshot = reading->snapshot;
    for (size_t i = 0; i < snapshot->lists.n; i++) {
        struct snapshot_list *list = &snapshot->lists.items[i];
        map_put(&snapshot->list_of, group_version(reading->arena, list->group, list->kind), list);
    }
    for (size_t i = 0; i < snapshot->objects.n; i++) {
        struct snapshot_list *list = &snapshot->objects.items[i];
        map_put(&snapshot->objects_of, group_version(reading->arena, list->group, list->kind),
                list);
    }
}

int snapshot_read(struct arena *arena, struct source *source, struct snapshot *ret_snapshot,
                  struct str *ret_error)
{
    struct diags dropped SCOPED(diags) = {0};
    struct doc doc;
    *ret_snapshot = (struct snapshot){.source = source};
    struct snapshot *snapshot = ret_snapshot;
    struct map *const maps[] = {&snapshot->by_kind,    &snapshot->unknown, &snapshot->list_of,
                                &snapshot->objects_of, &snapshot->by_name, &snapshot->others};
    for (size_t i = 0; i < ARRAY_LEN(maps); i++)
        maps[i]->arena = arena;
    struct reading reading = {arena, snapshot, ret_error};
    if (source->text.n > LIMIT_SNAPSHOT_BYTES)
        return refuse(&reading, "it has more than %d MiB", LIMIT_SNAPSHOT_BYTES >> 20);
    if (check_digest(&reading, source->text) < 0)
        return -1;
    if (doc_read_json(arena, source, &dropped, &doc) < 0 || dropped.n)
        return refuse(&reading, "it is no JSON: %.*s",
                      STR_FMT(dropped.n ? dropped.items[0].message : STR("it can't be read")));
    if (read_head(&reading, doc.root) < 0 || read_kinds(&reading, doc.root) < 0 ||
        read_clear(&reading, doc.root) < 0 || read_hashed(&reading, doc.root) < 0)
        return -1;
    index_lists(&reading);
    return 0;
}

/* ---- asking ---- */

const struct snapshot_kind *snapshot_kind(const struct snapshot *snapshot, struct str group,
                                          struct str version, struct str kind)
{
    struct arena scratch SCOPED(arena) = {0};
    return map_get(&snapshot->by_kind, kind_key(&scratch, group, version, kind));
}

bool snapshot_is_unknown(const struct snapshot *snapshot, struct str group, struct str version)
{
    struct arena scratch SCOPED(arena) = {0};
    return map_has(&snapshot->unknown, group_version(&scratch, group, version));
}

bool snapshot_knows_all(const struct snapshot *snapshot, struct str group, struct str kind)
{
    struct arena scratch SCOPED(arena) = {0};
    const struct snapshot_list *list =
        map_get(&snapshot->list_of, group_version(&scratch, group, kind));
    return list && list->is_complete;
}

/* ---- age ---- */

/* "3 h", or exactly "3 h 20 min", so that two ages that differ have different words. */
static struct str span_of(struct arena *arena, int64_t seconds, bool exactly)
{
    static const struct {
        int64_t from, seconds, below;
        const char *unit, *unit_below;
    } units[] = {{2 * 86400, 86400, 3600, "days", "h"},
                 {7200, 3600, 60, "h", "min"},
                 {120, 60, 1, "min", "s"},
                 {0, 1, 1, "s", ""}};
    size_t i = 0;
    while (seconds < units[i].from)
        i++;
    const int64_t rest = seconds % units[i].seconds / units[i].below;
    const struct str text =
        str_format(arena, "%lld %s", (long long)(seconds / units[i].seconds), units[i].unit);
    if (!exactly || !rest)
        return text;
    return str_format(arena, "%.*s %lld %s", STR_FMT(text), (long long)rest, units[i].unit_below);
}

struct str snapshot_age_problem(struct arena *arena, const struct snapshot *snapshot, int64_t now,
                                int64_t max_age_s)
{
    const int64_t age = now - snapshot->created;
    if (age < -SNAPSHOT_SKEW_S) {
        const struct str ahead = span_of(arena, -age, true);
        return str_format(arena, "it is of the future: made in %.*s", STR_FMT(ahead));
    }
    if (age <= max_age_s)
        return (struct str){0};
    const struct str old = span_of(arena, age, true);
    const struct str most = span_of(arena, max_age_s, true);
    return str_format(arena, "it is %.*s old, and may be %.*s", STR_FMT(old), STR_FMT(most));
}

struct str snapshot_title(struct arena *arena, const struct snapshot *snapshot, int64_t now)
{
    const struct str age = span_of(arena, MAX_OF(now - snapshot->created, INT64_C(0)), false);
    const struct str version = str_from_offset(snapshot->version, 1);
    return str_format(arena, "snapshot of %.*s, %.*s, %.*s old", STR_FMT(snapshot->name),
                      STR_FMT(version), STR_FMT(age));
}
