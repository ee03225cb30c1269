// SPDX-License-Identifier: GPL-2.0
/*
 * PPPoE sessions that outlive the process. There is no conversation to go on with: a session is its
 * number, who has it, and where.
 */
#include <string.h>

#include "../dial.h"
#include "../record.h"
#include "../rrasd.h"
#include "pppoe_internal.h"

struct pppoe_saved {
	uint8_t mac[PPPOE_MAC_LEN];
	uint8_t own[PPPOE_MAC_LEN];
	uint32_t number;
};

/**
 * pppoe_save - write down a session
 * @w: where to
 * @iface: where it is
 * @mac: the other side
 * @number: of the session
 */
void pppoe_save(struct record_writer *w, const struct pppoe_iface *iface, const uint8_t *mac,
		uint16_t number)
{
	struct pppoe_saved saved = { .number = number };

	memcpy(saved.mac, mac, PPPOE_MAC_LEN);
	memcpy(saved.own, iface->mac, PPPOE_MAC_LEN);
	record_put(w, RECORD_PORT, &saved, sizeof(saved));
	record_put_text(w, RECORD_PORT_TEXT, iface->watch.name);
}

/* The interface that a session was on, if it still is as it was then. */
static struct pppoe_iface *find(const struct handover *h, struct pppoe_saved *saved)
{
	struct pppoe_iface *iface;
	char name[IFNAMSIZ];
	struct list *l;

	if (!record_get(h->record, RECORD_PORT, saved, sizeof(*saved)) ||
	    !record_get_text(h->record, RECORD_PORT_TEXT, name, sizeof(name)) ||
	    saved->number < PPPOE_SESSION_MIN || saved->number > PPPOE_SESSION_MAX)
		return NULL;
	for (l = h->d->pppoe->ifaces.next; l != &h->d->pppoe->ifaces; l = l->next) {
		iface = container_of(l, struct pppoe_iface, list);
		if (!strcmp(iface->watch.name, name) && iface->ifindex &&
		    !memcmp(iface->mac, saved->own, PPPOE_MAC_LEN))
			return iface;
	}
	return NULL;
}

/**
 * pppoe_restore - go on with a session of the process before us
 * @h: the session
 *
 * Return: NULL, or why that is not possible.
 */
const char *pppoe_restore(const struct handover *h)
{
	struct pppoe_saved saved;
	struct pppoe_iface *iface = find(h, &saved);
	struct uplink *u;

	if (!iface)
		return "its interface is not as it was";
	if (!dial_is_saved(h->record))
		return pppoe_session_restore(iface, saved.mac, (uint16_t)saved.number, h);
	u = dial_find_saved(h->d, h->record);
	return u ? pppoe_line_restore(iface, saved.mac, (uint16_t)saved.number, h, u) :
		   "its [dial] section is gone";
}

/**
 * pppoe_goodbye - such a session does not go on: tell the other side
 * @h: the session
 */
void pppoe_goodbye(const struct handover *h)
{
	struct pppoe_saved saved;
	struct pppoe_iface *iface = find(h, &saved);

	if (iface)
		pppoe_padt(iface, saved.mac, (uint16_t)saved.number);
}
