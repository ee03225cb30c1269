/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IPFLTDRV_FILTER_H
#define _IPFLTDRV_FILTER_H

#include <linux/types.h>
#include <uapi/linux/ipfltdrv_filter.h>

struct ipf_filter;

int ipf_filter_read(const void *data, size_t size, struct ipfltdrv_filter *user,
		    const char **why);
int ipf_filter_from_user(const struct ipfltdrv_filter *user,
			 struct ipf_filter *filter, const char **why);
void ipf_filter_to_user(const struct ipf_filter *filter,
			struct ipfltdrv_filter *user);
bool ipf_name_is_valid(const char *name);

#endif /* _IPFLTDRV_FILTER_H */
