/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ndiswan

#if !defined(_TRACE_NDISWAN_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_NDISWAN_H

#include <linux/tracepoint.h>
#include <net/ndiswan.h>

/* A link threw a frame away. */
TRACE_EVENT(ndiswan_drop,
	TP_PROTO(u32 link, const char *reason, unsigned int len),
	TP_ARGS(link, reason, len),
	TP_STRUCT__entry(
		__field(u32, link)
		__field(const char *, reason)
		__field(unsigned int, len)
	),
	TP_fast_assign(
		__entry->link = link;
		__entry->reason = reason;
		__entry->len = len;
	),
	TP_printk("link=%u reason=%s len=%u",
		  __entry->link, __entry->reason, __entry->len)
);

/* An intermediate driver dropped a packet. */
TRACE_EVENT(ndiswan_layer_drop,
	TP_PROTO(u32 link, const char *driver, enum ndiswan_direction direction,
		 const char *reason, unsigned int len),
	TP_ARGS(link, driver, direction, reason, len),
	TP_STRUCT__entry(
		__field(u32, link)
		__array(char, driver, NDISWAN_DRIVER_NAME)
		__array(char, reason, NDISWAN_DRIVER_NAME)
		__field(int, direction)
		__field(unsigned int, len)
	),
	TP_fast_assign(
		__entry->link = link;
		/* Names go with the driver, the trace stays. */
		strscpy(__entry->driver, driver, NDISWAN_DRIVER_NAME);
		strscpy(__entry->reason, reason, NDISWAN_DRIVER_NAME);
		__entry->direction = direction;
		__entry->len = len;
	),
	TP_printk("link=%u driver=%s direction=%s reason=%s len=%u",
		  __entry->link, __entry->driver,
		  __entry->direction == NDISWAN_SENDING ? "send" : "receive",
		  __entry->reason, __entry->len)
);

/* The events of Documentation/events.rst, whether logged or not. */
TRACE_EVENT(ndiswan_event,
	TP_PROTO(const struct ndiswan_event *event),
	TP_ARGS(event),
	TP_STRUCT__entry(
		__field(u32, number)
		__field(const char *, name)
		__field(u32, link)
		__field(int, ifindex)
		__field(u32, peer_ipv4)
		__array(u8, peer_ipv6, sizeof(struct in6_addr))
		__field(int, reason)
		__array(char, driver, NDISWAN_DRIVER_NAME)
	),
	TP_fast_assign(
		__entry->number = event->number;
		__entry->name = event->name;
		__entry->link = event->link;
		__entry->ifindex = event->ifindex;
		__entry->peer_ipv4 = be32_to_cpu(event->peer_ipv4);
		memcpy(__entry->peer_ipv6, &event->peer_ipv6,
		       sizeof(struct in6_addr));
		__entry->reason = event->reason;
		strscpy(__entry->driver, event->driver ? : "-",
			NDISWAN_DRIVER_NAME);
	),
	TP_printk("event=%u name=%s link=%u ifindex=%d peer=%08x peer-ipv6=%pI6c reason=%d driver=%s",
		  __entry->number, __entry->name, __entry->link,
		  __entry->ifindex, __entry->peer_ipv4, __entry->peer_ipv6,
		  __entry->reason, __entry->driver)
);

#endif /* _TRACE_NDISWAN_H */

#include <trace/define_trace.h>
