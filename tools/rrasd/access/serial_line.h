/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A serial line: a terminal with the kernel's PPP discipline, bridged to a link.
 *
 * The link does not notice when the line goes. The file of /dev/ppp that is attached to the line's
 * channel does: it has an end when the terminal hangs up. So that is watched.
 */
#ifndef RRASD_ACCESS_SERIAL_LINE_H
#define RRASD_ACCESS_SERIAL_LINE_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

struct config_line;
struct ppp_link;
struct rrasd;

#define SERIAL_PPP_DEVICE	"/dev/ppp"
#define SERIAL_ERROR_LEN	160

/**
 * struct serial_line - a line that may be open
 */
struct serial_line {
	struct rrasd *d;
	/** @tty: the terminal; -1: closed */
	int tty;
	/** @channel: the file of /dev/ppp; -1: it has no link */
	int channel;
	/** @flush: flow control may hold back what is sent */
	bool flush;
	/** @io: of @channel */
	ev_io io;
	/** @frame: a frame arrived before there was a bridge */
	void (*frame)(struct serial_line *line, const uint8_t *frame, size_t len);
	/** @hangup: the line is gone; serial_line_close() is due */
	void (*hangup)(struct serial_line *line);
	char error[SERIAL_ERROR_LEN];
};

void serial_line_init(struct serial_line *line, struct rrasd *d);
int serial_line_open(struct serial_line *line, const char *device,
		     const struct config_line *config);
bool serial_line_carrier(const struct serial_line *line);
int serial_line_link(struct serial_line *line, uint32_t *link);
void serial_line_framing(struct serial_line *line, const struct ppp_link *link);
bool serial_line_take(struct serial_line *line, const struct config_line *config, int tty,
		      int channel);
void serial_line_close(struct serial_line *line);

#endif /* RRASD_ACCESS_SERIAL_LINE_H */
