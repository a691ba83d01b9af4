/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a server said to one object, as findings of the manifest. What the offline check has said
 * already is not told twice: its finding is richer, and that both agree is counted.
 */
#include "gate/gate_internal.h"

static struct diags *diags_of(const struct dry_run_telling *telling)
{
    return &telling->run->sides->head.diags;
}

static const struct object *object_of(const struct dry_run_telling *telling)
{
    return telling->result->object;
}

/* ---- places ---- */

static struct span place_of(const struct object *object, struct str field)
{
    const struct lookup found = path_find(object->root, field);
    if (field.n && found.value)
        return node_is_scalar(found.value) || !found.key ? node_span(found.value)
                                                         : node_span(found.key);
    if (field.n && found.key_span.end > found.key_span.start)
        return found.key_span;
    const struct node *name = node_get(node_get(object->root, STR("metadata")), STR("name"));
    const struct node *kind = node_get(object->root, STR("kind"));
    return name ? node_span(name) : kind ? node_span(kind) : node_span(object->root);
}

static struct diag *add(const struct dry_run_telling *telling, enum rule_id rule, struct str field,
                        const char *fmt, ...) PRINTF(4, 5);

static struct diag *add(const struct dry_run_telling *telling, enum rule_id rule, struct str field,
                        const char *fmt, ...)
{
    char text[4096];
    va_list args;
    struct diags *diags = diags_of(telling);
    const struct object *object = object_of(telling);
    va_start(args, fmt);
    const struct str message = str_print(text, sizeof text, fmt, args);
    va_end(args);
    diags->at = (struct diag_at){.source = object->source,
                                 .set = telling->set->name,
                                 .object = object_diag(object),
                                 .versions = (UINT32_C(1) << telling->run->versions.n) - 1};
    struct diag *diag = diag_add(diags, rule, place_of(object, field), field, "%.*s",
                                 STR_FMT(diag_escape(&diags->arena, message)));
    if (diag && telling->is_old && rule != RULE_DRY_RUN_FAILED)
        diag->state = DIAG_PREEXISTING;
    return diag;
}

/* ---- what the offline check said ---- */

static enum oracle oracle_of(const struct dry_run_telling *telling)
{
    return telling->way == DRY_RUN_APPLY ? ORACLE_APPLY : ORACLE_POST;
}

/* Rules that foretell what only a cluster can say, and words of a server that say it. */
static const struct {
    const char *rule, *words;
} foretold[] = {
    {"ref/missing-namespace", "namespaces \""},
    {"ref/missing-service-account", "serviceaccount \""},
    {"ref/missing-priority-class", "PriorityClass"},
    {"ref/missing-runtime-class", "RuntimeClass"},
    {"limit-range/", " usage per "},
    {"quota/", " quota: "},
    {"pod-security/", "violates PodSecurity"},
    {"policy/", "ValidatingAdmissionPolicy"},
};

static bool is_foretold(const struct diag *diag, struct str words)
{
    for (size_t i = 0; i < ARRAY_LEN(foretold); i++)
        if (str_starts(str_from(diag->rule->id), str_from(foretold[i].rule)) &&
            str_has(words, str_from(foretold[i].words)))
            return true;
    return false;
}

/* The next character of a field, 0 at its end. A key may be written `data.a` or `data[a]`: what
 * begins a part is a dot here, and nothing ends it. */
static char take_char(struct str *rest)
{
    while (rest->n && rest->p[0] == ']')
        *rest = str_from_offset(*rest, 1);
    if (!rest->n)
        return 0;
    const char c = rest->p[0];
    *rest = str_from_offset(*rest, 1);
    return c == '[' ? '.' : c;
}

/* One field is the other, or a part of it. */
static bool overlaps(struct str a, struct str b)
{
    for (;;) {
        const char of_a = take_char(&a);
        const char of_b = take_char(&b);
        if (of_a != of_b)
            return (!of_a && of_b == '.') || (!of_b && of_a == '.');
        if (!of_a)
            return true;
    }
}

