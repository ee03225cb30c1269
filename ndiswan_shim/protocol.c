// SPDX-License-Identifier: GPL-2.0
/* Line-up, line-update and line-down to the protocol above. */
#include <kunit/visibility.h>
#include <linux/module.h>
#include <linux/ppp_defs.h>

#include "internal.h"
#include "stack.h"

static const u16 proto_numbers[NDISWAN_PROTO_MAX] = {
	[NDISWAN_PROTO_IPV4] = PPP_IP,
	[NDISWAN_PROTO_IPV6] = PPP_IPV6,
};

/* ndiswan_lock, RCU */
static const struct ndiswan_protocol __rcu *protocols[NDISWAN_PROTO_MAX];

#define control_dereference(p) \
	rcu_dereference_protected(p, ndiswan_control_is_locked())

/**
 * ndiswan_proto_number() - PPP protocol number of a network protocol
 * @proto: which
 *
 * Return: the number.
 */
u16 ndiswan_proto_number(enum ndiswan_proto proto)
{
	return proto_numbers[proto];
}

/**
 * ndiswan_proto_by_number() - network protocol of a PPP protocol number
 * @protocol: the number
 *
 * Return: enum ndiswan_proto, or -EPROTONOSUPPORT.
 */
int ndiswan_proto_by_number(u16 protocol)
{
	int proto;

	for (proto = 0; proto < NDISWAN_PROTO_MAX; proto++)
		if (proto_numbers[proto] == protocol)
			return proto;
	return -EPROTONOSUPPORT;
}

/**
 * ndiswan_proto_ops() - who serves a network protocol
 * @proto: which
 *
 * Context: RCU read side or ndiswan_lock.
 * Return: its operations, or NULL.
 */
const struct ndiswan_protocol *ndiswan_proto_ops(enum ndiswan_proto proto)
{
	return rcu_dereference_check(protocols[proto],
				     ndiswan_control_is_locked());
}

/**
 * ndiswan_protocol_register() - begin to serve a network protocol
 * @protocol: kept until ndiswan_protocol_unregister()
 *
 * Context: process; takes ndiswan_lock.
 * Return: 0; -EINVAL if it was built against another version of the interface
 * or lacks a callback; -EEXIST if the protocol is served already.
 */
int ndiswan_protocol_register(const struct ndiswan_protocol *protocol)
{
	int err = 0;

	if (protocol->abi != NDISWAN_ABI) {
		pr_err("%s was built for version %u of the interface, this is %u: install modules of one build\n",
		       module_name(protocol->owner), protocol->abi,
		       NDISWAN_ABI);
		return -EINVAL;
	}
	if (protocol->proto >= NDISWAN_PROTO_MAX || !protocol->line_up ||
	    !protocol->line_update || !protocol->line_down ||
	    !protocol->line_fill || !protocol->receive)
		return -EINVAL;

	ndiswan_control_lock();
	if (control_dereference(protocols[protocol->proto]))
		err = -EEXIST;
	else
		rcu_assign_pointer(protocols[protocol->proto], protocol);
	ndiswan_control_unlock();
	return err;
}
EXPORT_SYMBOL_NS_GPL(ndiswan_protocol_register, NDISWAN);

/**
 * ndiswan_protocol_unregister() - stop to serve a network protocol
 * @protocol: as registered; its lines on all links get a line-down
 *
 * Context: process; takes ndiswan_lock, waits for an RCU grace period. No
 * callback runs when it returns.
 */
void ndiswan_protocol_unregister(const struct ndiswan_protocol *protocol)
{
	struct ndiswan_link *link;
	unsigned long cursor[2] = { };

	ndiswan_control_lock();
	while ((link = ndiswan_link_next_locked(NULL, cursor)))
		ndiswan_line_down(link, protocol->proto,
				  NDISWAN_REASON_PROTOCOL_GONE);
	RCU_INIT_POINTER(protocols[protocol->proto], NULL);
	ndiswan_control_unlock();
	synchronize_net();
}
EXPORT_SYMBOL_NS_GPL(ndiswan_protocol_unregister, NDISWAN);

/**
 * ndiswan_link_set_context() - what the protocol above knows a link by
 * @link: the link
 * @proto: which protocol
 * @context: given to its callbacks; NULL takes it back
 *
 * Called by the protocol's line_up. Packets may arrive before it returns.
 *
 * Context: process; ndiswan_lock held.
 */
void ndiswan_link_set_context(struct ndiswan_link *link,
			      enum ndiswan_proto proto, void *context)
{
	WARN_ON_ONCE(!ndiswan_control_is_locked());
	rcu_assign_pointer(link->context[proto], context);
}
EXPORT_SYMBOL_NS_GPL(ndiswan_link_set_context, NDISWAN);

/**
 * ndiswan_link_context() - the context of a line
 * @link: the link
 * @proto: which protocol
 *
 * Context: RCU read side or ndiswan_lock.
 * Return: what was set, or NULL if the line is not up.
 */
