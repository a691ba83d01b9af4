/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The language's conformance tests, with the outcome that Kubernetes 1.36 has: the expected value
 * where the API server agrees, what was observed there where it differs, a refusal where it has not
 * got the library. Prints the figures by profile and every deviation that is not in the list
 * (deviations.txt: `file/section/name: reason`); fails when there is one, or when a listed test
 * passes.
 */
#include "cel/conformance.h"

#include "base/file.h"

enum { FILE_BYTES = 4 << 20 };

static const char *const files[] = {
    "basic",        "bindings_ext", "block_ext",  "comparisons",    "conversions",  "dynamic",
    "encoders_ext", "enums",        "fields",     "fp_math",        "integer_math", "lists",
    "logic",        "macros",       "macros2",    "math_ext",       "namespace",    "network_ext",
    "optionals",    "parse",        "plumbing",   "proto2",         "proto2_ext",   "proto3",
    "string",       "string_ext",   "timestamps", "type_deduction", "unknowns",     "wrappers",
};

struct figures {
    const char *profile;
    unsigned run, passed, listed, skipped;
    unsigned messages, same_messages; /* of compile errors */
} figures[] = {{.profile = "core"},
               {.profile = "string_ext"},
               {.profile = "network_ext"},
               {.profile = "other_ext"}};

struct outcome {
    bool compiled;
    struct cel_value value; /* when compiled */
    const struct cel_type *type;
    struct str text; /* for people */
    struct str messages;
};

struct suite {
    struct arena arena;
    struct str deviations;
    unsigned unexpected;
};

static struct figures *figures_of(struct str profile)
{
    for (size_t i = 0; i < ARRAY_LEN(figures); i++)
        if (str_is(profile, figures[i].profile))
            return &figures[i];
    BUG("unknown profile %.*s", STR_FMT(profile));
}

static bool flag(const struct node *test, const char *name)
{
    return node_bool(node_get(test, str_from(name)));
}

/* ---- one test ---- */

static struct cel_value *declare(struct cel_run *run, struct cel_env *env, const struct node *test)
{
    const struct node *declared = node_get(test, STR("type_env"));
    const struct node *bindings = node_get(test, STR("bindings"));
    size_t n = (declared ? declared->n : 0) + (bindings ? bindings->n : 0);
    struct cel_value *slots = ARENA_ARRAY(run->arena, struct cel_value, n + 1);
    uint32_t slot = 0;
    for (struct item it = list_first(declared); it.value; it = list_next(it)) {
        struct str name = node_get_text(it.value, STR("name"));
        if (!str_is(node_get_text(it.value, STR("kind")), "ident")) {
            conformance_functions(run->arena, env, it.value);
            continue;
        }
        slot = cel_env_add_variable(
            env, name, conformance_type(run->arena, node_get_text(it.value, STR("type"))));
        const struct node *value = node_get(bindings, name);
        slots[slot].kind = CEL_UNKNOWN;
        if (value)
            slots[slot] = conformance_value(run, value);
    }
    for (struct entry e = map_first(bindings); e.key; e = map_next(e)) {
        if (cel_env_has_variable(env, node_text(e.key)))
            continue;
        slot = cel_env_add_variable(env, node_text(e.key), &cel_type_dyn);
        slots[slot] = conformance_value(run, e.value);
    }
    return slots;
}

static struct str issue_lines(struct arena *arena, const struct cel_issues *issues)
{
    struct buf text;
    buf_init(&text, 1 << 16);
    for (size_t i = 0; i < issues->n; i++) {
        const struct cel_issue *issue = &issues->items[i];
        if (i)
            buf_add_char(&text, '\n');
        if (issue->line)
            buf_format(&text, "%u:%u: ", issue->line, issue->column);
        buf_add(&text, issue->message);
    }
    struct str lines = str_dup(arena, buf_str(&text));
    buf_release(&text);
    return lines;
}

static struct outcome run_test(struct cel_run *run, const struct node *test)
{
    struct outcome outcome = {.value = cel_null()};
    struct cel_env_options options = {
        .minor = 36,
        .container = node_get_text(test, STR("container")),
        .no_macros = flag(test, "disable_macros"),
        .no_check = flag(test, "disable_check"),
    };
    struct cel_env *env = cel_env_new(run->arena, options);
    struct cel_value *slots = declare(run, env, test);
    struct cel_issues issues = {.arena = run->arena};
    struct str expr = node_get_text(test, STR("expr"));
    struct cel_program *program = cel_compile(run->arena, env, expr, &issues);
    outcome.compiled = program != NULL;
    outcome.messages = issue_lines(run->arena, &issues);
    outcome.text = outcome.messages;
    if (!program)
        return outcome;
    outcome.type = cel_program_type(program);
    if (!flag(test, "check_only"))
        outcome.value = cel_eval(run, program, slots);
    struct buf text;
    buf_init(&text, 4096);
    cel_value_format(&text, run, outcome.value, 2048);
    buf_add_c(&text, " of type ");
    cel_type_format(&text, outcome.type);
    outcome.text = str_dup(run->arena, buf_str(&text));
    buf_release(&text);
    cel_program_release(program);
    return outcome;
}

