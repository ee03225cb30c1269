/* SPDX-License-Identifier: GPL-2.0 */
/* How much of what could be logged is logged. */
#ifndef IPFLTDRV_LOG_H
#define IPFLTDRV_LOG_H

#include <linux/atomic.h>
#include <linux/types.h>

/**
 * struct ipf_log - the log of a binding
 * @next: see ipf_log_take()
 * @logged: packets that were handed to nfnetlink_log
 * @lost: packets that the rate kept from it
 */
struct ipf_log {
	atomic64_t next;
	atomic64_t logged;
	atomic64_t lost;
};

bool ipf_log_take(atomic64_t *next, u32 rate, u64 now);

#endif /* IPFLTDRV_LOG_H */
