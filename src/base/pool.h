/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work on several threads: items 0..n-1, each done once by one worker, handed out in order.
 * The caller's thread is worker 0. With one worker no thread is started.
 */
#pragma once

#include "base/base.h"

/* Called once an item, from any worker; `worker` is below the number of workers. */
typedef void (*pool_fn)(void *ctx, unsigned worker, size_t item);

/* Returns when all items are done. */
void pool_run(unsigned workers, size_t n, pool_fn fn, void *ctx);
/* Processors this process may use, at least 1. */
unsigned pool_default_workers(void);
