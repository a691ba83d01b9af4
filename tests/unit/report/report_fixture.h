/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run to report on: four small files with findings of every kind. Rules are the fixture's own, so
 * that rewording a built-in one changes nothing here. Goldens are compared byte for byte;
 * UPDATE_GOLDEN=1 writes them anew.
 */
#pragma once

#include "unit/unit.h"

#include "base/file.h"
#include "report/report.h"

struct fixture {
    struct arena arena;
    struct diags diags;
    struct report report;
    struct buf out;
    struct source *web, *service, *secret, *unread, *gone;
};

static const struct rule rule_field = {
    "api/unknown-field",
    SEVERITY_ERROR,
    "a field that the kind does not have",
    "The server refuses it under strict validation, and drops it otherwise.\n\nEither way it does "
    "not do what its author thought.",
    "spec:\n  replcas: 3\n",
    "spec:\n  replicas: 3\n",
    "correct the name, or delete the field"};
static const struct rule rule_key = {"yaml/duplicate-key", SEVERITY_ERROR, "a key occurs twice",
                                     "Only one can win.",  NULL,           NULL,
                                     "delete one of them"};
static const struct rule rule_reference = {"ref/missing-configmap",
                                           SEVERITY_ERROR,
                                           "the ConfigMap does not exist",
                                           "The container does not start.",
                                           NULL,
                                           NULL,
                                           "add it, or mark the reference optional"};
static const struct rule rule_tag = {
    "image/no-tag",  SEVERITY_WARNING,    "the image has no tag",  "It resolves to `latest`.",
    "image: shop\n", "image: shop:1.2\n", "name a tag or a digest"};
static const struct rule rule_value = {"secret/format",
                                       SEVERITY_WARNING,
                                       "a Secret's value looks wrong",
                                       "It can't be used.",
                                       NULL,
                                       NULL,
                                       "write it anew"};
static const struct rule rule_read = {"io/unreadable",
                                      SEVERITY_ERROR,
                                      "a file could not be read",
                                      "So nobody knows what is in it.",
                                      NULL,
                                      NULL,
                                      "make it readable"};

static const char web_text[] = "apiVersion: apps/v1\n"
                               "kind: Deployment\n"
                               "metadata:\n"
                               "  name: web\n"
                               "  namespace: shop\n"
                               "spec:\n"
                               "  replcas: 3\n"
                               "  template:\n"
                               "    spec:\n"
                               "      containers:\n"
                               "        - name: web\n"
                               "          image: ghcr.example/shop/web\n"
                               "          imagee: twice\n"
                               "          envFrom:\n"
                               "            - configMapRef:\n"
                               "                name: web-config\n";
static const char service_text[] = "apiVersion: v1\n"
                                   "kind: Service\n"
                                   "metadata:\n"
                                   "  name: web\n"
                                   "  labels: {app: web}\n"
                                   "  namespace: shop\n"
                                   "  annotations:\n"
                                   "    a: b\n"
                                   "  labels: {tier: front}\n"
                                   "spec:\n"
                                   "  selector: {}\n"
                                   "  portz:\n"
                                   "    - port: 80\n"
                                   "      name: http\n"
                                   "\n";
static const char secret_text[] = "kind: Secret\n"
                                  "metadata:\n"
                                  "  name: db\n"
                                  "stringData:\n"
                                  "  password: hunter2 # hunter2\n"
                                  "  token: |\n"
                                  "    swordfish\n"
                                  "    swordfish\n";

/* The nth place (from 1) where the words stand. */
static inline struct span span_of(const struct source *source, const char *words, unsigned nth)
{
    struct str rest = source->text;
    ptrdiff_t at;

    for (;; nth--) {
        at = str_find(rest, str_from(words));
        assert_true(at >= 0);
        rest = str_from_offset(rest, (size_t)at);
        if (nth <= 1)
            break;
        rest = str_from_offset(rest, 1);
    }
    at = rest.p - source->text.p;
    return (struct span){(uint32_t)at, (uint32_t)((size_t)at + strlen(words))};
}

static inline struct diag_object object_of(const char *kind, const char *name)
{
    return (struct diag_object){STR("v1"), str_from(kind), STR("shop"), str_from(name)};
}

static inline struct diag *finding(struct fixture *f, const struct rule *rule, const char *words,
                                   const char *field, const char *message)
{
    struct source *source = f->diags.at.source;
    struct span span = words ? span_of(source, words, 1) : (struct span){0};

    return diag_add_rule(&f->diags, rule, span, str_from(field), str_from(message));
}

/* Writes the text in the place of the words. */
static inline void give_fix(struct fixture *f, struct diag *diag, const char *words,
                            const char *text)
{
    struct diag_fix *fix = ARENA_NEW(&f->diags.arena, struct diag_fix);

    fix->summary = STR("write it as it is meant");
    VEC_PUSH(&f->diags.arena, &fix->edits,
             ((struct diag_edit){span_of(diag->source, words, 1), str_from(text)}));
    diag->fix = fix;
}

