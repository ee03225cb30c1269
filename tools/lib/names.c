// SPDX-License-Identifier: GPL-2.0
/*
 * Words for the numbers of the ndiswan family, see names.h.
 */
#include <linux/ndiswan.h>
#include <stddef.h>

#include "array.h"
#include "names.h"

#define PROTOCOL_IPV4	0x0021
#define PROTOCOL_IPV6	0x0057

static const char *pick(const char *const *names, size_t count, uint32_t number)
{
	if (number >= count || !names[number])
		return "unknown";
	return names[number];
}

/**
 * name_port_type - what carries a link
 * @type: enum ndiswan_port_type
 *
 * Return: the word for it, "unknown" for a number of a newer kernel.
 */
const char *name_port_type(uint32_t type)
{
	static const char *const names[] = {
		[NDISWAN_PORT_TYPE_NONE] = "none",
		[NDISWAN_PORT_TYPE_LOOP] = "loop",
		[NDISWAN_PORT_TYPE_PPPOE] = "pppoe",
		[NDISWAN_PORT_TYPE_L2TP] = "l2tp",
		[NDISWAN_PORT_TYPE_PPTP] = "pptp",
		[NDISWAN_PORT_TYPE_PPP] = "ppp",
	};

	return pick(names, ARRAY_SIZE(names), type);
}

/**
 * name_link_state - the state of a link
 * @state: enum ndiswan_link_state
 *
 * Return: the word for it, "unknown" for a number of a newer kernel.
 */
const char *name_link_state(uint32_t state)
{
	static const char *const names[] = {
		[NDISWAN_LINK_STATE_NEW] = "new",
		[NDISWAN_LINK_STATE_ATTACHED] = "attached",
		[NDISWAN_LINK_STATE_UP] = "up",
		[NDISWAN_LINK_STATE_DOWN] = "down",
	};

	return pick(names, ARRAY_SIZE(names), state);
}

/**
 * name_reason - why a line or a link went down
 * @reason: enum ndiswan_reason
 *
 * Return: the word for it, "unknown" for a number of a newer kernel.
 */
const char *name_reason(uint32_t reason)
{
	static const char *const names[] = {
		[NDISWAN_REASON_NONE] = "none",
		[NDISWAN_REASON_REQUEST] = "request",
		[NDISWAN_REASON_CLOSED] = "closed",
		[NDISWAN_REASON_PORT_DOWN] = "port-down",
		[NDISWAN_REASON_PORT_GONE] = "port-gone",
		[NDISWAN_REASON_PEER_CLOSED] = "peer-closed",
		[NDISWAN_REASON_ADDRESS_TAKEN] = "address-taken",
		[NDISWAN_REASON_INTERFACE_GONE] = "interface-gone",
		[NDISWAN_REASON_PROTOCOL_GONE] = "protocol-gone",
		[NDISWAN_REASON_NAMESPACE_GONE] = "namespace-gone",
		[NDISWAN_REASON_DRIVER] = "driver",
		[NDISWAN_REASON_REFUSED] = "refused",
		[NDISWAN_REASON_DETACHED] = "detached",
	};

	return pick(names, ARRAY_SIZE(names), reason);
}

/**
 * name_driver_class - what an intermediate driver can do to a packet
 * @class: enum ndiswan_driver_class
 *
 * Return: the word for it, "unknown" for a number of a newer kernel.
 */
const char *name_driver_class(uint32_t class)
{
	static const char *const names[] = {
		[NDISWAN_DRIVER_CLASS_MODIFYING] = "modifying",
		[NDISWAN_DRIVER_CLASS_MONITOR] = "monitor",
	};

	return pick(names, ARRAY_SIZE(names), class);
}

/**
 * name_layer_state - what an intermediate driver does on a link
 * @state: enum ndiswan_layer_state
 *
 * Return: the word for it, "unknown" for a number of a newer kernel.
 */
const char *name_layer_state(uint32_t state)
{
	static const char *const names[] = {
		[NDISWAN_LAYER_STATE_ATTACHED] = "attached",
		[NDISWAN_LAYER_STATE_BLOCKED] = "blocked",
	};

	return pick(names, ARRAY_SIZE(names), state);
}

/**
 * name_protocol - a network protocol by its PPP number
 * @protocol: PPP protocol number
 *
 * Return: the word for it.
 */
const char *name_protocol(uint16_t protocol)
{
	switch (protocol) {
	case PROTOCOL_IPV4:
		return "ipv4";
	case PROTOCOL_IPV6:
		return "ipv6";
	default:
		return "unknown";
	}
}
