// SPDX-License-Identifier: GPL-2.0
/*
 * The memory that outlives a process: against a model, cut off at any store, and damaged.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../record.h"
#include "../state.h"
#include "tap.h"

#define LINKS	3000
#define STEPS	60000

struct model {
	uint32_t slot[LINKS + 1];	/* 0: no record */
	uint8_t value[LINKS + 1];	/* all its bytes are that */
	size_t len[LINKS + 1];
	uint32_t count;
};

static struct model model;
static uint64_t seed = 1;

static uint32_t below(uint32_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)((seed >> 33) % n);
}

static struct state *reopen(struct state *s)
{
	int fd = dup(state_fd(s));
	const char *why;

	state_close(s);
	s = state_open(fd, &why);
	if (!s)
		printf("# %s\n", why);
	return s;
}

static bool is_record(const struct state_record *r)
{
	const uint32_t link = r->key.number;
	size_t i;

	if (link > LINKS || !model.slot[link] || model.len[link] != r->len)
		return false;
	for (i = 0; i < r->len; i++) {
		if (r->data[i] != model.value[link])
			return false;
	}
	return true;
}

static bool is_model(const struct state *s)
{
	uint32_t cursor = 0, count = 0;
	struct state_record r;

	while (state_next(s, STATE_SESSION, &cursor, &r)) {
		if (!is_record(&r))
			return false;
		count++;
	}
	return count == model.count;
}

static struct state_key session(uint32_t link)
{
	return (struct state_key){ STATE_SESSION, link };
}

static void change(struct state *s, uint32_t link)
{
	uint8_t data[STATE_RECORD_MAX];

	if (!below(4)) {
		state_remove(s, model.slot[link]);
		model.count -= model.slot[link] != 0;
		model.slot[link] = 0;
		return;
	}
	model.count += !model.slot[link];
	model.value[link] = (uint8_t)below(256);
	model.len[link] = below(STATE_RECORD_MAX + 1);
	memset(data, model.value[link], model.len[link]);
	model.slot[link] = state_put(s, model.slot[link], session(link), data, model.len[link]);
}

static void test_model(void)
{
	struct state *s = state_create();
	bool good = s;
	uint32_t cursor;
	struct state_record r;
	int i;

	memset(&model, 0, sizeof(model));
	for (i = 0; good && i < STEPS; i++) {
		change(s, 1 + below(LINKS));
		if (i % 997)
			continue;
		good = is_model(s);
		s = reopen(s);
		good = good && s && !state_damaged(s) && is_model(s);
		for (cursor = 0; good && state_next(s, STATE_SESSION, &cursor, &r); )
			model.slot[r.key.number] = r.slot;
	}
	tap_ok(good, "%d changes, opened again now and then: the records are those of the model", i);
	tap_ok(s && !state_put(s, 0, session(1), "", STATE_RECORD_MAX + 1), "no record is too long");
	state_close(s);
}

/* A child changes one record over and over and is killed at any moment. */
static void test_killed(void)
{
	struct state *s = state_create();
	int torn = 0, gone = 0, runs;
	uint8_t data[STATE_RECORD_MAX];
	uint32_t cursor, slot;
	struct state_record r;
	pid_t pid;
	size_t i;

	for (runs = 0; s && runs < 300; runs++) {
		memset(data, runs, sizeof(data));
		slot = state_put(s, 0, session(7), data, sizeof(data));
		pid = fork();
		if (pid < 0)
			break;
		while (!pid) {
			memset(data, data[0] + 1, sizeof(data));
			slot = state_put(s, slot, session(7), data, sizeof(data));
		}
		usleep(below(500));
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		s = reopen(s);
		if (!s)
			break;
		cursor = 0;
		if (state_damaged(s) || !state_next(s, STATE_SESSION, &cursor, &r) || r.key.number != 7 ||
		    r.len != sizeof(data)) {
			gone++;
			continue;
		}
		for (i = 1; i < r.len; i++)
			torn += r.data[i] != r.data[0];
		state_remove(s, r.slot);
		gone += state_next(s, STATE_SESSION, &cursor, &r);
	}
	tap_ok(s && runs == 300 && !torn && !gone,
	       "killed %d times while it wrote: %d records torn, %d not one", runs, torn, gone);
	state_close(s);
}

static uint8_t *mapped(int fd, size_t len)
{
	uint8_t *map = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return map == MAP_FAILED ? NULL : map;
}