static inline void add_web(struct fixture *f)
{
    struct diag *diag;

    f->diags.at = (struct diag_at){f->web, STR("prod"), object_of("Deployment", "web"), 3};
    diag = finding(f, &rule_field, "replcas", "spec.replcas",
                   "spec.replcas is not a field of Deployment; did you mean 'replicas'?");
    diag_hint(&f->diags, diag, "write replicas");
    give_fix(f, diag, "replcas", "replicas");
    finding(f, &rule_tag, "ghcr.example/shop/web", "spec.template.spec.containers[0].image",
            "the image has no tag or digest");
    diag = finding(f, &rule_field, "imagee", "spec.template.spec.containers[0].imagee",
                   "imagee is not a field of Container");
    diag->versions = 2;
    diag = finding(f, &rule_reference, "web-config",
                   "spec.template.spec.containers[0].envFrom[0].configMapRef.name",
                   "there is no ConfigMap shop/web-config after this change");
    diag_relate(&f->diags, diag, f->gone, (struct span){0}, "removed in this change");
    diag_relate(&f->diags, diag, f->service, span_of(f->service, "selector", 1), "used by this");
    diag_relate(&f->diags, diag, NULL, (struct span){0}, "unchanged file, broken by this change");
}

static inline void add_service(struct fixture *f)
{
    struct diag *diag;

    f->diags.at = (struct diag_at){f->service, STR("prod"), object_of("Service", "web"), 3};
    diag = diag_add_rule(&f->diags, &rule_key, span_of(f->service, "labels", 2),
                         STR("metadata.labels"), STR("duplicate key \"labels\""));
    diag_relate(&f->diags, diag, f->service, span_of(f->service, "labels", 1), "first one");
    diag = finding(f, &rule_field, "portz:\n    - port: 80\n      name: http\n\n", "spec.portz",
                   "spec.portz is not a field of Service");
    diag = finding(f, &rule_tag, "a: b", "metadata.annotations[a]", "an older one");
    diag->state = DIAG_PREEXISTING;
    diag = finding(f, &rule_tag, "name: web", "metadata.name", "one that somebody accepted");
    diag->state = DIAG_SUPPRESSED;
    diag->reason = STR("baseline: known since the move");
}

static inline void add_rest(struct fixture *f)
{
    source_mask(f->secret, span_of(f->secret, "hunter2 # hunter2", 1));
    source_mask(f->secret, span_of(f->secret, "    swordfish\n    swordfish\n", 1));
    f->diags.at = (struct diag_at){f->secret, STR("prod"), object_of("Secret", "db"), 3};
    give_fix(f, finding(f, &rule_value, "hunter2", "stringData[password]", "a value is too short"),
             "hunter2", "swordfish");
    finding(f, &rule_value, "token", "stringData[token]", "a value is too long");
    f->diags.at = (struct diag_at){f->unread, STR("prod"), {{0}, {0}, {0}, {0}}, 3};
    finding(f, &rule_key, "twice", "stringData.twice", "duplicate key");
    f->diags.at = (struct diag_at){.versions = 3};
    finding(f, &rule_read, NULL, "", "apps/shop/pipe.yaml could not be read");
}

static inline void fixture_init(struct fixture *f)
{
    static struct str versions[] = {{"1.35", 4}, {"1.36", 4}};
    static struct report_set sets[] = {{{"prod", 4}, 388, {"sha256:00ff", 11}}};
    static struct report_skip skips[] = {
        {{"chart/templates/a.yaml", 22}, {"helm-template", 13}},
        {{"chart/templates/b.yaml", 22}, {"helm-template", 13}},
        {{"chart/values.yaml", 17}, {"values-file", 11}},
    };

    *f = (struct fixture){0};
    f->web = source_new(&f->arena, STR("apps/shop/web.yaml"), str_from(web_text));
    f->service = source_new(&f->arena, STR("apps/shop/svc.yaml"), str_from(service_text));
    f->secret = source_new(&f->arena, STR("apps/shop/db.yaml"), str_from(secret_text));
    f->unread = source_new(&f->arena, STR("apps/shop/odd.yaml"), STR("twice: swordfish\n"));
    f->unread->no_excerpt = true;
    f->gone = source_new(&f->arena, STR("apps/shop/config.yaml"), STR("kind: ConfigMap\n"));
    f->report = (struct report){
        .diags = &f->diags,
        .scope = {"new", STR("0123456789abcdef0123456789abcdef01234567"), STR("fedc"),
                  STR("first-parent")},
        .versions = {versions, 2, 2},
        .sets = {sets, 1, 1},
        .skips = {skips, 3, 3},
        .files = 214,
        .files_read = 4,
        .documents = 390,
        .objects = 388,
        .no_schema = 1,
        .took_ms = 41,
        .fail_on = SEVERITY_ERROR,
    };
    buf_init(&f->out, 1 << 20);
}

/* With findings in it; 1 is the exit code that they give. */
static inline void fixture_fill(struct fixture *f)
{
    fixture_init(f);
    add_web(f);
    add_service(f);
    add_rest(f);
    diags_sort(&f->diags);
    f->report.exit_code = 1;
}

static inline void fixture_scoped(struct fixture *f)
{
    diags_release(&f->diags);
    arena_release(&f->arena);
    buf_release(&f->out);
}

static inline void write_as(struct fixture *f, const char *format, struct report_options options)
{
    const struct reporter *reporter = reporter_find(str_from(format));

    assert_non_null(reporter);
    buf_clear(&f->out);
    reporter->write(&f->report, &options, &f->out);
    assert_false(f->out.full);
}

static inline void check_golden(const struct buf *out, const char *name)
{
    SCOPED(arena) struct arena arena = {0};
    struct str path = str_format(&arena, "%s/unit/report/golden/%s", TESTS_DIR, name);
    struct str want;

    if (getenv("UPDATE_GOLDEN"))
        assert_int_equal(file_write(path.p, buf_str(out)), 0);
    assert_int_equal(file_read(&arena, path.p, 1 << 20, &want), 0);
    if (!str_eq(want, buf_str(out)))
        fail_msg("%s differs from what is written now:\n%.*s", name, STR_FMT(buf_str(out)));
}
