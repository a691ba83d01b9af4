/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON Schema (draft 2020-12) of the json format, from tables of members. Unknown members are
 * allowed, because later versions may add some.
 */
#include "report/report_schema.h"
#include "report/report_internal.h"

/* order: report_json.c */
static const struct report_member report_members[] = {
    {"version", "integer", NULL, NULL, "version of the format; members are only ever added", false},
    {"tool", "#tool", NULL, NULL, "what wrote the report", false},
    {"scope", "#scope", NULL, NULL, "what was compared with what", false},
    {"kubernetes", "array", "string", NULL, "Kubernetes versions that were checked for", false},
    {"sets", "array", "#set", NULL, "what is applied together", false},
    {"summary", "#summary", NULL, NULL, "counts", false},
    {"cluster", "#cluster", NULL, NULL, "what a server said to a dry run of the objects", true},
    {"findings", "array", "#finding", NULL, "sorted by path and place", false},
};

static const struct report_member tool_members[] = {
    {"name", "string", NULL, "tidegate", "always tidegate", false},
    {"version", "string", NULL, NULL, "its version", false},
};

static const struct report_member scope_members[] = {
    {"mode", "string", NULL, "all|new|changed-files",
     "new: only what is not at the base counts; changed-files: and all in files that differ",
     false},
    {"base", "string", NULL, NULL, "commit, or what the base was", true},
    {"head", "string", NULL, NULL, "commit, or what the head was", true},
    {"how", "string", NULL, NULL, "how the base was found", true},
    {"snapshot", "string", NULL, NULL, "the snapshot of a cluster that was used, and its age",
     true},
    {"oracle", "string", NULL, "post|apply|kubectl", "the one way of sending that counts", true},
    {"notes", "array", "string", NULL, "what was tried in vain to find the base", true},
    {"stages", "boolean", NULL, NULL, "only what the first refusing stage says is told", true},
};

static const struct report_member set_members[] = {
    {"name", "string", NULL, NULL, "name of the set", false},
    {"objects", "integer", NULL, NULL, "how many it has", false},
    {"digest", "string", NULL, NULL, "sha256: of its objects as they would be applied", false},
};

static const struct report_member summary_members[] = {
    {"files", "integer", NULL, NULL, "manifests in scope", false},
    {"documents", "integer", NULL, NULL, "documents in them", false},
    {"objects", "integer", NULL, NULL, "objects in them", false},
    {"errors", "integer", NULL, NULL, "new errors", false},
    {"warnings", "integer", NULL, NULL, "new warnings", false},
    {"infos", "integer", NULL, NULL, "new infos", false},
    {"new", "integer", NULL, NULL, "new findings of any severity", false},
    {"preexisting", "integer", NULL, NULL, "findings that the base has as well", false},
    {"suppressed", "integer", NULL, NULL, "findings that an ignore or a baseline covers", false},
    {"not_checked", "array", "#skip", NULL, "files that were left out", false},
};

static const struct report_member cluster_members[] = {
    {"version", "string", NULL, NULL, "of the server", false},
    {"objects", "integer", NULL, NULL, "that it was asked about", false},
    {"pod_templates", "integer", NULL, NULL, "that were sent as Pods besides", false},
    {"requests", "integer", NULL, NULL, "that were sent", false},
    {"agree", "integer", NULL, NULL, "objects of which server and offline check say the same",
     false},
    {"differ", "integer", NULL, NULL, "objects that one of both refuses", false},
    {"cluster_only", "integer", NULL, NULL, "objects refused for what only the cluster knows",
     false},
    {"waiting", "integer", NULL, NULL, "objects that wait for what the same change brings", false},
    {"not_allowed", "integer", NULL, NULL, "objects that the identity may not ask about", false},
    {"not_sent", "integer", NULL, NULL, "objects that can't be sent", false},
    {"failed", "integer", NULL, NULL, "objects without an answer", false},
};

static const struct report_member skip_members[] = {
    {"path", "string", NULL, NULL, "file", false},
    {"reason", "string", NULL, NULL, "why, such as helm-template", false},
};

static const struct report_member finding_members[] = {
    {"rule", "string", NULL, NULL, "id for tidegate explain", false},
    {"severity", "string", NULL, "error|warning|info", "how bad it is", false},
    {"state", "string", NULL, "new|preexisting|suppressed", "only new findings fail a run", false},
    {"set", "string", NULL, NULL, "set of the object, may be empty", false},
    {"path", "string", NULL, NULL, "file; absent when the run as a whole is meant", true},
    {"line", "integer", NULL, NULL, "from 1", true},
    {"column", "integer", NULL, NULL, "from 1, in code points", true},
    {"end_line", "integer", NULL, NULL, "line of the end", true},
    {"end_column", "integer", NULL, NULL, "column just behind the end", true},
    {"object", "#object", NULL, NULL, "what it is about; empty when unknown", false},
    {"field", "string", NULL, NULL, "as the API server writes it; empty is the object", false},
    {"message", "string", NULL, NULL, "what is wrong", false},
    {"hint", "string", NULL, NULL, "what to do, may be empty", false},
    {"reason", "string", NULL, NULL, "why it is suppressed", true},
    {"kubernetes", "array", "string", NULL, "versions at which it holds", false},
    {"related", "array", "#related", NULL, "other places that play a part", false},
    {"fixes", "array", "#fix", NULL, "mendings that leave nothing to decide", true},
    {"fingerprint", "string", NULL, NULL, "the same for the same finding at any line", false},
};

