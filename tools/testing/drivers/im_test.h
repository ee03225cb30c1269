/* SPDX-License-Identifier: GPL-2.0 */
/*
 * im_test: intermediate drivers that do what a test tells them to, and complain
 * when ndiswan_shim does not do what include/net/ndiswan.h promises.
 *
 *	insmod im_test.ko drivers=NAME:ALTITUDE[:OPTION[,OPTION]...][/NAME...]
 *
 * Options that are fixed, see struct ndiswan_driver:
 *
 *	monitor, mandatory, headroom=N, cost=N, abi=N, nopause
 *	later			not registered before "register" is written
 *	lengthen		puts as many bytes before a packet as it costs, and
 *				takes them off again when receiving
 *
 * Options that may as well be written to /proc/im_test/NAME/control, one at a
 * time:
 *
 *	send=pass|drop|take|hold, receive=...
 *				take: keep a packet for "delay" ms; hold: until
 *				"release" or until it has to be settled
 *	delay=MS
 *	limit=N			packets kept of a link and direction; one more
 *				is dropped
 *	attach_every=N		refuse every Nth link; 0: none
 *	refuse=ERRNO		refuse every line-up; 0: none
 *	errno=ERRNO		what attach says
 *	decline=0|1
 *	hangup_after=N		ask for the link's end at its Nth packet, in the
 *				packet's context; 0: never
 *	keep=0|1		against the rules: hold packets beyond line-down
 *				and inject them in detach
 *
 * and what is written there only:
 *
 *	register, unregister	returns when it is done
 *	loop=N			both, N times; ends by a signal as well
 *	release			inject all that is held, on all links, in order
 *	hangup			ask for the end of all links
 *	originate=send|receive	a packet of its own on each link with IPv4 up
 *	clear			forget the record
 *
 * /proc/im_test/NAME/log has the record: what was called, in the order in which
 * it was called, with numbers that count over all drivers. stats has counters.
 */
#ifndef _IM_TEST_H
#define _IM_TEST_H

#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/ndiswan.h>

#define IM_DRIVERS	8
#define IM_RECORDS	2048

enum im_mode {
	IM_PASS,
	IM_DROP,
	IM_TAKE,
	IM_HOLD,
};

/* One call, as it was. */
struct im_record {
	u32 number;
	u32 link;
	const char *what;
	s8 proto;		/* -1: of none */
	int value;
	__be32 peer;
};

/**
 * struct im - one of the drivers
 * @public: what is registered
 * @name: of the driver
 * @control: one command at a time; outside of ndiswan_lock
 * @registered: protected by @control
 * @later: registered by command only
 * @lengthen: pushes and pulls public.mru_cost bytes
 * @mode: enum im_mode by direction
 * @delay: in milliseconds
 * @limit: packets kept of a link and direction
 * @attach_every: the Nth link is refused
 * @refuse: error of line-ups
 * @error: error of attach
 * @decline: all links
 * @hangup_after: packets of a link
 * @keep: break the rules
 * @mutex: protects @layers; inside ndiswan_lock
 * @layers: struct im_layer that are attached
 * @lock: protects the record
 * @records: number of them
 * @lost: that had no room
 * @record: what was called
 * @attaches: calls of attach
 * @detaches: calls of detach
 * @packets: by direction
 * @injected: by direction
 * @tight: packets without the headroom that was declared
 */
struct im {
	struct ndiswan_driver public;
	char name[NDISWAN_DRIVER_NAME];
	struct mutex control;		/* one command at a time */
	bool registered;
	bool later;
	bool lengthen;
	unsigned int mode[NDISWAN_DIRECTIONS];
	unsigned int delay;
	unsigned int limit;
	unsigned int attach_every;
	unsigned int refuse;
	unsigned int error;
	unsigned int decline;
	unsigned int hangup_after;
	unsigned int keep;
	struct mutex mutex;		/* protects @layers */
	struct list_head layers;
	spinlock_t lock;		/* protects the record */
	unsigned int records;
	unsigned int lost;
	struct im_record *record;
	unsigned int attaches;
	unsigned int detaches;
	atomic_long_t packets[NDISWAN_DIRECTIONS];
	atomic_long_t injected[NDISWAN_DIRECTIONS];
	atomic_long_t tight;
};

/* im_test_driver.c */
void im_monitor_only(struct im *im);
void im_init(struct im *im, unsigned int number);
int im_register(struct im *im);
void im_unregister(struct im *im);
void im_release(struct im *im);
void im_hangup(struct im *im);
void im_originate(struct im *im, enum ndiswan_direction direction);

/* im_test_proc.c */
int im_option(struct im *im, char *text);
int im_proc_add(struct im *im);

#endif /* _IM_TEST_H */
