// SPDX-License-Identifier: GPL-2.0
/*
 * The MSS of TCP connections, lowered to what a link carries in one packet.
 *
 * For clients whose path MTU discovery somebody on the way breaks.
 */
#include <kunit/visibility.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/swab.h>
#include <linux/tcp.h>
#include <linux/unaligned.h>
#include <net/checksum.h>
#include <net/ipv6.h>
#include <net/tcp.h>

#include "internal.h"

/* The value may begin at an odd byte, after a NOP: then it adds to the sum with
 * its halves exchanged.
 */
static void replace(u8 *tcp, unsigned int at, u16 mss, bool partial)
{
	u16 old = get_unaligned_be16(tcp + at), new = mss;

	put_unaligned_be16(mss, tcp + at);
	if (partial)
		return;
	if (at % 2) {
		old = swab16(old);
		new = swab16(new);
	}
	csum_replace2(&((struct tcphdr *)tcp)->check, htons(old), htons(new));
}

/**
 * wanarp_mss_lower() - lower the MSS that a SYN announces
 * @tcp: the TCP header with its options, writable
 * @len: bytes in it
 * @max: highest MSS that may be left
 * @partial: the checksum is one of the pseudo header only so far
 *
 * Whatever the options are, only a value of a complete MSS option changes, and
 * with it the checksum. All of them, if there are several: receivers do not agree
 * on which one counts. What comes after a malformed option is left alone, as
 * receivers do not look at it either.
 *
 * Return: true if anything was changed.
 */
bool wanarp_mss_lower(u8 *tcp, unsigned int len, u16 max, bool partial)
{
	unsigned int at = sizeof(struct tcphdr), size;
	bool changed = false;

	while (at < len && tcp[at] != TCPOPT_EOL) {
		if (tcp[at] == TCPOPT_NOP) {
			at++;
			continue;
		}
		if (len - at < 2)
			break;
		size = tcp[at + 1];
		if (size < 2 || size > len - at)
			break;
		if (tcp[at] == TCPOPT_MSS && size == TCPOLEN_MSS &&
		    get_unaligned_be16(tcp + at + 2) > max) {
			replace(tcp, at + 2, max, partial);
			changed = true;
		}
		at += size;
	}
	return changed;
}
EXPORT_SYMBOL_IF_KUNIT(wanarp_mss_lower);

static void clamp_tcp(struct sk_buff *skb, struct wanarp_interface *iface,
		      unsigned int at, u16 max)
{
	const struct tcphdr *tcp;
	struct tcphdr buffer;
	unsigned int len;

	tcp = skb_header_pointer(skb, at, sizeof(buffer), &buffer);
	if (!tcp || !tcp->syn)
		return;
	len = tcp->doff * 4;
	if (len > sizeof(*tcp) && !skb_ensure_writable(skb, at + len) &&
	    wanarp_mss_lower(skb->data + at, len, max,
			     skb->ip_summed == CHECKSUM_PARTIAL))
		wanarp_count(iface, WANARP_COUNTER_MSS_CLAMPED);
}

static void clamp_ipv4(struct sk_buff *skb, struct wanarp_interface *iface,
		       u16 mru)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;

	if (iph->protocol == IPPROTO_TCP && iph->ihl >= 5 &&
	    !(iph->frag_off & htons(IP_OFFSET)))
		clamp_tcp(skb, iface, iph->ihl * 4,
			  mru - sizeof(*iph) - sizeof(struct tcphdr));
}

static void clamp_ipv6(struct sk_buff *skb, struct wanarp_interface *iface,
		       u16 mru)
{
	const struct ipv6hdr *ip6h = (const struct ipv6hdr *)skb->data;
	u8 protocol = ip6h->nexthdr;
	__be16 frag_off;
	int at;

	at = ipv6_skip_exthdr(skb, sizeof(*ip6h), &protocol, &frag_off);
	if (at > 0 && protocol == IPPROTO_TCP &&
	    !(frag_off & htons(IP6_OFFSET)))
		clamp_tcp(skb, iface, at,
			  mru - sizeof(*ip6h) - sizeof(struct tcphdr));
}

/**
 * wanarp_mss_clamp() - if the packet is a SYN, lower its MSS to what a link takes
 * @skb: a packet in either direction, data at the network header, the fixed part
 *	of the header linear; what points into it has to be read again after
 * @iface: interface that it goes through
 * @mru: longest packet that the link takes, at least the shortest of the protocol
 *
 * A SYN without the option announces the default, 536 bytes or 1220, and is left
 * alone. So is one that there is no memory for: the connection may work yet.
 *
 * Context: data.
 */
void wanarp_mss_clamp(struct sk_buff *skb, struct wanarp_interface *iface,
		      u16 mru)
{
	switch (skb->data[0] >> 4) {
	case 4:
		clamp_ipv4(skb, iface, mru);
		break;
	case 6:
		clamp_ipv6(skb, iface, mru);
		break;
	}
}
