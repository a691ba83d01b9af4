/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be said of an encrypted object without a key: its values were not checked, whether SOPS
 * can decrypt it at all, and what stands in plain text though it should not.
 */
#include "admit/admit_internal.h"
#include "object/object_sops.h"

/* Lists of keys that can decrypt. */
static const char *const key_groups[] = {"age",      "pgp",      "kms",   "gcp_kms",
                                         "azure_kv", "hc_vault", "hckms", "key_groups"};

static void report_shape(struct admit_ctx *ctx, struct span span, struct str field,
                         const char *text)
{
    struct diag *diag = diag_add(ctx->diags, RULE_SECRET_SOPS_SHAPE, span, field, "%s", text);
    diag_hint(ctx->diags, diag, "encrypt it again: sops encrypt --in-place FILE");
}

static void look_at_value(void *data, const struct path *path, bool is_cipher)
{
    struct admit_ctx *ctx = data;
    const struct span span = node_span(path->node);
    const struct str field = path_format(ctx->arena, path);
    if (is_cipher) {
        if (!sops_is_cipher(node_text(path->node)))
            diag_add_path(ctx->diags, RULE_SECRET_SOPS_SHAPE, span, path,
                          "%.*s is cut off or changed, so that nobody can decrypt it",
                          STR_FMT(field));
        return;
    }
    struct diag *diag =
        diag_add_path(ctx->diags, RULE_SECRET_SOPS_PLAIN, span, path,
                      "%.*s stands in plain text, though the sops block says that it is encrypted",
                      STR_FMT(field));
    diag_hint(ctx->diags, diag,
              "run sops encrypt --in-place, or edit the file with sops; the value is in the "
              "history of git now, so replace it where it is used");
}

static bool has_keys(const struct node *sops)
{
    for (size_t i = 0; i < ARRAY_LEN(key_groups); i++)
        if (list_first(node_get(sops, str_from(key_groups[i]))).value)
            return true;
    return false;
}

static void check_block(struct admit_ctx *ctx, const struct entry *sops)
{
    static const struct {
        const char *field, *missing;
    } texts[] = {{"mac", "sops has no mac, so nobody can decrypt this"},
                 {"lastmodified", "sops has no lastmodified, so nobody can decrypt this"},
                 {"version", "sops has no version, so nobody can decrypt this"}};
    const struct span span = node_span(sops->key);
    const struct node *mac = node_get(sops->value, STR("mac"));
    struct str field;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (!node_get_text(sops->value, str_from(texts[i].field)).n)
            report_shape(ctx, span, STR("sops"), texts[i].missing);
    if (node_text(mac).n && !str_starts(node_text(mac), STR("ENC["))) /* others: as all values */
        report_shape(ctx, node_span(mac), STR("sops.mac"),
                     "sops.mac is cut off or changed, so that nobody can decrypt this");
    if (!has_keys(sops->value))
        report_shape(ctx, span, STR("sops"),
                     "sops names no key (age, pgp, kms, …), so nobody can decrypt this");
    if (sops_pattern_is_bad(sops->value, &field))
        report_shape(ctx, node_span(node_entry(sops->value, field).value), STR("sops"),
                     "this is no regular expression");
}

/* The gate has no key: it says once that values were taken as they are. */
void sops_validate(struct admit_ctx *ctx, const struct admitted *admitted)
{
    if (!admitted->object->sops)
        return;
    const struct entry sops = node_entry(admitted->object->root, STR("sops"));
    diag_add(ctx->diags, RULE_SECRET_SOPS, node_span(sops.key), STR("sops"),
             "values are encrypted with SOPS and were not checked");
    check_block(ctx, &sops);
    object_sops_each(admitted->object, look_at_value, ctx);
}
