/* SPDX-License-Identifier: Apache-2.0 */
/* The profile of a cluster: reading it, and what is wrong with its feature gates. */
#include "admit/profile.h"

#include "admit/rule_ip.h"
#include "admit/rule_table.h"
#include "base/suggest.h"
#include "schema/schema.h"

_Static_assert(PLUGIN_COUNT <= 64, "a set of plugins is 64 bits");

bool gate_find(struct str name, size_t *ret_gate)
{
    size_t low = 0;
    size_t high = rule_gate_count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        const int order = str_cmp(rule_str(rule_gates[middle].name), name);
        if (order == 0)
            return *ret_gate = middle, true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* What keeps a server of this minor from starting with it, or NULL. */
static const char *gate_problem(const struct rule_gate *gate, bool on, unsigned minor)
{
    const bool preset = gate->minors >> minor & 1;
    if (!(gate->known >> minor & 1))
        return "is not known";
    if (on != preset && gate->locked >> minor & 1)
        return preset ? "is locked to true" : "is locked to false";
    return NULL;
}

bool profile_gate_is_on(const struct profile *profile, size_t gate, unsigned minor)
{
    const uint8_t state = profile && profile->gates ? profile->gates[gate] : PROFILE_GATE_DEFAULT;
    const bool on = state == PROFILE_GATE_ON;
    if (state == PROFILE_GATE_DEFAULT || gate_problem(&rule_gates[gate], on, minor))
        return rule_gates[gate].minors >> minor & 1;
    return on;
}

bool profile_has_plugin(const struct profile *profile, enum plugin plugin)
{
    const bool changed = profile && profile->plugins >> plugin & 1;
    return plugin_is_default(plugin) != changed;
}

/* ---- reading ---- */

static void read_gates(struct arena *arena, const struct config_cluster *cluster,
                       struct profile *profile)
{
    size_t gate;
    if (cluster->gates.n == 0)
        return;
    profile->gates = ARENA_ARRAY(arena, uint8_t, rule_gate_count);
    for (size_t i = 0; i < cluster->gates.n; i++)
        if (gate_find(cluster->gates.items[i].name, &gate))
            profile->gates[gate] = cluster->gates.items[i].on ? PROFILE_GATE_ON : PROFILE_GATE_OFF;
}

/* A plugin that is in both lists is on: the server lets enable win. */
static void read_plugins(const struct config_plugins *plugins, struct profile *profile)
{
    const struct {
        const struct str_list *names;
        bool on;
    } lists[] = {{&plugins->disable, false}, {&plugins->enable, true}};
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        for (size_t n = 0; n < lists[i].names->n; n++) {
            enum plugin plugin;
            if (!plugin_find(lists[i].names->items[n], &plugin))
                continue;
            const uint64_t bit = UINT64_C(1) << plugin;
            if (plugin_is_default(plugin) == lists[i].on)
                profile->plugins &= ~bit;
            else
                profile->plugins |= bit;
        }
}

void profile_read(struct arena *arena, const struct config_cluster *cluster,
                  struct profile *ret_profile)
{
    const struct str_list *cidrs = &cluster->service_cidrs;
    *ret_profile = (struct profile){.no_privileged = !cluster->allow_privileged};
    read_gates(arena, cluster, ret_profile);
    read_plugins(&cluster->plugins, ret_profile);
    if (cluster->node_ports.n)
        config_ports_parse(cluster->node_ports, &ret_profile->first_port, &ret_profile->last_port);
    ret_profile->service_cidrs = ARENA_ARRAY(arena, struct cidr, cidrs->n);
    for (size_t i = 0; i < cidrs->n; i++)
        ret_profile->service_cidr_count += cidr_parse(
            cidrs->items[i], &ret_profile->service_cidrs[ret_profile->service_cidr_count]);
}

/* ---- checking ---- */

static void report_unknown(struct diags *diags, const struct config_gate *gate)
{
    struct suggest suggest;
    struct arena arena SCOPED(arena) = {0};
    const struct str name = diag_quote(&arena, gate->name);
    suggest_init(&suggest, gate->name);
    for (size_t i = 0; i < rule_gate_count; i++)
        suggest_offer(&suggest, rule_str(rule_gates[i].name));
    struct diag *diag =
        suggest.best.n
            ? diag_add(diags, RULE_CONFIG_VALUE, gate->span, STR("cluster.feature-gates"),
                       "'%.*s' is not a feature gate of the API server; did you mean '%.*s'?",
                       STR_FMT(name), STR_FMT(suggest.best))
            : diag_add(diags, RULE_CONFIG_VALUE, gate->span, STR("cluster.feature-gates"),
                       "'%.*s' is not a feature gate of the API server", STR_FMT(name));
    diag_hint(diags, diag,
              "name each gate that `kube-apiserver --feature-gates` sets; AllAlpha and AllBeta are "
              "not understood");
}

static void check_gate(struct diags *diags, const struct config_gate *gate, size_t place,
                       const struct str_list *versions)
{
    for (size_t i = 0; i < versions->n; i++) {
        unsigned minor;
        if (!schema_minor_parse(versions->items[i], &minor))
            continue;
        const char *problem = gate_problem(&rule_gates[place], gate->on, minor);
        if (!problem)
            continue;
        struct diag *diag = diag_add(
            diags, RULE_CONFIG_GATE, gate->span, STR("cluster.feature-gates"),
            "feature gate %.*s %s at Kubernetes 1.%u, so that a server does not start with it; "
            "it is taken as by default there",
            STR_FMT(gate->name), problem, minor);
        diag_hint(diags, diag, "leave it out, or give it to the sets of other versions only");
    }
}

static int check_cluster(const struct config_cluster *cluster, const struct str_list *versions,
                         struct diags *diags)
{
    int result = 0;
    for (size_t i = 0; i < cluster->gates.n; i++) {
        const struct config_gate *gate = &cluster->gates.items[i];
        size_t place;
        if (gate_find(gate->name, &place)) {
            check_gate(diags, gate, place, versions);
            continue;
        }
        report_unknown(diags, gate);
        result = -1;
    }
    return result;
}

int profile_check(const struct config *config, struct diags *diags)
{
    const struct diag_at at = diags->at;
    diags->at = (struct diag_at){.source = config->source};
    int result = check_cluster(&config->cluster, &config->versions, diags);
    for (size_t i = 0; i < config->sets.n; i++) {
        const struct config_set *set = &config->sets.items[i];
        const struct str_list *versions = set->versions.n ? &set->versions : &config->versions;
        if (check_cluster(&set->cluster, versions, diags) < 0)
            result = -1;
    }
    diags->at = at;
    return result;
}
