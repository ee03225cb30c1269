// SPDX-License-Identifier: GPL-2.0
/* A filter as user space gives it, and as the classifier takes it. Pure. */
#include <kunit/visibility.h>
#include <linux/build_bug.h>
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <uapi/linux/ipfltdrv.h>

#include "classify.h"
#include "filter.h"

#define KNOWN_FLAGS	(IPFLTDRV_FILTER_ESTABLISHED | IPFLTDRV_FILTER_FRAGMENT | \
			 IPFLTDRV_FILTER_LOG | IPFLTDRV_FILTER_PROTOCOL | \
			 IPFLTDRV_FILTER_ICMP_TYPE | IPFLTDRV_FILTER_ICMP_CODE)

static const struct {
	u32 user;
	u16 flag;
} flag_pairs[] = {
	{ IPFLTDRV_FILTER_ESTABLISHED,	IPF_ESTABLISHED },
	{ IPFLTDRV_FILTER_FRAGMENT,	IPF_FRAGMENT },
	{ IPFLTDRV_FILTER_PROTOCOL,	IPF_PROTOCOL },
	{ IPFLTDRV_FILTER_ICMP_TYPE,	IPF_ICMP_TYPE },
	{ IPFLTDRV_FILTER_ICMP_CODE,	IPF_ICMP_CODE },
};

/**
 * ipf_filter_read() - take a structure whose sender may be older or newer
 * @data: the structure, not aligned
 * @size: how long it is there
 * @user: what it says; filled in
 * @why: the reason of a refusal is returned here
 *
 * Return: 0, -EINVAL if it is too short, -E2BIG if it says what we do not know.
 */
