/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places at which a test ends the process, as a machine that loses power would: right before a
 * write is sent, and right after its answer was read. In builds for tests only.
 *
 *   failpoint();                     // TIDEGATE_FAILPOINT=7: the seventh one kills the process
 *
 * TIDEGATE_FAILPOINT_COUNT=FILE writes how many were passed, when the process ends by itself.
 */
#pragma once

#ifdef TIDEGATE_FAILPOINTS
void failpoint(void);
#else
static inline void failpoint(void)
{
}
#endif
