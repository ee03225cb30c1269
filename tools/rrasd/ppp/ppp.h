/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The PPP engine: LCP, authentication, IPCP and IPV6CP of one client, as a pure function of the
 * bytes and the time it is given.
 *
 * It does no I/O, allocates nothing, has no global state and reads no clock: time comes in as
 * monotonic milliseconds with every call, random bytes come from a callback. The same engine is
 * the answering side and the dialling side.
 *
 * Rules of use:
 *  - One thread at a time per session.
 *  - Every entry point but ppp_session_init() may call back through struct ppp_ops before it
 *    returns. Inside a callback only these may be called on the same session:
 *    ppp_session_close() and ppp_session_lower_down() (they take effect when the entry point
 *    that called back ends), ppp_auth_answer() and ppp_auth_result() inside auth_request,
 *    ppp_address_result() inside address_request, and the read-only functions.
 *  - finished() is the last callback of a session, called exactly once after
 *    ppp_session_start(). The session may be freed inside it: it is not touched afterwards.
 *  - Pointers given to a callback are valid until it returns.
 */
#ifndef RRASD_PPP_PPP_H
#define RRASD_PPP_PPP_H

#include <assert.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fsm.h"
#include "mschap.h"
#include "proto.h"

#define PPP_CHALLENGE_MIN	16	/* bytes of a CHAP challenge of ours */
#define PPP_CHALLENGE_MAX	32
#define PPP_PENDING_MAX		128	/* longest IPCP request kept while an address is awaited */
#define PPP_CONFIRM_MS		1000	/* how long the peer's answer may delay network_up */
#define PPP_FRAME_MAX		(PPP_PROTO_LEN + PPP_DEFAULT_MRU)	/* longest frame output */

enum ppp_role {
	PPP_SERVER,		/* gives addresses */
	PPP_CLIENT,		/* asks for an address */
};

/*
 * Authentication methods. Proposed first is CHAP-MD5, then MS-CHAPv2, then PAP: what is recorded of
 * MS-CHAPv2 gives its secret away however long that is; of CHAP-MD5 only one that can be guessed.
 */
enum ppp_auth_method {
	PPP_AUTH_PAP = 1 << 0,
	PPP_AUTH_CHAP_MD5 = 1 << 1,
	PPP_AUTH_MSCHAPV2 = 1 << 2,
};

#define PPP_AUTH_ALL	(PPP_AUTH_PAP | PPP_AUTH_CHAP_MD5 | PPP_AUTH_MSCHAPV2)

enum ppp_phase {
	PPP_PHASE_DEAD,		/* before start, after finished */
	PPP_PHASE_ESTABLISH,	/* LCP negotiates */
	PPP_PHASE_AUTHENTICATE,
	PPP_PHASE_NETWORK,	/* IPCP or IPV6CP negotiates or is open */
	PPP_PHASE_TERMINATE,	/* LCP closes */
};

/* Why a session ended. */
enum ppp_reason {
	PPP_REASON_NONE,
	PPP_REASON_ADMIN,		/* an administrator disconnected it */
	PPP_REASON_SHUTDOWN,		/* the daemon stops */
	PPP_REASON_LIMIT,		/* a time limit of the user: idle or session time */
	PPP_REASON_REPLACED,		/* another session of the same user took its place */
	PPP_REASON_ERROR,		/* the system failed us */
	PPP_REASON_PEER,		/* the peer terminated */
	PPP_REASON_PEER_LOST,		/* the peer answers no echo */
	PPP_REASON_LOWER_DOWN,		/* the port under us went away */
	PPP_REASON_LCP_TIMEOUT,		/* the peer did not finish LCP in time */
	PPP_REASON_LCP_FAILED,		/* the peer and we found no common options */
	PPP_REASON_LOOPBACK,		/* we hear ourselves */
	PPP_REASON_AUTH_TIMEOUT,	/* the peer did not authenticate in time */
	PPP_REASON_AUTH_REFUSED,	/* the peer accepts no method that we demand */
	PPP_REASON_AUTH_FAILED,		/* the peer's name or secret is wrong */
	PPP_REASON_AUTH_DENIED,		/* the peer did not accept our name or secret */
	PPP_REASON_NO_ADDRESS,		/* no address for the client, or it refuses the one given */
	PPP_REASON_NETWORK_TIMEOUT,	/* no network protocol opened in time */
	PPP_REASON_NETWORK_REFUSED,	/* the peer ended or rejected all network protocols */
	PPP_REASON_NETWORK_FAILED,	/* network_prepare() failed */
	PPP_REASON_RENEGOTIATION,	/* the peer negotiates anew too often */
	PPP_REASONS
};

