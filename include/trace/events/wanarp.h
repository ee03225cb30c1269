/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM wanarp

#if !defined(_TRACE_WANARP_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_WANARP_H

#include <linux/tracepoint.h>

/* A WAN interface threw a packet away. */
TRACE_EVENT(wanarp_drop,
	TP_PROTO(int ifindex, const char *reason, unsigned int len),
	TP_ARGS(ifindex, reason, len),
	TP_STRUCT__entry(
		__field(int, ifindex)
		__field(const char *, reason)
		__field(unsigned int, len)
	),
	TP_fast_assign(
		__entry->ifindex = ifindex;
		__entry->reason = reason;
		__entry->len = len;
	),
	TP_printk("ifindex=%d reason=%s len=%u",
		  __entry->ifindex, __entry->reason, __entry->len)
);

#endif /* _TRACE_WANARP_H */

#include <trace/define_trace.h>
