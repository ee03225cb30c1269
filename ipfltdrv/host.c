// SPDX-License-Identifier: GPL-2.0
/*
 * The strong host model: what is for this host has to come in by the interface that
 * has the address. What is only passing through is not concerned.
 */
#include <linux/inetdevice.h>
#include <net/addrconf.h>
#include <net/ipv6.h>
#include <net/route.h>

#include "internal.h"

static bool accepts_ipv4(const struct net_device *dev, __be32 addr)
{
	const struct in_device *in_dev = __in_dev_get_rcu(dev);
	const struct in_ifaddr *ifa;

	if (in_dev)
		in_dev_for_each_ifa_rcu(ifa, in_dev)
			if (ifa->ifa_local == addr)
				return true;
	return inet_addr_type_dev_table(dev_net(dev), dev, addr) != RTN_LOCAL;
}

/* Without IPv6 its tables of addresses do not exist. */
static bool accepts_ipv6(const struct net_device *dev, const struct in6_addr *addr)
{
	if (!IS_ENABLED(CONFIG_IPV6) || !ipv6_mod_enabled() ||
	    ipv6_addr_is_multicast(addr))
		return true;
	return ipv6_chk_addr(dev_net(dev), addr, dev, 1) ||
	       !ipv6_chk_addr(dev_net(dev), addr, NULL, 0);
}

/**
 * ipf_host_accepts() - may a packet come in here, by its destination?
 * @dev: where it came in
 * @key: the packet
 *
 * Context: data.
 * Return: false if it is for this host, but not for an address of @dev.
 */
bool ipf_host_accepts(const struct net_device *dev, const struct ipf_key *key)
{
	struct in6_addr addr;

	if (key->family == IPF_IPV4)
		return accepts_ipv4(dev, htonl(key->dim[IPF_DIM_DST_HI]));
	addr.s6_addr32[0] = htonl(key->dim[IPF_DIM_DST_HI] >> 32);
	addr.s6_addr32[1] = htonl((u32)key->dim[IPF_DIM_DST_HI]);
	addr.s6_addr32[2] = htonl(key->dim[IPF_DIM_DST_LO] >> 32);
	addr.s6_addr32[3] = htonl((u32)key->dim[IPF_DIM_DST_LO]);
	return accepts_ipv6(dev, &addr);
}
