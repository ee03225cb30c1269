// SPDX-License-Identifier: GPL-2.0
/*
 * IPV6CP: interface identifiers, both sides; and the network phase with two protocols in it.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "../ppp/internal.h"
#include "host.h"
#include "tap.h"

static struct host h;

static void begin(enum ppp_role role)
{
	host_init(&h, role, 31);
	h.config.auth_peer = 0;
	h.config.auth_self = 0;
	h.config.ipv6 = true;
	h.config.ask_dns = false;
}

static void network(enum ppp_role role)
{
	begin(role);
	host_start(&h);
	host_lcp_open(&h);
	host_forget(&h);
}

struct option_case {
	const char *request, *reply, *what;
};

static void run_options(const struct option_case *rows, size_t n)
{
	char frame[700], got[400];
	uint8_t data[300];
	const char *text;
	size_t i, len;

	for (i = 0; i < n; i++) {
		network(PPP_SERVER);
		h.own_ifid = true;
		len = host_unhex(rows[i].request, data, sizeof(data));
		sprintf(frame, "8057 01 33 %04zx %s", 4 + len, rows[i].request);
		host_hex(&h, frame);
		text = host_next(&h);
		if (!strncmp(text, "8057 ", 5) && !strncmp(text + 8, "33 ", 3))
			sprintf(got, "%.2s %s", text + 5, strlen(text) > 16 ? text + 16 : "");
		else
			strcpy(got, text);
		tap_text(got, rows[i].reply, rows[i].what);
		host_done(&h);
	}
}

static void test_options(void)
{
	static const struct option_case rows[] = {
		{ "010a 0123456789abcdef", "02 010a0123456789abcdef", "its own identifier: Ack" },
		{ "010a 0000000000000000", "03 010a0000000000000005", "zero: Nak with another" },
		{ "010a 0000000000000001", "03 010a0000000000000005", "ours: Nak" },
		{ "010a fdffffffffffff7f", "02 010afdffffffffffff7f", "below the reserved: Ack" },
		{ "010a fdffffffffffff80", "03 010a0000000000000005", "the first reserved: Nak" },
		{ "010a fdffffffffffffff", "03 010a0000000000000005", "the last reserved: Nak" },
		{ "010a fe00000000000000", "02 010afe00000000000000", "above the reserved: Ack" },
		{ "0109 01234567890abc", "03 010a0000000000000005", "seven bytes: Nak" },
		{ "0102", "03 010a0000000000000005", "no bytes: Nak" },
		{ "", "03 010a0000000000000005", "no identifier: Nak" },
		{ "010a 0000000000000009 0206 004f0000", "04 0206004f0000",
		  "header compression: Reject" },
		{ "010a 0000000000000009 010a 0000000000000009", "04 010a0000000000000009",
		  "identifier twice: Reject" },
		{ "010a 00000000000000", "none", "a cut identifier: nothing" },
		{ "0100", "none", "length 0: nothing" },
	};

	run_options(rows, ARRAY_SIZE(rows));
}

static void test_server(void)
{
	network(PPP_SERVER);
	host_hex(&h, "8057 01 01 000e 010a 0000000000000009");
	host_hex(&h, "8057 01 02 000e 010a 0000000000000005");
	tap_text(h.log, "identifier:9 8057:3 prepare6 8057:2 ",
		 "the daemon's choice counts; prepare comes before the Ack");
	tap_ok(h.net6.protocol == PPP_PROTO_IPV6 && h.net6.peer_ifid == 5 &&
	       h.net6.local_ifid == 1 && h.net6.mtu == 1492, "with all parameters");
	host_hex(&h, "8057 01 03 000e 010a 0000000000000005");
	tap_text(h.log, "identifier:9 8057:3 prepare6 8057:2 8057:2 ",
		 "a repeated request prepares nothing");
	h.log[0] = '\0';
	host_hex(&h, "8057 02 01 000e 010a 0000000000000001");
	tap_text(h.log, "up6 ", "the peer's Ack: up");
	tap_ok(ppp_session_is_up(h.s) && !h.is_up, "and the session is, without IPv4");
	h.log[0] = '\0';
	host_hex(&h, "8057 01 04 000e 010a 0000000000000009");
	tap_text(h.log, "down6 8057:1 8057:3 ", "renegotiation: the same identifier or none");
	host_done(&h);

	network(PPP_SERVER);
	host_hex(&h, "8057 03 01 000e 010a 0000000000000077");
	host_drain(&h);
	host_hex(&h, "8057 04 02 000e 010a 0000000000000001");
	host_hex(&h, "8057 02 03 0004");
	host_hex(&h, "8057 01 02 000e 010a 0000000000000005");
	tap_ok(h.is_up6, "a peer need not know our identifier");
	host_done(&h);

	network(PPP_SERVER);
	h.prepare6_ret = -1;
	host_hex(&h, "8057 02 01 000e 010a 0000000000000001");
	host_hex(&h, "8057 01 02 000e 010a 0000000000000005");
	tap_text(h.log, "identifier:5 prepare6 c021:8 ", "prepare fails: IPv6 is rejected");
	tap_text(host_next(&h), "c021 08 01 0014 80570102000e010a0000000000000005",
		 "the very request");
	host_network_open(&h);
	host_forget(&h);
	host_hex(&h, "8057 01 03 000e 010a 0000000000000005");
	tap_text(h.log, "c021:8 ", "later ones, too; IPv4 is open");
	host_done(&h);

	network(PPP_SERVER);
	h.give_ifid = 0;
	host_hex(&h, "8057 01 01 000e 010a 0000000000000009");
	tap_text(h.log, "identifier:9 c021:8 ", "no IPv6 for this client: rejected");
	host_hex(&h, "8057 02 01 000e 010a 0000000000000001");
	tap_text(h.log, "identifier:9 c021:8 c021:8 ", "our old request is forgotten");
	host_network_open(&h);
	tap_number(h.s->reason, 0, "IPv4 does not mind");
	host_done(&h);
}

/* IPv4 and IPv6 do not wait for each other, and a session needs one of them. */
static void test_both(void)
{
	network(PPP_SERVER);
	host_network_open(&h);
	host_network6_open(&h);
	tap_ok(h.is_up && h.is_up6, "both open");
	h.log[0] = '\0';
	host_hex(&h, "8021 05 07 0004");
	tap_text(h.log, "down 8021:6 ", "the peer ends IPCP: the session lives");
	host_wait(&h, 300000);
	tap_ok(!h.s->reason && h.is_up6, "and goes on");
	host_hex(&h, "8057 05 07 0004");
	host_hex(&h, "c021 06 01 0004");
	tap_number(h.reason, PPP_REASON_NETWORK_REFUSED, "until the peer ends IPV6CP as well");
	host_done(&h);

	network(PPP_SERVER);
	host_network6_open(&h);
	host_forget(&h);
	host_hex(&h, "c021 08 01 000a 8021 01010004");
	tap_ok(!h.s->reason && h.is_up6, "a client without IPv4");
	host_wait(&h, 300000);
	tap_text(h.log, "", "is left alone");
	host_hex(&h, "8021 01 01 000a 0306 0a000005");
	tap_text(h.log, "address:10.0.0.5 8021:1 prepare 8021:2 ", "it may want IPv4 later");
	host_done(&h);

	network(PPP_SERVER);
	host_network_open(&h);
	host_forget(&h);
	host_hex(&h, "c021 08 01 000a 8057 01010004");
	host_wait(&h, 300000);
	tap_ok(!strcmp(h.log, "") && h.is_up, "a client without IPv6");
	host_hex(&h, "c021 08 02 0008 0021 0000");
	host_wait(&h, 30000);
	tap_number(h.reason, PPP_REASON_NETWORK_REFUSED, "that rejects IPv4 packets has nothing");
	host_done(&h);

	network(PPP_SERVER);
	host_hex(&h, "c021 08 01 000a 8057 01010004");
	tap_number(h.s->reason, 0, "no IPv6 while IPCP may open");
	host_hex(&h, "c021 08 01 000a 8021 01010004");
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_NETWORK_REFUSED, "neither: the end");
	host_done(&h);
}

