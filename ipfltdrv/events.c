// SPDX-License-Identifier: GPL-2.0
/*
 * Events: a number, a name, a cause and a remedy, for the kernel log, netlink and
 * tracing. One function an event; nothing else formats one. The numbers are listed
 * in Documentation/events.rst.
 */
#include <linux/ratelimit.h>
#include <net/genetlink.h>

#include "internal.h"
#include "netlink-gen.h"

#include <trace/events/ipfltdrv.h>

#define TEXT_LEN	192
#define EVENT_GROUP	0

/* Enough to see what happens, not enough to fill a disk. */
static DEFINE_RATELIMIT_STATE(log_limit, 5 * HZ, 20);

struct event {
	u32 number;
	const char *name;
	int ifindex;
	u32 link;
	const char *set;
};

static int event_fill(struct sk_buff *msg, const struct event *event,
		      const char *text)
{
	void *header;

	header = genlmsg_put(msg, 0, 0, &ipf_family, 0, IPFLTDRV_CMD_EVENT_NTF);
	if (!header)
		return -EMSGSIZE;
	if (nla_put_u32(msg, IPFLTDRV_A_EVENT_NUMBER, event->number) ||
	    nla_put_string(msg, IPFLTDRV_A_EVENT_NAME, event->name) ||
	    nla_put_string(msg, IPFLTDRV_A_EVENT_TEXT, text) ||
	    (event->ifindex &&
	     nla_put_u32(msg, IPFLTDRV_A_EVENT_IFINDEX, event->ifindex)) ||
	    (event->link &&
	     nla_put_u32(msg, IPFLTDRV_A_EVENT_LINK, event->link)) ||
	    (event->set && nla_put_string(msg, IPFLTDRV_A_EVENT_SET, event->set)))
		return -EMSGSIZE;
	genlmsg_end(msg, header);
	return 0;
}

static void event_multicast(struct net *net, const struct event *event,
			    const char *text)
{
	struct sk_buff *msg;

	if (!genl_has_listeners(&ipf_family, net, EVENT_GROUP))
		return;
	msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return;
	if (event_fill(msg, event, text)) {
		nlmsg_free(msg);
		return;
	}
	genlmsg_multicast_netns(&ipf_family, net, msg, 0, EVENT_GROUP, GFP_KERNEL);
}

__printf(3, 4)
static void report(struct net *net, const struct event *event, const char *fmt, ...)
{
	char text[TEXT_LEN];
	va_list args;

	va_start(args, fmt);
	vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);

	trace_ipfltdrv_event(event->number, event->name, event->ifindex, event->link);
	if (__ratelimit(&log_limit))
		pr_notice("event %u (%s): %s\n", event->number, event->name, text);
	event_multicast(net, event, text);
}

/**
 * ipf_event_set_waited() - a binding waits for a set and is closed
 * @device: the device
 * @set: the set
 *
 * Context: control.
 */
void ipf_event_set_waited(const struct ipf_device *device, const struct ipf_set *set)
{
	const struct event event = {
		.number = 30100,
		.name = "FILTER_SET_MISSING",
		.ifindex = device->dev->ifindex,
		.set = set->name,
	};

	report(device->net, &event,
	       "%s is to be filtered by the set %s, which is not loaded: what the binding is about is dropped until it is",
	       netdev_name(device->dev), set->name);
}

/**
 * ipf_event_set_arrived() - a set that bindings waited for is loaded
 * @set: the set
 *
 * Context: control.
 */
void ipf_event_set_arrived(const struct ipf_set *set)
{
	const struct event event = {
		.number = 30101,
		.name = "FILTER_SET_ARRIVED",
		.set = set->name,
	};

	report(set->net, &event,
	       "the set %s is loaded; the %u bindings that waited for it are open as it says",
	       set->name, set->bindings);
}

/**
 * ipf_event_late_lost() - the new address of an interface could not be stored
 * @device: the interface
 *
 * Context: control.
 */
void ipf_event_late_lost(const struct ipf_device *device)
{
	const struct event event = {
		.number = 30102,
		.name = "FILTER_ADDRESS_LOST",
		.ifindex = device->dev->ifindex,
	};

	report(device->net, &event,
	       "no memory to note the address of %s in its filter bindings: sets that ask for it drop everything there until an address of it changes again",
	       netdev_name(device->dev));
}
