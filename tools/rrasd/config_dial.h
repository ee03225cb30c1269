/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sections [dial INTERFACE] of the configuration file: demand-dial interfaces that rrasd dials.
 */
#ifndef RRASD_CONFIG_DIAL_H
#define RRASD_CONFIG_DIAL_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "../lib/bpf.h"
#include "access/kind.h"
#include "config_serial.h"
#include "diag.h"
#include "ppp/ppp.h"

#define CONFIG_DIALS_MAX	64
#define CONFIG_FILTER_MAX	255	/* WANARP_TEXT_MAX */
#define CONFIG_HOST_MAX		253	/* longest name of a host */
#define CONFIG_UNSET		UINT32_MAX

struct config;

enum dial_mode {
	DIAL_ON_DEMAND,		/* when a packet needs it */
	DIAL_PERMANENT,		/* always */
};

/**
 * struct config_dial - one demand-dial interface
 */
struct config_dial {
	/** @line: where the section begins */
	unsigned int line;
	/** @name: the interface */
	char *name;
	bool create;
	/** @access: how to dial, and @over what: with PPPoE an Ethernet interface */
	enum access_kind access;
	char *over;
	/** @serial: how a serial line is set up */
	struct config_line serial;
	/** @connect: what makes the connection over a serial line, for the shell; NULL: nothing */
	char *connect;
	char *service;
	/** @ac_name: NULL: any */
	char *ac_name;
	/** @tunnel_secret: of an L2TP tunnel; NULL: nobody proves anything */
	char *tunnel_secret;
	/** @user: NULL: the peer gets no proof */
	char *user;
	char *password;
	/** @password_file: @password is its first line */
	char *password_file;
	unsigned int methods;
	/** @address: asked for, and kept between connections; 0.0.0.0: whatever the peer gives */
	struct in_addr address;
	/** @resolv_file: where to write the peer's name servers; NULL: they are not asked for */
	char *resolv_file;
	bool default_route;
	/** @ipv6: IPv6 too; the interface takes router advertisements */
	bool ipv6;
	enum dial_mode mode;
	uint32_t idle_ms;
	uint32_t connect_ms;
	uint32_t backoff_ms;
	uint32_t backoff_max_ms;
	/** @filter: which packets dial, as pcap-filter(7); NULL: all */
	char *filter;
	/** @program: the same for the kernel */
	struct bpf_code *program;
	/* What may wait for the line; CONFIG_UNSET: as the kernel likes. */
	uint32_t hold_packets;
	uint32_t hold_bytes;
	uint32_t hold_ms;
	struct ppp_config ppp;
};

const char *config_dial_add(struct config *c, const char *name, unsigned int line,
			    struct config_dial **out);
const char *config_dial_over(struct config_dial *dial, const char *value);
size_t config_dial_host(const char *over);
const char *config_dial_mode(struct config_dial *dial, const char *value);
void config_dial_check(struct config *c, struct diag *diag);
void config_dial_finish(struct config *c, struct diag *diag);
const struct config_dial *config_dial_find(const struct config *c, const char *name);
void config_dial_free(struct config_dial *dial);

#endif /* RRASD_CONFIG_DIAL_H */