static void test_times(void)
{
	network(PPP_SERVER);
	host_network_open(&h);
	host_wait(&h, 29000);
	tap_number(h.s->ipv6cp.fsm.state, PPP_REQ_SENT, "IPV6CP is not answered");
	host_wait(&h, 300000);
	tap_number(h.s->ipv6cp.fsm.state, PPP_STOPPED, "it gives up after its counter");
	tap_ok(!h.s->reason && h.is_up && !h.timer, "and IPv4 lives, with no timer left");
	host_network6_open(&h);
	tap_ok(h.is_up6, "a late client gets IPv6 still");
	host_done(&h);

	network(PPP_SERVER);
	host_hex(&h, "8057 01 01 000e 010a 0000000000000005");
	tap_number(h.prepared6, 1, "prepared, and our own request not answered");
	host_network_open(&h);
	host_wait(&h, 60000);
	tap_number(h.prepared6, 0, "is undone when the time is up");
	host_done(&h);

	begin(PPP_SERVER);
	h.config.network_limit_ms = 2000;
	host_start(&h);
	host_lcp_open(&h);
	host_network6_open(&h);
	host_wait(&h, 20000);
	tap_ok(h.is_up6, "one open protocol ends the limit of the phase");
	host_hex(&h, "8057 01 09 000e 010a 0000000000000009");
	tap_ok(!h.is_up6, "it negotiates anew");
	host_wait(&h, 20000);
	tap_number(h.reason, PPP_REASON_NETWORK_TIMEOUT, "and has the same time again");
	host_done(&h);

	network(PPP_SERVER);
	h.no_address = true;
	host_hex(&h, "8021 01 01 000a 0306 00000000");
	tap_text(h.log, "address:0.0.0.0 c021:8 ", "no IPv4 address: rejected");
	host_network6_open(&h);
	tap_ok(h.is_up6, "a client with IPv6 only");
	host_hex(&h, "8057 05 07 0004");
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_NETWORK_REFUSED, "the reason is of what was open last");
	host_done(&h);

	network(PPP_SERVER);
	h.no_address = true;
	host_hex(&h, "8021 01 01 000a 0306 00000000");
	host_hex(&h, "c021 08 01 000a 8057 01010004");
	host_wait(&h, 10000);
	tap_number(h.reason, PPP_REASON_NO_ADDRESS, "a protocol not wanted is not the reason");
	host_done(&h);

	network(PPP_SERVER);
	host_network_open(&h);
	host_network6_open(&h);
	h.log[0] = '\0';
	host_hex(&h, "c021 01 02 000a 0506 11223344");
	tap_text(h.log, "down down6 c021:1 c021:2 ", "LCP renegotiates: both go down");
	host_done(&h);
}

