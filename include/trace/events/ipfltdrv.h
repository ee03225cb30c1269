/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ipfltdrv

#if !defined(_TRACE_IPFLTDRV_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_IPFLTDRV_H

#include <linux/tracepoint.h>

/* A packet was dropped, which no binding of the device forwards. */
TRACE_EVENT(ipfltdrv_drop,
	TP_PROTO(int ifindex, int direction, const char *reason,
		 unsigned int len),
	TP_ARGS(ifindex, direction, reason, len),
	TP_STRUCT__entry(
		__field(int, ifindex)
		__field(int, direction)
		__field(const char *, reason)
		__field(unsigned int, len)
	),
	TP_fast_assign(
		__entry->ifindex = ifindex;
		__entry->direction = direction;
		__entry->reason = reason;
		__entry->len = len;
	),
	TP_printk("ifindex=%d direction=%s reason=%s len=%u",
		  __entry->ifindex, __entry->direction ? "egress" : "ingress",
		  __entry->reason, __entry->len)
);

/* The events of Documentation/events.rst. */
TRACE_EVENT(ipfltdrv_event,
	TP_PROTO(u32 number, const char *name, int ifindex, u32 link),
	TP_ARGS(number, name, ifindex, link),
	TP_STRUCT__entry(
		__field(u32, number)
		__field(const char *, name)
		__field(int, ifindex)
		__field(u32, link)
	),
	TP_fast_assign(
		__entry->number = number;
		__entry->name = name;
		__entry->ifindex = ifindex;
		__entry->link = link;
	),
	TP_printk("event=%u name=%s ifindex=%d link=%u", __entry->number,
		  __entry->name, __entry->ifindex, __entry->link)
);

#endif /* _TRACE_IPFLTDRV_H */

#include <trace/define_trace.h>
