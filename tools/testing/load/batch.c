// SPDX-License-Identifier: GPL-2.0
/*
 * Frames and datagrams of one socket go and come by the batch: system calls are what costs in
 * User Mode Linux, and the generator shares the processor with the server.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "load.h"

#define BATCH		64
#define BUFFER		(64 << 20)	/* an answer to everybody at once */
#define RECEIVE_MAX	1536

static struct {
	int fd;
	unsigned int waiting;
	uint8_t out[BATCH][FRAME_MAX];
	struct iovec out_parts[BATCH];
	struct mmsghdr out_messages[BATCH];
	uint8_t in[BATCH][RECEIVE_MAX];
	struct iovec in_parts[BATCH];
	struct mmsghdr in_messages[BATCH];
} self;

/**
 * batch_open() - from now on this is the socket
 * @fd: which has nobody to say to whom things go
 */
void batch_open(int fd)
{
	int size = BUFFER;
	unsigned int i;

	self.fd = fd;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	for (i = 0; i < BATCH; i++) {
		self.out_parts[i].iov_base = self.out[i];
		self.out_messages[i].msg_hdr.msg_iov = &self.out_parts[i];
		self.out_messages[i].msg_hdr.msg_iovlen = 1;
		self.in_parts[i] = (struct iovec){ self.in[i], RECEIVE_MAX };
		self.in_messages[i].msg_hdr.msg_iov = &self.in_parts[i];
		self.in_messages[i].msg_hdr.msg_iovlen = 1;
	}
}

/**
 * batch_flush() - have what waits leave
 */
void batch_flush(void)
{
	unsigned int sent = 0;
	int n;

	while (sent < self.waiting) {
		n = sendmmsg(self.fd, self.out_messages + sent, self.waiting - sent, 0);
		/* The last one says that nobody listened there a while ago. */
		if (n < 0 && errno != EAGAIN && errno != ENOBUFS && errno != EINTR &&
		    errno != ECONNREFUSED)
			die("sending: %s", strerror(errno));
		if (n > 0)
			sent += (unsigned int)n;
	}
	self.waiting = 0;
}

/**
 * batch_begin() - something that leaves with the next batch
 *
 * Return: room for FRAME_MAX bytes.
 */
uint8_t *batch_begin(void)
{
	if (self.waiting == BATCH)
		batch_flush();
	return self.out[self.waiting];
}

/**
 * batch_end() - it is complete
 * @len: its length
 */
void batch_end(size_t len)
{
	self.out_parts[self.waiting++].iov_len = len;
}

/**
 * batch_receive() - what has arrived
 * @take: is called with each
 *
 * Return: whether there was anything.
 */
bool batch_receive(void (*take)(const uint8_t *frame, size_t len))
{
	int n = recvmmsg(self.fd, self.in_messages, BATCH, MSG_DONTWAIT, NULL);
	int i;

	for (i = 0; i < n; i++)
		take(self.in[i], self.in_messages[i].msg_len);
	return n > 0;
}
