// SPDX-License-Identifier: GPL-2.0
/*
 * The automaton against the table of RFC 1661 section 4.1, typed in here as the RFC prints it,
 * and against packets: every packet event in every state, actions seen from outside.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ppp/internal.h"
#include "host.h"
#include "tap.h"

static const char * const event_names[PPP_EVENTS] = {
	"Up", "Down", "Open", "Close", "TO+", "TO-", "RCR+", "RCR-", "RCA", "RCN", "RTR",
	"RTA", "RUC", "RXJ+", "RXJ-", "RXR",
};

/* Columns 0 to 9 as in the RFC; "-" cannot happen. */
static const char * const rfc[PPP_EVENTS][PPP_STATES] = {
	{ "2", "irc,scr/6", "-", "-", "-", "-", "-", "-", "-", "-" },
	{ "-", "-", "0", "tls/1", "0", "1", "1", "1", "1", "tld/1" },
	{ "tls/1", "1", "irc,scr/6", "3r", "5r", "5r", "6", "7", "8", "9r" },
	{ "0", "tlf/0", "2", "2", "4", "4", "irc,str/4", "irc,str/4", "irc,str/4",
	  "tld,irc,str/4" },
	{ "-", "-", "-", "-", "str/4", "str/5", "scr/6", "scr/6", "scr/8", "-" },
	{ "-", "-", "-", "-", "tlf/2", "tlf/3", "tlf/3p", "tlf/3p", "tlf/3p", "-" },
	{ "-", "-", "sta/2", "irc,scr,sca/8", "4", "5", "sca/8", "sca,tlu/9", "sca/8",
	  "tld,scr,sca/8" },
	{ "-", "-", "sta/2", "irc,scr,scn/6", "4", "5", "scn/6", "scn/7", "scn/6",
	  "tld,scr,scn/6" },
	{ "-", "-", "sta/2", "sta/3", "4", "5", "irc/7", "scr/6x", "irc,tlu/9", "tld,scr/6x" },
	{ "-", "-", "sta/2", "sta/3", "4", "5", "irc,scr/6", "scr/6x", "irc,scr/8",
	  "tld,scr/6x" },
	{ "-", "-", "sta/2", "sta/3", "sta/4", "sta/5", "sta/6", "sta/6", "sta/6",
	  "tld,zrc,sta/5" },
	{ "-", "-", "2", "3", "tlf/2", "tlf/3", "6", "6", "8", "tld,scr/6" },
	{ "-", "-", "scj/2", "scj/3", "scj/4", "scj/5", "scj/6", "scj/7", "scj/8", "scj/9" },
	{ "-", "-", "2", "3", "4", "5", "6", "6", "8", "9" },
	{ "-", "-", "tlf/2", "tlf/3", "tlf/2", "tlf/3", "tlf/3", "tlf/3", "tlf/3",
	  "tld,irc,str/5" },
	{ "-", "-", "2", "3", "4", "5", "6", "7", "8", "ser/9" },
};

/* Write a cell of the implementation's table in the RFC's notation. */
static void cell_text(char *text, const struct ppp_step *step)
{
	static const char * const names[] = {
		"tld", "irc", "zrc", "scr", "sca", "scn", "str", "sta", "scj", "ser", "tlu",
		"tls", "tlf",
	};
	const char *between = "";
	unsigned int i;

	*text = '\0';
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!(step->actions & 1 << i))
			continue;
		strcat(text, between);
		strcat(text, names[i]);
		between = ",";
	}
	if (*text)
		strcat(text, "/");
	sprintf(text + strlen(text), "%d%s%s", step->next, step->restart ? "r" : "",
		step->crossed ? "x" : "");
}

/* The RFC's cell without its "p": the passive option is not ours. A dash stays, does nothing. */
static void rfc_text(char *text, const char *cell, int state)
{
	size_t len = strlen(cell);

	if (!strcmp(cell, "-")) {
		sprintf(text, "%d", state);
		return;
	}
	strcpy(text, cell);
	if (cell[len - 1] == 'p')
		text[len - 1] = '\0';
}

static void test_table(void)
{
	char got[64], wanted[64], what[80];
	struct ppp_step step;
	int event, state;

	for (event = 0; event < PPP_EVENTS; event++) {
		for (state = 0; state < PPP_STATES; state++) {
			step = ppp_fsm_step(state, event);
			cell_text(got, &step);
			rfc_text(wanted, rfc[event][state], state);
			sprintf(what, "table: %s in %s is %s", event_names[event],
				ppp_fsm_state_name(state), rfc[event][state]);
			tap_text(got, wanted, what);
		}
	}
}

/* A protocol with one option: type 1, "yes" (01) is acceptable, other data not. */
static char trace[256];

static void trace_add(const char *action)
{
	if (*trace)
		strcat(trace, ",");
	strcat(trace, action);
}

static void toy_reset(struct ppp_session *s)
{
	(void)s;
}

