/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The configuration file, rrasd.conf(5).
 *
 * A configuration does not change once it is read. A reload makes a new one; a session keeps
 * the one it was born with, so it is counted.
 */
#ifndef RRASD_CONFIG_H
#define RRASD_CONFIG_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "access/kind.h"
#include "config_dial.h"
#include "config_l2tp.h"
#include "config_list.h"
#include "config_pool.h"
#include "config_pptp.h"
#include "config_radius.h"
#include "config_serial.h"
#include "config_value.h"
#include "diag.h"
#include "log.h"
#include "pool.h"
#include "ppp/ppp.h"
#include "prefix.h"
#include "users.h"
#include "wan_conflict.h"

#define CONFIG_FILE_MAX		(1U << 20)
#define CONFIG_NAME_MAX		128	/* AC-Name and service names */
#define CONFIG_PATH_MAX		107	/* what fits into struct sockaddr_un */

/**
 * struct config - everything an administrator can choose
 */
struct config {
	unsigned int refs;

	/* [wan] */
	char *wan;
	bool wan_create;
	char *wan_filter_set;	/* for all of it; NULL: none */
	enum wan_conflict conflict;
	struct in_addr local;
	uint64_t local_ifid;		/* of our link-local address */
	struct in6_addr local6;		/* our global address; ::: none */

	/* [pool] */
	struct pool_range pool[CONFIG_RANGES_MAX];	/* of all pools */
	size_t pool_count;
	struct config_pool named[CONFIG_POOLS_MAX];	/* [0] is [pool], without a name */
	size_t pools;
	struct prefix pool6;	/* @len 0: none */

	/* [ppp] and [auth] */
	struct ppp_config ppp;
	/** @link: what that comes to for each access protocol, see config_derive() */
	struct ppp_config link[ACCESS_KINDS];
	bool send_pfc;
	bool ipv6;
	struct in6_addr dns6[2];	/* in router advertisements; ::: none */
	uint32_t advertise_ms;
	char *name;
	char *secrets;
	enum user_second second;	/* for users of whom nothing else is said */

	/* [pppoe] */
	struct config_list interfaces;
	struct config_list services;
	char *ac_name;

	/* [pptp] */
	struct config_pptp pptp;

	/* [l2tp] */
	struct config_l2tp l2tp;

	/* [serial NAME] */
	struct config_serial *serial[CONFIG_SERIALS_MAX];
	size_t serials;

	/* [radius] */
	struct config_radius radius;

	/* [dial INTERFACE] */
	struct config_dial *dial[CONFIG_DIALS_MAX];
	size_t dials;

	/* [limits] */
	uint32_t sessions;
	uint32_t sessions_per_mac;
	uint32_t unfinished;
	uint32_t unfinished_per_mac;
	uint32_t auth_failures;
	uint32_t discovery_rate;
	uint32_t discovery_rate_per_mac;

	/* [daemon] */
	char *control_socket;
	char *control_group;	/* who may ask there beside root; NULL: nobody */
	char *pid_file;
	char *user;		/* who runs the daemon; NULL: whoever started it */
	uid_t uid;		/* the same in numbers */
	gid_t gid;
	bool seccomp;
	struct config_listen metrics;
	enum log_level log_level;
	uint32_t shutdown_ms;
};

struct config *config_parse(const char *text, size_t len, struct diag *diag);
struct config *config_load(const char *path, struct diag *diag);
bool config_asks_radius(const struct config *c);
bool config_serves(const struct config *c);
void config_derive(struct config *c);
struct config *config_get(struct config *c);
void config_put(struct config *c);
void config_keep_fixed(struct config *new, struct config *old, struct diag *diag);

#endif /* RRASD_CONFIG_H */