/* Whether the offline check has said this already. What it only warned of is an error now. */
static bool is_told(const struct dry_run_telling *telling, struct str field, struct str words)
{
    struct diags *diags = diags_of(telling);
    for (size_t i = 0; telling->offline && i < telling->offline->n; i++) {
        struct diag *diag = &diags->items[telling->offline->items[i]];
        const bool is_same = gate_refuses(diag, oracle_of(telling)) &&
                             (!field.n || !diag->field.n || overlaps(diag->field, field));
        if (!is_same && !is_foretold(diag, words))
            continue;
        if (diag->severity == SEVERITY_ERROR)
            return true;
        if (diag->severity != diag->rule->severity)
            continue; /* it was configured to count less, the server's word does not */
        diag->severity = SEVERITY_ERROR;
        diag_relate(diags, diag, NULL, (struct span){0, 0}, "the server refuses it as well");
        return true;
    }
    return false;
}

static const struct diag *offline_refusal(const struct dry_run_telling *telling)
{
    const struct diags *diags = diags_of(telling);
    for (size_t i = 0; telling->offline && i < telling->offline->n; i++) {
        const struct diag *diag = &diags->items[telling->offline->items[i]];
        if (gate_refuses(diag, oracle_of(telling)))
            return diag;
    }
    return NULL;
}

static bool has_offline(const struct dry_run_telling *telling, enum rule_id rule)
{
    const struct diags *diags = diags_of(telling);
    for (size_t i = 0; telling->offline && i < telling->offline->n; i++)
        if (diags->items[telling->offline->items[i]].rule == rule_get(rule))
            return true;
    return false;
}

/* ---- refusals ---- */

/* A refusal that depends on what is in the cluster, so that no check of files can know it. */
static bool is_of_cluster(const struct dry_run_telling *telling,
                          const struct dry_run_answer *answer)
{
    static const char *const words[] = {
        "field is immutable",     "may not change once set",
        "cannot change roleRef",  "may not be changed in an update",
        "is immutable after",     "are forbidden",
        "may not change fields",  "ValidatingAdmissionPolicy",
        "is already allocated",   "can not be less than",
        "if the object is being", "admission webhook",
    };
    if (answer->outcome != CLUSTER_INVALID && answer->outcome != CLUSTER_MALFORMED)
        return true;
    if (answer->is_withheld || has_offline(telling, RULE_SCHEMA_MISSING))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        const struct str word = str_from(words[i]);
        if (str_has(answer->status.message, word) || str_has(answer->why, word))
            return true;
    }
    return false;
}

/* Where a refusal without a field goes, and what is to be done about it. */
static const struct {
    const char *words, *field, *hint;
} known[] = {
    {"the server has no kind", "apiVersion",
     "bring its CustomResourceDefinition, or use a version that the server has"},
    {"namespaces \"", "metadata.namespace", "declare the namespace, or make it first"},
    {"because it is being terminated", "metadata.namespace",
     "wait until the namespace is gone, and make it again"},
    {"serviceaccount \"", "spec.serviceAccountName", "bring the account, or correct its name"},
    {"PriorityClass", "spec.priorityClassName", "bring the class, or correct its name"},
    {"RuntimeClass", "spec.runtimeClassName", "bring the class, or correct its name"},
    {"violates PodSecurity", "spec",
     "mend what is named, or have the namespace allow it by its labels"},
    {" usage per ", "spec.containers", "see the LimitRange of the namespace"},
    {" quota: ", "spec.containers", "see the ResourceQuota of the namespace"},
    /* The name is the role's, whatever the words say. */
    {"rolebindings.rbac.authorization.k8s.io \"", "roleRef", "bring the role, or correct its name"},
};

static size_t find_known(struct str words)
{
    size_t i = 0;
    while (i < ARRAY_LEN(known) && !str_has(words, str_from(known[i].words)))
        i++;
    return i;
}

