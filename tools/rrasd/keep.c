// SPDX-License-Identifier: GPL-2.0
/*
 * Files that outlive the process, see keep.h.
 *
 * They are put into the queue once in each turn of the loop, many with one message. A message
 * cannot be taken out of the middle of a queue: what is no longer needed stays until all that is
 * needed is put in once more, behind it, and then everything before is thrown away. So at every
 * moment each file is in the queue at least once. Who starts after us only looks (MSG_PEEK).
 */
#include <errno.h>
#include <ev.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kernel.h"
#include "keep.h"
#include "log.h"
#include "notify.h"
#include "rrasd.h"
#include "session.h"

#define FILES_MAX	253		/* SCM_MAX_FD */
#define QUEUE_LEN	(32 << 20)	/* more than all messages of a hundred thousand files */
#define TIDY_S		1.0

#define STATE_NAME	"state"
#define IN_NAME		"links-in"
#define OUT_NAME	"links-out"

/* Goes with each file in a message. */
struct label {
	uint32_t kind;
	uint32_t number;
};

struct held {
	struct label label;
	int fd;
	uint32_t *place;	/* 1 and the index of this */
};

/* A file from the queue that nobody has asked for yet. */
struct left {
	struct label label;
	int fd;
};

struct keep {
	struct rrasd *d;
	struct state *state;
	int in, out;		/* ends of the queue */
	uint32_t messages;	/* in the queue */
	uint32_t stale;		/* files in it that are not to be held any more */
	bool heir;
	struct held *held;
	uint32_t count, room;
	uint32_t sent;		/* of @held, those that are in the queue */
	struct left *left;
	uint32_t left_count, left_room;
	ev_prepare turn;
	ev_timer tidy;
	struct log_limit limit;
};

static struct {
	int state, in, out;
} inherited = { -1, -1, -1 };

/**
 * keep_inherit - take what the process before us has left with who has started both
 *
 * Before any file is opened, and before going to the background.
 */
void keep_inherit(void)
{
	char names[NOTIFY_FDS_MAX][32];
	int fds[NOTIFY_FDS_MAX], *to;
	size_t count, i;

	count = notify_inherited(fds, names);
	for (i = 0; i < count; i++) {
		to = NULL;
		if (!strcmp(names[i], STATE_NAME))
			to = &inherited.state;
		else if (!strcmp(names[i], IN_NAME))
			to = &inherited.in;
		else if (!strcmp(names[i], OUT_NAME))
			to = &inherited.out;
		if (to && *to < 0)
			*to = fds[i];
		else
			close(fds[i]);
	}
}

/**
 * keep_state - the records of all sessions
 * @k: the keep
 *
 * Return: them.
 */
struct state *keep_state(const struct keep *k)
{
	return k->state;
}

/**
 * keep_is_heir - has a process before us left something?
 * @k: the keep, or NULL
 *
 * Return: whether what is found in the kernel may be its.
 */
bool keep_is_heir(const struct keep *k)
{
	return k && k->heir;
}

/* Return: whether all of them, from @first on, are in the queue. */
static bool send_files(struct keep *k, uint32_t first, uint32_t count)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(FILES_MAX * sizeof(int))];
	} control;
	struct label labels[FILES_MAX];
	struct iovec part = { labels, count * sizeof(labels[0]) };
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.room,
		.msg_controllen = CMSG_SPACE(count * sizeof(int)),
	};
	uint32_t i;
	int *fds;

	memset(&control, 0, sizeof(control.header));
	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(count * sizeof(int));
	fds = (int *)CMSG_DATA(&control.header);
	for (i = 0; i < count; i++) {
		labels[i] = k->held[first + i].label;
		fds[i] = k->held[first + i].fd;
	}
	if (sendmsg(k->in, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
		if (log_allowed(&k->limit))
			log_error("%u sessions would not outlive this process: %m", count);
		return false;
	}
	k->messages++;
	return true;
}

