/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rras filter: what its files share.
 */
#ifndef RRAS_FILTER_H
#define RRAS_FILTER_H

#include <linux/ipfltdrv.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "../lib/filter/filter.h"
#include "../lib/json.h"
#include "../lib/nl.h"

/**
 * struct filter_kernel - a connection to ipfltdrv
 */
struct filter_kernel {
	struct nl nl;
	struct nl_family family;
	char request[NL_REQUEST_SIZE] __attribute__((aligned(8)));
};

/**
 * struct filter_info - a set as the kernel describes it
 */
struct filter_info {
	char name[FILTER_NAME_SIZE];
	bool loaded;
	bool drop[FILTER_DIRECTIONS];
	uint32_t filters, bindings;
	uint64_t bytes, generation;
	uint64_t matched[FILTER_DIRECTIONS], unmatched[FILTER_DIRECTIONS];
};

/**
 * struct filter_infos - sets of the kernel
 */
struct filter_infos {
	struct filter_info *info;
	size_t count, room;
};

/**
 * struct filter_list - filters of a set in the kernel
 */
struct filter_list {
	struct ipfltdrv_filter *filters;
	uint64_t *packets;
	size_t count, room;
};

/**
 * struct filter_address - an address of a client or an interface; family 0: none
 */
struct filter_address {
	uint8_t family;		/* 4, 6 or 0 */
	uint8_t address[16];
};

/**
 * struct filter_target - what a binding is on
 */
struct filter_target {
	const char *name;	/* of the device */
	uint32_t ifindex;
	bool link;
	uint32_t link_id;
	struct filter_address client;
};

/* filter_kernel.c */
int filter_open(struct filter_kernel *k);
void filter_close(struct filter_kernel *k);
struct nlmsghdr *filter_request(struct filter_kernel *k, uint8_t cmd, uint16_t flags);
int filter_ask(struct filter_kernel *k, struct nlmsghdr *nlh, mnl_cb_t cb, void *data);
int filter_refused(struct filter_kernel *k, int err, const char *what);
void filter_put_name(struct nlmsghdr *nlh, uint16_t type, const char *name);
void filter_put_target(struct nlmsghdr *nlh, const struct filter_target *t);
void filter_put_link(struct nlmsghdr *nlh, uint16_t type, uint32_t link);
void filter_put_address(struct nlmsghdr *nlh, uint16_t ipv4, uint16_t ipv6,
			const struct filter_address *a);
const char *filter_address_text(const struct filter_address *a);

/* filter_set.c */
bool filter_info_parse(const struct nlmsghdr *nlh, struct filter_info *info);
int filter_info_get(struct filter_kernel *k, const char *name, bool reset,
		    struct filter_info *info);
int filter_infos_get(struct filter_kernel *k, bool reset, struct filter_infos *all);
void filter_infos_clean(struct filter_infos *all);
int filter_list_get(struct filter_kernel *k, const char *name, bool reset,
		    struct filter_list *list);
int filter_one_get(struct filter_kernel *k, const char *name, uint32_t number,
		   struct ipfltdrv_filter *f);
void filter_list_clean(struct filter_list *list);

/* filter_words.c: words of the command line */
bool filter_take_device(const char *command, const char *word, struct filter_target *t, int *code);
bool filter_take_address(const char *word, struct filter_address *a);
int filter_take_target(const char *command, int *argc, char ***argv, struct filter_target *t);
int filter_fragments(const char *word);
const char *filter_fragments_name(uint64_t fragments);
void *filter_read_file(const char *name, size_t max, size_t *len);

/* The sub-commands. */
int filter_list_main(int argc, char **argv);
int filter_show_main(int argc, char **argv);
int filter_import_main(int argc, char **argv);
int filter_export_main(int argc, char **argv);
int filter_reset_main(int argc, char **argv);
int filter_remove_main(int argc, char **argv);
int filter_bind_main(int argc, char **argv);
int filter_unbind_main(int argc, char **argv);
int filter_bindings_main(int argc, char **argv);
int filter_devices_main(int argc, char **argv);
int filter_extensions_main(int argc, char **argv);
int filter_test_main(int argc, char **argv);

#endif /* RRAS_FILTER_H */
