/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NDISWAN_DROP_H
#define _NDISWAN_DROP_H

#include <linux/types.h>

struct ndiswan_link;
struct sk_buff;

/* Every reason for which a frame is thrown away, and its name in user space.
 * Names are ABI: scripts read them.
 */
#define NDISWAN_DROPS(R)					\
	R(SHORT_FRAME,		"short-frame")			\
	R(QUEUE_FULL,		"control-queue-full")		\
	R(LINK_DOWN,		"link-down")			\
	R(RECURSION,		"recursion")			\
	R(NO_MEMORY,		"no-memory")			\
	R(TOO_LONG,		"too-long")			\
	R(PPPOE_HEADER,		"pppoe-header")			\
	R(PPPOE_LENGTH,		"pppoe-length")			\
	R(L2TP_PEER,		"l2tp-peer")			\
	R(SEQUENCE_LATE,	"sequence-late")		\
	R(SEQUENCE_MISSING,	"sequence-missing")		\
	R(NO_ROUTE,		"no-route")			\
	R(WINDOW,		"window-full")			\
	R(PORT_BUSY,		"port-busy")			\
	R(NO_PEER,		"no-peer")			\
	R(LINE_DOWN,		"line-down")			\
	R(DRIVER,		"driver")			\
	R(DRIVER_MISSING,	"driver-missing")

#define NDISWAN_DROP_ENUM(name, text)	NDISWAN_DROP_##name,
enum ndiswan_drop_reason {
	NDISWAN_DROPS(NDISWAN_DROP_ENUM)
	NDISWAN_DROP_MAX,
};

#undef NDISWAN_DROP_ENUM

extern const char * const ndiswan_drop_names[NDISWAN_DROP_MAX];

void ndiswan_drop(struct ndiswan_link *link, struct sk_buff *skb,
		  enum ndiswan_drop_reason reason);

#endif /* _NDISWAN_DROP_H */