/* One refusal of the object, or of a Pod of its template. False: it was told offline. */
static bool tell_refusal(const struct dry_run_telling *telling, const struct dry_run_answer *answer,
                         struct str field, struct str words)
{
    struct arena *arena = &telling->run->sides->arena;
    const bool is_pod = answer == &telling->result->pod;
    const struct str template = is_pod ? dry_run_template(object_of(telling)) : STR("");
    const size_t at = find_known(words);
    struct diag *diag;
    if (is_pod && !field.n)
        field = template;
    if (at < ARRAY_LEN(known) && (!field.n || str_eq(field, template)))
        field =
            str_format(arena, "%.*s%s%s", STR_FMT(template), is_pod ? "." : "", known[at].field);
    if (is_told(telling, field, words))
        return false;
    if (is_pod)
        diag = add(telling, RULE_DRY_RUN_POD, field, "the server %s: %.*s",
                   telling->result->answer.state == DRY_RUN_ACCEPTED
                       ? "accepts this and will refuse its Pods"
                       : "will refuse its Pods as well",
                   STR_FMT(words));
    else
        diag = add(telling, RULE_DRY_RUN_REJECTED, field, "the server refuses this: %.*s",
                   STR_FMT(words));
    if (answer->is_withheld)
        diag_hint(diags_of(telling), diag,
                  "its words may quote a Secret; kubectl apply --server-side --dry-run=server "
                  "shows them");
    else if (at < ARRAY_LEN(known))
        diag_hint(diags_of(telling), diag, "%s", known[at].hint);
    else if (!is_of_cluster(telling, answer))
        diag_hint(diags_of(telling), diag,
                  "the offline check accepts this: see whether it judges for the server's version");
    return true;
}

/* Every cause is a finding of its own; how many of them the offline check has not. */
static size_t tell_refusals(const struct dry_run_telling *telling,
                            const struct dry_run_answer *answer)
{
    const struct cluster_causes *causes = &answer->status.causes;
    size_t told = 0;
    bool any = false;
    for (size_t i = 0; i < causes->n; i++) {
        const struct cluster_cause *cause = &causes->items[i];
        /* Of admission the one cause repeats the message. */
        if (!cause->message.n || (!cause->field.n && answer->outcome != CLUSTER_INVALID &&
                                  answer->outcome != CLUSTER_MALFORMED))
            continue;
        any = true;
        told += tell_refusal(telling, answer, cause->field, cause->message);
    }
    return any ? told : tell_refusal(telling, answer, STR(""), answer->why);
}

/* No Pod is made of it as it is. */
static bool is_idle(const struct dry_run_result *result)
{
    const struct node *spec = node_get(result->object->root, STR("spec"));
    if (object_is(result->object, "batch", "CronJob"))
        return node_bool(node_get(spec, STR("suspend")));
    return result->pods == 0;
}

static bool is_malformed(const struct dry_run_answer *answer)
{
    return answer->outcome == CLUSTER_INVALID || answer->outcome == CLUSTER_MALFORMED;
}

/* True when the server says of the Pods what the offline check does not. */
static bool tell_pod(const struct dry_run_telling *telling)
{
    const struct dry_run_result *result = telling->result;
    struct diags *diags = diags_of(telling);
    const size_t first = diags->n;
    if (!result->has_pod || result->pod.state != DRY_RUN_REFUSED)
        return false;
    /* The template's own faults are the object's. */
    if (result->answer.state == DRY_RUN_REFUSED &&
        (is_malformed(&result->pod) || str_eq(result->pod.why, result->answer.why)))
        return false;
    const bool is_new = tell_refusals(telling, &result->pod) > 0;
    for (size_t i = first; i < diags->n && is_idle(result); i++)
        diags->items[i].severity = MIN_OF(diags->items[i].severity, SEVERITY_INFO);
    return is_new;
}

/* ---- the rest ---- */

static void tell_conflicts(const struct dry_run_telling *telling)
{
    const struct cluster_causes *conflicts = &telling->result->conflicts;
    for (size_t i = 0; i < conflicts->n; i++) {
        const struct cluster_cause *cause = &conflicts->items[i];
        struct str owner = cause->message;
        if (str_starts(owner, STR("conflict with ")))
            owner = str_from_offset(owner, STR("conflict with ").n);
        struct diag *diag =
            add(telling, RULE_DRY_RUN_CONFLICT, cause->field,
                "field manager %.*s has set this to another value and owns it", STR_FMT(owner));
        diag_hint(diags_of(telling), diag,
                  "leave it out if the other is to decide; else only force takes it over");
    }
}