/**
 * struct ppp_config - what many sessions have in common; it outlives them and does not change
 *
 * Fill it with ppp_config_init() first and then set what differs.
 */
struct ppp_config {
	/** @role: the side we play in IPCP and IPV6CP */
	enum ppp_role role;

	/** @auth_peer: set of enum ppp_auth_method the peer may use; 0: it needs none */
	unsigned int auth_peer;
	/** @auth_self: set of methods we may be asked to use towards the peer */
	unsigned int auth_self;
	/** @name: our name, sent in CHAP challenges; at most 255 bytes; not NULL */
	const char *name;
	/** @user: name we authenticate with towards the peer (auth_self); not NULL then */
	const char *user;
	/** @secret: secret that goes with @user; not NULL then */
	const char *secret;
	/** @auth_retries: how often a peer may correct itself after a failure (MS-CHAPv2 only) */
	uint8_t auth_retries;

	/** @pppoe: ACCM, ACFC and FCS options are never asked for and rejected (RFC 2516, 7) */
	bool pppoe;
	/** @want_accm: say which characters we want escaped, @accm (asynchronous lines) */
	bool want_accm;
	/** @accm: a bit for each of the first 32 characters */
	uint32_t accm;
	/** @want_acfc: ask to receive without address and control fields */
	bool want_acfc;
	/** @want_pfc: ask to receive with a compressed protocol field */
	bool want_pfc;
	/** @allow_acfc: the port can send without address and control fields */
	bool allow_acfc;
	/** @allow_pfc: the port can send with a compressed protocol field */
	bool allow_pfc;
	/** @ask_dns: ask the peer for name servers (client) */
	bool ask_dns;
	/**
	 * @confirm_up: network_up waits until the peer has answered a packet of IPCP or IPV6CP
	 * that was sent after all else, or for PPP_CONFIRM_MS; a peer that does one thing after the
	 * other has then made its kernel ready for our first packet (client)
	 */
	bool confirm_up;
	/** @restart: Open in Stopped, Stopping or Opened restarts (RFC 1661, 4.3 "r") */
	bool restart;

	/** @mru: bytes we want to receive, 128..@max_mru; asked for if it is not 1500 */
	uint16_t mru;
	/** @mtu: most bytes we ever send to a peer, whatever its MRU */
	uint16_t mtu;
	/** @max_mru: largest MRU either side may have: 1492 on PPPoE (RFC 2516, 7) */
	uint16_t max_mru;

	/** @restart_ms: the restart timer (RFC 1661, 4.6) */
	uint32_t restart_ms;
	/**
	 * @linger_ms: how long to stay after a Terminate-Ack, so that it can be repeated;
	 * 0: as long as the restart timer
	 */
	uint32_t linger_ms;
	/** @max_configure: Configure-Requests without an answer, at most 255 */
	uint8_t max_configure;
	/** @max_terminate: Terminate-Requests without an answer */
	uint8_t max_terminate;
	/** @max_failure: Configure-Naks without agreement; after them they become Rejects */
	uint8_t max_failure;

	/** @lcp_limit_ms: time for LCP to open; 0: only the counters limit it */
	uint32_t lcp_limit_ms;
	/** @auth_limit_ms: time for authentication, both ways; 0: only counters */
	uint32_t auth_limit_ms;
	/** @network_limit_ms: time for a network protocol to open; 0: only counters */
	uint32_t network_limit_ms;
	/** @echo_ms: interval of Echo-Requests once LCP is open; 0: none */
	uint32_t echo_ms;
	/** @echo_failures: so many unanswered Echo-Requests in a row mean the peer is lost */
	uint8_t echo_failures;
	/** @rechallenge_ms: interval of new CHAP challenges while open; 0: none */
	uint32_t rechallenge_ms;

