// SPDX-License-Identifier: GPL-2.0
/*
 * PPTP calls that outlive the process, of clients and those that we have dialled, and their control
 * connections: the TCP socket goes with each call, what is known of the connection is in the record
 * of each.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../dial.h"
#include "../record.h"
#include "../rrasd.h"
#include "pptp_internal.h"

struct pptp_saved {
	uint32_t echo_id;
	uint32_t unsent;	/* bytes that the client had not taken */
	uint16_t number, peer_number;
	uint16_t incoming;
	uint16_t fill;		/* of @buffer: a message that was not there as a whole */
	char peer_name[PPTP_NAME_LEN];
	uint8_t buffer[PPTP_FRAME_MAX];
};

/**
 * pptp_save - write down a call
 * @conn: its connection
 * @number: our number
 * @peer_number: the client's
 * @incoming: the client is the PAC
 * @w: where to
 */
void pptp_save(const struct pptp_conn *conn, uint16_t number, uint16_t peer_number, bool incoming,
	       struct record_writer *w)
{
	const struct pptp_control *c = &conn->control;
	struct pptp_saved saved = {
		.echo_id = c->echo_id, .unsent = (uint32_t)conn->out_len,
		.number = number, .peer_number = peer_number,
		.incoming = incoming, .fill = c->fill,
	};

	memcpy(saved.peer_name, c->peer_name, sizeof(saved.peer_name));
	memcpy(saved.buffer, c->buffer, c->fill);
	record_put(w, RECORD_PORT, &saved, sizeof(saved));
}

/* Only the beginning of a message is left between two reads. */
static bool plausible(const struct pptp_saved *saved)
{
	struct pptp_message m;

	return saved->fill < PPTP_FRAME_MAX &&
	       !pptp_frame_parse(saved->buffer, saved->fill, &m);
}

/* Calls with the same socket are of one connection. */
static struct pptp_conn *find(const struct pptp *p, int control)
{
	socklen_t len = sizeof(uint64_t);
	struct pptp_conn *conn;
	uint64_t cookie;
	struct list *l;

	if (getsockopt(control, SOL_SOCKET, SO_COOKIE, &cookie, &len) < 0)
		return NULL;
	for (l = p->conns.next; l != &p->conns; l = l->next) {
		conn = container_of(l, struct pptp_conn, list);
		if (conn->cookie == cookie)
			return conn;
	}
	return NULL;
}

static struct pptp_conn *create(struct pptp *p, const struct pptp_saved *saved, int control,
				struct pptp_dialler *dialler)
{
	struct pptp_conn *conn;
	int fd;

	fd = fcntl(control, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return NULL;
	conn = dialler ? pptp_dial_conn(dialler, fd) : pptp_conn_restore(p, fd);
	if (!conn) {
		close(fd);
		return NULL;
	}
	conn->control.echo_id = saved->echo_id;
	conn->control.fill = saved->fill;
	memcpy(conn->control.buffer, saved->buffer, sizeof(saved->buffer));
	memcpy(conn->control.peer_name, saved->peer_name, sizeof(saved->peer_name));
	conn->written = saved->fill;
	pptp_conn_go_on(conn);
	return conn;
}

static const char *restore_call(const struct handover *h, const struct pptp_saved *saved)
{
	struct pptp_conn *conn = find(h->d->pptp, h->control);
	const char *why;

	if (!conn)
		conn = create(h->d->pptp, saved, h->control, NULL);
	if (!conn || !conn->peer)
		return "its control connection cannot be gone on with";
	why = pptp_call_restore(conn, saved->number, saved->peer_number, saved->incoming, h);
	if (why && list_empty(&conn->calls))
		pptp_conn_end(conn, why);
	return why;
}

static const char *restore_line(const struct handover *h, const struct pptp_saved *saved)
{
	struct pptp_dialler *dialler = pptp_dial_find(h);

	if (!dialler)
		return "its [dial] section is gone, or calls somebody else now";
	if (find(h->d->pptp, h->control) || !create(h->d->pptp, saved, h->control, dialler))
		return "its control connection cannot be gone on with";
	return pptp_dial_restore(dialler, saved->number, saved->peer_number, h);
}

/**
 * pptp_restore - go on with a call of the process before us
 * @h: its session
 *
 * Return: NULL, or why that is not possible.
 */
const char *pptp_restore(const struct handover *h)
{
	struct pptp_saved saved;

	if (!record_get(h->record, RECORD_PORT, &saved, sizeof(saved)) || !plausible(&saved))
		return "its record makes no sense";
	if (h->control < 0)
		return "its control connection is gone";
	/* Part of a message is lost, and with it where the next one begins. */
	if (saved.unsent)
		return "the other side had not taken all that was sent to it";
	return dial_is_saved(h->record) ? restore_line(h, &saved) : restore_call(h, &saved);
}