void *ndiswan_link_context(const struct ndiswan_link *link,
			   enum ndiswan_proto proto)
{
	return rcu_dereference_check(link->context[proto],
				     ndiswan_control_is_locked() ||
				     rcu_read_lock_bh_held());
}
EXPORT_SYMBOL_NS_GPL(ndiswan_link_context, NDISWAN);

static void *line_context(struct ndiswan_link *link, enum ndiswan_proto proto)
{
	return control_dereference(link->context[proto]);
}

/**
 * ndiswan_line_up_locked() - a network protocol is usable on a link
 * @link: the link
 * @proto: which protocol
 * @line: addresses and MRU
 * @extack: gets a sentence if it is refused
 *
 * Context: process; ndiswan_lock held.
 * Return: 0; -ENOTCONN without a port; -ENOLINK if the link is down; -EEXIST if
 * the line is up; -EPROTONOSUPPORT if nobody serves the protocol; -EHOSTDOWN if
 * a mandatory driver is missing; else what an intermediate driver's line_up
 * said, reported as event 30034, or the protocol's, reported as event 20050.
 */
int ndiswan_line_up_locked(struct ndiswan_link *link, enum ndiswan_proto proto,
			   const struct ndiswan_line *line,
			   struct netlink_ext_ack *extack)
{
	const struct ndiswan_protocol *above;
	struct ndiswan_line seen = *line;
	int err;

	above = control_dereference(protocols[proto]);
	if (link->state == NDISWAN_LINK_STATE_NEW) {
		NL_SET_ERR_MSG(extack, "the link has no port yet");
		return -ENOTCONN;
	}
	if (link->state == NDISWAN_LINK_STATE_DOWN) {
		NL_SET_ERR_MSG(extack, "the link is down");
		return -ENOLINK;
	}
	if (line_context(link, proto)) {
		NL_SET_ERR_MSG(extack, "the line is up already: line-update changes its MRU");
		return -EEXIST;
	}
	if (!above) {
		NL_SET_ERR_MSG(extack,
			       "no module serves this network protocol: load wanarp; IPv6 has to be in the kernel");
		return -EPROTONOSUPPORT;
	}
	link->mru[proto] = line->mru;
	err = ndiswan_stack_line_up(link, proto, line, extack);
	if (err)
		return err;
	seen.mru = ndiswan_stack_mru(link, proto);
	err = above->line_up(link->net, link, &seen, extack);
	if (err) {
		RCU_INIT_POINTER(link->context[proto], NULL);
		ndiswan_stack_line_down(link, proto, NDISWAN_REASON_REFUSED);
		ndiswan_event_projection_failed(link, proto, line, err,
						extack ? extack->_msg : NULL);
		return err;
	}
	WRITE_ONCE(link->state, NDISWAN_LINK_STATE_UP);
	ndiswan_event_line_up(link, proto, line);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(ndiswan_line_up_locked);

/**
 * ndiswan_line_update_locked() - the MRU of a line has changed
 * @link: the link
 * @proto: which protocol
 * @line: its MRU
 * @extack: gets a sentence if it is refused
 *
 * Context: process; ndiswan_lock held.
 * Return: 0; -ENOTCONN if the line is not up; else what the protocol said.
 */
int ndiswan_line_update_locked(struct ndiswan_link *link,
			       enum ndiswan_proto proto,
			       const struct ndiswan_line *line,
			       struct netlink_ext_ack *extack)
{
	if (!line_context(link, proto)) {
		NL_SET_ERR_MSG(extack, "the line is not up");
		return -ENOTCONN;
	}
	return ndiswan_stack_line_update(link, proto, line->mru, extack);
}
EXPORT_SYMBOL_IF_KUNIT(ndiswan_line_update_locked);

/**
 * ndiswan_line_down() - a network protocol is no longer usable on a link
 * @link: the link
 * @proto: which protocol; nothing happens if its line is not up
 * @reason: why
 *
 * May be called from a line_up of the protocol, for another link.
 *
 * Context: process; ndiswan_lock held.
 */
void ndiswan_line_down(struct ndiswan_link *link, enum ndiswan_proto proto,
		       enum ndiswan_reason reason)
{
	const struct ndiswan_protocol *above;
	void *context = line_context(link, proto);
	struct ndiswan_line line = { };
	bool up = false;
	int i;

	WARN_ON_ONCE(!ndiswan_control_is_locked());
	if (!context)
		return;
	above = control_dereference(protocols[proto]);
	above->line_fill(context, &line);
	RCU_INIT_POINTER(link->context[proto], NULL);
	for (i = 0; i < NDISWAN_PROTO_MAX; i++)
		up |= !!line_context(link, i);
	if (!up && link->state == NDISWAN_LINK_STATE_UP)
		WRITE_ONCE(link->state, NDISWAN_LINK_STATE_ATTACHED);
	above->line_down(link, context, reason);
	ndiswan_stack_line_down(link, proto, reason);
	ndiswan_event_line_down(link, proto, &line, reason);
}
EXPORT_SYMBOL_NS_GPL(ndiswan_line_down, NDISWAN);
