// SPDX-License-Identifier: GPL-2.0
/*
 * Pools by name: what the configuration makes of them, and what a reload leaves of them.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../config.h"
#include "../pools.h"
#include "../rrasd.h"
#include "tap.h"

#define HEAD	"[wan]\nlocal-address 10.0.0.1\n[pppoe]\ninterface eth0\n"

static char last[256];
static struct rrasd d;
static char alice, bob;

static void emit(const struct diag *diag, unsigned int line, bool error, const char *text)
{
	(void)diag;
	(void)line;
	if (error || !last[0])
		snprintf(last, sizeof(last), "%s", text);
}

static struct config *parse(const char *text)
{
	struct diag diag = { .file = "test", .emit = emit };

	last[0] = '\0';
	return config_parse(text, strlen(text), &diag);
}

static void mistake(const char *text, const char *why)
{
	struct config *c = parse(text);

	tap_ok(!c && strstr(last, why), "%s", why);
	config_put(c);
}

static void begin(const char *text)
{
	d.config = parse(text);
	if (!d.config)
		abort();
	d.pools = pools_create(d.config);
	if (!d.pools)
		abort();
}

static void renew(const char *text)
{
	config_put(d.config);
	d.config = parse(text);
	if (!d.config || !pools_renew(&d))
		abort();
}

static void end(void)
{
	pools_destroy(d.pools);
	config_put(d.config);
}

static const char *take(const char *pool, const char *owner)
{
	struct in_addr in = { .s_addr = htonl(pools_take(d.pools, pool, 0, owner)) };

	return inet_ntoa(in);
}

static uint32_t number(const char *text)
{
	return ntohl(inet_addr(text));
}

static const char *json(size_t i)
{
	static char text[512];
	struct json j;

	json_init(&j, text, sizeof(text));
	pools_json(d.pools, i, &j);
	return text;
}

static void test_config(void)
{
	struct config *c;

	mistake(HEAD "[pool a/b]\n", "letters, digits");
	mistake(HEAD "[pool gold]\nipv6-prefix 2001:db8::/48\n", "one pool for all");
	mistake(HEAD "[pool]\naddress 10.1.0.0/24\n[pool gold]\naddress 10.1.0.7\n", "overlaps");
	mistake(HEAD "[pool gold]\naddress 10.0.0.0/12\n[pool]\naddress 10.16.0.0-10.16.0.9\n",
		"more than");
	c = parse(HEAD "[pool gold]\naddress 10.1.0.1\nfilter-set shiny\n[pool lead]\n"
		  "address 10.2.0.1\nfilter-set dull\n[pool gold]\naddress 10.3.0.1\n");
	tap_ok(c && !last[0], "two pools, one in two parts, none without a name");
	if (!c)
		return;
	tap_number((long long)c->pools, 3, "are three with the empty one");
	tap_text(config_pool_find(c, "gold")->filter_set, "shiny", "each with its filters");
	tap_text(config_pool_find(c, "lead")->filter_set, "dull", "and the other");
	tap_ok(!config_pool_find(c, "iron") && config_pool_find(c, NULL) == &c->named[0], "by name");
	config_put(c);
}

static void test_names(void)
{
	begin(HEAD "[pool]\naddress 10.1.0.1-10.1.0.2\n[pool gold]\naddress 10.0.0.0/30\n"
	      "[pool gold]\naddress 10.9.0.5\n");
	tap_text(take(NULL, &alice), "10.1.0.1", "of the pool without a name");
	tap_text(take("gold", &alice), "10.0.0.2", "of another: not the network, not our own");
	tap_text(take("gold", &alice), "10.9.0.5", "not the broadcast address, but the next range");
	tap_text(take("gold", &alice), "0.0.0.0", "none left, whatever other pools have");
	tap_text(take("iron", &alice), "0.0.0.0", "none of a pool that is not there");
	tap_ok(pools_known(d.pools, "gold") && !pools_known(d.pools, "iron"), "which is known");
	tap_ok(pools_contain(d.pools, number("10.9.0.5")) &&
	       !pools_contain(d.pools, number("10.9.0.4")) &&
	       pools_contain(d.pools, number("10.1.0.2")) &&
	       !pools_contain(d.pools, number("10.1.0.3")), "borders");
	tap_text(json(1), "{\"pool\":\"gold\",\"size\":3,\"used\":2,\"free\":0,\"reserved\":0,"
		 "\"taken\":2,\"exhausted\":1}", "its counters");
	pools_release(d.pools, number("10.9.0.5"), &bob);
	tap_text(take("gold", &bob), "0.0.0.0", "who does not hold it cannot give it back");
	pools_release(d.pools, number("10.9.0.5"), &alice);
	tap_text(take("gold", &bob), "10.9.0.5", "who does can");
	end();
}

static void test_renew(void)
{
	begin(HEAD "[pool]\naddress 10.1.0.1-10.1.0.3\n"
	      "[pool gold]\naddress 10.2.0.1-10.2.0.2\n");
	take(NULL, &alice);
	take(NULL, &bob);
	take("gold", &bob);
	pools_release(d.pools, number("10.1.0.1"), &alice);
	renew(HEAD "[pool]\naddress 10.1.0.1-10.1.0.4\n"
	      "[pool lead]\naddress 10.2.0.1-10.2.0.2\n");
	tap_ok(pools_owner(d.pools, number("10.1.0.2")) == &bob, "who had an address keeps it");
	tap_ok(pools_owner(d.pools, number("10.2.0.1")) == &bob, "also in a pool of another name");
	tap_text(take(NULL, &alice), "10.1.0.4", "new ones are taken first");
	tap_text(take(NULL, &alice), "10.1.0.3", "then those that nobody ever had");
	tap_text(take(NULL, &alice), "10.1.0.1", "then the one that was given back");
	tap_text(take("lead", &alice), "10.2.0.2", "the renamed pool has what is left");
	tap_text(take("gold", &alice), "0.0.0.0", "the old name none");
	renew(HEAD "[pool]\naddress 10.7.0.1\n");
	pools_release(d.pools, number("10.1.0.2"), &bob);
	tap_ok(!pools_owner(d.pools, number("10.1.0.2")), "what is in no pool is nobody's");
	tap_text(take(NULL, &bob), "10.7.0.1", "and the new pool is as new");
	end();
}

int main(void)
{
	test_config();
	test_names();
	test_renew();
	return tap_end();
}
