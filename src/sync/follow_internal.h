/* SPDX-License-Identifier: Apache-2.0 */
/* What follows a repository, as its own files see it. */
#pragma once

#include <pthread.h>

#include "sync/follow.h"

struct follow {
    struct follow_options options;
    pthread_t thread;
    char url[2048];
    /* Of the thread alone. */
    struct arena arena; /* the remote's */
    struct remote *remote;
    struct remote_timer timer;
    char fetched[FOLLOW_ID]; /* is in the folder */
    char judged[FOLLOW_ID];  /* was laid ready */
    /* Of both, under the lock. */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct follow_ready ready[2]; /* head, wanted */
    struct follow_status status;
    char from[FOLLOW_ANCHORS][FOLLOW_ID];
    size_t from_n;
    char want[FOLLOW_ID]; /* "": none */
    bool is_hinted, is_again, is_stopping;
};

/* follow_run.c: the thread. */
void *follow_run(void *follow);
/* As much of a text as fits, with a NUL. */
void follow_copy(char *out, size_t size, struct str text);
