// SPDX-License-Identifier: GPL-2.0
/*
 * One datagram a message, see notify.h. libsystemd would do the same in another library to load
 * for a daemon that also runs without systemd.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "log.h"
#include "notify.h"

#define FIRST_FD	3	/* SD_LISTEN_FDS_START */

static int notify_fd = -1;

/**
 * notify_open - does anybody listen?
 *
 * Before privileges are given up and the environment is forgotten.
 *
 * Return: whether.
 */
bool notify_open(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	size_t len = path ? strlen(path) : 0;

	if (len < 2 || len >= sizeof(address.sun_path))
		return false;
	memcpy(address.sun_path, path, len);
	if (*path == '@')
		address.sun_path[0] = '\0';
	notify_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (notify_fd >= 0 &&
	    connect(notify_fd, (struct sockaddr *)&address,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) == 0)
		return true;
	log_warning("NOTIFY_SOCKET %s: %m", path);
	if (notify_fd >= 0)
		close(notify_fd);
	notify_fd = -1;
	return false;
}

/**
 * notify_send - send a message
 * @text: assignments, one a line
 * @fds: files that come along
 * @count: how many, at most NOTIFY_FDS_MAX
 *
 * Waits while the listener has no room. Does nothing if nobody listens.
 *
 * Return: whether it was sent; an error has been logged.
 */
bool notify_send(const char *text, const int *fds, size_t count)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(NOTIFY_FDS_MAX * sizeof(int))];
	} control = { 0 };
	struct iovec part = { (void *)text, strlen(text) };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t n;

	if (notify_fd < 0)
		return false;
	if (count) {
		message.msg_control = control.room;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(&control.header), fds, count * sizeof(int));
	}
	do {
		n = sendmsg(notify_fd, &message, MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		log_error("NOTIFY_SOCKET: %m");
	return n >= 0;
}

/* The next of "a:b:c". */
static void next_name(const char **list, char name[32])
{
	size_t len = strcspn(*list, ":");

	snprintf(name, 32, "%.*s", (int)len, *list);
	*list += len;
	if (**list)
		(*list)++;
}

/**
 * notify_inherited - the files that who has started us hands to us
 * @fds: gets them; ours from now on
 * @names: gets what each was called
 *
 * To be asked once, before anything is opened.
 *
 * Return: how many there are.
 */
size_t notify_inherited(int fds[NOTIFY_FDS_MAX], char names[NOTIFY_FDS_MAX][32])
{
	const char *pid = getenv("LISTEN_PID"), *number = getenv("LISTEN_FDS");
	const char *list = getenv("LISTEN_FDNAMES");
	int count = pid && number && atoi(pid) == (int)getpid() ? atoi(number) : 0;
	size_t found = 0;
	int i;

	for (i = 0; i < count; i++) {
		if (found == NOTIFY_FDS_MAX || fcntl(FIRST_FD + i, F_SETFD, FD_CLOEXEC) < 0) {
			close(FIRST_FD + i);
			continue;
		}
		names[found][0] = '\0';
		if (list)
			next_name(&list, names[found]);
		fds[found++] = FIRST_FD + i;
	}
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	return found;
}
