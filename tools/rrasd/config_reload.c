// SPDX-License-Identifier: GPL-2.0
/*
 * What of a new configuration can take effect while the daemon runs.
 */
#include <stdlib.h>
#include <string.h>

#include "config.h"

static void swap(char **a, char **b)
{
	char *t = *a;

	*a = *b;
	*b = t;
}

static bool same_text(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	return !strcmp(a, b);
}

static void keep_text(char **new, char **old, const char *what, struct diag *diag)
{
	if (same_text(*new, *old))
		return;
	diag_warning(diag, 0, "%s has changed: this takes a restart", what);
	swap(new, old);
}

static bool same_list(const struct config_list *a, const struct config_list *b)
{
	size_t i;

	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++) {
		if (strcmp(a->item[i], b->item[i]))
			return false;
	}
	return true;
}

static void keep_ipv6(struct config *new, const struct config *old, struct diag *diag)
{
	if (new->ipv6 != old->ipv6)
		diag_warning(diag, 0, "[ppp] ipv6 has changed: this takes a restart");
	new->ipv6 = old->ipv6;
	new->ppp.ipv6 = old->ipv6;
	if (new->local_ifid != old->local_ifid)
		diag_warning(diag, 0, "[wan] ipv6-link-local has changed: this takes a restart");
	new->local_ifid = old->local_ifid;
	new->ppp.ifid = old->local_ifid;
	if (memcmp(&new->local6, &old->local6, sizeof(new->local6)))
		diag_warning(diag, 0, "[wan] ipv6-address has changed: this takes a restart");
	new->local6 = old->local6;
	if (!prefix_equal(&new->pool6, &old->pool6))
		diag_warning(diag, 0, "[pool] ipv6-prefix has changed: this takes a restart");
	new->pool6 = old->pool6;
}

static void keep_l2tp(struct config_l2tp *new, struct config_l2tp *old, struct diag *diag)
{
	struct config_list list = new->listen;

	if (new->port != old->port)
		diag_warning(diag, 0, "[l2tp] port has changed: this takes a restart");
	new->port = old->port;
	if (same_list(&new->listen, &old->listen))
		return;
	diag_warning(diag, 0, "[l2tp] listen has changed: this takes a restart");
	new->listen = old->listen;
	old->listen = list;
}

/**
 * config_keep_fixed - put back what only a restart can change
 * @new: the configuration just read
 * @old: the one in force; sessions may go on with it, nothing here that they read changes
 * @diag: gets a warning for each such change
 */
void config_keep_fixed(struct config *new, struct config *old, struct diag *diag)
{
	struct config_list list;
	size_t i;

	keep_text(&new->wan, &old->wan, "[wan] interface", diag);
	keep_text(&new->wan_filter_set, &old->wan_filter_set, "[wan] filter-set", diag);
	keep_text(&new->control_socket, &old->control_socket, "[daemon] control-socket", diag);
	keep_text(&new->control_group, &old->control_group, "[daemon] control-group", diag);
	keep_text(&new->user, &old->user, "[daemon] user", diag);
	keep_text(&new->pid_file, &old->pid_file, "[daemon] pid-file", diag);
	if (memcmp(&new->metrics, &old->metrics, sizeof(new->metrics)))
		diag_warning(diag, 0, "[daemon] metrics has changed: this takes a restart");
	new->metrics = old->metrics;
	if (new->seccomp != old->seccomp)
		diag_warning(diag, 0, "[daemon] seccomp has changed: this takes a restart");
	new->seccomp = old->seccomp;
	if (new->wan_create != old->wan_create)
		diag_warning(diag, 0, "[wan] create has changed: this takes a restart");
	new->wan_create = old->wan_create;
	if (new->local.s_addr != old->local.s_addr)
		diag_warning(diag, 0, "[wan] local-address has changed: this takes a restart");
	new->local = old->local;
	new->ppp.local = old->local;
	keep_ipv6(new, old, diag);
	keep_l2tp(&new->l2tp, &old->l2tp, diag);
	if (memcmp(&new->radius.listen, &old->radius.listen, sizeof(new->radius.listen)))
		diag_warning(diag, 0, "[radius] coa-listen has changed: this takes a restart");
	new->radius.listen = old->radius.listen;
	if (!same_list(&new->interfaces, &old->interfaces)) {
		diag_warning(diag, 0, "[pppoe] interface has changed: this takes a restart");
		list = new->interfaces;
		new->interfaces = old->interfaces;
		old->interfaces = list;
	}
	if (!same_list(&new->pptp.listen, &old->pptp.listen)) {
		diag_warning(diag, 0, "[pptp] listen has changed: this takes a restart");
		list = new->pptp.listen;
		new->pptp.listen = old->pptp.listen;
		old->pptp.listen = list;
	}
	/* A daemon that had no program to run has ruled out that it ever does. */
	if (config_runs_programs(new) && !config_runs_programs(old)) {
		diag_warning(diag, 0, "[dial] connect is new: this takes a restart");
		for (i = 0; i < new->dials; i++) {
			free(new->dial[i]->connect);
			new->dial[i]->connect = NULL;
		}
	}
	/* Lines are opened from the configuration of the start, whatever this one says. */
	if (!config_serial_same(new, old))
		diag_warning(diag, 0, "[serial] has changed: this takes a restart");
	config_derive(new);
}
