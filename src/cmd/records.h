/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `tidegate status` and `tidegate history` have in common: the records of the sets, chosen by
 * name, in text or JSON.
 */
#pragma once

#include "cmd/connect.h"
#include "sync/sync.h"

struct records_args {
    struct common_args common;
    struct str namespace, format;
    struct connect_args connect;
};

#define RECORDS_OPTIONS                                                                            \
    {.name = "namespace",                                                                          \
     .kind = OPT_TEXT,                                                                             \
     .arg = "NAME",                                                                                \
     .help = "where the sets are recorded; tidegate-system by default",                            \
     .offset = offsetof(struct records_args, namespace)},                                          \
        {.name = "format",                                                                         \
         .letter = 'f',                                                                            \
         .kind = OPT_CHOICE,                                                                       \
         .arg = "FORMAT",                                                                          \
         .choices = "text|json",                                                                   \
         .help = "form of the output",                                                             \
         .offset = offsetof(struct records_args, format)},                                         \
        CONNECT_OPTIONS(struct records_args, connect), COMMON_OPTIONS

/* All of them, or the one that the call names. EXIT_OK, or an exit code that was told. */
int records_read(struct call *call, struct sync_records *ret_records) MUST_USE;
/* "2026-11-23T11:07:49Z"; "-" for never. */
struct str records_time(struct arena *arena, int64_t seconds);
/* A set's name for people. */
struct str records_name(struct str set);
/* An attempt as one JSON object. */
void records_write_attempt(struct jsonw *json, struct arena *arena,
                           const struct set_attempt *attempt);
