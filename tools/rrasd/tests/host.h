/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A world for one PPP session: records what the engine does, plays daemon and peer by script.
 *
 * Frames are written as hexadecimal text, spaces ignored: "c021 01 07 0004". The session is in
 * memory of its own that is freed inside finished(), so the sanitizer sees a late access.
 */
#ifndef RRASD_TESTS_HOST_H
#define RRASD_TESTS_HOST_H

#include "../ppp/ppp.h"

#define HOST_FRAMES	64
#define HOST_LOG	4096

enum host_auth { HOST_AUTH_CHECK, HOST_AUTH_DEFER };

struct host_frame {
	size_t len;
	uint8_t data[PPP_FRAME_MAX];
};

/**
 * struct host - the world
 * @s: the session; NULL once finished
 * @config: its configuration
 * @now: the time, ms
 * @timer: the deadline the session asked for
 * @auth: how auth_request() behaves
 * @secret: the right secret
 * @give: answer to address_request(); 0.0.0.0: deferred
 * @no_address: the answer is that there is none
 * @give_ifid: answer to identifier_request()
 * @own_ifid: unless the client asks for a certain one, then that is the answer
 * @prepare_ret: return value of network_prepare() for IPv4
 * @prepare6_ret: the same for IPv6
 * @close_in: name of the callback that closes the session, or NULL
 * @lower_in: name of the callback that reports the port gone, or NULL
 * @silent: frames are counted and not kept
 * @seed: state of the random numbers
 * @reason: why it finished
 * @finished: how often finished() was called
 * @prepared: successful network_prepare() without network_down(), IPv4
 * @is_up: between network_up() and network_down(), IPv4
 * @prepared6: as @prepared, IPv6
 * @is_up6: as @is_up, IPv6
 * @outputs: frames output
 * @out_bytes: their bytes
 * @biggest: bytes of the largest one
 * @link: from lcp_up()
 * @net: from the last network callback for IPv4
 * @net6: the same for IPv6
 * @asked: from the last auth_request(); its pointers are no longer valid
 * @asked_name: the name in it
 * @proof: MS-CHAPv2: what a deferred answer to it needs
 * @frames: what was output and not taken yet
 * @head: frames output so far, modulo HOST_FRAMES the place of the next
 * @tail: frames taken so far
 * @log: names of the callbacks, each followed by a space
 */
struct host {
	struct ppp_session *s;
	struct ppp_config config;
	uint64_t now;
	uint64_t timer;
	enum host_auth auth;
	const char *secret;
	struct in_addr give;
	bool no_address;
	uint64_t give_ifid;
	bool own_ifid;
	int prepare_ret;
	int prepare6_ret;
	const char *close_in;
	const char *lower_in;
	bool silent;
	uint64_t seed;
	enum ppp_reason reason;
	int finished;
	int prepared;
	bool is_up;
	int prepared6;
	bool is_up6;
	unsigned long outputs;
	unsigned long out_bytes;
	size_t biggest;
	struct ppp_link link;
	struct ppp_network net;
	struct ppp_network net6;
	struct ppp_auth_request asked;
	char asked_name[256];
	uint8_t proof[PPP_PROOF_LEN];
	struct host_frame frames[HOST_FRAMES];
	unsigned int head, tail;
	char log[HOST_LOG];
};

void host_init(struct host *h, enum ppp_role role, uint64_t seed);
void host_start(struct host *h);
void host_done(struct host *h);
void host_tick(struct host *h);
void host_wait(struct host *h, uint64_t ms);
void host_input(struct host *h, const uint8_t *frame, size_t len);
void host_hex(struct host *h, const char *hex);
size_t host_unhex(const char *hex, uint8_t *data, size_t size);
const char *host_next(struct host *h);
void host_drain(struct host *h);
void host_forget(struct host *h);
void host_lcp_open(struct host *h);
void host_auth_pap(struct host *h);
void host_network_open(struct host *h);
void host_network6_open(struct host *h);
uint64_t host_random(uint64_t *seed);

#endif /* RRASD_TESTS_HOST_H */
