// SPDX-License-Identifier: GPL-2.0
/*
 * The control socket: connections.
 *
 * One request a connection: a line in, lines of JSON out, the last of them {"ok":true,...} or
 * {"error":"..."}. Nothing a peer does can make the daemon wait: what it has not read yet is kept
 * in one buffer, and nothing more is made until there is room. A silent peer is cut off.
 */
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "config.h"
#include "control.h"
#include "hash.h"
#include "log.h"
#include "rrasd.h"

#define PEERS_MAX	16
#define REPLY_ROOM	16384	/* of one round; the longest object is far shorter */
#define SILENCE_S	20.0

struct peer {
	struct list list;
	struct control *control;
	ev_io io;
	ev_timer silence;
	struct control_reply reply;
	size_t request_len;
	size_t sent, len;		/* of @out */
	bool answering;
	char request[CONTROL_REQUEST_MAX];
	char out[REPLY_ROOM];
};

struct control {
	struct rrasd *d;
	ev_io io;
	int fd;
	char path[CONFIG_PATH_MAX + 1];
	struct list peers;
	unsigned int count;
};

static void drop(struct peer *p)
{
	struct ev_loop *loop = p->control->d->loop;

	ev_io_stop(loop, &p->io);
	ev_timer_stop(loop, &p->silence);
	close(p->io.fd);
	list_remove(&p->list);
	p->control->count--;
	free(p->reply.ids);
	free(p);
}

/* Returns false when the peer is gone or the answer is complete. */
static bool flush(struct peer *p)
{
	struct json j;
	ssize_t n;

	for (;;) {
		while (p->sent < p->len) {
			n = send(p->io.fd, p->out + p->sent, p->len - p->sent,
				 MSG_DONTWAIT | MSG_NOSIGNAL);
			if (n < 0)
				return errno == EAGAIN || errno == EINTR;
			p->sent += (size_t)n;
		}
		if (p->reply.done)
			return false;
		json_init(&j, p->out, sizeof(p->out));
		control_continue(p->control->d, &p->reply, &j);
		p->sent = 0;
		p->len = j.len;
	}
}

static void answer(struct peer *p)
{
	struct json j;

	json_init(&j, p->out, sizeof(p->out));
	control_command(p->control->d, p->request, p->request_len, &p->reply, &j);
	p->len = j.len;
	p->answering = true;
	ev_io_stop(p->control->d->loop, &p->io);
	ev_io_set(&p->io, p->io.fd, EV_WRITE);
	ev_io_start(p->control->d->loop, &p->io);
}

/* Returns false when the peer is gone or talks nonsense. */
static bool read_request(struct peer *p)
{
	char *end;
	ssize_t n;

	n = recv(p->io.fd, p->request + p->request_len, sizeof(p->request) - p->request_len,
		 MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (n == 0)
		return false;
	p->request_len += (size_t)n;
	end = memchr(p->request, '\n', p->request_len);
	if (!end)
		return p->request_len < sizeof(p->request);
	p->request_len = (size_t)(end - p->request);
	*end = '\0';
	answer(p);
	return true;
}

static void on_peer(struct ev_loop *loop, ev_io *io, int revents)
{
	struct peer *p = io->data;
	bool more;

	(void)revents;
	more = p->answering ? flush(p) : read_request(p);
	if (more)
		ev_timer_again(loop, &p->silence);
	else
		drop(p);
}

static void on_silence(struct ev_loop *loop, ev_timer *t, int revents)
{
	(void)loop;
	(void)revents;
	drop(t->data);
}

static void on_connect(struct ev_loop *loop, ev_io *io, int revents)
{
	struct control *c = io->data;
	struct peer *p;
	int fd;

	(void)revents;
	fd = accept4(c->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0)
		return;
	p = c->count < PEERS_MAX ? calloc(1, sizeof(*p)) : NULL;
	if (!p) {
		close(fd);
		return;
	}
	p->control = c;
	list_append(&c->peers, &p->list);
	c->count++;
	ev_io_init(&p->io, on_peer, fd, EV_READ);
	p->io.data = p;
	ev_io_start(loop, &p->io);
	ev_init(&p->silence, on_silence);
	p->silence.repeat = SILENCE_S;
	p->silence.data = p;
	ev_timer_again(loop, &p->silence);
}

/* A socket that nobody listens on was left by a process that was killed. */
static int remove_stale(const struct sockaddr_un *address)
{
	int fd, err;

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	err = connect(fd, (const struct sockaddr *)address, sizeof(*address)) ? errno : 0;
	close(fd);
	if (err == ENOENT)
		return 0;
	if (!err) {
		log_error("%s: another rrasd is running", address->sun_path);
		return -EADDRINUSE;
	}
	if (err == ECONNREFUSED && unlink(address->sun_path) == 0)
		return 0;
	log_error("%s: %s", address->sun_path, strerror(err));
	return -err;
}

/* Root may always ask. Whoever may ask can end sessions, so nobody else may unless it is said. */
static int admit_group(const char *path, const char *name)
{
	struct group *group = getgrnam(name);

	if (!group) {
		log_error("[daemon] control-group: no group is called '%s'", name);
		return -ENOENT;
	}
	if (chown(path, (uid_t)-1, group->gr_gid) == 0 && chmod(path, 0660) == 0)
		return 0;
	log_error("%s cannot be given to group '%s': %m", path, name);
	return -errno;
}

static int listen_on(struct control *c, const struct sockaddr_un *address)
{
	mode_t mask;
	int err;

	mask = umask(0177);
	err = bind(c->fd, (const struct sockaddr *)address, sizeof(*address)) ? errno : 0;
	umask(mask);
	if (!err && listen(c->fd, PEERS_MAX) < 0)
		err = errno;
	if (err)
		log_error("%s: %s", address->sun_path, strerror(err));
	else if (c->d->config->control_group)
		return admit_group(address->sun_path, c->d->config->control_group);
	return -err;
}

static void set_address(const struct rrasd *d, struct sockaddr_un *address)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	snprintf(address->sun_path, sizeof(address->sun_path), "%s", d->config->control_socket);
}

/**
 * control_check - is the control socket free, so that no other daemon runs?
 * @d: the daemon
 *
 * Return: 0 or a negative error, which has been logged.
 */
int control_check(struct rrasd *d)
{
	struct sockaddr_un address;

	set_address(d, &address);
	return remove_stale(&address);
}

/**
 * control_open - listen on the control socket
 * @d: the daemon; its @control is set
 *
 * Return: 0 or a negative error, which has been logged.
 */
int control_open(struct rrasd *d)
{
	struct sockaddr_un address;
	struct control *c;
	int err;

	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->d = d;
	list_init(&c->peers);
	set_address(d, &address);
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd < 0) {
		err = -errno;
		goto err_free;
	}
	err = listen_on(c, &address);
	if (err)
		goto err_close;
	snprintf(c->path, sizeof(c->path), "%s", d->config->control_socket);
	ev_io_init(&c->io, on_connect, c->fd, EV_READ);
	c->io.data = c;
	ev_io_start(d->loop, &c->io);
	d->control = c;
	return 0;

err_close:
	close(c->fd);
err_free:
	free(c);
	return err;
}

/**
 * control_close - the opposite
 * @d: the daemon
 */
void control_close(struct rrasd *d)
{
	struct control *c = d->control;

	if (!c)
		return;
	while (!list_empty(&c->peers))
		drop(container_of(c->peers.next, struct peer, list));
	ev_io_stop(d->loop, &c->io);
	close(c->fd);
	unlink(c->path);
	free(c);
	d->control = NULL;
}
