/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `tidegate rules eval EXPRESSION [FILE]`: what an expression of a policy is worth, for each object
 * of a file as the server would store it. One line of JSON an object.
 */
#include "admit/admit.h"
#include "admit/expr.h"
#include "base/limits.h"
#include "cel/cel_authorizer.h"
#include "cel/cel_library.h"
#include "cmd/cmd_rules.h"
#include "pod/pod.h"
#include "policy/policy_objects.h"

enum { VALUE_DEPTH = 64 }; /* of lists and maps that are printed */

enum slot {
    SLOT_OBJECT,
    SLOT_OLD_OBJECT,
    SLOT_NAMESPACE,
    SLOT_REQUEST,
    SLOT_PARAMS,
    SLOT_VARIABLES,
    SLOT_WRITTEN,
    SLOT_OBJECTS,
    SLOT_NEIGHBOURS,
    SLOT_AUTHORIZER,
    SLOT_RESOURCE,
    SLOT_COUNT,
};

/* order: slot */
static const struct {
    const char *name;
    const struct cel_type *type;
} names[SLOT_COUNT] = {
    {"object", &cel_type_dyn},
    {"oldObject", &cel_type_dyn},
    {"namespaceObject", &cel_type_dyn},
    {"request", &expr_request_type},
    {"params", &cel_type_dyn},
    {"variables", &cel_type_dyn},
    {"written", &cel_type_dyn},
    {"objects", &policy_objects_type},
    {"neighbours", &policy_objects_type},
    {"authorizer", &cel_type_authorizer},
    {"authorizer.requestResource", &cel_type_resource_check},
};

struct trying {
    struct call *call;
    struct schema_view view;
    struct cel_program *program;
    bool explain;
    bool failed;           /* an evaluation ended in an error */
    struct object_set set; /* of the file */
    struct policy_source source;
    struct policy_objects objects;
    struct buf out;
};

/* ---- values as JSON ---- */

static struct node *node_of(struct cel_run *run, struct cel_value value, unsigned depth);

static struct node *number_of(struct arena *arena, enum node_kind kind, struct buf *text)
{
    struct node *node = node_new_text(arena, buf_str(text));
    node->kind = (uint8_t)kind;
    buf_release(text);
    return node;
}

static struct node *container_of(struct cel_run *run, struct cel_value value, unsigned depth)
{
    const bool is_map = value.kind == CEL_MAP;
    struct node *node = node_new(run->arena, is_map ? NODE_MAP : NODE_LIST);
    struct cel_value key, item;
    for (struct cel_iter it = {.of = value};
         depth < VALUE_DEPTH && cel_iter_next(run, &it, &key, &item);) {
        struct node *child = node_of(run, item, depth + 1);
        if (!is_map) {
            node_add(node, child);
            continue;
        }
        struct buf name SCOPED(buf) = {0};
        buf_init(&name, LIMIT_MESSAGE_BYTES);
        if (key.kind != CEL_STRING)
            cel_value_format(&name, run, key, LIMIT_MESSAGE_BYTES);
        node_put(run->arena, node, key.kind == CEL_STRING ? cel_text(key) : buf_str(&name), child);
    }
    return node;
}

/* What JSON has no word for is text, as the language writes it. */
static struct node *node_of(struct cel_run *run, struct cel_value value, unsigned depth)
{
    struct arena *arena = run->arena;
    struct buf text = {0};
    buf_init(&text, LIMIT_FILE_BYTES);
    const bool is_finite = value.kind != CEL_DOUBLE || value.f64 - value.f64 == 0;
    if (value.kind == CEL_NULL || (value.kind == CEL_OPTIONAL && !value.inner))
        return node_new(arena, NODE_NULL);
    if (value.kind == CEL_OPTIONAL)
        return depth < VALUE_DEPTH ? node_of(run, *value.inner, depth + 1)
                                   : node_new(arena, NODE_NULL);
    if (value.kind == CEL_BOOL)
        return node_new_bool(arena, value.boolean);
    if (value.kind == CEL_INT)
        return node_new_i64(arena, value.i64);
    if (value.kind == CEL_STRING)
        return node_new_text(arena, cel_text(value));
    if (value.kind == CEL_LIST || value.kind == CEL_MAP)
        return container_of(run, value, depth);
    if (value.kind == CEL_UINT)
        buf_format(&text, "%" PRIu64, value.u64);
    else if (value.kind == CEL_DOUBLE)
        cel_double_format(&text, value.f64);
    else
        cel_value_format(&text, run, value, LIMIT_MESSAGE_BYTES);
    if (value.kind == CEL_UINT)
        return number_of(arena, NODE_UINT, &text);
    return number_of(arena, value.kind == CEL_DOUBLE && is_finite ? NODE_FLOAT : NODE_STRING,
                     &text);
}

/* ---- what the expression sees ---- */

