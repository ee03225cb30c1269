// SPDX-License-Identifier: GPL-2.0
/*
 * rras filter: reading sets from the kernel.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "rras.h"

#define TRIES	20	/* a dump begins again when a set is replaced under our eyes */

static void stats_parse(const struct nlattr *nest, uint64_t *matched, uint64_t *unmatched)
{
	const struct nlattr *tb[IPFLTDRV_A_SET_STATS_MAX + 1];

	*matched = 0;
	*unmatched = 0;
	if (!nest)
		return;
	nl_nest_parse(nest, tb, IPFLTDRV_A_SET_STATS_MAX);
	*matched = nl_attr_uint(tb[IPFLTDRV_A_SET_STATS_MATCHED]);
	*unmatched = nl_attr_uint(tb[IPFLTDRV_A_SET_STATS_UNMATCHED]);
}

/**
 * filter_info_parse - a set out of a message
 * @nlh: the message
 * @info: filled in
 *
 * Return: whether it is a set.
 */
bool filter_info_parse(const struct nlmsghdr *nlh, struct filter_info *info)
{
	const struct nlattr *tb[IPFLTDRV_A_SET_MAX + 1];
	const char *name;

	if (nl_genl_parse(nlh, tb, IPFLTDRV_A_SET_MAX))
		return false;
	name = nl_attr_text(tb[IPFLTDRV_A_SET_NAME]);
	if (!name)
		return false;
	*info = (struct filter_info){
		.loaded = nl_attr_uint(tb[IPFLTDRV_A_SET_LOADED]),
		.filters = (uint32_t)nl_attr_uint(tb[IPFLTDRV_A_SET_FILTERS]),
		.bindings = (uint32_t)nl_attr_uint(tb[IPFLTDRV_A_SET_BINDINGS]),
		.bytes = nl_attr_uint(tb[IPFLTDRV_A_SET_BYTES]),
		.generation = nl_attr_uint(tb[IPFLTDRV_A_SET_GENERATION]),
	};
	snprintf(info->name, sizeof(info->name), "%s", name);
	info->drop[FILTER_IN] = nl_attr_uint(tb[IPFLTDRV_A_SET_INGRESS_DEFAULT]) ==
				IPFLTDRV_ACTION_DROP;
	info->drop[FILTER_OUT] = nl_attr_uint(tb[IPFLTDRV_A_SET_EGRESS_DEFAULT]) ==
				 IPFLTDRV_ACTION_DROP;
	stats_parse(tb[IPFLTDRV_A_SET_INGRESS], &info->matched[FILTER_IN],
		    &info->unmatched[FILTER_IN]);
	stats_parse(tb[IPFLTDRV_A_SET_EGRESS], &info->matched[FILTER_OUT],
		    &info->unmatched[FILTER_OUT]);
	return true;
}

static int on_info(const struct nlmsghdr *nlh, void *data)
{
	filter_info_parse(nlh, data);
	return MNL_CB_OK;
}

/**
 * filter_info_get - one set
 * @k: the kernel
 * @name: its name
 * @reset: set its counters to 0
 * @info: filled in
 *
 * Return: EXIT_OK, or EXIT_FAILED after a message.
 */
int filter_info_get(struct filter_kernel *k, const char *name, bool reset,
		    struct filter_info *info)
{
	struct nlmsghdr *nlh = filter_request(k, IPFLTDRV_CMD_SET_GET, 0);
	int err;

	*info = (struct filter_info){ 0 };
	filter_put_name(nlh, IPFLTDRV_A_SET_NAME, name);
	if (reset)
		mnl_attr_put_u8(nlh, IPFLTDRV_A_SET_RESET, 1);
	err = filter_ask(k, nlh, on_info, info);
	return err ? filter_refused(k, err, name) : EXIT_OK;
}

static void *grown(void *old, size_t room, size_t size)
{
	void *p = realloc(old, room * size);

	if (p)
		return p;
	fail("out of memory");
	exit(EXIT_FAILED);
}

static int on_infos(const struct nlmsghdr *nlh, void *data)
{
	struct filter_infos *all = data;

	if (all->count == all->room) {
		all->room = all->room ? all->room * 2 : 64;
		all->info = grown(all->info, all->room, sizeof(*all->info));
	}
	if (filter_info_parse(nlh, &all->info[all->count]))
		all->count++;
	return MNL_CB_OK;
}

/**
 * filter_infos_get - all sets
 * @k: the kernel
 * @reset: set their counters to 0
 * @all: where to put them, to be given to filter_infos_clean() in any case
 *
 * Return: EXIT_OK, or EXIT_FAILED after a message.
 */
