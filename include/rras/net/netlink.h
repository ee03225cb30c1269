/* SPDX-License-Identifier: GPL-2.0 */
/* What <net/netlink.h> of different kernels declares differently. */
#ifndef _RRAS_NET_NETLINK_H
#define _RRAS_NET_NETLINK_H

#include_next <net/netlink.h>

/* The generator makes ranges constant, what points to them was not before 6.4. */
#undef NLA_POLICY_FULL_RANGE
#define NLA_POLICY_FULL_RANGE(tp, _range) {		\
	.type = NLA_ENSURE_UINT_OR_BINARY_TYPE(tp),	\
	.validation_type = NLA_VALIDATE_RANGE_PTR,	\
	.range = (void *)(_range),			\
}

#endif /* _RRAS_NET_NETLINK_H */
