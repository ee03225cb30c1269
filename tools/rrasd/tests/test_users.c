// SPDX-License-Identifier: GPL-2.0
/*
 * The secrets file: words, lines, who is who.
 */
#include <stdlib.h>
#include <string.h>

#include "../hash.h"
#include "../users.h"
#include "tap.h"

static char last[512];
static unsigned int last_line;

static void emit(const struct diag *diag, unsigned int line, bool error, const char *text)
{
	(void)diag;
	if (!error)
		return;
	strncpy(last, text, sizeof(last) - 1);
	last_line = line;
}

static struct users *parse(const char *text, struct diag *diag)
{
	*diag = (struct diag){ .file = "test", .emit = emit };
	return users_parse(text, strlen(text), diag);
}

static const struct user *find(const struct users *users, const char *name)
{
	return users_find(users, name, strlen(name), "server");
}

static void test_words(void)
{
	static const struct { const char *line, *name, *secret; } cases[] = {
		{ "a * b *", "a", "b" },
		{ "  a\t*   b\t*  ", "a", "b" },
		{ "a * b * # comment", "a", "b" },
		{ "a * b#c *", "a", "b#c" },
		{ "\"a b\" * 'c d' *", "a b", "c d" },
		{ "a\"b c\"d * e *", "ab cd", "e" },
		{ "\"it's\" * 'say \"hi\"' *", "it's", "say \"hi\"" },
		{ "a\\ b * c\\\\d *", "a b", "c\\d" },
		{ "a * \"\" *", "a", "" },
		{ "a * \\061\\x32\\t *", "a", "12\t" },
		{ "a \\\n * b \\\n *", "a", "b" },
		{ "a * b\\\nc *", "a", "bc" },
		{ "\\# * b *", "#", "b" },
		{ "a * b *\r", "a", "b" },
		{ "DOM\\\\user * b *", "DOM\\user", "b" },
	};
	const struct user *u;
	struct users *users;
	struct diag diag;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		users = parse(cases[i].line, &diag);
		u = find(users, cases[i].name);
		tap_ok(!diag.errors && u && !strcmp(u->secret, cases[i].secret),
		       "words, case %zu", i);
		users_free(users);
	}
}

static void test_bad(void)
{
	static const struct { const char *text; unsigned int line; const char *word; } cases[] = {
		{ "a", 1, "expected" },
		{ "a *", 1, "expected" },
		{ "\n\na * b 10.0.0.300", 3, "no address" },
		{ "a * b 10.0.0.1 10.0.0.2", 1, "more than one" },
		{ "a * b 10.0.0.0/8", 1, "no address" },
		{ "a * b 224.0.0.1", 1, "no address for a client" },
		{ "a * b 0.0.0.0", 1, "no address for a client" },
		{ "a * b 255.255.255.255", 1, "no address for a client" },
		{ "a * b 127.0.0.1", 1, "no address for a client" },
		{ "a * \"b *", 1, "not closed" },
		{ "a * 'b *\nc * d *", 1, "not closed" },
		{ "a * @/etc/passwd *", 1, "file of their own" },
		{ "a * b !10.0.0.1", 1, "no address" },
		{ "a * b * -- filter-set", 1, "name of a filter set is missing" },
		{ "a * b * -- filter-set a/b", 1, "letters, digits" },
		{ "a * b -- filter-set -x", 1, "begins with a letter" },
		{ "a * b * -- pool", 1, "name of a pool is missing" },
		{ "a * b * -- second-session", 1, "allow, refuse or replace" },
		{ "a * b * -- second-session never", 1, "allow, refuse or replace" },
		{ "a * b * -- pool a/b", 1, "letters, digits" },
		{ "a * b * -- ipv6-prefix", 1, "the prefix is missing" },
		{ "a * b * -- ipv6-prefix 2001:db8::/56", 1, "64 bits" },
		{ "a * b * -- ipv6-prefix 2001:db8::1/64", 1, "bits set" },
		{ "a * b * -- ipv6-prefix 2001:db8::", 1, "such as" },
		{ "a * b * -- ipv6-prefix fe80::/64", 1, "global" },
		{ "a * b * -- ipv6-prefix 2001:db8::\\0001/64", 1, "NUL" },
		{ "a * b * -- ipv6-prefix 2001:db8::fdff:ffff:ffff:ff80/128", 1, "no address for" },
	};
	static char longest[600];
	struct users *users;
	struct diag diag;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		last[0] = '\0';
		users = parse(cases[i].text, &diag);
		tap_ok(diag.errors == 1 && last_line == cases[i].line &&
		       strstr(last, cases[i].word), "line %u: %s", last_line, last);
		users_free(users);
	}
	memset(longest, 'x', 255);
	strcpy(longest + 255, " * secret *");
	users = parse(longest, &diag);
	tap_number(diag.errors, 0, "a name of 255 bytes");
	users_free(users);
	memset(longest, 'x', 256);
	strcpy(longest + 256, " * secret *");
	users = parse(longest, &diag);
	tap_ok(diag.errors == 1 && users_count(users) == 0, "a name of 256 bytes is too long");
	users_free(users);
}