/* "spec.a[0].b: text" has a place. */
static struct str field_in(const struct dry_run_telling *telling, struct str *words)
{
    const ptrdiff_t colon = str_find(*words, STR(": "));
    const struct str field = str_sub(*words, 0, colon < 0 ? 0 : (size_t)colon);
    if (!field.n || str_find_char(field, ' ') >= 0 ||
        !path_find(object_of(telling)->root, field).value)
        return (struct str){0};
    *words = str_from_offset(*words, (size_t)colon + 2);
    return field;
}

/* Whether the offline check warns of the same, or the refusal of the Pods says it. */
static bool is_warned(const struct dry_run_telling *telling, struct str field, struct str words)
{
    const struct diags *diags = diags_of(telling);
    if (str_has(words, STR(" is deprecated")) && !field.n &&
        (has_offline(telling, RULE_VERSION_DEPRECATED) ||
         has_offline(telling, RULE_VERSION_CRD_DEPRECATED)))
        return true;
    if (telling->result->pod.state == DRY_RUN_REFUSED &&
        str_has(words, STR("would violate PodSecurity")))
        return true;
    for (size_t i = 0; telling->offline && i < telling->offline->n; i++) {
        const struct diag *diag = &diags->items[telling->offline->items[i]];
        if (diag->rule == rule_get(RULE_SERVER_WARNING) &&
            (field.n ? overlaps(diag->field, field) : str_has(diag->message, words)))
            return true;
    }
    return false;
}

static void tell_warning(const struct dry_run_telling *telling, struct str text)
{
    struct str words = dry_run_words(&telling->run->sides->arena, object_of(telling), text);
    const struct str field = field_in(telling, &words);
    if (!is_warned(telling, field, words))
        add(telling, RULE_DRY_RUN_WARNING, field, "the server warns: %.*s", STR_FMT(words));
}

/* A Pod is told what its template was, without "spec.template." before it. */
static bool is_of_template(const struct str_list *warnings, struct str text)
{
    for (size_t i = 0; i < warnings->n; i++)
        if (str_ends(warnings->items[i], text))
            return true;
    return false;
}

static void tell_warnings(const struct dry_run_telling *telling)
{
    const struct dry_run_result *result = telling->result;
    for (size_t i = 0; i < result->answer.warnings.n; i++)
        tell_warning(telling, result->answer.warnings.items[i]);
    for (size_t i = 0; i < result->pod.warnings.n; i++) {
        const struct str text = result->pod.warnings.items[i];
        const struct str way = dry_run_template(result->object);
        if (is_of_template(&result->answer.warnings, text) ||
            str_starts(text, STR("metadata.name: ")))
            continue;
        const bool is_field = str_starts(text, STR("spec.")) || str_starts(text, STR("metadata."));
        tell_warning(telling, is_field ? str_format(&telling->run->sides->arena, "%.*s.%.*s",
                                                    STR_FMT(way), STR_FMT(text))
                                       : text);
    }
    if (result->is_going)
        add(telling, RULE_DRY_RUN_WARNING, STR(""),
            "the object is being deleted in the cluster, and what is applied now goes with it");
}

static void tell_wait(const struct dry_run_telling *telling, const struct dry_run_answer *answer)
{
    struct arena *arena = &telling->run->sides->arena;
    struct diag *diag = add(telling, RULE_DRY_RUN_WAITS, STR(""), "%s judged offline only: %.*s",
                            answer == &telling->result->pod ? "part of its Pods is" : "this is",
                            STR_FMT(answer->why));
    const struct object *other = answer->waits_for;
    if (other && other->source)
        diag_relate(diags_of(telling), diag, other->source, place_of(other, STR("metadata.name")),
                    "this change brings %.*s", STR_FMT(object_title(arena, other)));
}

static void tell_failure(const struct dry_run_telling *telling, const struct dry_run_answer *answer)
{
    struct diag *diag = add(telling, RULE_DRY_RUN_FAILED, STR(""),
                            "the server could not be asked about this: %.*s", STR_FMT(answer->why));
    if (answer->is_webhook)
        diag_hint(diags_of(telling), diag,
                  "a real apply would fail just now as well; see whether the webhook's Pods run");
}