static void test_refused(void)
{
	char hex[80];
	int i;

	network(PPP_SERVER);
	host_network_open(&h);
	for (i = 0; i < 40; i++) {
		sprintf(hex, "8057 01 %02x 000e 010a 0000000000000077", i);
		host_hex(&h, hex);
		host_drain(&h);
	}
	tap_ok(!h.s->reason && !h.s->ipv6cp.fsm.off, "a client that insists gets Rejects");
	host_hex(&h, "8057 01 50 0004");
	tap_text(host_next(&h), "c021 08 01 000a 805701500004", "without an identifier, no IPv6");
	tap_ok(h.is_up && !h.s->reason, "but IPv4");
	host_done(&h);

	network(PPP_SERVER);
	host_network_open(&h);
	for (i = 0; i < 20 && !h.s->ipv6cp.fsm.off; i++) {
		sprintf(hex, "8057 03 %02x 000e 010a 0000000000000077", h.s->ipv6cp.fsm.id);
		host_hex(&h, hex);
		host_drain(&h);
	}
	tap_number(i, 16, "a peer that is never content: IPv6 is given up");
	tap_ok(h.is_up && !h.s->reason, "and IPv4 is not");
	host_done(&h);

	network(PPP_SERVER);
	host_hex(&h, "0057 60000000");
	tap_text(host_next(&h), "none", "a packet before its time is no unknown protocol");
	host_done(&h);

	begin(PPP_SERVER);
	h.config.mtu = 1279;
	host_start(&h);
	host_lcp_open(&h);
	host_forget(&h);
	host_hex(&h, "8057 01 01 000e 010a 0000000000000005");
	tap_text(h.log, "c021:8 ", "no IPv6 on a line that cannot carry 1280 bytes");
	host_done(&h);

	begin(PPP_SERVER);
	h.config.ifid = 0;
	tap_ok(ppp_config_check(&h.config), "a server needs an identifier");
	h.config.ifid = UINT64_C(0xfdffffffffffff80);
	tap_ok(ppp_config_check(&h.config), "that is not reserved");
}