static bool send_range(struct keep *k, uint32_t first)
{
	uint32_t count;

	for (; first < k->count; first += count) {
		count = k->count - first < FILES_MAX ? k->count - first : FILES_MAX;
		if (!send_files(k, first, count))
			return false;
	}
	return true;
}

static void throw_away(struct keep *k, uint32_t messages)
{
	char byte;

	/* Without room for the files the kernel lets go of them. */
	while (messages-- && recv(k->out, &byte, 1, MSG_DONTWAIT) >= 0)
		k->messages--;
}

static void tidy(struct keep *k)
{
	uint32_t before = k->messages;

	k->sent = 0;
	if (!send_range(k, 0))
		return;
	throw_away(k, before);
	k->sent = k->count;
	k->stale = 0;
}

static bool is_untidy(const struct keep *k)
{
	return k->stale || k->messages > 64 + 2 * (k->count / FILES_MAX) || k->sent < k->count;
}

static void on_tidy(struct ev_loop *loop, ev_timer *t, int revents)
{
	struct keep *k = t->data;

	(void)loop;
	(void)revents;
	if (is_untidy(k))
		tidy(k);
}

/**
 * keep_flush - have everything outlive us that has changed
 * @k: the keep
 */
void keep_flush(struct keep *k)
{
	sessions_save(k->d);
	if (k->sent < k->count && send_range(k, k->sent))
		k->sent = k->count;
	if (is_untidy(k) && !ev_is_active(&k->tidy)) {
		ev_timer_set(&k->tidy, TIDY_S, 0.0);
		ev_timer_start(k->d->loop, &k->tidy);
	}
}

static void on_turn(struct ev_loop *loop, ev_prepare *w, int revents)
{
	(void)loop;
	(void)revents;
	keep_flush(w->data);
}

static struct held *add_held(struct keep *k)
{
	uint32_t room = k->room ? 2 * k->room : 256;
	struct held *held;

	if (k->count == k->room) {
		held = realloc(k->held, room * sizeof(*held));
		if (!held)
			return NULL;
		k->held = held;
		k->room = room;
	}
	return &k->held[k->count++];
}

/**
 * keep_hold - have a file stay open when this process ends
 * @k: the keep
 * @kind: what it is
 * @number: which, of its kind
 * @fd: the file, open until keep_release()
 * @place: 0; set if it is held
 */
void keep_hold(struct keep *k, enum keep_kind kind, uint32_t number, int fd, uint32_t *place)
{
	struct held *h = add_held(k);

	if (!h)
		return;
	*h = (struct held){ { kind, number }, fd, place };
	*place = k->count;
}

static void move(struct keep *k, uint32_t from, uint32_t to)
{
	k->held[to] = k->held[from];
	*k->held[to].place = to + 1;
}

/**
 * keep_release - a file need not stay open any more
 * @k: the keep
 * @place: what keep_hold() has set; set to 0
 *
 * Somebody else has it open for some time still.
 */
void keep_release(struct keep *k, uint32_t *place)
{
	uint32_t index = *place - 1;

	if (!*place)
		return;
	*place = 0;
	/* Those in the queue come first: the last of them, and then the last of all, moves up. */
	if (index < k->sent) {
		k->stale++;
		k->sent--;
		if (index != k->sent)
			move(k, k->sent, index);
		index = k->sent;
	}
	k->count--;
	if (index != k->count)
		move(k, k->count, index);
}

static int by_label(const void *a, const void *b)
{
	const struct left *x = a, *y = b;

	if (x->label.kind != y->label.kind)
		return x->label.kind < y->label.kind ? -1 : 1;
	if (x->label.number != y->label.number)
		return x->label.number < y->label.number ? -1 : 1;
	return 0;
}

/**
 * keep_take - a file that the process before us has had held
 * @k: the keep
 * @kind: what it is
 * @number: which
 *
 * Return: the file, the caller's from now on; -1: there is none.
 */