	/** @local: our address (server: required; client: 0.0.0.0 asks for one) */
	struct in_addr local;
	/** @dns: name servers given to clients; 0.0.0.0: none */
	struct in_addr dns[2];

	/** @ipv6: negotiate IPV6CP, next to IPCP and independent of it */
	bool ipv6;
	/**
	 * @ifid: our interface identifier, its first byte the highest (server: required for @ipv6;
	 * client: 0 takes one at random, and another if the peer says so)
	 */
	uint64_t ifid;
};

/**
 * struct ppp_link - what LCP agreed on
 */
struct ppp_link {
	/** @mru: most bytes the peer may send us in one frame's information field */
	uint16_t mru;
	/** @mtu: most bytes we may send: the peer's MRU, limited by the configuration */
	uint16_t mtu;
	/** @peer_accm: characters the peer wants escaped (asynchronous lines only) */
	uint32_t peer_accm;
	/** @accm: characters that the peer escapes (the same) */
	uint32_t accm;
	/** @send_acfc: we may leave out address and control fields */
	bool send_acfc;
	/** @send_pfc: we may compress the protocol field */
	bool send_pfc;
	/** @recv_acfc: the peer may leave out address and control fields */
	bool recv_acfc;
	/** @recv_pfc: the peer may compress the protocol field */
	bool recv_pfc;
};

/**
 * struct ppp_network - what a network control protocol agreed on
 */
struct ppp_network {
	/** @protocol: PPP_PROTO_IP or PPP_PROTO_IPV6; only what belongs to it is set */
	uint16_t protocol;
	/** @mtu: most bytes of a packet towards the peer */
	uint16_t mtu;
	/** @local: our address; as client 0.0.0.0 until network_up */
	struct in_addr local;
	/** @peer: the peer's address; as client possibly 0.0.0.0 */
	struct in_addr peer;
	/** @dns: name servers: those given (server) or learnt (client) */
	struct in_addr dns[2];
	/** @local_ifid: our interface identifier; as client 0 until network_up */
	uint64_t local_ifid;
	/** @peer_ifid: the peer's interface identifier, never 0 */
	uint64_t peer_ifid;
};

/**
 * struct ppp_auth_request - the peer's proof of who it is
 *
 * The byte strings come from the network as they are: not terminated, any byte may be in them.
 */
struct ppp_auth_request {
	/** @method: the method LCP agreed on */
	enum ppp_auth_method method;
	/** @id: CHAP: identifier of the challenge */
	uint8_t id;
	/** @name: the peer's name */
	const uint8_t *name;
	/** @name_len: bytes of @name, 0..255 */
	size_t name_len;
	/** @password: PAP: the password */
	const uint8_t *password;
	/** @password_len: bytes of @password, 0..255 */
	size_t password_len;
	/** @challenge: CHAP: our challenge */
	const uint8_t *challenge;
	/** @challenge_len: bytes of @challenge */
	size_t challenge_len;
	/** @response: CHAP: the peer's response */
	const uint8_t *response;
	/** @response_len: bytes of @response; CHAP-MD5: 16, MS-CHAPv2: 49 */
	size_t response_len;
	/** @peer_challenge: MS-CHAPv2: the peer's challenge, 16 bytes; part of @response */
	const uint8_t *peer_challenge;
	/** @nt_response: MS-CHAPv2: what proves it, 24 bytes; part of @response */
	const uint8_t *nt_response;
	/** @flags: MS-CHAPv2: the last byte of @response */
	uint8_t flags;
};

/**
 * struct ppp_auth_answer - what the daemon says to a proof; zeroed: no
 */
