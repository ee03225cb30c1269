/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's families, with errors that say what to do.
 */
#ifndef RRAS_NETLINK_H
#define RRAS_NETLINK_H

#include "../lib/json.h"
#include "../lib/nl.h"
#include "table.h"

/* A program that says which packets are interesting may be long. */
#define NETLINK_REQUEST_SIZE	16384

/**
 * struct request - one request to a family, on a socket of its own
 */
struct request {
	struct nl nl;
	struct nlmsghdr *nlh;	/* where the caller puts attributes */
	char buffer[NETLINK_REQUEST_SIZE] __attribute__((aligned(8)));
};

int netlink_open(struct nl *nl, struct nl_family *family, const char *name, const char *group);
int netlink_begin(struct request *r, const char *family, uint8_t cmd, uint16_t flags);
int netlink_ask(struct request *r, mnl_cb_t cb, void *data, struct table *t, const char *what);
int netlink_show(struct request *r, const struct column *columns, size_t width, mnl_cb_t cb,
		 const char *what);
const char *netlink_ifname(uint32_t ifindex);

/* A repeated nest of reason and count: the families have the same numbers for them. */
void netlink_drops_json(const struct nlmsghdr *nlh, uint16_t type, struct json *j);
uint64_t netlink_drops_sum(const struct nlmsghdr *nlh, uint16_t type);
const char *netlink_drops_text(const struct nlmsghdr *nlh, uint16_t type, char *text, size_t size);
void netlink_drops_print(const struct nlmsghdr *nlh, uint16_t type, const char *indent);

#endif /* RRAS_NETLINK_H */
