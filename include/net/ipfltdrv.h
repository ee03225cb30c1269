/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ipfltdrv for other modules: functions that see packets before the filters do.
 *
 * They are asked about each well-formed IP packet of each device that has a binding
 * for the direction of the packet, in every network namespace. If several are
 * registered, the one with the lowest priority comes first, and the first one that
 * does not pass the packet on decides. An administrator's rules that are not filters
 * stay in force whatever is decided here: a closed binding, the fragment policy
 * "drop" and the strong host check.
 */
#ifndef _NET_IPFLTDRV_H
#define _NET_IPFLTDRV_H

#include <linux/bits.h>
#include <linux/in6.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/types.h>
#include <uapi/linux/ipfltdrv_filter.h>

/* Changes whenever a structure or a rule of this header does. A module built
 * against another value is refused when it registers.
 */
#define IPFLTDRV_ABI			1

/* More than these would be felt by every packet. */
#define IPFLTDRV_EXTENSIONS_MAX		16
/* Longest name of an extension. */
#define IPFLTDRV_EXTENSION_NAME_LEN	31

/**
 * enum ipfltdrv_verdict - what becomes of a packet
 * @IPFLTDRV_VERDICT_PASS: the next extension and then the filters decide
 * @IPFLTDRV_VERDICT_FORWARD: no further extension and no filter is asked
 * @IPFLTDRV_VERDICT_DROP: it is dropped, as is for any value not listed here
 * @IPFLTDRV_VERDICT_REJECT: it is dropped, and its sender is told by ICMP that
 *	this is forbidden, if such a packet may be answered (RFC 1122, RFC 4443)
 *	and the kernel's limit on the rate of ICMP errors allows it
 */
enum ipfltdrv_verdict {
	IPFLTDRV_VERDICT_PASS,
	IPFLTDRV_VERDICT_FORWARD,
	IPFLTDRV_VERDICT_DROP,
	IPFLTDRV_VERDICT_REJECT,
};

/* In struct ipfltdrv_packet, what is known of the packet. */
#define IPFLTDRV_PACKET_PORTS		BIT(0)
#define IPFLTDRV_PACKET_ICMP		BIT(1)
#define IPFLTDRV_PACKET_ESTABLISHED	BIT(2)	/* TCP that opens no connection */
#define IPFLTDRV_PACKET_FRAGMENT	BIT(3)
#define IPFLTDRV_PACKET_LATER		BIT(4)	/* a fragment, not the first one */
/* Nobody sent it: an administrator asks what would become of it. What is decided
 * should not be remembered or counted.
 */
#define IPFLTDRV_PACKET_TEST		BIT(5)

/**
 * struct ipfltdrv_packet - a packet as the filters see it
 * @skb: the packet itself. It must not be changed, kept or freed, and what is in
 *	it was not checked beyond what is said here. A received one begins with
 *	its network header, one to be sent with its link layer header.
 * @dev: where it came in or is going to go out
 * @link: the WAN link that it comes from or goes to; 0 if @dev is no WAN interface
 *	with bindings to links
 * @direction: IPFLTDRV_INGRESS or IPFLTDRV_EGRESS
 * @family: AF_INET or AF_INET6
 * @protocol: the protocol behind the IP header and the IPv6 extension headers. Of a
 *	later IPv6 fragment, whatever is behind its fragment header.
 * @flags: IPFLTDRV_PACKET_*
 * @network: offset of the IP header from skb->data
 * @transport: offset of the transport header from skb->data; of a later fragment,
 *	of its data
 * @length: of the packet in bytes by its own header; bytes behind are padding
 * @src_ipv4: source, if @family is AF_INET
 * @dst_ipv4: destination
 * @src_ipv6: source, if it is AF_INET6
 * @dst_ipv6: destination
 * @src_port: source port in host order, with %IPFLTDRV_PACKET_PORTS
 * @dst_port: destination port
 * @icmp_type: with %IPFLTDRV_PACKET_ICMP
 * @icmp_code: the same
 * @fragment_id: identification, with %IPFLTDRV_PACKET_FRAGMENT
 * @fragment_offset: in bytes, the same
 */
struct ipfltdrv_packet {
	const struct sk_buff *skb;
	const struct net_device *dev;
	u32 link;
	u8 direction;
	u8 family;
	u8 protocol;
	u32 flags;
	unsigned int network;
	unsigned int transport;
	unsigned int length;
	union {
		__be32 src_ipv4;
		struct in6_addr src_ipv6;
	};
	union {
		__be32 dst_ipv4;
		struct in6_addr dst_ipv6;
	};
	u16 src_port;
	u16 dst_port;
	u8 icmp_type;
	u8 icmp_code;
	u32 fragment_id;
	u32 fragment_offset;
};

/**
 * struct ipfltdrv_extension - who wants to see packets
 * @list: ipfltdrv's own
 * @abi: IPFLTDRV_ABI
 * @name: for people, at most IPFLTDRV_EXTENSION_NAME_LEN characters
 * @priority: its place among the extensions, unlike that of any other
 * @owner: THIS_MODULE
 * @judge: What becomes of @packet? @extension is this structure, so that who
 *	registers several knows which one is asked. Called inside an RCU read side section with
 *	bottom halves off, on several CPUs at once; must not sleep. Fragments are
 *	shown one by one as they come: a later one has no ports, and if the first
 *	one is dropped it is of no use to its receiver.
 */
struct ipfltdrv_extension {
	struct list_head list;
	u32 abi;
	const char *name;
	int priority;
	struct module *owner;
	enum ipfltdrv_verdict (*judge)(struct ipfltdrv_extension *extension,
				       const struct ipfltdrv_packet *packet);
};

int ipfltdrv_extension_register(struct ipfltdrv_extension *extension);
void ipfltdrv_extension_unregister(struct ipfltdrv_extension *extension);

#endif /* _NET_IPFLTDRV_H */