struct ppp_auth_answer {
	/** @ok: the peer is who it says */
	bool ok;
	/**
	 * @retry: not @ok: the peer may try once more, as long as @auth_retries of the
	 * configuration allow it (MS-CHAPv2; ignored by the others)
	 */
	bool retry;
	/** @error: not @ok: number of an MS-CHAPv2 Failure, PPP_MSCHAP_...; 0: wrong secret */
	uint16_t error;
	/**
	 * @proof: @ok and MS-CHAPv2: PPP_PROOF_LEN bytes that prove to the peer that we know its
	 * secret, from ppp_auth_proof() or ppp_mschap_read_proof(); without it the peer is refused
	 */
	const uint8_t *proof;
	/** @message: text for the peer's user, at most 255 bytes are sent; NULL: none */
	const char *message;
};

/**
 * struct ppp_ops - the way out of the engine; every pointer is set
 */
struct ppp_ops {
	/**
	 * @output: send a control frame: protocol field (2 bytes) and payload, no address and
	 * control fields, at most PPP_FRAME_MAX bytes. A frame that cannot be sent is lost.
	 */
	void (*output)(struct ppp_session *s, const uint8_t *frame, size_t len);
	/**
	 * @set_timer: call ppp_session_timer() at @deadline_ms (the clock of @now) or later;
	 * replaces the earlier deadline; 0: not at all. Called only when it changes.
	 */
	void (*set_timer)(struct ppp_session *s, uint64_t deadline_ms);
	/** @random: fill @buf with unpredictable bytes */
	void (*random)(struct ppp_session *s, void *buf, size_t len);
	/**
	 * @lcp_up: LCP is open with these parameters. Comes again after every renegotiation;
	 * the parameters of before hold until then.
	 */
	void (*lcp_up)(struct ppp_session *s, const struct ppp_link *link);
	/**
	 * @auth_request: is this proof right? Answer exactly once by ppp_auth_answer() or
	 * ppp_auth_result(), now or later; no second request comes before that. A client that
	 * renegotiates LCP or is challenged again proves itself again in the same session:
	 * refuse another name then.
	 */
	void (*auth_request)(struct ppp_session *s, const struct ppp_auth_request *request);
	/** @auth_ok: authentication is complete in all directions demanded (also if in none) */
	void (*auth_ok)(struct ppp_session *s);
	/**
	 * @address_request: which address shall the client have? @wanted is the one it asks for
	 * or 0.0.0.0. Answer once by ppp_address_result(), now or later. Servers only, once in
	 * the life of a session: the answer stays valid through renegotiations.
	 */
	void (*address_request)(struct ppp_session *s, struct in_addr wanted);
	/**
	 * @identifier_request: which interface identifier shall the client have? @wanted is a
	 * valid one that it asks for, or 0. Servers only, once in the life of a session.
	 * Return: @wanted or another one; 0: no IPv6 for this client (PPP_REASON_NO_ADDRESS).
	 */
	uint64_t (*identifier_request)(struct ppp_session *s, uint64_t wanted);
	/**
	 * @network_prepare: make the kernel ready for packets with these addresses. Called
	 * before the Configure-Ack leaves that allows the peer to send its first packet, for
	 * each network protocol by itself.
	 * Return: 0, or not 0 to do without this protocol (PPP_REASON_NETWORK_FAILED), which ends
	 * the session if there is no other.
	 */
	int (*network_prepare)(struct ppp_session *s, const struct ppp_network *net);
	/** @network_up: both sides agreed on a protocol: traffic in both directions */
	void (*network_up)(struct ppp_session *s, const struct ppp_network *net);
	/**
	 * @network_down: undo the last successful network_prepare() of @protocol; exactly once
	 * for each
	 */
	void (*network_down)(struct ppp_session *s, uint16_t protocol);
	/** @finished: the session is over; it may be freed now */
	void (*finished)(struct ppp_session *s, enum ppp_reason reason, const char *text);
};

/**
 * struct ppp_counters - frames of one session, by fate
 */
struct ppp_counters {
	/** @rx: frames given to ppp_session_input() */
	uint32_t rx;
	/** @tx: frames output */
	uint32_t tx;
	/** @malformed: received, dropped: lengths or contents break the protocol */
	uint32_t malformed;
	/** @unexpected: received, dropped: well formed, but not now or not an open question */
	uint32_t unexpected;
	/** @looped: received, dropped: carries our own magic number */
	uint32_t looped;
	/** @limited: answers not given: rate limit or larger than the peer receives */
	uint32_t limited;
};