int ipf_filter_read(const void *data, size_t size, struct ipfltdrv_filter *user,
		    const char **why)
{
	BUILD_BUG_ON(sizeof(*user) < IPFLTDRV_FILTER_SIZE_V1);
	if (size < IPFLTDRV_FILTER_SIZE_V1) {
		*why = "the structure of a filter is too short";
		return -EINVAL;
	}
	if (size > sizeof(*user) &&
	    memchr_inv((const u8 *)data + sizeof(*user), 0, size - sizeof(*user))) {
		*why = "the filter has a condition that this kernel module is too old for";
		return -E2BIG;
	}
	memset(user, 0, sizeof(*user));
	memcpy(user, data, min(size, sizeof(*user)));
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(ipf_filter_read);

static int late_from_user(u8 late, u8 len, u16 client, u16 iface, u16 *flags,
			  const char **why)
{
	if (late != IPFLTDRV_LATE_NONE && len) {
		*why = "an address is either a prefix or filled in by the binding";
		return -EINVAL;
	}
	switch (late) {
	case IPFLTDRV_LATE_NONE:
		return 0;
	case IPFLTDRV_LATE_CLIENT:
		*flags |= client;
		return 0;
	case IPFLTDRV_LATE_INTERFACE:
		*flags |= iface;
		return 0;
	default:
		*why = "unknown kind of address";
		return -EINVAL;
	}
}

static int family_from_user(u8 user, u8 *family, const char **why)
{
	switch (user) {
	case 0:
		*family = IPF_ANY;
		return 0;
	case 4:
		*family = IPF_IPV4;
		return 0;
	case 6:
		*family = IPF_IPV6;
		return 0;
	default:
		*why = "the family is 4, 6, or 0 for both";
		return -EINVAL;
	}
}

static int check_plain(const struct ipfltdrv_filter *user, const char **why)
{
	if (user->flags & ~KNOWN_FLAGS) {
		*why = "the filter has a flag that this kernel module does not know";
		return -EINVAL;
	}
	if (memchr_inv(user->reserved, 0, sizeof(user->reserved))) {
		*why = "a reserved field of the filter is not 0";
		return -EINVAL;
	}
	if (!user->directions ||
	    user->directions & ~(IPFLTDRV_INGRESS | IPFLTDRV_EGRESS)) {
		*why = "the direction is 1 for received packets, 2 for sent ones, or 3";
		return -EINVAL;
	}
	/* Would be ignored, and the user would think otherwise. */
	if ((user->protocol && !(user->flags & IPFLTDRV_FILTER_PROTOCOL)) ||
	    (user->icmp_type && !(user->flags & IPFLTDRV_FILTER_ICMP_TYPE)) ||
	    (user->icmp_code && !(user->flags & IPFLTDRV_FILTER_ICMP_CODE))) {
		*why = "a protocol, an ICMP type or an ICMP code without its flag";
		return -EINVAL;
	}
	return 0;
}

static void ports_from_user(const __u16 user[2], u16 flag, u16 port[2], u16 *flags)
{
	if (!user[0] && !user[1])
		return;
	*flags |= flag;
	port[0] = user[0];
	port[1] = user[1];
}

/**
 * ipf_filter_from_user() - check a filter and translate it
 * @user: as it came
 * @filter: filled in; whether its conditions fit together is for
 *	ipf_classifier_add() to say
 * @why: the reason of a refusal is returned here
 *
 * Return: 0 or -EINVAL.
 */
int ipf_filter_from_user(const struct ipfltdrv_filter *user,
			 struct ipf_filter *filter, const char **why)
{
	int err, i;

	memset(filter, 0, sizeof(*filter));
	err = check_plain(user, why);
	if (!err)
		err = family_from_user(user->family, &filter->family, why);
	if (!err)
		err = late_from_user(user->src_late, user->src_len, IPF_SRC_CLIENT,
				     IPF_SRC_IFACE, &filter->flags, why);
	if (!err)
		err = late_from_user(user->dst_late, user->dst_len, IPF_DST_CLIENT,
				     IPF_DST_IFACE, &filter->flags, why);
	if (err)
		return err;

	for (i = 0; i < ARRAY_SIZE(flag_pairs); i++)
		if (user->flags & flag_pairs[i].user)
			filter->flags |= flag_pairs[i].flag;
	ports_from_user(user->src_port, IPF_SRC_PORT, filter->src_port,
			&filter->flags);
	ports_from_user(user->dst_port, IPF_DST_PORT, filter->dst_port,
			&filter->flags);
	memcpy(&filter->src, user->src, sizeof(filter->src));
	memcpy(&filter->dst, user->dst, sizeof(filter->dst));
	filter->src_len = user->src_len;
	filter->dst_len = user->dst_len;
	filter->protocol = user->protocol;
	filter->icmp_type = user->icmp_type;
	filter->icmp_code = user->icmp_code;
	filter->tag = user->tag;
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(ipf_filter_from_user);

static u8 late_to_user(u16 flags, u16 client, u16 iface)
{
	if (flags & client)
		return IPFLTDRV_LATE_CLIENT;
	return flags & iface ? IPFLTDRV_LATE_INTERFACE : IPFLTDRV_LATE_NONE;
}

/**
 * ipf_filter_to_user() - the reverse of ipf_filter_from_user()
 * @filter: as ipf_classifier_get() gives it
 * @user: filled in, but for what the classifier does not know: direction and the
 *	flag log
 */
void ipf_filter_to_user(const struct ipf_filter *filter,
			struct ipfltdrv_filter *user)
{
	static const u8 families[] = {
		[IPF_ANY] = 0, [IPF_IPV4] = 4, [IPF_IPV6] = 6,
	};
	int i;

	memset(user, 0, sizeof(*user));
	for (i = 0; i < ARRAY_SIZE(flag_pairs); i++)
		if (filter->flags & flag_pairs[i].flag)
			user->flags |= flag_pairs[i].user;
	user->tag = filter->tag;
	user->family = families[filter->family];
	if (filter->flags & IPF_PROTOCOL)
		user->protocol = filter->protocol;
	user->src_len = filter->src_len;
	user->dst_len = filter->dst_len;
	user->src_late = late_to_user(filter->flags, IPF_SRC_CLIENT, IPF_SRC_IFACE);
	user->dst_late = late_to_user(filter->flags, IPF_DST_CLIENT, IPF_DST_IFACE);
	if (filter->flags & IPF_ICMP_TYPE)
		user->icmp_type = filter->icmp_type;
	if (filter->flags & IPF_ICMP_CODE)
		user->icmp_code = filter->icmp_code;
	if (filter->flags & IPF_SRC_PORT)
		memcpy(user->src_port, filter->src_port, sizeof(user->src_port));
	if (filter->flags & IPF_DST_PORT)
		memcpy(user->dst_port, filter->dst_port, sizeof(user->dst_port));
	memcpy(user->src, &filter->src, sizeof(user->src));
	memcpy(user->dst, &filter->dst, sizeof(user->dst));
}
EXPORT_SYMBOL_IF_KUNIT(ipf_filter_to_user);

/**
 * ipf_name_is_valid() - can a set be called this?
 * @name: the name
 *
 * Names come from user names and RADIUS, and go to logs and shells: nothing in
 * them may need quoting, and they are neither empty nor like an option.
 *
 * Return: true if so.
 */
bool ipf_name_is_valid(const char *name)
{
	size_t i;

	if (!isascii(name[0]) || !isalnum(name[0]))
		return false;
	for (i = 1; name[i]; i++)
		if (!isascii(name[i]) ||
		    (!isalnum(name[i]) && !strchr("._-:@+", name[i])))
			return false;
	return i <= IPFLTDRV_SET_NAME_LEN;
}
EXPORT_SYMBOL_IF_KUNIT(ipf_name_is_valid);
