/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ndiswan_shim: links as files of /dev/ndiswan, everything else by netlink.
 */
#ifndef RRASD_KERNEL_H
#define RRASD_KERNEL_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "prefix.h"

#define KERNEL_DEVICE	"/dev/ndiswan"

struct kernel;
struct ndiswan_attach_pptp;
struct ndiswan_attach_l2tp;
struct rrasd;

/**
 * struct kernel_stats - what a link has carried
 */
struct kernel_stats {
	uint64_t rx_packets, rx_bytes;
	uint64_t tx_packets, tx_bytes;
};

int kernel_open(struct rrasd *d);
void kernel_close(struct rrasd *d);
const char *kernel_error(const struct kernel *k);

int kernel_link_pppoe(struct kernel *k, int ifindex, uint16_t session, const uint8_t peer[6],
		      uint32_t *link);
int kernel_link_pptp(struct kernel *k, const struct ndiswan_attach_pptp *call, uint32_t *link);
int kernel_link_l2tp(struct kernel *k, const struct ndiswan_attach_l2tp *l2tp, uint32_t *link);
int kernel_link_set(struct kernel *k, uint32_t link, bool acfc, bool pfc);
int kernel_link_stats(struct kernel *k, uint32_t link, struct kernel_stats *stats);
int kernel_stats(struct kernel *k, struct kernel_stats *stats);
void kernel_file_stats(int fd, struct kernel_stats *stats);
int kernel_link_ppp(struct kernel *k, uint32_t *link, uint32_t *channel);
uint32_t kernel_link_reason(int fd);
void kernel_link_down(int fd);
void kernel_link_end(int fd);
int kernel_compare(struct kernel *k);
int kernel_line_up(struct kernel *k, uint32_t link, int ifindex, struct in_addr peer,
		   uint16_t mtu);
int kernel_line_down(struct kernel *k, uint32_t link);
int kernel_line6_up(struct kernel *k, uint32_t link, int ifindex, const struct in6_addr *peer,
		    const struct prefix *prefix, uint16_t mtu);
int kernel_line6_down(struct kernel *k, uint32_t link);

#endif /* RRASD_KERNEL_H */