int keep_take(struct keep *k, enum keep_kind kind, uint32_t number)
{
	struct left key = { .label = { kind, number } };
	struct left *l = NULL;
	int fd;

	if (k->left_count)
		l = bsearch(&key, k->left, k->left_count, sizeof(*l), by_label);
	if (!l)
		return -1;
	fd = l->fd;
	l->fd = -1;
	if (fd >= 0)
		k->stale++;	/* unless somebody wants it for longer */
	return fd;
}

/**
 * keep_take_any - one more file of a kind that the process before us has had held
 * @k: the keep
 * @kind: what it is
 * @number: gets which
 *
 * Return: the file, the caller's from now on; -1: there are no more.
 */
int keep_take_any(struct keep *k, enum keep_kind kind, uint32_t *number)
{
	uint32_t i;

	for (i = 0; i < k->left_count; i++) {
		if (k->left[i].label.kind != kind || k->left[i].fd < 0)
			continue;
		*number = k->left[i].label.number;
		return keep_take(k, kind, *number);
	}
	return -1;
}

/**
 * keep_taken - a file from keep_take() is to stay open when this process ends, too
 * @k: the keep
 * @kind: what it is
 * @number: which
 * @fd: the file
 * @place: 0; set if it is held
 */
void keep_taken(struct keep *k, enum keep_kind kind, uint32_t number, int fd, uint32_t *place)
{
	keep_hold(k, kind, number, fd, place);
	if (!*place)
		return;
	/* It is in the queue already. Nothing is sent before all have been taken. */
	k->sent = k->count;
	k->stale--;
}

/**
 * keep_end_rest - nobody knows what the other files were for: end what hangs on them
 * @k: the keep
 *
 * Return: how many links went down.
 */
uint32_t keep_end_rest(struct keep *k)
{
	uint32_t links = 0, i;

	for (i = 0; i < k->left_count; i++) {
		if (k->left[i].fd < 0)
			continue;
		k->stale++;
		if (k->left[i].label.kind == KEEP_LINK) {
			kernel_link_end(k->left[i].fd);
			links++;
		}
		close(k->left[i].fd);
	}
	free(k->left);
	k->left = NULL;
	k->left_count = 0;
	return links;
}

static bool add_left(struct keep *k, const struct label *label, int fd)
{
	uint32_t room = k->left_room ? 2 * k->left_room : 1024;
	struct left *left;

	if (k->left_count == k->left_room) {
		left = realloc(k->left, room * sizeof(*left));
		if (!left)
			return false;
		k->left = left;
		k->left_room = room;
	}
	k->left[k->left_count++] = (struct left){ *label, fd };
	return true;
}

static void take_message(struct keep *k, struct msghdr *m, const struct label *labels, size_t len)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(m);
	size_t count, i;
	int fd;

	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
		return;
	count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	for (i = 0; i < count; i++) {
		memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd), sizeof(fd));
		if ((i + 1) * sizeof(*labels) > len || !add_left(k, &labels[i], fd))
			close(fd);
	}
}

/* The same file may be in the queue twice, if the process before us ended while it tidied up. */
static void forget_doubles(struct keep *k)
{
	uint32_t i, n = 0;

	qsort(k->left, k->left_count, sizeof(*k->left), by_label);
	for (i = 0; i < k->left_count; i++) {
		if (n && !by_label(&k->left[n - 1], &k->left[i])) {
			close(k->left[i].fd);
			k->stale++;
		} else {
			k->left[n++] = k->left[i];
		}
	}
	k->left_count = n;
}