static struct node *kind_of(struct arena *arena, const struct kind_info *kind, bool is_resource)
{
    struct node *map = node_new(arena, NODE_MAP);
    node_put(arena, map, STR("group"), node_new_text(arena, kind->group));
    node_put(arena, map, STR("version"), node_new_text(arena, kind->version));
    node_put(arena, map, is_resource ? STR("resource") : STR("kind"),
             node_new_text(arena, is_resource ? kind->plural : kind->kind));
    return map;
}

static const struct node *request_of(struct arena *arena, const struct admitted *admitted)
{
    struct node *map = node_new(arena, NODE_MAP);
    const struct object *object = admitted ? admitted->object : NULL;
    if (admitted && admitted->state == KIND_SERVED) {
        node_put(arena, map, STR("kind"), kind_of(arena, &admitted->kind, false));
        node_put(arena, map, STR("resource"), kind_of(arena, &admitted->kind, true));
    }
    if (object && object->name.n)
        node_put(arena, map, STR("name"), node_new_text(arena, object->name));
    if (object && object->namespaced)
        node_put(arena, map, STR("namespace"),
                 node_new_text(arena, object->namespace.n ? object->namespace : STR("default")));
    node_put(arena, map, STR("operation"), node_new_text(arena, STR("CREATE")));
    node_put(arena, map, STR("dryRun"), node_new_bool(arena, false));
    return map;
}

static void add_list(struct arena *arena, struct node *to, const struct node *list)
{
    for (struct item it = list_first(list); it.value; it = list_next(it))
        node_add(to, node_copy(arena, it.value));
}

/* "/spec/template/spec" */
static struct str path_of_pod(struct arena *arena, const struct pod *pod)
{
    struct str field = {0}, name;
    struct str pointer = {0};
    (void)path_of(arena, pod->object->root, pod->spec, &field);
    while (str_split(&field, '.', &name))
        pointer = str_format(arena, "%.*s/%.*s", STR_FMT(pointer), STR_FMT(name));
    return pointer;
}

/* The variables that rules have of workloads. */
static const struct node *variables_of(struct arena *arena, const struct object *object,
                                       const struct node *value)
{
    struct node *map = node_new(arena, NODE_MAP);
    struct node *all = node_new(arena, NODE_LIST);
    struct object stored;
    struct pod pod;
    if (!object)
        return map;
    stored = *object;
    stored.root = value;
    if (!pod_of(&stored, &pod))
        return map;
    const struct node *containers = node_get(pod.spec, STR("containers"));
    add_list(arena, all, node_get(pod.spec, STR("initContainers")));
    add_list(arena, all, containers);
    add_list(arena, all, node_get(pod.spec, STR("ephemeralContainers")));
    node_put(arena, map, STR("pod"), node_copy(arena, pod.spec));
    node_put(arena, map, STR("podMetadata"),
             pod.metadata ? node_copy(arena, pod.metadata) : node_new(arena, NODE_MAP));
    node_put(arena, map, STR("containers"),
             containers ? node_copy(arena, containers) : node_new(arena, NODE_LIST));
    node_put(arena, map, STR("allContainers"), all);
    node_put(arena, map, STR("podPath"), node_new_text(arena, path_of_pod(arena, &pod)));
    return map;
}

static void fill_slots(struct cel_run *run, const struct trying *trying,
                       const struct admitted *admitted, struct cel_value *slots)
{
    static const struct cel_authorizer nobody_knows;
    struct arena *arena = run->arena;
    const struct object *object = admitted ? admitted->object : NULL;
    const struct node *value = admitted ? admitted->value : NULL;
    for (size_t i = 0; i < SLOT_COUNT; i++)
        slots[i] = cel_null();
    if (admitted) {
        slots[SLOT_OBJECT] = cel_from_node(run, value, &cel_type_dyn);
        slots[SLOT_WRITTEN] = cel_from_node(run, object->root, &cel_type_dyn);
    }
    slots[SLOT_VARIABLES] = cel_from_node(run, variables_of(arena, object, value), &cel_type_dyn);
    slots[SLOT_REQUEST] = cel_from_node(run, request_of(arena, admitted), &expr_request_type);
    slots[SLOT_OBJECTS] = policy_objects_value(&trying->objects);
    slots[SLOT_NEIGHBOURS] = policy_neighbours_value(&trying->objects, arena,
                                                     object ? object->namespace : (struct str){0});
    slots[SLOT_AUTHORIZER] = cel_authorizer_value(run, &nobody_knows);
    slots[SLOT_RESOURCE] = cel_authorizer_of_resource(run, &nobody_knows, &(struct cel_access){0});
}

/* ---- evaluating ---- */

static void print_lines(struct trying *trying, struct str lines)
{
    for (struct str line; str_split(&lines, '\n', &line);)
        buf_format(&trying->out, "  %.*s\n", STR_FMT(line));
}

