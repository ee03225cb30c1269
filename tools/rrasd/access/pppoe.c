// SPDX-License-Identifier: GPL-2.0
/*
 * PPPoE access: interfaces and their sockets.
 *
 * Two packet sockets an interface, each with a filter in the kernel: one for PADIs, which anyone
 * may send at any rate, one for the others. The first has the lower priority in the loop. A flood
 * of PADIs then fills its own buffer only. An interface may serve clients, dial, or both: it
 * receives nothing that is of no use to it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../lib/array.h"
#include "../config.h"
#include "../log.h"
#include "../rrasd.h"
#include "cookie.h"
#include "pppoe_internal.h"

#define RECEIVE_BUFFER	(8 << 20)	/* more than ten thousand frames */
#define FRAMES_A_TURN	32
#define CODES_MAX	4	/* of one socket */
#define CODE_OFFSET	15	/* of the PPPoE code, from the Ethernet header on */

/* Take these codes and no others. */
static int attach_filter(int fd, const uint8_t *codes, size_t count)
{
	struct sock_filter code[CODES_MAX + 3] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, CODE_OFFSET),
	};
	struct sock_fprog program = { (unsigned short)(count + 3), code };
	size_t i;

	for (i = 0; i < count; i++)
		code[i + 1] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, codes[i],
							   (uint8_t)(count - i), 0);
	code[count + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
	code[count + 2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0x40000);
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

static int open_socket(int ifindex, const uint8_t *codes, size_t count)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_PPP_DISC),
		.sll_ifindex = ifindex,
	};
	int size = RECEIVE_BUFFER;
	int saved;
	int fd;

	/* Protocol 0: nothing is received before the filter is there and the interface chosen. */
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (attach_filter(fd, codes, count) == 0 &&
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

static void on_readable(struct ev_loop *loop, ev_io *io, int revents)
{
	static uint8_t frames[FRAMES_A_TURN][PPPOE_FRAME_MAX + 2];
	struct mmsghdr messages[FRAMES_A_TURN];
	struct pppoe_iface *iface = io->data;
	struct iovec parts[FRAMES_A_TURN];
	int count, i;

	(void)loop;
	(void)revents;
	memset(messages, 0, sizeof(messages));
	for (i = 0; i < FRAMES_A_TURN; i++) {
		parts[i] = (struct iovec){ frames[i], sizeof(frames[i]) };
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	/* An error says that the interface went down or away; netdev.c tells the same. */
	count = recvmmsg(io->fd, messages, FRAMES_A_TURN, MSG_DONTWAIT, NULL);
	for (i = 0; i < count; i++)
		pppoe_receive(iface, frames[i], messages[i].msg_len);
}

/**
 * pppoe_iface_send - send a discovery frame
 * @iface: where
 * @w: the frame, complete
 */
void pppoe_iface_send(struct pppoe_iface *iface, const struct pppoe_writer *w)
{
	if (iface->request < 0 || send(iface->request, w->data, w->len, MSG_DONTWAIT) < 0)
		iface->pppoe->counts.unsent++;
}

static void close_sockets(struct pppoe_iface *iface)
{
	ev_io_stop(iface->pppoe->d->loop, &iface->initiation_io);
	ev_io_stop(iface->pppoe->d->loop, &iface->request_io);
	if (iface->initiation >= 0)
		close(iface->initiation);
	if (iface->request >= 0)
		close(iface->request);
	iface->initiation = -1;
	iface->request = -1;
}

static void end_sessions(struct pppoe_iface *iface)
{
	uint32_t i;

	for (i = PPPOE_SESSION_MIN; iface->count && i <= PPPOE_SESSION_MAX; i++) {
		if (iface->by_number[i])
			session_lower_down(&iface->by_number[i]->s,
					   PPP_REASON_LOWER_DOWN);
	}
}

static void stop_listening(struct pppoe_iface *iface)
{
	if (!iface->ifindex)
		return;
	log_info("pppoe %s: not listening any more, %u sessions end", iface->watch.name,
		 iface->count);
	end_sessions(iface);
	pppoe_dial_down(iface);
	close_sockets(iface);
	iface->ifindex = 0;
}

static int open_sockets(struct pppoe_iface *iface, int ifindex)
{
	static const uint8_t initiation[] = { PPPOE_CODE_PADI };
	uint8_t others[CODES_MAX];
	size_t count = 0;

	others[count++] = PPPOE_CODE_PADT;
	if (iface->serves)
		others[count++] = PPPOE_CODE_PADR;
	iface->hears_offers = !list_empty(&iface->diallers);
	if (iface->hears_offers) {
		others[count++] = PPPOE_CODE_PADO;
		others[count++] = PPPOE_CODE_PADS;
	}
	iface->request = open_socket(ifindex, others, count);
	if (iface->request < 0)
		return -1;
	if (!iface->serves)
		return 0;
	iface->initiation = open_socket(ifindex, initiation, ARRAY_SIZE(initiation));
	return iface->initiation < 0 ? -1 : 0;
}

static int start_listening(struct pppoe_iface *iface)
{
	const struct netdev_state *state = &iface->watch.state;
	struct ev_loop *loop = iface->pppoe->d->loop;

	if (open_sockets(iface, state->ifindex)) {
		log_error("pppoe %s: cannot listen: %m", iface->watch.name);
		close_sockets(iface);
		return -1;
	}
	iface->ifindex = state->ifindex;
	memcpy(iface->mac, state->mac, PPPOE_MAC_LEN);
	ev_io_set(&iface->request_io, iface->request, EV_READ);
	ev_io_start(loop, &iface->request_io);
	if (iface->serves) {
		ev_io_set(&iface->initiation_io, iface->initiation, EV_READ);
		ev_set_priority(&iface->initiation_io, EV_MINPRI);
		ev_io_start(loop, &iface->initiation_io);
	}
	log_info("pppoe %s: %s", iface->watch.name,
		 iface->serves ? "listening" : "ready to dial");
	pppoe_dial_up(iface);
	return 0;
}

/* The interface appeared, went away, is up or down, or has another address. */
static void on_changed(struct netdev_watch *w, const struct netdev_state *old)
{
	struct pppoe_iface *iface = w->data;
	bool usable = w->state.ifindex && w->state.up && w->state.ethernet;

	(void)old;
	if (w->state.ifindex && !w->state.ethernet)
		log_error("pppoe %s: it is no Ethernet interface", w->name);
	if (iface->ifindex &&
	    (!usable || iface->ifindex != w->state.ifindex ||
	     memcmp(iface->mac, w->state.mac, PPPOE_MAC_LEN)))
		stop_listening(iface);
	if (usable && !iface->ifindex)
		start_listening(iface);
}

/**
 * pppoe_iface_get - an interface, which need not exist
 * @p: the access protocol
 * @name: its name
 *
 * Return: the interface; NULL without memory.
 */
struct pppoe_iface *pppoe_iface_get(struct pppoe *p, const char *name)
{
	struct pppoe_iface *iface;
	uint16_t start = 0;
	struct list *l;

	for (l = p->ifaces.next; l != &p->ifaces; l = l->next) {
		iface = container_of(l, struct pppoe_iface, list);
		if (!strcmp(iface->watch.name, name))
			return iface;
	}
	iface = calloc(1, sizeof(*iface));
	if (!iface)
		return NULL;
	/* Not where the process before this one began: its clients may not know it is gone. */
	if (getrandom(&start, sizeof(start), 0) < 0)
		start = 0;
	iface->cursor = PPPOE_SESSION_MIN + start % PPPOE_SESSION_MAX;
	iface->pppoe = p;
	list_init(&iface->diallers);
	iface->initiation = -1;
	iface->request = -1;
	ev_init(&iface->initiation_io, on_readable);
	ev_init(&iface->request_io, on_readable);
	iface->initiation_io.data = iface;
	iface->request_io.data = iface;
	iface->watch.changed = on_changed;
	iface->watch.data = iface;
	list_append(&p->ifaces, &iface->list);
	netdev_add(p->d, &iface->watch, name);
	return iface;
}

/**
 * pppoe_iface_dials - there is a dialler more, who hears other codes than clients send
 * @iface: the interface, which may be listened on already
 */
void pppoe_iface_dials(struct pppoe_iface *iface)
{
	if (!iface->ifindex || iface->hears_offers)
		return;
	close_sockets(iface);
	iface->ifindex = 0;
	start_listening(iface);
}

static int serve(struct pppoe *p, const char *name)
{
	struct pppoe_iface *iface = pppoe_iface_get(p, name);

	if (!iface)
		return -ENOMEM;
	iface->serves = true;
	return 0;
}

static void warn_missing(struct pppoe *p)
{
	struct pppoe_iface *iface;
	struct list *l;

	for (l = p->ifaces.next; l != &p->ifaces; l = l->next) {
		iface = container_of(l, struct pppoe_iface, list);
		if (!iface->watch.state.ifindex)
			log_warning("pppoe %s: there is no such interface yet: waiting for it",
				    iface->watch.name);
		else if (!iface->watch.state.up)
			log_warning("pppoe %s: it is not up yet: waiting for it",
				    iface->watch.name);
	}
}

static int pppoe_open(struct rrasd *d)
{
	struct pppoe *p;
	size_t i;
	int err;

	p = calloc(1, sizeof(*p));
	if (!p)
		return -ENOMEM;
	d->pppoe = p;
	p->d = d;
	list_init(&p->ifaces);
	err = htable_init(&p->clients);
	if (!err)
		err = htable_init(&p->requests);
	if (!err)
		err = cookie_init();
	for (i = 0; !err && i < d->config->interfaces.count; i++)
		err = serve(p, d->config->interfaces.item[i]);
	return err;
}

static int pppoe_listen(struct rrasd *d)
{
	int err = netdev_refresh(d);

	if (!err)
		warn_missing(d->pppoe);
	return err;
}

static void pppoe_close(struct rrasd *d)
{
	struct pppoe *p = d->pppoe;
	struct pppoe_iface *iface;

	if (!p)
		return;
	while (!list_empty(&p->ifaces)) {
		iface = container_of(p->ifaces.next, struct pppoe_iface, list);
		close_sockets(iface);
		list_remove(&iface->watch.list);
		list_remove(&iface->list);
		free(iface);
	}
	htable_clean(&p->clients);
	htable_clean(&p->requests);
	free(p);
	d->pppoe = NULL;
}

static void pppoe_json(struct rrasd *d, struct json *j)
{
	const struct pppoe_counts *c = &d->pppoe->counts;

	json_field_uint(j, "pppoe-padi", c->padi);
	json_field_uint(j, "pppoe-pado", c->pado);
	json_field_uint(j, "pppoe-padr", c->padr);
	json_field_uint(j, "pppoe-pads", c->pads);
	json_field_uint(j, "pppoe-padt-in", c->padt_in);
	json_field_uint(j, "pppoe-padt-out", c->padt_out);
	json_field_uint(j, "pppoe-malformed", c->malformed);
	json_field_uint(j, "pppoe-limited", c->limited);
	json_field_uint(j, "pppoe-bad-cookie", c->cookie);
	json_field_uint(j, "pppoe-bad-service", c->service);
	json_field_uint(j, "pppoe-refused", c->refused);
	json_field_uint(j, "pppoe-repeated", c->repeated);
	json_field_uint(j, "pppoe-stray", c->stray);
	json_field_uint(j, "pppoe-unsent", c->unsent);
}

const struct access pppoe_access = {
	.name = "pppoe",
	.open = pppoe_open,
	.listen = pppoe_listen,
	.close = pppoe_close,
	.json = pppoe_json,
	.dialler = pppoe_dialler_create,
	.restore = pppoe_restore,
	.goodbye = pppoe_goodbye,
};
