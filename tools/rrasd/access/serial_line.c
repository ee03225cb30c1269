// SPDX-License-Identifier: GPL-2.0
/*
 * A serial line, see serial_line.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/ppp-ioctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "../config_serial.h"
#include "../kernel.h"
#include "../log.h"
#include "../ppp/ppp.h"
#include "../rrasd.h"
#include "serial_line.h"

#define FRAME_LEN	2048

static void on_channel(struct ev_loop *loop, ev_io *io, int revents)
{
	static uint8_t frame[FRAME_LEN];
	struct serial_line *line = io->data;
	ssize_t len;

	(void)loop;
	(void)revents;
	len = read(line->channel, frame, sizeof(frame));
	if (len > 0)
		line->frame(line, frame, (size_t)len);
	else if (!len || (errno != EAGAIN && errno != EINTR))
		line->hangup(line);
}

/**
 * serial_line_init - a line that is closed
 * @line: the line; its owner sets @frame and @hangup
 * @d: the daemon
 */
void serial_line_init(struct serial_line *line, struct rrasd *d)
{
	line->d = d;
	line->tty = -1;
	line->channel = -1;
	ev_init(&line->io, on_channel);
	line->io.data = line;
}

static int fail(struct serial_line *line, const char *what)
{
	int err = errno;

	snprintf(line->error, sizeof(line->error), "%s: %s", what, strerror(err));
	serial_line_close(line);
	return -err;
}

static int set_terminal(int tty, const struct config_line *config)
{
	struct termios t;

	if (tcgetattr(tty, &t) < 0)
		return -1;
	cfmakeraw(&t);
	t.c_iflag = IGNBRK | IGNPAR;
	t.c_cflag = CS8 | CREAD | HUPCL;
	if (!config->modem)
		t.c_cflag |= CLOCAL;
	if (config->rtscts)
		t.c_cflag |= CRTSCTS;
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	cfsetspeed(&t, config_speed_code(config->speed));
	return tcsetattr(tty, TCSANOW, &t);
}

/**
 * serial_line_open - open the terminal and set it up
 * @line: the line, closed
 * @device: the terminal's name
 * @config: how
 *
 * Return: 0, or a negative error with @line->error.
 */
