/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A thin layer over libmnl: one request, one answer, and the kernel's own words for what went
 * wrong. Shared by rrasd and rras.
 */
#ifndef TOOLS_LIB_NL_H
#define TOOLS_LIB_NL_H

#include <libmnl/libmnl.h>
#include <stddef.h>
#include <stdint.h>

#define NL_BUFFER_SIZE	32768	/* what the kernel fills in one dump message, at most */
#define NL_REQUEST_SIZE	1024	/* enough for any request of ours */
#define NL_ERROR_LEN	256
#define NL_NO_COOKIE	UINT64_MAX
#define NL_TIMEOUT_SEC	10	/* the kernel answers at once or something is very wrong */

/**
 * struct nl - one netlink socket and the text of its last error
 */
struct nl {
	/** @sock: NULL when it is not open */
	struct mnl_socket *sock;
	/** @portid: our address, checked in every answer */
	uint32_t portid;
	/** @buffer: what is being read; one for each socket, for a callback may use another one */
	char *buffer;
	/** @seq: number of the last request */
	uint32_t seq;
	/** @cookie: what the last answer carried besides, a number; NL_NO_COOKIE: none */
	uint64_t cookie;
	/** @error: what went wrong in the last call that failed, a sentence */
	char error[NL_ERROR_LEN];
};

/**
 * struct nl_family - a generic netlink family as the kernel knows it
 */
struct nl_family {
	/** @id: message type */
	uint16_t id;
	/** @group: number of the multicast group asked for; 0: it has none of that name */
	uint32_t group;
};

int nl_open(struct nl *nl, int bus);
void nl_close(struct nl *nl);
struct nlmsghdr *nl_request(struct nl *nl, void *buffer, uint16_t type, uint16_t flags);
struct nlmsghdr *nl_genl_request(struct nl *nl, void *buffer, const struct nl_family *family,
				 uint8_t cmd, uint16_t flags);
int nl_talk(struct nl *nl, struct nlmsghdr *nlh, mnl_cb_t cb, void *data);
int nl_resolve(struct nl *nl, const char *name, const char *group, struct nl_family *family);
const char *nl_family_read(const struct nlmsghdr *nlh, const char *group,
			   struct nl_family *family);
int nl_join(struct nl *nl, uint32_t group);
int nl_attr_collect(const struct nlattr *attr, const struct nlattr **tb, uint16_t max);
int nl_genl_parse(const struct nlmsghdr *nlh, const struct nlattr **tb, uint16_t max);
int nl_nest_parse(const struct nlattr *nest, const struct nlattr **tb, uint16_t max);
uint64_t nl_attr_uint(const struct nlattr *attr);
const char *nl_attr_text(const struct nlattr *attr);

#endif /* TOOLS_LIB_NL_H */
