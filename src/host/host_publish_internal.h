/* SPDX-License-Identifier: Apache-2.0 */
/* What the ways of publishing share. */
#pragma once

#include "base/buf.h"
#include "base/number.h"
#include "host/host_publish.h"

/* HOST_DONE when there is a commit to post on. */
struct host_sent host_publish_problem(const struct host_client *client);
struct str host_publish_name(const struct host_publish_options *options);
struct str host_publish_status_name(const struct host_publish_options *options);
/* What was sent by this run and job under this name is known again by it. */
struct str host_publish_external_id(const struct host_client *client,
                                    const struct host_publish_options *options);
/* "2 errors, 1 warning in 3 of 14 files", at most 60 code points; and for a status at most 140. */
struct str host_publish_title(struct arena *arena, const struct report *report);
struct str host_publish_line(struct arena *arena, const struct report *report);
/* What a description may have: 140 code points. */
struct str host_publish_cut(struct arena *arena, struct str text);
/* The report as Markdown of at most so many bytes. */
struct str host_publish_page(struct arena *arena, const struct report *report,
                             const struct host_publish_options *options, size_t max_bytes);