static void evaluate(struct trying *trying, const struct admitted *admitted)
{
    struct arena scratch SCOPED(arena) = {0};
    struct cel_run run = {.arena = &scratch};
    struct cel_value slots[SLOT_COUNT];
    fill_slots(&run, trying, admitted, slots);
    const struct cel_value value = cel_eval(&run, trying->program, slots);
    if (cel_is_error(value)) {
        const struct str title =
            admitted ? object_title(&scratch, admitted->object) : STR("without an object");
        const struct str message = diag_escape(&scratch, cel_error_text(value));
        output_say("%.*s: %.*s", STR_FMT(title), STR_FMT(message));
        trying->failed = true;
    } else {
        doc_write_json(&trying->out, node_of(&run, value, 0), 0);
        buf_add_char(&trying->out, '\n');
    }
    if (trying->explain) {
        struct buf lines SCOPED(buf) = {0};
        buf_init(&lines, LIMIT_PAGE_BYTES);
        (void)cel_explain(&run, trying->program, slots, &lines);
        print_lines(trying, buf_str(&lines));
    }
    cel_run_release(&run);
}

static void evaluate_object(struct trying *trying, const struct object *object, struct diags *diags)
{
    struct arena arena SCOPED(arena) = {0};
    struct admit_ctx ctx = {.view = &trying->view, .arena = &arena, .diags = diags};
    struct admitted admitted;
    diags->at = (struct diag_at){.source = object->source, .object = object_diag(object)};
    admit_decode(&ctx, object, &admitted);
    admit_default(&ctx, &admitted);
    evaluate(trying, &admitted);
}

static struct cel_program *compile(struct trying *trying, struct str source)
{
    struct arena *arena = trying->call->arena;
    struct cel_env *env =
        cel_env_new(arena, (struct cel_env_options){.minor = (uint8_t)trying->view.minor,
                                                    .formats = expr_formats,
                                                    .format_count = EXPR_FORMAT_COUNT});
    for (size_t i = 0; i < SLOT_COUNT; i++)
        cel_env_add_variable(env, str_from(names[i].name), names[i].type);
    struct cel_issues issues = {.arena = arena};
    struct cel_program *program = cel_compile(arena, env, source, &issues);
    if (program)
        return program;
    struct buf text SCOPED(buf) = {0};
    buf_init(&text, LIMIT_PAGE_BYTES);
    cel_issues_format(&text, source, &issues);
    fprintf(stderr, "tidegate: the expression does not compile\n%.*s\n", STR_FMT(buf_str(&text)));
    return NULL;
}

static void add_crds(struct trying *trying, const struct doc_list *docs)
{
    for (size_t i = 0; i < docs->n; i++) {
        struct object object;
        const struct doc *doc = &docs->items[i];
        if (doc->root && object_read(doc, doc->root, &object) && object_is_crd(&object))
            schema_view_add_crd(&trying->view, doc->root, doc->source);
    }
}

static int evaluate_file(struct trying *trying, struct str path)
{
    struct call *call = trying->call;
    const struct rules_args *args = call->args;
    struct source *source;
    struct diags diags SCOPED(diags) = {0};
    struct doc_list docs = {0};
    struct object_set *set = &trying->set;
    const int code = rules_read(call, path, &source);
    if (code != EXIT_OK)
        return code;
    diags.at.source = source;
    int result = doc_read_file(call->arena, source, &diags, &docs);
    add_crds(trying, &docs);
    for (size_t i = 0; i < docs.n; i++)
        if (docs.items[i].root)
            object_set_add_doc(set, &trying->view, &docs.items[i], &diags);
    for (size_t i = 0; i < set->n; i++)
        evaluate_object(trying, &set->items[i], &diags);
    diags_sort(&diags);
    if (diags.n)
        output_findings(&diags, &args->common);
    if (result < 0 || diags_worst(&diags) == SEVERITY_ERROR)
        return EXIT_NOT_EVALUATED;
    if (!set->n)
        return usage_error("%.*s has no object", STR_FMT(source->path));
    return EXIT_OK;
}

int rules_eval(struct call *call)
{
    const struct rules_args *args = call->args;
    struct trying trying = {.call = call, .explain = args->explain};
    unsigned minor;
    int code = rules_minor(args, &minor);
    if (code != EXIT_OK)
        return code;
    schema_view_init(&trying.view, call->arena, minor);
    trying.set.arena = call->arena;
    trying.source = (struct policy_source){.objects = &trying.set, .view = &trying.view};
    policy_objects_init(&trying.objects, &trying.source);
    buf_init(&trying.out, LIMIT_FILE_BYTES);
    trying.program = compile(&trying, call->rest.items[1]);
    if (!trying.program)
        code = EXIT_USAGE;
    else if (call->rest.n > 2)
        code = evaluate_file(&trying, call->rest.items[2]);
    else
        evaluate(&trying, NULL);
    if (output_buf(&trying.out) < 0)
        code = EXIT_NOT_EVALUATED;
    buf_release(&trying.out);
    cel_program_release(trying.program);
    policy_objects_release(&trying.objects);
    schema_view_release(&trying.view);
    return code == EXIT_OK && trying.failed ? EXIT_FINDINGS : code;
}
