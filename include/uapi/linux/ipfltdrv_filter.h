/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/*
 * One filter, as the attribute "filters" of the family ipfltdrv carries many of
 * them (<linux/ipfltdrv.h>, Documentation/filters.rst).
 *
 * The structure may grow at its end. The attribute "size" says how long the
 * sender's is: what a shorter one lacks is 0, and a longer one is refused if
 * anything beyond what the kernel knows is not 0.
 */
#ifndef _UAPI_LINUX_IPFLTDRV_FILTER_H
#define _UAPI_LINUX_IPFLTDRV_FILTER_H

#include <linux/types.h>

/* directions, and "directions" of a binding, "direction" of packet-test */
#define IPFLTDRV_INGRESS	1
#define IPFLTDRV_EGRESS		2

/* flags */
#define IPFLTDRV_FILTER_ESTABLISHED	(1 << 0) /* TCP that opens no connection */
#define IPFLTDRV_FILTER_FRAGMENT	(1 << 1) /* fragments, and nothing else */
#define IPFLTDRV_FILTER_LOG		(1 << 2) /* log what it matches */
#define IPFLTDRV_FILTER_PROTOCOL	(1 << 3) /* protocol is compared */
#define IPFLTDRV_FILTER_ICMP_TYPE	(1 << 4) /* icmp_type is compared */
#define IPFLTDRV_FILTER_ICMP_CODE	(1 << 5) /* icmp_code is compared */

/* log, of a binding */
#define IPFLTDRV_LOG_DROPS	1
#define IPFLTDRV_LOG_FILTERS	2

/**
 * enum ipfltdrv_late - an address that each binding fills in for itself
 * @IPFLTDRV_LATE_NONE: none, the filter's own prefix is compared
 * @IPFLTDRV_LATE_CLIENT: the client's address; its prefix length is 0 and the
 *	address is 0 in the filter
 * @IPFLTDRV_LATE_INTERFACE: the first address of the interface, as above
 */
enum ipfltdrv_late {
	IPFLTDRV_LATE_NONE,
	IPFLTDRV_LATE_CLIENT,
	IPFLTDRV_LATE_INTERFACE,
};

/**
 * struct ipfltdrv_filter - one filter; all its conditions have to hold
 * @flags: IPFLTDRV_FILTER_*
 * @tag: the user's, reported in the log and by packet-test
 * @family: 4, 6, or 0 for both; addresses need 4 or 6
 * @directions: IPFLTDRV_INGRESS, IPFLTDRV_EGRESS or both
 * @protocol: compared if the flag says so
 * @src_len: length of the source prefix, 0 is any
 * @dst_len: length of the destination prefix, 0 is any
 * @src_late: enum ipfltdrv_late
 * @dst_late: enum ipfltdrv_late
 * @icmp_type: compared if the flag says so
 * @icmp_code: compared if the flag says so; needs the type
 * @reserved: 0
 * @src_port: lowest and highest, host byte order; 0 and 0 are any, and 0 and 65535
 *	any packet that has ports
 * @dst_port: as above
 * @src: source prefix; of IPv4 the first word; bits beyond the prefix are 0
 * @dst: destination prefix
 */
struct ipfltdrv_filter {
	__u32 flags;
	__u32 tag;
	__u8 family;
	__u8 directions;
	__u8 protocol;
	__u8 src_len;
	__u8 dst_len;
	__u8 src_late;
	__u8 dst_late;
	__u8 icmp_type;
	__u8 icmp_code;
	__u8 reserved[3];
	__u16 src_port[2];
	__u16 dst_port[2];
	__be32 src[4];
	__be32 dst[4];
};

/* The first version, the shortest that is accepted. */
#define IPFLTDRV_FILTER_SIZE_V1	60

#endif /* _UAPI_LINUX_IPFLTDRV_FILTER_H */