static void read_queue(struct keep *k)
{
	char control[CMSG_SPACE(FILES_MAX * sizeof(int))] __attribute__((aligned(8)));
	struct label labels[FILES_MAX];
	struct iovec part = { labels, sizeof(labels) };
	struct msghdr m;
	int at = 0;
	ssize_t len;

	/* Each look is at the message after the one before. */
	if (setsockopt(k->out, SOL_SOCKET, SO_PEEK_OFF, &at, sizeof(at)) < 0) {
		log_error("SO_PEEK_OFF: %m");
		return;
	}
	for (;;) {
		m = (struct msghdr){
			.msg_iov = &part, .msg_iovlen = 1, .msg_control = control,
			.msg_controllen = sizeof(control),
		};
		len = recvmsg(k->out, &m, MSG_PEEK | MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
		if (len <= 0)
			break;
		k->messages++;
		if (m.msg_flags & MSG_CTRUNC)
			log_error("too many open files: raise LimitNOFILE");
		take_message(k, &m, labels, (size_t)len);
	}
	at = -1;
	setsockopt(k->out, SOL_SOCKET, SO_PEEK_OFF, &at, sizeof(at));
	if (k->left_count)
		forget_doubles(k);
}

/* Return: why what we have inherited is of no use; NULL: it is, or there is nothing. */
static const char *take_over(struct keep *k)
{
	const char *why = NULL;

	k->in = inherited.in;
	k->out = inherited.out;
	if (k->out >= 0)
		read_queue(k);
	if (inherited.state >= 0) {
		k->state = state_open(inherited.state, &why);
		if (!k->state)
			return why;
	}
	if (k->state && k->in >= 0 && k->out >= 0)
		return NULL;
	return k->state || k->in >= 0 || k->out >= 0 ? "a part is missing" : NULL;
}

static void forget(struct keep *k)
{
	state_close(k->state);
	if (k->in >= 0)
		close(k->in);
	if (k->out >= 0)
		close(k->out);
	k->state = NULL;
	k->in = -1;
	k->out = -1;
	k->messages = 0;
	k->stale = 0;
	notify_send("FDSTOREREMOVE=1\nFDNAME=" STATE_NAME, NULL, 0);
	notify_send("FDSTOREREMOVE=1\nFDNAME=" IN_NAME, NULL, 0);
	notify_send("FDSTOREREMOVE=1\nFDNAME=" OUT_NAME, NULL, 0);
}

static int begin(struct keep *k)
{
	int size = QUEUE_LEN, ends[2], fd;

	k->state = state_create();
	if (!k->state || socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends) < 0) {
		log_error("memory for the records of sessions: %m");
		return -ENOMEM;
	}
	k->in = ends[0];
	k->out = ends[1];
	if (setsockopt(k->in, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(k->in, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	fd = state_fd(k->state);
	notify_send("FDSTORE=1\nFDNAME=" STATE_NAME, &fd, 1);
	notify_send("FDSTORE=1\nFDNAME=" IN_NAME, &k->in, 1);
	notify_send("FDSTORE=1\nFDNAME=" OUT_NAME, &k->out, 1);
	return 0;
}

/**
 * keep_open - have sessions outlive this process, and find those that have outlived another
 * @d: the daemon; its @keep is set unless nobody offers to hold anything
 *
 * What cannot be read is ended.
 *
 * Return: 0 or a negative error, which has been logged.
 */
int keep_open(struct rrasd *d)
{
	const char *why;
	struct keep *k;

	if (!notify_open()) {
		log_warning("-k, but nobody listens at NOTIFY_SOCKET: sessions end with rrasd");
		return 0;
	}
	k = calloc(1, sizeof(*k));
	if (!k)
		return -ENOMEM;
	d->keep = k;
	k->d = d;
	ev_prepare_init(&k->turn, on_turn);
	k->turn.data = k;
	ev_prepare_start(d->loop, &k->turn);
	ev_init(&k->tidy, on_tidy);
	k->tidy.data = k;
	why = take_over(k);
	if (why) {
		log_error("the state of the process before cannot be read: %s: %u sessions end",
			  why, keep_end_rest(k));
		forget(k);
	}
	k->heir = k->state;
	return k->state ? 0 : begin(k);
}

/**
 * keep_close - the opposite; all sessions have ended: nothing is left for who comes after us
 * @d: the daemon
 */
void keep_close(struct rrasd *d)
{
	struct keep *k = d->keep;

	if (!k)
		return;
	ev_prepare_stop(d->loop, &k->turn);
	ev_timer_stop(d->loop, &k->tidy);
	forget(k);
	free(k->held);
	free(k->left);
	free(k);
	d->keep = NULL;
}
