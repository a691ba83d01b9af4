/* SPDX-License-Identifier: Apache-2.0 */
/* See client_driver.c. */
#pragma once

#include "cluster/cluster_watch.h"

struct driver {
    struct arena arena;      /* of the whole run */
    struct cluster *cluster; /* NULL before "open" */
    struct buf out;
    struct jsonw w;
};

/* An answer is begun, filled in and ended. */
struct jsonw *driver_answer(struct driver *driver);
void driver_end(struct driver *driver);
void driver_error(struct driver *driver, struct str error);
/* "causes" of the answer. */
void driver_put_causes(struct jsonw *w, const struct cluster_status *status);

void driver_config(struct driver *driver, const struct node *ask);
void driver_open(struct driver *driver, const struct node *ask);
void driver_connect(struct driver *driver, const struct node *ask);
void driver_find(struct driver *driver, const struct node *ask);
void driver_call(struct driver *driver, const struct node *ask);
void driver_many(struct driver *driver, const struct node *ask);
void driver_list(struct driver *driver, const struct node *ask);
void driver_watch(struct driver *driver, const struct node *ask);
void driver_dry_run(struct driver *driver, const struct node *ask);
void driver_stats(struct driver *driver, const struct node *ask);