static void toy_build(struct ppp_session *s, struct ppp_writer *w)
{
	(void)s;
	ppp_put(w, 1, "\1", 1);
}

static bool toy_begin(struct ppp_session *s, uint8_t id, const uint8_t *data, size_t len)
{
	(void)s;
	(void)id;
	(void)data;
	(void)len;
	return true;
}

static void toy_request(struct ppp_session *s, const struct ppp_option *o, struct ppp_reply *r)
{
	(void)s;
	if (o->type != 1 || o->len != 1 || o->value[0] != 1)
		ppp_reply_reject(r, o);
}

static void toy_request_end(struct ppp_session *s, struct ppp_reply *r)
{
	(void)s;
	(void)r;
}

static void toy_option(struct ppp_session *s, const struct ppp_option *o)
{
	(void)s;
	(void)o;
}

static int toy_extra(struct ppp_session *s, uint8_t code, const uint8_t *data, size_t len)
{
	(void)s;
	(void)data;
	(void)len;
	return code == 9 ? PPP_EV_RXR : PPP_EV_RUC;
}

static void toy_answer(struct ppp_session *s, uint8_t code, uint8_t id, const uint8_t *data,
		       size_t len)
{
	(void)code;
	(void)data;
	(void)len;
	ppp_send(s, 0x8fff, 10, id, NULL, 0);
}

static void toy_up(struct ppp_session *s)
{
	(void)s;
	trace_add("tlu");
}

static void toy_down(struct ppp_session *s, enum ppp_event event)
{
	(void)s;
	(void)event;
	trace_add("tld");
}

static void toy_finished(struct ppp_session *s, enum ppp_event event)
{
	(void)s;
	(void)event;
	trace_add("tlf");
}

static const struct ppp_fsm_ops toy_ops = {
	.protocol = 0x8fff,
	.reset = toy_reset,
	.build = toy_build,
	.request_begin = toy_begin,
	.request = toy_request,
	.request_end = toy_request_end,
	.nak = toy_option,
	.reject = toy_option,
	.extra = toy_extra,
	.answer = toy_answer,
	.up = toy_up,
	.down = toy_down,
	.finished = toy_finished,
};

static void world_output(struct ppp_session *s, const uint8_t *frame, size_t len)
{
	static const char * const names[] = {
		"?", "scr", "sca", "scn", "scn", "str", "sta", "scj", "?", "?", "ser",
	};

	(void)s;
	(void)len;
	trace_add(frame[2] <= 10 ? names[frame[2]] : "?");
}

static void world_random(struct ppp_session *s, void *buf, size_t len)
{
	(void)s;
	memset(buf, 0x5a, len);
}

static const struct ppp_ops world_ops = { .output = world_output, .random = world_random };

/* The packet that makes an event; our last request has identifier 7. */
static const char *event_packet(int event)
{
	switch (event) {
	case PPP_EV_RCR_PLUS: return "01 21 0007 010301";
	case PPP_EV_RCR_MINUS: return "01 22 0007 010302";
	case PPP_EV_RCA: return "02 07 0007 010301";
	case PPP_EV_RCN: return "03 07 0007 010301";
	case PPP_EV_RTR: return "05 23 0004";
	case PPP_EV_RTA: return "06 24 0004";
	case PPP_EV_RUC: return "77 25 0004";
	case PPP_EV_RXJ_PLUS: return "07 26 0008 77010004";
	case PPP_EV_RXJ_MINUS: return "07 27 0008 01010004";
	case PPP_EV_RXR: return "09 28 0004";
	default: return NULL;
	}
}

/* Actions of a cell that are visible from outside, as the trace writes them. */
static void visible(char *text, const char *cell)
{
	char copy[64], *action, *save = NULL;
	char *slash;

	*text = '\0';
	strcpy(copy, cell);
	slash = strchr(copy, '/');
	if (!slash)
		return;
	*slash = '\0';
	for (action = strtok_r(copy, ",", &save); action; action = strtok_r(NULL, ",", &save)) {
		if (!strcmp(action, "irc") || !strcmp(action, "zrc") || !strcmp(action, "tls"))
			continue;
		if (*text)
			strcat(text, ",");
		strcat(text, action);
	}
}

static int cell_next(const char *cell, int state)
{
	const char *slash = strchr(cell, '/');

	return *cell == '-' ? state : atoi(slash ? slash + 1 : cell);
}

static void setup(struct ppp_session *s, struct ppp_config *config, struct ppp_fsm *f, int state)
{
	memset(s, 0, sizeof(*s));
	ppp_config_init(config, PPP_CLIENT);
	s->config = config;
	s->ops = &world_ops;
	s->now = 100;
	ppp_fsm_init(f, &toy_ops);
	f->state = (uint8_t)state;
	f->id = 7;
	f->restarts = 3;
	if (state >= PPP_CLOSING && state <= PPP_ACK_SENT)
		f->deadline = 200;
	/* The states that have had the answer to their request. */
	f->answered = state == PPP_ACK_RCVD || state == PPP_OPENED;
	*trace = '\0';
}