static void test_client(void)
{
	char hex[80], text[80];
	uint64_t asked;

	begin(PPP_CLIENT);
	h.config.ifid = 0xc;
	host_start(&h);
	host_lcp_open(&h);
	host_hex(&h, "8057 01 01 000e 010a 0000000000000001");
	tap_ok(strstr(h.log, "prepare6 8057:2 "), "client: prepared before the Ack, too");
	tap_ok(h.net6.peer_ifid == 1 && !h.net6.local_ifid, "client: with the peer's identifier");
	host_drain(&h);
	host_hex(&h, "8057 03 01 000e 010a 0000000000000005");
	tap_text(host_next(&h), "8057 01 02 000e 010a0000000000000005",
		 "client: takes what the Nak says");
	host_hex(&h, "8057 02 02 000e 010a 0000000000000005");
	tap_ok(h.is_up6 && h.net6.local_ifid == 5, "client: up with it");
	host_drain(&h);
	host_hex(&h, "8057 01 02 000e 010a 0000000000000002");
	tap_ok(strstr(h.log, "down6 8057:1 prepare6 8057:2 "),
	       "client: another identifier of the peer is prepared anew");
	host_done(&h);

	network(PPP_CLIENT);
	asked = h.s->ipv6cp.ask;
	tap_ok(ppp_ifid_valid(asked), "client: a random identifier");
	host_hex(&h, "8057 03 01 000e 010a fdffffffffffffff");
	tap_ok(h.s->ipv6cp.ask != asked && ppp_ifid_valid(h.s->ipv6cp.ask),
	       "client: another one where the Nak says nothing good");
	host_drain(&h);
	sprintf(hex, "8057 01 01 000e 010a %016llx", (unsigned long long)h.s->ipv6cp.ask);
	host_hex(&h, hex);
	sprintf(text, "8057 03 01 000e 010a%016llx", (unsigned long long)h.s->ipv6cp.given);
	tap_text(host_next(&h), text, "client: the peer must not have ours");
	tap_ok(h.s->ipv6cp.given != h.s->ipv6cp.ask, "client: it is told another");
	host_hex(&h, "8057 04 02 000e 010a 0000000000000000");
	tap_ok(!h.s->ipv6cp.fsm.off, "client: a Reject of what was not asked is none");
	sprintf(hex, "8057 04 02 000e 010a %016llx", (unsigned long long)h.s->ipv6cp.ask);
	host_hex(&h, hex);
	tap_ok(h.s->ipv6cp.fsm.off, "client: a rejected identifier is the end of IPv6");
	tap_number(h.s->reason, 0, "client: and not of IPv4");
	host_done(&h);
}

/* Both sides have agreed; what is left is the echo. */
static void confirm_open(void)
{
	begin(PPP_CLIENT);
	h.config.ifid = 0xc;
	h.config.confirm_up = true;
	host_start(&h);
	host_lcp_open(&h);
	host_drain(&h);
	host_hex(&h, "8057 01 01 000e 010a 0000000000000001");
	host_hex(&h, "8057 02 01 000e 010a 000000000000000c");
}

static void test_confirm(void)
{
	confirm_open();
	tap_ok(!h.is_up6 && strstr(h.log, "8057:9"), "confirm: a question before it is up: %s",
	       h.log);
	host_hex(&h, "8021 07 01 0008 0901 0004");
	tap_ok(!h.is_up6, "confirm: IPCP's is another");
	host_hex(&h, "8057 07 01 0008 0901 0004");
	tap_ok(h.is_up6 && h.net6.local_ifid == 0xc, "confirm: up with it");
	host_done(&h);

	confirm_open();
	host_wait(&h, PPP_CONFIRM_MS - 1);
	tap_ok(!h.is_up6, "confirm: no answer");
	host_wait(&h, 1);
	tap_ok(h.is_up6, "confirm: is not waited for long");
	host_done(&h);
}

int main(void)
{
	test_options();
	test_server();
	test_both();
	test_times();
	test_refused();
	test_client();
	test_confirm();
	return tap_end();
}