/* Ten records, one byte of the memory changed. */
static void test_damage(void)
{
	int unread = 0, lost = 0, wrong = 0, i;
	uint32_t cursor, n;
	struct state_record r;
	const char *why;
	struct state *s;
	uint8_t *map;
	int fd;

	for (i = 0; i < 4000; i++) {
		memset(&model, 0, sizeof(model));
		s = state_create();
		for (n = 1; n <= 10; n++) {
			model.slot[n] = n;
			model.value[n] = (uint8_t)(n * 3);
			model.len[n] = 100;
			state_put(s, 0, session(n), memset((uint8_t[100]){ 0 }, (int)n * 3, 100), 100);
		}
		fd = dup(state_fd(s));
		state_close(s);
		map = mapped(fd, 11 * 1024);
		map[i < 100 ? (uint32_t)i : below(11 * 1024)] ^= (uint8_t)(1 + below(255));
		munmap(map, 11 * 1024);
		s = state_open(fd, &why);
		if (!s) {
			unread++;
			continue;
		}
		for (cursor = 0, n = 0; state_next(s, STATE_SESSION, &cursor, &r); n++)
			wrong += !is_record(&r);
		lost += n < 10;
		wrong += n < 9 || n > 10;
		state_close(s);
	}
	tap_ok(!wrong, "one byte damaged: no record is wrong, and no other one lost");
	tap_ok(unread && lost, "a damaged header, %d times, or a damaged record, %d times, is seen",
	       unread, lost);
}

static void test_foreign(void)
{
	const char *why = NULL;
	struct state *s;
	uint8_t *map;
	int fd;

	fd = memfd_create("empty", MFD_CLOEXEC);
	tap_ok(!state_open(fd, &why) && why, "an empty file: %s", why);
	fd = memfd_create("short", MFD_CLOEXEC);
	if (ftruncate(fd, 5000) < 0)
		exit(1);
	tap_ok(!state_open(fd, &why) && why, "zeros: %s", why);
	s = state_create();
	fd = dup(state_fd(s));
	map = mapped(fd, 1024);
	map[8]++;
	munmap(map, 1024);
	state_close(s);
	tap_ok(!state_open(fd, &why) && !strcmp(why, "another version has written it"),
	       "another version: %s", why);
}

static void test_record(void)
{
	uint8_t data[64], copy[64];
	struct record_writer w;
	struct record r;
	uint64_t number = 0, found;
	char text[8];
	size_t len;
	bool good;

	record_begin(&w, data, sizeof(data));
	number = 4711;
	record_put(&w, RECORD_SESSION, &number, sizeof(number));
	record_put_text(&w, RECORD_GRANT_FILTERS, "web");
	record_put(&w, RECORD_USER, NULL, 0);
	r = (struct record){ data, w.len };
	good = record_get(&r, RECORD_SESSION, &found, sizeof(found)) && found == number;
	good = good && record_get_text(&r, RECORD_GRANT_FILTERS, text, sizeof(text));
	tap_ok(good && !strcmp(text, "web") && record_find(&r, RECORD_USER, &len) && !len,
	       "what was put is found");
	tap_ok(!record_get(&r, RECORD_SESSION, &found, 4) && !record_find(&r, RECORD_PORT, &len) &&
	       !record_get_text(&r, RECORD_GRANT_FILTERS, text, 3),
	       "another size is not, nor another field, nor a text without room");
	for (good = true, r.len = 0; r.len <= w.len; r.len++) {
		memcpy(copy, data, r.len);
		good = good && (!record_find(&r, RECORD_USER, &len) || r.len == w.len);
	}
	tap_ok(good, "a record that breaks off has no field beyond its end");
	record_put(&w, RECORD_PORT, data, 40);
	tap_ok(w.full && w.len == r.len - 1, "what does not fit is told, and not begun");
}

/* One of each kind under the same number, and one of each replaced. */
static void test_kinds(void)
{
	struct state *s = state_create();
	uint32_t slot, cursor = 0;
	struct state_record r;
	bool good;

	slot = state_put(s, 0, session(5), "s", 1);
	state_put(s, 0, (struct state_key){ STATE_REPORT, 5 }, "rr", 2);
	state_put(s, slot, session(5), "sss", 3);
	s = reopen(s);
	good = s && state_next(s, STATE_REPORT, &cursor, &r) && r.len == 2 &&
	       !state_next(s, STATE_REPORT, &cursor, &r);
	cursor = 0;
	tap_ok(good && state_next(s, STATE_SESSION, &cursor, &r) && r.len == 3 &&
	       r.key.number == 5 && !state_next(s, STATE_SESSION, &cursor, &r),
	       "records of two kinds under one number are two");
	state_close(s);
}

static void test_find(void)
{
	const struct state_key other = { STATE_INTERFACE, 6 }, none = { STATE_INTERFACE, 5 };
	struct state *s = state_create();
	struct state_record r;
	uint32_t slot;

	state_put(s, 0, session(5), "s", 1);
	state_put(s, 0, session(6), "ss", 2);
	slot = state_put(s, 0, other, "iii", 3);
	tap_ok(state_find(s, other, &r) && r.len == 3 && r.slot == slot &&
	       state_find(s, session(6), &r) && r.len == 2,
	       "a record is found by kind and number");
	r.slot = 0;
	tap_ok(!state_find(s, none, &r) && !r.slot,
	       "not one of another kind or another number, and nothing is said then");
	state_remove(s, slot);
	tap_ok(!state_find(s, other, &r), "nor one that was given up");
	state_close(s);
}

int main(void)
{
	test_record();
	test_model();
	test_kinds();
	test_find();
	test_killed();
	test_damage();
	test_foreign();
	return tap_end();
}
