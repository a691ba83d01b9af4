/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compiled table: what tools/schemagen writes and the look-ups of this room read. Integers and
 * offsets only, so nothing is relocated or set up at start.
 *
 * A string is an offset into schema_strings, where its length stands in the two bytes before it.
 * A list of strings is an index into schema_lists: first the count, then the offsets. Index and
 * offset 0 are the empty ones.
 */
#pragma once

#include "schema/schema.h"

enum table_flag {
    TABLE_NAMESPACED = 1 << 0,
    TABLE_LIST = 1 << 1,
    TABLE_CREATE = 1 << 2,
};

struct table_kind {
    uint64_t published; /* bit m: the API of 1.m has it */
    uint64_t served;    /* bit m: a default server of 1.m serves it */
    uint32_t group, version, kind, plural;
    uint32_t replacement, note;
    type_id type;
    uint8_t flags; /* enum table_flag */
    uint8_t introduced, deprecated, removed;
};

struct table_info {
    uint64_t minors;
    uint32_t type_count;
    uint32_t kind_count;
    uint32_t group_count;
    uint32_t slot_mask;
    type_id object_meta;
    uint8_t minor_min, minor_max;
};

extern const struct table_info schema_info;
extern const unsigned char schema_strings[];
extern const struct type schema_types[];
extern const struct field schema_fields[];
/* Open addressing by field_hash: index into schema_fields plus 1, of a name's first variant. */
extern const uint16_t schema_slots[];
extern const uint32_t schema_lists[];
extern const struct table_kind schema_kinds[]; /* by kind, group, version */
extern const uint32_t schema_groups[];         /* sorted */

static inline struct str table_str(uint32_t offset)
{
    const unsigned char *p = schema_strings + offset;
    return (struct str){(const char *)p, (size_t)(p[-2] | p[-1] << 8)};
}

static inline uint64_t load_bytes(const char *p, size_t n)
{
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++)
        value |= (uint64_t)(unsigned char)p[i] << (8 * i);
    return value;
}

/* The first and the last eight bytes of a name tell field names apart well enough; written byte by
 * byte so that the generator and the program agree whatever machine each runs on. */
static inline uint32_t field_hash(type_id type, struct str name)
{
    uint64_t hash = (uint64_t)type << 32 | name.n;
    if (name.n >= 8) {
        hash ^= load_bytes(name.p, 8) * 0x9e3779b97f4a7c15u;
        hash = (hash << 29 | hash >> 35) ^ load_bytes(name.p + name.n - 8, 8);
    } else if (name.n >= 4) {
        hash ^= (load_bytes(name.p, 4) | load_bytes(name.p + name.n - 4, 4) << 32) *
                0x9e3779b97f4a7c15u;
    } else {
        hash ^= load_bytes(name.p, name.n) * 0x9e3779b97f4a7c15u;
    }
    hash *= 0xff51afd7ed558ccdu;
    return (uint32_t)(hash >> 40);
}
