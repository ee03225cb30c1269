/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reliable delivery of L2TP control messages (RFC 2661 section 5.8 and appendix A). Pure:
 * messages and time in, messages out.
 *
 * Messages wait in one queue until the peer has acknowledged them. As many of them are on their
 * way as the peer's window and slow start allow. When no acknowledgment comes in time, all of
 * them count as lost: the first one is sent again, with pauses that double, until it has been sent
 * so often that the peer must be gone.
 */
#ifndef RRASD_ACCESS_L2TP_RELIABLE_H
#define RRASD_ACCESS_L2TP_RELIABLE_H

#include "l2tp_avp.h"

#define L2TP_WINDOW_DEFAULT	4	/* of a peer that names none (section 4.4.3) */
#define L2TP_WINDOW_MAX		256

enum l2tp_arrival {
	L2TP_ARRIVAL_NEXT,	/* a message that is to be acted upon */
	L2TP_ARRIVAL_ACK,	/* only an acknowledgment */
	L2TP_ARRIVAL_AGAIN,	/* a message that came before */
	L2TP_ARRIVAL_EARLY,	/* one before it is missing, or it has to wait: comes again */
	L2TP_ARRIVAL_FORGED,	/* it acknowledges what was not sent: not from the peer */
};

struct l2tp_queued;

/**
 * struct l2tp_reliable - one end of a control connection
 */
struct l2tp_reliable {
	/** @queue: messages that are not acknowledged, oldest first */
	struct l2tp_queued *queue, **queue_end;
	/** @first: number of the oldest message in the queue */
	uint16_t first;
	/** @expected: number of the next message of the peer */
	uint16_t expected;
	/** @count: of messages in the queue */
	uint32_t count;
	/** @flying: of these, those on their way and not thought lost */
	uint32_t flying;
	/** @reached: of these, those that were ever sent */
	uint32_t reached;
	/** @peer_window: how many may be on their way */
	uint16_t peer_window;
	/** @window: the same, as slow start has it; @grown: acknowledgments since it grew */
	uint16_t window, grown;
	/** @threshold: where slow start ends */
	uint16_t threshold;
	/** @ack: something was received that no message of ours has acknowledged yet */
	bool ack;
	/** @tries: how often the oldest message was sent */
	uint8_t tries;
	uint8_t tries_max;
	uint32_t first_ms, longest_ms;
	/** @deadline: when to call l2tp_reliable_timer(), ms; 0: never */
	uint64_t deadline;
	/** @repeated: messages sent again */
	uint32_t repeated;
};

void l2tp_reliable_init(struct l2tp_reliable *r, uint32_t first_ms, uint32_t longest_ms,
			uint8_t tries_max);
void l2tp_reliable_clean(struct l2tp_reliable *r);
void l2tp_reliable_window(struct l2tp_reliable *r, uint16_t window);
bool l2tp_reliable_queue(struct l2tp_reliable *r, const struct l2tp_writer *w);
const uint8_t *l2tp_reliable_message(const struct l2tp_reliable *r, uint32_t index, size_t *len);
void l2tp_reliable_drop_unsent(struct l2tp_reliable *r);
enum l2tp_arrival l2tp_reliable_input(struct l2tp_reliable *r, const struct l2tp_header *h,
				      bool wait, uint64_t now);
const uint8_t *l2tp_reliable_output(struct l2tp_reliable *r, uint64_t now, size_t *len);
bool l2tp_reliable_timer(struct l2tp_reliable *r, uint64_t now);

#endif /* RRASD_ACCESS_L2TP_RELIABLE_H */