static bool is_expected(struct cel_run *run, const struct node *expect, struct outcome outcome,
                        struct figures *count)
{
    if (flag(expect, "error")) {
        bool at_compile = str_is(node_get_text(expect, STR("stage")), "compile");
        if (at_compile && !outcome.compiled) {
            count->messages++;
            bool same = str_eq(node_get_text(expect, STR("message")), outcome.messages);
            count->same_messages += same;
            if (!same && getenv("CEL_MESSAGES"))
                printf("message\n  want %.*s\n  have %.*s\n",
                       STR_FMT(node_get_text(expect, STR("message"))), STR_FMT(outcome.messages));
        }
        return at_compile ? !outcome.compiled : !outcome.compiled || cel_is_error(outcome.value);
    }
    if (!outcome.compiled)
        return false;
    const struct node *type = node_get(expect, STR("type"));
    const struct node *value = node_get(expect, STR("value"));
    if (type && !cel_type_eq(conformance_type(run->arena, node_text(type)), outcome.type))
        return false;
    return !value || conformance_same(run, conformance_value(run, value), outcome.value);
}

/* The entry of the list of deviations, at the start of a line. */
static bool is_listed(const struct suite *suite, struct str name)
{
    struct str rest = suite->deviations;
    struct str line;
    while (str_split(&rest, '\n', &line))
        if (str_starts(line, name) && line.n > name.n && line.p[name.n] == ':')
            return true;
    return false;
}

static void judge(struct suite *suite, struct cel_run *run, const struct node *test,
                  struct figures *count)
{
    const struct node *refused_node = NULL;
    const struct node *expect = node_get(test, STR("kubernetes_expect"));
    bool refused = !expect && str_is(node_get_text(test, STR("kubernetes")), "not-enabled");
    if (!expect)
        expect = refused ? refused_node : node_get(test, STR("expect"));
    struct outcome outcome = run_test(run, test);
    bool passed = refused ? !outcome.compiled || cel_is_error(outcome.value)
                          : is_expected(run, expect, outcome, count);
    struct str name = str_format(
        run->arena, "%.*s/%.*s/%.*s", STR_FMT(node_get_text(test, STR("file"))),
        STR_FMT(node_get_text(test, STR("section"))), STR_FMT(node_get_text(test, STR("name"))));
    bool listed = is_listed(suite, name);
    count->run++;
    count->passed += passed;
    count->listed += listed && !passed;
    if (passed == !listed)
        return;
    suite->unexpected++;
    printf("%s %.*s\n  %.*s\n  gave %.*s\n",
           passed ? "passes though listed:" : "fails:", STR_FMT(name),
           STR_FMT(node_get_text(test, STR("expr"))), STR_FMT(outcome.text));
}

static void run_file(struct suite *suite, const char *dir, const char *name)
{
    struct str path = str_format(&suite->arena, "%s/%s.json", dir, name);
    struct source source = {.path = path};
    struct diags diags = {0};
    struct doc doc = {0};
    if (file_read(&suite->arena, path.p, FILE_BYTES, &source.text) ||
        doc_read_json(&suite->arena, &source, &diags, &doc))
        BUG("can't read %.*s", STR_FMT(path));
    for (struct item it = list_first(doc.root); it.value; it = list_next(it)) {
        struct figures *count = figures_of(node_get_text(it.value, STR("profile")));
        if (flag(it.value, "needs_proto")) {
            count->skipped++;
            continue;
        }
        struct arena arena = {0};
        struct cel_run run = {.arena = &arena};
        judge(suite, &run, it.value, count);
        cel_run_release(&run);
        arena_release(&arena);
    }
    diags_release(&diags);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: cel_conformance SHARED DEVIATIONS\n");
        return 2;
    }
    struct suite suite = {0};
    const char *shared = getenv("TIDEGATE_SHARED") ? getenv("TIDEGATE_SHARED") : argv[1];
    struct str dir = str_format(&suite.arena, "%s/conformance/cel", shared);
    struct str readme;
    if (file_read(&suite.arena, str_format(&suite.arena, "%.*s/README.md", STR_FMT(dir)).p,
                  FILE_BYTES, &readme)) {
        printf("skipped: no ../shared\n");
        return 0;
    }
    if (file_read(&suite.arena, argv[2], FILE_BYTES, &suite.deviations))
        BUG("can't read %s", argv[2]);
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        run_file(&suite, dir.p, files[i]);
    unsigned run = 0;
    unsigned passed = 0;
    for (size_t i = 0; i < ARRAY_LEN(figures); i++) {
        printf("%-12s %4u of %4u as in Kubernetes 1.36, %u listed; %u of %u compile messages the "
               "same; %u skipped: protobuf\n",
               figures[i].profile, figures[i].passed, figures[i].run, figures[i].listed,
               figures[i].same_messages, figures[i].messages, figures[i].skipped);
        run += figures[i].run;
        passed += figures[i].passed;
    }
    printf("%-12s %4u of %4u\n", "all", passed, run);
    arena_release(&suite.arena);
    return suite.unexpected != 0;
}