int filter_infos_get(struct filter_kernel *k, bool reset, struct filter_infos *all)
{
	struct nlmsghdr *nlh;
	int err, tries = 0;

	*all = (struct filter_infos){ 0 };
	do {
		all->count = 0;
		nlh = filter_request(k, IPFLTDRV_CMD_SET_GET, NLM_F_DUMP);
		if (reset)
			mnl_attr_put_u8(nlh, IPFLTDRV_A_SET_RESET, 1);
		err = filter_ask(k, nlh, on_infos, all);
	} while (err == -EINTR && ++tries < TRIES);
	return err ? filter_refused(k, err, "filter sets") : EXIT_OK;
}

/**
 * filter_infos_clean - forget them
 * @all: the sets
 */
void filter_infos_clean(struct filter_infos *all)
{
	free(all->info);
	*all = (struct filter_infos){ 0 };
}

static void list_append(struct filter_list *list, const char *filter, size_t size,
			const char *packets)
{
	struct ipfltdrv_filter *f;

	if (list->count == list->room) {
		list->room = list->room ? list->room * 2 : 1024;
		list->filters = grown(list->filters, list->room, sizeof(*list->filters));
		list->packets = grown(list->packets, list->room, sizeof(*list->packets));
	}
	f = &list->filters[list->count];
	/* The kernel's structure may be shorter than ours, or longer. */
	memset(f, 0, sizeof(*f));
	memcpy(f, filter, size < sizeof(*f) ? size : sizeof(*f));
	list->packets[list->count] = 0;
	if (packets)
		memcpy(&list->packets[list->count], packets, sizeof(*list->packets));
	list->count++;
}

static int on_filters(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[IPFLTDRV_A_FILTER_MAX + 1];
	size_t i, n, size, counted = 0;
	const char *filters, *packets = NULL;

	if (nl_genl_parse(nlh, tb, IPFLTDRV_A_FILTER_MAX) || !tb[IPFLTDRV_A_FILTER_FILTERS])
		return MNL_CB_OK;
	size = nl_attr_uint(tb[IPFLTDRV_A_FILTER_SIZE]);
	if (!size)
		return MNL_CB_OK;
	filters = mnl_attr_get_payload(tb[IPFLTDRV_A_FILTER_FILTERS]);
	n = mnl_attr_get_payload_len(tb[IPFLTDRV_A_FILTER_FILTERS]) / size;
	if (tb[IPFLTDRV_A_FILTER_PACKETS]) {
		packets = mnl_attr_get_payload(tb[IPFLTDRV_A_FILTER_PACKETS]);
		counted = mnl_attr_get_payload_len(tb[IPFLTDRV_A_FILTER_PACKETS]) /
			  sizeof(uint64_t);
	}
	for (i = 0; i < n; i++)
		list_append(data, filters + i * size, size,
			    i < counted ? packets + i * sizeof(uint64_t) : NULL);
	return MNL_CB_OK;
}

/**
 * filter_list_get - all filters of a set, in the order of their numbers
 * @k: the kernel
 * @name: the set
 * @reset: set their counters to 0
 * @list: where to put them, to be given to filter_list_clean() in any case
 *
 * Return: EXIT_OK, or EXIT_FAILED after a message.
 */
int filter_list_get(struct filter_kernel *k, const char *name, bool reset,
		    struct filter_list *list)
{
	struct nlmsghdr *nlh;
	int err, tries = 0;

	*list = (struct filter_list){ 0 };
	do {
		list->count = 0;
		nlh = filter_request(k, IPFLTDRV_CMD_FILTER_GET, NLM_F_DUMP);
		filter_put_name(nlh, IPFLTDRV_A_FILTER_SET, name);
		if (reset)
			mnl_attr_put_u8(nlh, IPFLTDRV_A_FILTER_RESET, 1);
		err = filter_ask(k, nlh, on_filters, list);
	} while ((err == -EINTR || err == -EAGAIN) && ++tries < TRIES);
	return err ? filter_refused(k, err, name) : EXIT_OK;
}

/**
 * filter_one_get - a filter by its number
 * @k: the kernel
 * @name: the set
 * @number: the number
 * @f: filled in
 *
 * Return: 0 or a negative error.
 */
int filter_one_get(struct filter_kernel *k, const char *name, uint32_t number,
		   struct ipfltdrv_filter *f)
{
	struct nlmsghdr *nlh = filter_request(k, IPFLTDRV_CMD_FILTER_GET, 0);
	struct filter_list list = { 0 };
	int err;

	filter_put_name(nlh, IPFLTDRV_A_FILTER_SET, name);
	mnl_attr_put_u32(nlh, IPFLTDRV_A_FILTER_FIRST, number);
	err = filter_ask(k, nlh, on_filters, &list);
	if (!err && !list.count)
		err = -ENOENT;
	if (!err)
		*f = list.filters[0];
	filter_list_clean(&list);
	return err;
}

/**
 * filter_list_clean - forget them
 * @list: the filters
 */
void filter_list_clean(struct filter_list *list)
{
	free(list->filters);
	free(list->packets);
	*list = (struct filter_list){ 0 };
}