static void tell_not_allowed(const struct dry_run_telling *telling,
                             const struct dry_run_answer *answer)
{
    struct diag *diag =
        add(telling, RULE_DRY_RUN_NOT_ALLOWED, STR(""), "the server was not asked about %s: %.*s",
            answer == &telling->result->pod ? "its Pods" : "this", STR_FMT(answer->why));
    if (diag && telling->run->sides->config.strict && diag->severity == diag->rule->severity)
        diag->severity = SEVERITY_ERROR;
}

/* What was accepted, as far as is known. */
static void tell_accepted(const struct dry_run_telling *telling)
{
    struct report_cluster *sum = &telling->run->cluster;
    struct diags *diags = diags_of(telling);
    const struct diag *refusal = offline_refusal(telling);
    if (!refusal) {
        *(tell_pod(telling) ? &sum->unknown : &sum->agree) += 1;
        return;
    }
    /* The server judges by the definition that it has now. */
    if (telling->result->definition) {
        sum->waiting++;
        return;
    }
    sum->differ++;
    struct source *source = refusal->source;
    const struct span span = refusal->span;
    const struct str id = str_from(refusal->rule->id);
    struct diag *diag =
        add(telling, RULE_DRY_RUN_DIFFERS, refusal->field,
            "the server accepts this, and the offline check does not: %.*s", STR_FMT(id));
    if (diag)
        diag->span = span;
    diag_relate(diags, diag, source, span, "%.*s is told here", STR_FMT(id));
    (void)tell_pod(telling);
}

static void tell_refused(const struct dry_run_telling *telling)
{
    struct report_cluster *sum = &telling->run->cluster;
    const struct dry_run_answer *answer = &telling->result->answer;
    if (!tell_refusals(telling, answer))
        sum->agree++;
    else if (is_of_cluster(telling, answer))
        sum->unknown++;
    else
        sum->differ++;
    (void)tell_pod(telling);
}

static void tell_pod_state(const struct dry_run_telling *telling)
{
    const struct dry_run_result *result = telling->result;
    if (!result->has_pod || result->pod.state == result->answer.state)
        return;
    if (result->pod.state == DRY_RUN_WAITS)
        tell_wait(telling, &result->pod);
    else if (result->pod.state == DRY_RUN_NOT_ALLOWED)
        tell_not_allowed(telling, &result->pod);
    else if (result->pod.state == DRY_RUN_FAILED)
        tell_failure(telling, &result->pod);
}

void gate_dry_run_tell(const struct dry_run_telling *telling)
{
    const struct dry_run_answer *answer = &telling->result->answer;
    struct report_cluster *sum = &telling->run->cluster;
    tell_conflicts(telling);
    tell_warnings(telling);
    switch (answer->state) {
    case DRY_RUN_ACCEPTED:
        tell_accepted(telling);
        break;
    case DRY_RUN_REFUSED:
        tell_refused(telling);
        break;
    case DRY_RUN_WAITS:
        sum->waiting++;
        tell_wait(telling, answer);
        break;
    case DRY_RUN_NOT_ALLOWED:
        sum->not_allowed++;
        tell_not_allowed(telling, answer);
        break;
    case DRY_RUN_NOT_SENT:
        sum->not_sent++;
        add(telling, RULE_DRY_RUN_NOT_SENT, STR(""), "not sent to the server: %.*s",
            STR_FMT(answer->why));
        break;
    case DRY_RUN_FAILED:
        sum->failed++;
        tell_failure(telling, answer);
        break;
    }
    tell_pod_state(telling);
}

void gate_dry_run_tell_over(const struct dry_run_telling *telling, const struct dry_run_over *over)
{
    const struct str count = STR("spec.replicas");
    const bool has_count = path_find(object_of(telling)->root, count).value;
    add(telling, RULE_DRY_RUN_QUOTA, has_count ? count : STR(""),
        "with this, the new Pods in namespace %.*s ask for %.*s of %.*s, and quota %.*s leaves "
        "%.*s",
        STR_FMT(telling->result->namespace), STR_FMT(over->asked), STR_FMT(over->resource),
        STR_FMT(over->quota), STR_FMT(over->left));
}
