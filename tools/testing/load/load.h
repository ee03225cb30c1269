/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The load generator: what its files know of each other.
 *
 * A client is a number. What it is to a transport (an Ethernet address, a tunnel and a session)
 * follows from that, so that a frame finds its client without a search.
 */
#ifndef LOAD_H
#define LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#define PPP_LCP		0xc021
#define PPP_PAP		0xc023
#define PPP_CHAP	0xc223
#define PPP_IPCP	0x8021
#define PPP_IPV6CP	0x8057
#define PPP_IP		0x0021

#define FRAME_MAX	256	/* no frame that we send is longer */
#define COOKIE_MAX	64

/* Where a client is; in the order of a connection. */
enum phase {
	PHASE_DOWN,
	PHASE_SEEK,		/* PADI sent; L2TP: all before its call is up */
	PHASE_ASK,		/* PADR sent */
	PHASE_LCP,
	PHASE_AUTH,
	PHASE_NETWORK,
	PHASE_UP,
	PHASE_CLOSING,
	PHASES
};

/**
 * struct options - the command line
 * @device: Ethernet device; PPPoE
 * @server: IPv4 address of the server; L2TP
 * @tunnels: so many, with as many clients in each; L2TP
 * @gone: file with the number of sessions that the server still has; NULL: not asked
 * @password: of every client; client n is the user "client<n>"
 * @count: clients
 * @window: so many connect at a time
 * @step: report after each so many
 * @eager: of a hundred clients, how many send their Configure-Request first
 * @echo_ms: a client that is up sends an Echo-Request so often; 0: never
 * @echoing: the first so many clients do that
 * @pap: authenticate by PAP
 * @ipv6: IPV6CP too
 * @ping: each client pings the server once as soon as IPCP is open
 */
struct options {
	const char *device;
	const char *server;
	const char *gone;
	const char *password;
	unsigned int count;
	unsigned int tunnels;
	unsigned int window;
	unsigned int step;
	unsigned int eager;
	unsigned int echo_ms;
	unsigned int echoing;
	bool pap;
	bool ipv6;
	bool ping;
};

/**
 * struct client - one of them
 * @timer: in one of the queues of equal intervals, when @deadline is not 0
 */
struct client {
	TAILQ_ENTRY(client) timer;
	struct timers *timers;
	uint64_t deadline;
	uint64_t started;
	uint64_t asked;		/* when the last Echo-Request left */
	uint32_t number;
	uint32_t magic;
	uint32_t address;
	uint32_t server_address;
	uint64_t ifid;
	uint8_t phase;
	uint8_t tries;
	uint8_t attempts;
	uint8_t request_id;
	uint8_t ip_id;
	uint8_t ip6_id;
	bool lcp_acked:1;	/* the server has acknowledged our request */
	bool lcp_asked:1;	/* and we the server's */
	bool lcp_plain:1;	/* our request has no options: the server did not like them */
	bool lcp_sent:1;
	bool ip_acked:1, ip_asked:1;
	bool ip6_acked:1, ip6_asked:1;
	bool mute:1;		/* never says a word of PPP */
	bool echo_open:1;	/* our Echo-Request has no answer yet */
	uint8_t server_mac[6];
	uint16_t session;
	uint8_t cookie_len;
	uint8_t cookie[COOKIE_MAX];
};

TAILQ_HEAD(queue, client);

/**
 * struct timers - clients in the order of their deadlines, which are all as far away when set
 */
struct timers {
	struct queue queue;
	uint64_t interval;	/* us */
};

/**
 * struct transport - how the clients reach the server
 */
struct transport {
	const char *name;
	/** @open: once; dies on errors. Return: the socket to wait for */
	int (*open)(void);
	/** @receive: frames that have arrived. Return: whether there were any */
	bool (*receive)(void);
	/** @seek: begin, or ask again in PHASE_SEEK or PHASE_ASK */
	void (*seek)(struct client *c);
	/** @ask: ask again in PHASE_ASK, if there is one */
	void (*ask)(struct client *c);
	/** @send: a PPP frame without address and control fields */
	void (*send)(struct client *c, uint16_t protocol, const void *data, size_t len);
	/** @hang_up: end the session without LCP */
	void (*hang_up)(struct client *c);
	/** @close: end all sessions that share a tunnel with this one; NULL: nothing is shared */
	void (*close)(struct client *c);
	/** @deadline: when to call @timer, in microseconds of the clock; 0: never; or NULL */
	uint64_t (*deadline)(void);
	void (*timer)(void);
};

/* What went wrong, by kind. */
enum failure {
	FAILURE_SEEK,		/* no answer to PADI; L2TP: no session */
	FAILURE_ASK,		/* no answer to PADR, or no session */
	FAILURE_LCP,		/* no answer in that phase */
	FAILURE_AUTH,
	FAILURE_REFUSED,	/* authentication refused */
	FAILURE_NETWORK,
	FAILURE_ENDED,		/* the server ended it before it was up */
	FAILURE_LOST,		/* and while it was up */
	FAILURES
};

/**
 * struct load - everything
 * @now: monotonic microseconds, as of the last time the loop woke
 */
struct load {
	struct options options;
	const struct transport *transport;
	struct client *clients;
	uint64_t now;
	unsigned int up;
	uint64_t failures[FAILURES];
	uint64_t resends;
	uint64_t pings, pongs;
};

extern struct load load;
extern const struct transport transport_pppoe;
extern const struct transport transport_l2tp;

/* main.c */
__attribute__((noreturn, format(printf, 1, 2)))
void die(const char *fmt, ...);

/* batch.c */
void batch_open(int fd);
uint8_t *batch_begin(void);
void batch_end(size_t len);
void batch_flush(void);
bool batch_receive(void (*take)(const uint8_t *frame, size_t len));

/* client.c */
void clients_init(void);
void client_begin(struct client *c);
void client_found(struct client *c);
void client_connected(struct client *c);
void client_phase(struct client *c, enum phase phase);
void client_failed(struct client *c, enum failure why);
void client_ended(struct client *c);
void client_vanish(struct client *c);
void client_hang_up(struct client *c);
void client_close(struct client *c);
void client_terminate(struct client *c);
void client_echoed(struct client *c, uint64_t sent);
uint64_t clients_deadline(void);
void clients_timer(void);

/* run.c */
void run_init(void);
void run_up(struct client *c);
void run_echo(uint64_t us);
void run_echo_lost(void);
bool run_command(const char *line);
void run_look(void);
bool run_draining(void);
bool run_waiting(void);

/* ppp.c */
void ppp_begin(struct client *c);
void ppp_again(struct client *c);
void ppp_terminate(struct client *c);
void ppp_echo(struct client *c);
void ppp_receive(struct client *c, const uint8_t *frame, size_t len);

static inline uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static inline void put16(uint8_t *p, uint16_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static inline void put32(uint8_t *p, uint32_t value)
{
	put16(p, (uint16_t)(value >> 16));
	put16(p + 2, (uint16_t)value);
}

#endif /* LOAD_H */
