/* SPDX-License-Identifier: Apache-2.0 */
/* Walking all built-in kinds, for people who want to see the table. */
#include "schema/schema.h"
#include "schema/schema_table.h"

bool schema_kind_at(const struct schema_view *view, size_t i, enum kind_state *ret_state,
                    struct kind_info *ret_info)
{
    if (i >= schema_info.kind_count)
        return false;
    const struct table_kind *row = &schema_kinds[i];
    *ret_state = schema_find_kind(view, table_str(row->group), table_str(row->version),
                                  table_str(row->kind), ret_info);
    return true;
}