static const struct report_member fix_members[] = {
    {"description", "string", NULL, NULL, "what is done, may be empty", false},
    {"edits", "array", "#edit", NULL, "of the finding's file, sorted and apart", false},
};

static const struct report_member edit_members[] = {
    {"line", "integer", NULL, NULL, "from 1", false},
    {"column", "integer", NULL, NULL, "from 1, in code points", false},
    {"end_line", "integer", NULL, NULL, "line of the end", false},
    {"end_column", "integer", NULL, NULL, "column just behind the end", false},
    {"text", "string", NULL, NULL, "what stands there afterwards", false},
};

static const struct report_member object_members[] = {
    {"apiVersion", "string", NULL, NULL, "group and version", true},
    {"kind", "string", NULL, NULL, "kind", true},
    {"namespace", "string", NULL, NULL, "absent for cluster-scoped objects", true},
    {"name", "string", NULL, NULL, "name", true},
};

static const struct report_member related_members[] = {
    {"path", "string", NULL, NULL, "file", true},
    {"line", "integer", NULL, NULL, "from 1", true},
    {"column", "integer", NULL, NULL, "from 1, in code points", true},
    {"message", "string", NULL, NULL, "what part it plays", false},
};

static const struct report_shape whole = REPORT_SHAPE(NULL, report_members);

static const struct report_shape shapes[] = {
    REPORT_SHAPE("tool", tool_members),       REPORT_SHAPE("scope", scope_members),
    REPORT_SHAPE("set", set_members),         REPORT_SHAPE("summary", summary_members),
    REPORT_SHAPE("cluster", cluster_members), REPORT_SHAPE("skip", skip_members),
    REPORT_SHAPE("finding", finding_members), REPORT_SHAPE("object", object_members),
    REPORT_SHAPE("related", related_members), REPORT_SHAPE("fix", fix_members),
    REPORT_SHAPE("edit", edit_members),
};

static void write_shape(struct jsonw *w, const struct report_shape *shape);
static void write_type(struct jsonw *w, const char *type);

void report_json_schema(struct buf *out)
{
    report_schema_write(out, "tidegate report, version 1", &whole, shapes, ARRAY_LEN(shapes));
}

void report_schema_write(struct buf *out, const char *title, const struct report_shape *root,
                         const struct report_shape *defs, size_t n)
{
    struct jsonw w = {.out = out, .indent = 2};

    jsonw_open_map(&w);
    jsonw_put_text(&w, "$schema", STR("https://json-schema.org/draft/2020-12/schema"));
    jsonw_put_text(&w, "title", str_from(title));
    write_shape(&w, root);
    jsonw_key(&w, "$defs");
    jsonw_open_map(&w);
    for (size_t i = 0; i < n; i++) {
        jsonw_key(&w, defs[i].name);
        jsonw_open_map(&w);
        write_shape(&w, &defs[i]);
        jsonw_close_map(&w);
    }
    jsonw_close_map(&w);
    jsonw_close_map(&w);
    buf_add_char(out, '\n');
}

static void write_member(struct jsonw *w, const struct report_member *member)
{
    struct str choices = str_from(member->choice);
    struct str choice;

    jsonw_key(w, member->name);
    jsonw_open_map(w);
    write_type(w, member->type);
    jsonw_put_text(w, "description", str_from(member->summary));
    if (strcmp(member->type, "integer") == 0)
        jsonw_put_i64(w, "minimum", 0);
    if (member->items) {
        jsonw_key(w, "items");
        jsonw_open_map(w);
        write_type(w, member->items);
        jsonw_close_map(w);
    }
    if (choices.n > 0) {
        jsonw_key(w, "enum");
        jsonw_open_list(w);
        while (str_split(&choices, '|', &choice))
            jsonw_text(w, choice);
        jsonw_close_list(w);
    }
    jsonw_close_map(w);
}

static void write_shape(struct jsonw *w, const struct report_shape *shape)
{
    jsonw_put_text(w, "type", STR("object"));
    jsonw_key(w, "properties");
    jsonw_open_map(w);
    for (size_t i = 0; i < shape->n; i++)
        write_member(w, &shape->members[i]);
    jsonw_close_map(w);
    jsonw_key(w, "required");
    jsonw_open_list(w);
    for (size_t i = 0; i < shape->n; i++)
        if (!shape->members[i].optional)
            jsonw_text(w, str_from(shape->members[i].name));
    jsonw_close_list(w);
}

static void write_type(struct jsonw *w, const char *type)
{
    char reference[64];

    if (type[0] != '#') {
        if (type[0])
            jsonw_put_text(w, "type", str_from(type));
        return;
    }
    snprintf(reference, sizeof reference, "#/$defs/%s", type + 1);
    jsonw_put_text(w, "$ref", str_from(reference));
}
