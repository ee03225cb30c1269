// SPDX-License-Identifier: GPL-2.0
/*
 * Reading a small text file as a whole, see file.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "file.h"

static gid_t trusted;

/**
 * file_trust_group - say whose group may read secrets: that of the daemon's own user
 * @gid: the group
 */
void file_trust_group(gid_t gid)
{
	trusted = gid;
}

/**
 * file_exposed - may others read a file that is to be secret?
 * @st: what fstat() tells of it
 *
 * The group of the daemon's user may: else it could not be read again once root is given up.
 *
 * Return: whether they may.
 */
bool file_exposed(const struct stat *st)
{
	mode_t allowed = st->st_gid == trusted ? 0740 : 0700;

	return st->st_mode & 0777 & ~allowed;
}

static char *read_all(int fd, size_t limit, size_t *len)
{
	size_t size = 0, room = 4096;
	char *grown, *text = NULL;
	ssize_t n;

	for (;;) {
		if (size + 1 >= room || !text) {
			room *= 2;
			grown = room > limit * 2 + 8192 ? NULL : realloc(text, room);
			if (!grown) {
				errno = room > limit ? EFBIG : ENOMEM;
				break;
			}
			text = grown;
		}
		n = read(fd, text + size, room - size - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		size += (size_t)n;
		if (size > limit) {
			errno = EFBIG;
			break;
		}
		if (n == 0) {
			text[size] = '\0';
			*len = size;
			return text;
		}
	}
	free(text);
	return NULL;
}

/**
 * file_read - read a file
 * @path: its name
 * @limit: longest file that makes sense
 * @len: where to put the length
 * @st: where to put what fstat() tells of it
 *
 * Return: the text, terminated by a NUL, to be freed; NULL with errno set.
 */
char *file_read(const char *path, size_t limit, size_t *len, struct stat *st)
{
	char *text;
	int saved;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return NULL;
	if (fstat(fd, st) < 0) {
		text = NULL;
	} else if (!S_ISREG(st->st_mode)) {
		errno = S_ISDIR(st->st_mode) ? EISDIR : EINVAL;
		text = NULL;
	} else {
		text = read_all(fd, limit, len);
	}
	saved = errno;
	close(fd);
	errno = saved;
	return text;
}