int serial_line_open(struct serial_line *line, const char *device,
		     const struct config_line *config)
{
	int flags;

	/* Not to wait for the carrier inside open(). */
	line->tty = open(device, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (line->tty < 0)
		return fail(line, "cannot open");
	line->flush = config->rtscts || config->modem;
	if (set_terminal(line->tty, config) < 0)
		return fail(line, "cannot set up");
	/* Who talks to a modem for us expects to wait. */
	flags = fcntl(line->tty, F_GETFL);
	if (flags < 0 || fcntl(line->tty, F_SETFL, flags & ~O_NONBLOCK) < 0)
		return fail(line, "cannot set up");
	return 0;
}

/**
 * serial_line_carrier - does the modem say that somebody is there?
 * @line: the line, open
 *
 * Return: whether it does; true of a terminal that has no such thing.
 */
bool serial_line_carrier(const struct serial_line *line)
{
	int bits;

	return ioctl(line->tty, TIOCMGET, &bits) < 0 || bits & TIOCM_CAR;
}

/**
 * serial_line_link - from here on the line carries a link
 * @line: the line, open
 * @link: where to put the link's number
 *
 * Return: the link's file, which owns it; or a negative error with @line->error, and the line is
 * closed.
 */
int serial_line_link(struct serial_line *line, uint32_t *link)
{
	int discipline = N_PPP;
	uint32_t ours;
	int theirs;
	int fd;

	if (ioctl(line->tty, TIOCSETD, &discipline) < 0)
		return fail(line, "no PPP discipline: modprobe ppp_async");
	if (ioctl(line->tty, PPPIOCGCHAN, &theirs) < 0)
		return fail(line, "no PPP channel");
	line->channel = open(SERIAL_PPP_DEVICE, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (line->channel < 0)
		return fail(line, SERIAL_PPP_DEVICE);
	if (ioctl(line->channel, PPPIOCATTCHAN, &theirs) < 0)
		return fail(line, "PPPIOCATTCHAN");
	fd = kernel_link_ppp(line->d->kernel, link, &ours);
	if (fd < 0) {
		snprintf(line->error, sizeof(line->error), "%s", kernel_error(line->d->kernel));
		serial_line_close(line);
		return fd;
	}
	if (ioctl(line->channel, PPPIOCBRIDGECHAN, &ours) < 0) {
		close(fd);
		return fail(line, "PPPIOCBRIDGECHAN");
	}
	ev_io_set(&line->io, line->channel, EV_READ);
	ev_io_start(line->d->loop, &line->io);
	return fd;
}

static void set(struct serial_line *line, unsigned long what, const char *name, const void *value)
{
	if (ioctl(line->channel, what, value) < 0)
		log_warning("serial: %s: %m", name);
}

/**
 * serial_line_framing - frame as LCP has agreed on
 * @line: the line, with a link
 * @link: what it has agreed on
 *
 * LCP's own frames are always sent as if nothing was agreed: the discipline sees to that.
 */
void serial_line_framing(struct serial_line *line, const struct ppp_link *link)
{
	int mru = link->mru;
	int flags = 0;

	if (link->send_acfc)
		flags |= SC_COMP_AC;
	if (link->send_pfc)
		flags |= SC_COMP_PROT;
	set(line, PPPIOCSFLAGS, "PPPIOCSFLAGS", &flags);
	set(line, PPPIOCSASYNCMAP, "PPPIOCSASYNCMAP", &link->peer_accm);
	set(line, PPPIOCSRASYNCMAP, "PPPIOCSRASYNCMAP", &link->accm);
	set(line, PPPIOCSMRU, "PPPIOCSMRU", &mru);
}

/**
 * serial_line_take - a line with a link that the process before us has had
 * @line: the line, closed
 * @config: how it was opened
 * @tty: the terminal; a duplicate is made
 * @channel: the file of /dev/ppp; likewise
 *
 * Return: whether it is open now.
 */
bool serial_line_take(struct serial_line *line, const struct config_line *config, int tty,
		      int channel)
{
	line->tty = fcntl(tty, F_DUPFD_CLOEXEC, 0);
	line->channel = fcntl(channel, F_DUPFD_CLOEXEC, 0);
	if (line->tty < 0 || line->channel < 0) {
		serial_line_close(line);
		return false;
	}
	line->flush = config->rtscts || config->modem;
	ev_io_set(&line->io, line->channel, EV_READ);
	ev_io_start(line->d->loop, &line->io);
	return true;
}

/* Who holds the terminal for us lets go of it a little later than we do. */
static void hang_up(int tty)
{
	int discipline = N_TTY;
	struct termios t;

	ioctl(tty, TIOCSETD, &discipline);
	if (tcgetattr(tty, &t) < 0)
		return;
	cfsetspeed(&t, B0);
	tcsetattr(tty, TCSANOW, &t);
}

/**
 * serial_line_close - let go of the terminal, which hangs up
 * @line: the line, open or not
 */
void serial_line_close(struct serial_line *line)
{
	ev_io_stop(line->d->loop, &line->io);
	/* What flow control holds back might keep close() for half a minute. */
	if (line->tty >= 0 && line->flush)
		tcflush(line->tty, TCOFLUSH);
	if (line->tty >= 0 && line->channel >= 0 && line->d->keep)
		hang_up(line->tty);
	/* The transport first: what is bridged to it need not wait for a grace period then. */
	if (line->tty >= 0)
		close(line->tty);
	if (line->channel >= 0)
		close(line->channel);
	line->tty = -1;
	line->channel = -1;
}