/* LCP's part of a session. "ask" is what our requests say, "peer" what the peer's said. */
struct ppp_lcp {
	struct ppp_fsm fsm;
	uint64_t echo_deadline;
	uint32_t magic;
	uint32_t nak_magic;	/* magic number of the last Configure-Nak we sent */
	uint32_t peer_magic;	/* 0: the peer did not negotiate one */
	uint32_t peer_accm;
	uint32_t ask_accm;
	uint16_t ask_mru;
	uint16_t peer_mru;
	uint8_t auth_left;	/* methods for the peer that it has not refused yet */
	uint8_t ask_auth;	/* the method our request proposes, 0: none */
	uint8_t peer_auth;	/* the method the peer demands from us, 0: none */
	uint8_t loops;		/* requests in a row that carried our own magic number */
	uint8_t echo_id;
	uint8_t echo_missing;	/* Echo-Requests without a reply */
	bool ask_mru_option:1;
	bool ask_accm_option:1;
	bool ask_magic:1;
	bool ask_pfc:1;
	bool ask_acfc:1;
	bool peer_pfc:1;
	bool peer_acfc:1;
	bool echo_off:1;	/* the peer rejected the code */
	bool probing:1;		/* we want to know now whether it is there */
	bool own_request:1;	/* the request being judged carries our magic number */
};

/* Authentication, as the one who asks ("peer") and the one who is asked ("self"). */
struct ppp_auth {
	uint64_t peer_deadline;		/* challenge again */
	uint64_t self_deadline;		/* send request or response again */
	/* Of ours; MS-CHAPv2, once the peer is DONE: the proof of the Success. */
	uint8_t challenge[PPP_CHALLENGE_MAX];
	/* CHAP-MD5: our response. MS-CHAPv2: the peer's challenge, then ours. */
	uint8_t self_value[2 * PPP_MSCHAP_CHALLENGE_LEN];
	uint8_t challenge_len;
	uint8_t peer_id;		/* PAP: of the request; CHAP: of our challenge */
	uint8_t self_id;		/* PAP: of our request; CHAP: of the peer's challenge */
	uint8_t peer_tries;
	uint8_t self_tries;
	uint8_t peer_state;		/* enum ppp_auth_state */
	uint8_t self_state;
	uint8_t peer_failures;		/* after which it was allowed to try again */
	uint16_t self_error;		/* MS-CHAPv2: the number in the peer's Failure */
	bool retrying:1;		/* a Failure carries our challenge: it waits for a person */
	bool announced:1;		/* auth_ok was called */
	bool outstanding:1;		/* auth_request was called, its result is due */
};

/* IPCP's part. */
struct ppp_ipcp {
	struct ppp_fsm fsm;
	struct in_addr ask;		/* the address our request says */
	struct in_addr given;		/* server: the client's address, once known */
	struct in_addr peer;		/* the address in the peer's request */
	struct in_addr prepared_for;	/* the address network_prepare was told */
	struct in_addr dns[2];		/* client: what we ask for */
	uint8_t pending[PPP_PENDING_MAX];
	uint8_t pending_len;
	uint8_t pending_id;
	bool ask_address:1;
	bool ask_dns1:1;
	bool ask_dns2:1;
	bool address_asked:1;		/* address_request was called */
	bool address_known:1;
	bool peer_address_seen:1;	/* in the request being judged */
	bool has_pending:1;
	bool prepared:1;		/* network_prepare succeeded, network_down is due */
	bool confirming:1;		/* it is open, but network_up still waits */
	bool up:1;
};

/* IPV6CP's part. */
struct ppp_ipv6cp {
	struct ppp_fsm fsm;
	uint64_t ask;			/* the identifier our request says */
	uint64_t given;			/* the peer's; 0: not known yet */
	uint64_t prepared_for;		/* the identifier network_prepare was told */
	bool ask_ifid:1;
	bool ifid_seen:1;		/* in the request being judged */
	bool prepared:1;		/* network_prepare succeeded, network_down is due */
	bool confirming:1;		/* it is open, but network_up still waits */
	bool up:1;
};

