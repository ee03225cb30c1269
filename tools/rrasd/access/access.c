// SPDX-License-Identifier: GPL-2.0
/*
 * Access protocols, see access.h.
 */
#include "../config.h"
#include "access.h"

static const struct access * const protocols[ACCESS_KINDS] = {
	[ACCESS_PPPOE] = &pppoe_access,
	[ACCESS_PPTP] = &pptp_access,
	[ACCESS_L2TP] = &l2tp_access,
	[ACCESS_SERIAL] = &serial_access,
};

/**
 * access_open - prepare all access protocols
 * @d: the daemon
 *
 * Return: 0 or a negative error; access_close() is due in both cases.
 */
int access_open(struct rrasd *d)
{
	int err = 0;
	int i;

	for (i = 0; !err && i < ACCESS_KINDS; i++)
		err = protocols[i]->open(d);
	return err;
}

/**
 * access_listen - begin to receive, now that it is known who dials over what
 * @d: the daemon
 *
 * Return: 0 or a negative error.
 */
int access_listen(struct rrasd *d)
{
	int err = 0;
	int i;

	for (i = 0; !err && i < ACCESS_KINDS; i++)
		err = protocols[i]->listen(d);
	return err;
}

/**
 * access_close - the opposite; all sessions have ended
 * @d: the daemon
 */
void access_close(struct rrasd *d)
{
	int i;

	for (i = ACCESS_KINDS - 1; i >= 0; i--)
		protocols[i]->close(d);
}

/**
 * access_json - the counters of all of them as members of an object
 * @d: the daemon
 * @j: where to write them
 */
void access_json(struct rrasd *d, struct json *j)
{
	int i;

	for (i = 0; i < ACCESS_KINDS; i++)
		protocols[i]->json(d, j);
}

/**
 * access_name - what a protocol is called
 * @kind: the protocol
 *
 * Return: the name, as it stands in the configuration.
 */
const char *access_name(enum access_kind kind)
{
	return protocols[kind]->name;
}

/**
 * access_restore - go on with a session of the process before us
 * @kind: its access protocol
 * @h: the session
 *
 * Return: NULL, or why that is not possible.
 */
const char *access_restore(enum access_kind kind, const struct handover *h)
{
	if (!protocols[kind]->restore)
		return "its access protocol does not outlive a process";
	return protocols[kind]->restore(h);
}

/**
 * access_goodbye - such a session does not go on: tell its client
 * @kind: its access protocol
 * @h: the session
 */
void access_goodbye(enum access_kind kind, const struct handover *h)
{
	if (protocols[kind]->goodbye)
		protocols[kind]->goodbye(h);
}

/**
 * access_restored - all sessions of the process before us that go on are there
 * @d: the daemon
 */
void access_restored(struct rrasd *d)
{
	size_t i;

	for (i = 0; i < ACCESS_KINDS; i++) {
		if (protocols[i]->restored)
			protocols[i]->restored(d);
	}
}

/**
 * access_dialler - somebody who calls by the protocol that the configuration names
 * @d: the daemon
 * @dial: what it says
 * @u: for whom
 *
 * Return: the dialler, NULL without memory.
 */
struct dialler *access_dialler(struct rrasd *d, const struct config_dial *dial, struct uplink *u)
{
	return protocols[dial->access]->dialler(d, dial, u);
}