static void inject(struct ppp_session *s, struct ppp_fsm *f, int event)
{
	const char *hex = event_packet(event);
	uint8_t packet[32];
	size_t len;

	if (!hex) {
		ppp_fsm_event(s, f, event);
		return;
	}
	len = host_unhex(hex, packet, sizeof(packet));
	ppp_fsm_input(s, f, packet, len);
}

/* Is the restart timer right after the event, and the counter? */
static bool timer_right(const struct ppp_fsm *f, const struct ppp_config *config,
			const char *cell)
{
	bool runs = f->state >= PPP_CLOSING && f->state <= PPP_ACK_SENT;
	int wanted = 3;

	if (!runs)
		return !f->deadline;
	if (strstr(cell, "irc"))
		wanted = strstr(cell, "str") ? config->max_terminate : config->max_configure;
	if (strstr(cell, "zrc"))
		wanted = 0;
	if (strstr(cell, "scr") || strstr(cell, "str"))
		wanted--;
	return f->deadline && f->restarts == wanted;
}

/* Every event in every state, as a packet where it is one. */
static void test_events(void)
{
	char wanted[64], what[160];
	struct ppp_config config;
	struct ppp_session s;
	int event, state;
	struct ppp_fsm f;
	const char *cell;
	bool crossed;

	for (event = 0; event < PPP_EVENTS; event++) {
		for (state = 0; state < PPP_STATES; state++) {
			cell = rfc[event][state];
			if (*cell == '-')
				continue;
			setup(&s, &config, &f, state);
			inject(&s, &f, event);
			crossed = cell[strlen(cell) - 1] == 'x';
			visible(wanted, crossed ? "" : cell);
			sprintf(what, "run: %s in %s does \"%s\"%s", event_names[event],
				ppp_fsm_state_name(state), wanted,
				crossed ? " (second answer: dropped)" : "");
			tap_text(trace, wanted, what);
			sprintf(what, "run: %s in %s leads on", event_names[event],
				ppp_fsm_state_name(state));
			tap_number(f.state, crossed ? state : cell_next(cell, state), what);
			if (!crossed)
				tap_ok(timer_right(&f, &config, cell),
				       "run: %s in %s: timer and counter", event_names[event],
				       ppp_fsm_state_name(state));
		}
	}
}

/* The marks "x": reached by an event that is no duplicate. */
static void test_crossed(void)
{
	static const int states[] = { PPP_ACK_RCVD, PPP_OPENED };
	struct ppp_config config;
	struct ppp_session s;
	struct ppp_fsm f;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		setup(&s, &config, &f, states[i]);
		f.answered = false;
		inject(&s, &f, PPP_EV_RCA);
		tap_text(trace, states[i] == PPP_OPENED ? "tld,scr" : "scr",
			 "crossed Configure-Ack sends a new request");
		tap_number(f.state, PPP_REQ_SENT, "crossed Configure-Ack leads to Req-Sent");
	}
}

/* The marks "r": with the restart option an Open is a Down and an Up. */
static void test_restart(void)
{
	static const struct {
		int state, next;
		const char *does;
	} rows[] = {
		{ PPP_STOPPED, PPP_REQ_SENT, "scr" },
		{ PPP_CLOSING, PPP_REQ_SENT, "scr" },
		{ PPP_STOPPING, PPP_REQ_SENT, "scr" },
		{ PPP_OPENED, PPP_REQ_SENT, "tld,scr" },
	};
	struct ppp_config config;
	struct ppp_session s;
	struct ppp_fsm f;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		setup(&s, &config, &f, rows[i].state);
		config.restart = true;
		inject(&s, &f, PPP_EV_OPEN);
		tap_text(trace, rows[i].does, "restart option: Open negotiates anew");
		tap_number(f.state, rows[i].next, "restart option: Open leads to Req-Sent");
	}
}

/* Time-outs: so many requests as configured, then the end. */
static void test_timeouts(void)
{
	struct ppp_config config;
	struct ppp_session s;
	struct ppp_fsm f;
	int requests = 1;

	setup(&s, &config, &f, PPP_STARTING);
	ppp_fsm_event(&s, &f, PPP_EV_UP);
	while (f.deadline && requests < 100) {
		s.now = f.deadline - 1;
		ppp_fsm_timer(&s, &f);
		s.now++;
		*trace = '\0';
		ppp_fsm_timer(&s, &f);
		requests += !strcmp(trace, "scr");
	}
	tap_number(requests, config.max_configure, "max_configure requests, not one more");
	tap_text(trace, "tlf", "then this-layer-finished");
	tap_number(f.state, PPP_STOPPED, "and Stopped");
	tap_number(f.id, 8, "retransmissions keep the identifier");
}

int main(void)
{
	test_table();
	test_events();
	test_crossed();
	test_restart();
	test_timeouts();
	return tap_end();
}
