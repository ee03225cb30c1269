// SPDX-License-Identifier: GPL-2.0
/*
 * What the process may do: administer the network and nothing else.
 */
#include <cap-ng.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "caps.h"
#include "kernel.h"
#include "log.h"

#define OTHER_FILES	256	/* those that are no links */

/**
 * caps_raise_files - be allowed as many open files as there may be links
 * @wanted: links
 *
 * Before caps_drop(): it takes CAP_SYS_RESOURCE to go beyond the hard limit. The kernel's
 * fs.nr_open still holds; then as many as it allows.
 */
void caps_raise_files(uint32_t wanted)
{
	struct rlimit limit;
	rlim_t need = (rlim_t)wanted + OTHER_FILES;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= need)
		return;
	limit.rlim_cur = need;
	if (limit.rlim_max < need)
		limit.rlim_max = need;
	if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
		return;
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_max < need)
		log_warning("only %llu files may be open: fewer sessions than [limits] allows",
			    (unsigned long long)limit.rlim_max);
}

/**
 * caps_share - let another user open a device that is root's
 * @device: its name
 * @gid: the user's group
 */
void caps_share(const char *device, gid_t gid)
{
	struct stat st;

	if (stat(device, &st) == 0 && st.st_gid == gid && (st.st_mode & 060) == 060)
		return;
	if (chown(device, (uid_t)-1, gid) < 0 || chmod(device, 0660) < 0)
		log_warning("%s cannot be given to group %u: %m", device, (unsigned int)gid);
}

/**
 * caps_drop - become another user; give up all capabilities but those for the network
 * @uid: who
 * @gid: the user's group
 *
 * CAP_NET_ADMIN for netlink and /dev/ndiswan, CAP_NET_RAW for packet sockets. They are needed as
 * long as the daemon runs: interfaces come and go. Ports below 1024 are bound before. From here on
 * no memory of ours goes into a core file and no other process of the user reads it: secrets are
 * in it.
 *
 * Return: 0 or a negative error, which has been logged.
 */
int caps_drop(uid_t uid, gid_t gid)
{
	bool other = uid != geteuid() || gid != getegid();
	int err;

	/* Every link is one more open(). */
	if (other)
		caps_share(KERNEL_DEVICE, gid);
	capng_clear(CAPNG_SELECT_BOTH);
	/* Only with CAP_SETPCAP; without it the bounding set was somebody else's choice already. */
	capng_apply(CAPNG_SELECT_BOUNDS);
	err = capng_updatev(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_NET_ADMIN,
			    CAP_NET_RAW, -1);
	if (!err && other)
		err = capng_change_id((int)uid, (int)gid, CAPNG_INIT_SUPP_GRP);
	else if (!err)
		err = capng_apply(CAPNG_SELECT_CAPS);
	if (err) {
		log_error("%scapabilities CAP_NET_ADMIN and CAP_NET_RAW cannot be had: "
			  "rrasd has to be started by root", other ? "another user with " : "");
		return -EPERM;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0) {
		log_error("prctl: %m");
		return -errno;
	}
	return 0;
}
