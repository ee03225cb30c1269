// SPDX-License-Identifier: GPL-2.0
/* Ports: what carries the frames of a link. */
#include <kunit/visibility.h>

#include "internal.h"
#include "stack.h"

static const struct ndiswan_port_ops * const port_types[] = {
	[NDISWAN_PORT_TYPE_LOOP] = &ndiswan_loop_ops,
	[NDISWAN_PORT_TYPE_PPPOE] = &ndiswan_pppoe_ops,
	[NDISWAN_PORT_TYPE_L2TP] = &ndiswan_l2tp_ops,
	[NDISWAN_PORT_TYPE_PPTP] = &ndiswan_pptp_ops,
	[NDISWAN_PORT_TYPE_PPP] = &ndiswan_ppp_ops,
};

static int attach_locked(struct ndiswan_link *link,
			 const struct ndiswan_port_ops *ops,
			 struct ndiswan_attach *args,
			 struct netlink_ext_ack *extack)
{
	int err;

	if (link->state == NDISWAN_LINK_STATE_DOWN) {
		NL_SET_ERR_MSG(extack, "the link is down: open another file");
		return -ENOLINK;
	}
	if (link->state != NDISWAN_LINK_STATE_NEW) {
		NL_SET_ERR_MSG(extack, "the link has a port already");
		return -EBUSY;
	}
	link->ops = ops;
	if (ops->no_address_control)
		link->framing |= NDISWAN_SEND_NO_AC;
	err = ops->attach(link, args, extack);
	if (err)
		goto err_ops;
	err = ndiswan_stack_attach(link, extack);
	if (err)
		goto err_port;
	/* Writers of the file look at the port when they see the state. */
	smp_store_release(&link->state, NDISWAN_LINK_STATE_ATTACHED);
	return 0;

err_port:
	ops->detach(link);
	/* Receives may still be on their way through the link, and the next port
	 * uses the same memory.
	 */
	synchronize_net();
err_ops:
	link->ops = NULL;
	link->framing &= ~NDISWAN_SEND_NO_AC;
	return err;
}

/**
 * ndiswan_port_attach() - give a link its port
 * @link: the link, owned by the caller
 * @net: its namespace, which the caller holds
 * @args: what the owner asked for, and what the port tells him
 * @extack: gets a sentence if it is refused
 *
 * Context: process; takes rtnl and ndiswan_lock.
 * Return: 0, or an error that left the link as it was: -EINVAL for arguments
 * that make no sense, -EBUSY if the link has a port, -ENOLINK if it is down,
 * else what the port says.
 */
int ndiswan_port_attach(struct ndiswan_link *link, struct net *net,
			struct ndiswan_attach *args,
			struct netlink_ext_ack *extack)
{
	const struct ndiswan_port_ops *ops = NULL;
	int err;

	if (args->flags) {
		NL_SET_ERR_MSG(extack, "flags that this kernel does not know");
		return -EINVAL;
	}
	if (args->port < ARRAY_SIZE(port_types))
		ops = port_types[args->port];
	if (!ops) {
		NL_SET_ERR_MSG(extack, "a port type that this kernel does not know");
		return -EINVAL;
	}
	do {
		err = ops->prepare ? ops->prepare(net, args, extack) : 0;
		if (err)
			return err;
		ndiswan_control_lock();
		err = attach_locked(link, ops, args, extack);
		ndiswan_control_unlock();
	} while (err == -EAGAIN);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(ndiswan_port_attach);