/**
 * struct ppp_session - one PPP conversation
 *
 * Embed it; set nothing but @data by hand. The parts below are the engine's; reading them is
 * allowed for displays.
 */
struct ppp_session {
	/** @config: shared, outlives the session */
	const struct ppp_config *config;
	/** @ops: the way out */
	const struct ppp_ops *ops;
	/** @data: yours */
	void *data;
	/** @counters: frames by fate */
	struct ppp_counters counters;

	/* private: */
	uint64_t now;			/* ms, of the entry point that runs */
	uint64_t timer;			/* deadline last given to set_timer */
	uint64_t phase_deadline;	/* the phase must be over by then; 0: no limit */
	uint64_t confirm_deadline;	/* of network protocols that are confirming; 0: none */
	uint64_t limit_start;		/* begin of the window of the answer rate limit */
	uint64_t anew_start;		/* begin of the window of the renegotiation limit */
	uint16_t limit_count;
	uint8_t anew_count;		/* renegotiations in the window */
	uint8_t anew_idle;		/* of LCP, since the network was last up */
	uint8_t depth;			/* entry points running, to finish in the outermost */
	uint8_t phase;			/* enum ppp_phase */
	uint8_t reason;			/* enum ppp_reason: first cause of the end */
	uint8_t close_wanted;		/* reason of a close that waits for the entry point's end */
	uint8_t network_reason;		/* why a network protocol failed, of this network phase */
	bool lower_lost:1;		/* ppp_session_lower_down() waits for its end, or is done */
	bool started:1;
	bool over:1;			/* LCP is through: finished is called next */

	struct ppp_lcp lcp;
	struct ppp_auth auth;
	struct ppp_ipcp ipcp;
	struct ppp_ipv6cp ipv6cp;
};

static_assert(sizeof(struct ppp_session) <= 512, "a session must stay small");

/**
 * ppp_ifid_valid - can an interface have this identifier?
 * @identifier: the identifier
 *
 * Return: whether it is neither zero nor one of the anycast addresses fdff:ffff:ffff:ff80 to
 * fdff:ffff:ffff:ffff (RFC 2526).
 */
static inline bool ppp_ifid_valid(uint64_t identifier)
{
	return identifier && (identifier < UINT64_C(0xfdffffffffffff80) ||
			      identifier > UINT64_C(0xfdffffffffffffff));
}

void ppp_config_init(struct ppp_config *config, enum ppp_role role);
const char *ppp_config_check(const struct ppp_config *config);

void ppp_session_init(struct ppp_session *s, const struct ppp_config *config,
		      const struct ppp_ops *ops, void *data);
void ppp_session_start(struct ppp_session *s, uint64_t now);
void ppp_session_input(struct ppp_session *s, uint64_t now, const uint8_t *frame, size_t len);
void ppp_session_timer(struct ppp_session *s, uint64_t now);
void ppp_session_close(struct ppp_session *s, uint64_t now, enum ppp_reason reason);
void ppp_session_lower_down(struct ppp_session *s, uint64_t now);
void ppp_session_probe(struct ppp_session *s, uint64_t now);

void ppp_auth_answer(struct ppp_session *s, uint64_t now, const struct ppp_auth_answer *answer);
void ppp_auth_result(struct ppp_session *s, uint64_t now, bool ok, const char *message);
void ppp_address_result(struct ppp_session *s, uint64_t now, struct in_addr address);

bool ppp_auth_verify(const struct ppp_auth_request *request, const void *secret, size_t len);
void ppp_auth_proof(const struct ppp_auth_request *request, const void *secret, size_t len,
		    uint8_t proof[PPP_PROOF_LEN]);
bool ppp_session_is_up(const struct ppp_session *s);
void ppp_session_link(const struct ppp_session *s, struct ppp_link *link);
const char *ppp_reason_text(enum ppp_reason reason);
const char *ppp_phase_name(enum ppp_phase phase);
const char *ppp_auth_name(enum ppp_auth_method method);

#endif /* RRASD_PPP_PPP_H */