static void test_choice(void)
{
	static const char text[] =
		"# wildcards first, to see that order does not decide\n"
		"*      *      any-any       *\n"
		"*      server any-server    -\n"
		"alice  *      alice-any     10.0.0.1\n"
		"alice  server alice-server  10.0.0.2\n"
		"alice  server alice-second  10.0.0.3\n"
		"bob    *      bob-any       10.0.0.4\n"
		"carol  other  carol-other   10.0.0.5\n"
		"dave   *      dave-none\n";
	const struct user *u;
	struct users *users;
	struct diag diag;

	users = parse(text, &diag);
	tap_number(diag.errors, 0, "no mistakes");
	tap_number(diag.warnings, 1, "a warning for a user without an address");
	tap_number((long long)users_count(users), 8, "lines");
	tap_text(find(users, "alice")->secret, "alice-server", "client and server, the first");
	tap_text(find(users, "bob")->secret, "bob-any", "a client before any client");
	tap_text(find(users, "carol")->secret, "any-server", "a line of another server is not used");
	tap_text(find(users, "nobody")->secret, "any-server", "a server before any server");
	u = users_find(users, "alice", 5, "elsewhere");
	tap_text(u->secret, "alice-any", "alice on another server");
	tap_number(u->address, 0x0a000001, "her address");
	u = users_find(users, "nobody", 6, "elsewhere");
	tap_ok(u->address_kind == USER_ADDRESS_POOL, "an address of the pool");
	tap_ok(find(users, "nobody")->address_kind == USER_ADDRESS_NONE, "no address by -");
	tap_ok(find(users, "dave")->address_kind == USER_ADDRESS_NONE, "no address by nothing");
	users_free(users);

	users = parse("alice other x *\n", &diag);
	tap_ok(!find(users, "alice"), "nobody");
	tap_ok(!users_find(users, "alice\0x", 7, "other"), "a name with a NUL is not its beginning");
	tap_ok(!users_find(users, "", 0, "other"), "the empty name");
	users_free(users);
}

static void count(uint32_t address, void *data)
{
	*(uint32_t *)data += address;
}

static void test_fixed(void)
{
	uint32_t sum = 0;
	struct users *users;
	struct diag diag;

	users = parse("a * b *\nc * d 0.0.0.0\ne * f 10.0.0.1\ng * h 10.0.0.2\n", &diag);
	users_each_fixed(users, count, &sum);
	tap_number(sum, 0x0a000001LL + 0x0a000002LL, "the addresses of users, without the bad one");
	users_free(users);
	users_free(NULL);
}

/* Options behind "--": ours is read, pppd's are passed over. */
static void test_filter_sets(void)
{
	static const struct { const char *line, *set; } cases[] = {
		{ "a * b *", NULL },
		{ "a * b * --", NULL },
		{ "a * b * -- mtu 1400", NULL },
		{ "a * b * -- filter-set gold", "gold" },
		{ "a * b 10.0.0.1 -- mtu 1400 filter-set gold noccp", "gold" },
		{ "a * b -- filter-set gold", "gold" },
		{ "a * b * -- filter-set -", "-" },
		{ "a * b * -- filter-set gold filter-set \"silver\" # c", "silver" },
		{ "a * b * -- \\\n filter-set gold", "gold" },
	};
	const struct user *u;
	struct users *users;
	struct diag diag;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		users = parse(cases[i].line, &diag);
		u = find(users, "a");
		tap_ok(!diag.errors && u && (cases[i].set ? u->filter_set &&
		       !strcmp(u->filter_set, cases[i].set) : !u->filter_set),
		       "filter set, case %zu: %s", i, cases[i].line);
		users_free(users);
	}
}

/* IPv6 prefixes: of the pool unless something else is said. */
static void test_prefixes(void)
{
	static const struct {
		const char *line;
		enum user_prefix kind;
		const char *text;
	} cases[] = {
		{ "a * b *", USER_PREFIX_POOL, NULL },
		{ "a * b * -- ipv6-prefix *", USER_PREFIX_POOL, NULL },
		{ "a * b - -- ipv6-prefix -", USER_PREFIX_NONE, NULL },
		{ "a * b * -- ipv6-prefix 2001:db8:7::/64", USER_PREFIX_FIXED, "2001:db8:7::/64" },
		{ "a * b * -- mtu 1400 ipv6-prefix 2001:db8::5/128 filter-set x",
		  USER_PREFIX_FIXED, "2001:db8::5" },
		{ "a * b * -- ipv6-prefix - ipv6-prefix fd00:1::/64", USER_PREFIX_FIXED,
		  "fd00:1::/64" },
	};
	const struct user *u;
	struct users *users;
	struct diag diag;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		users = parse(cases[i].line, &diag);
		u = find(users, "a");
		tap_ok(!diag.errors && u && u->prefix_kind == cases[i].kind &&
		       (!cases[i].text || !strcmp(prefix_text(&u->prefix), cases[i].text)),
		       "prefix, case %zu: %s", i, cases[i].line);
		users_free(users);
	}
}

static void count_prefix(const struct prefix *p, void *data)
{
	*(uint64_t *)data += prefix_high(&p->address) & 0xffff;
}

static void test_each_prefix(void)
{
	uint64_t sum = 0;
	struct users *users;
	struct diag diag;

	users = parse("a * b * -- ipv6-prefix 2001:db8:0:1::/64\nb * b *\n"
		      "* * b * -- ipv6-prefix 2001:db8:0:2::/64\nc * b - -- ipv6-prefix -\n", &diag);
	users_each_prefix(users, count_prefix, &sum);
	tap_number((long long)sum, 3, "each prefix that belongs to a user");
	users_free(users);
}

int main(void)
{
	test_prefixes();
	test_each_prefix();
	if (hash_init())
		abort();
	test_words();
	test_bad();
	test_filter_sets();
	test_choice();
	test_fixed();
	return tap_end();
}
