// SPDX-License-Identifier: GPL-2.0
/*
 * Users from a file in the format of pppd's chap-secrets, see users.h.
 *
 * Words are separated by blanks; a word may be quoted by " or ' as a whole or in part; \ escapes
 * the next character, a line end included; # at the beginning of a word starts a comment.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/filter/filter.h"
#include "file.h"
#include "hash.h"
#include "pool.h"
#include "ppp/ppp.h"
#include "users.h"

struct entry {
	struct hnode node;	/* in the table, unless it is for any client */
	struct list any;	/* in the list of those */
	struct user user;
	size_t client_len;
	bool any_client, any_server;
	char *server;
	char *secret;
	char *filter_set;
	char *pool;
	char client[];
};

struct users {
	struct htable by_name;
	struct list any;
	struct entry **all;
	size_t count, room;
};

/* The file as it is read. */
struct reader {
	const char *p, *end;
	unsigned int line;
	struct diag *diag;
};

struct word {
	char text[USER_WORD_MAX + 1];
	size_t len;
	bool bad;	/* reported already */
};

static bool at_blank(const struct reader *r)
{
	return r->p < r->end && (*r->p == ' ' || *r->p == '\t' || *r->p == '\r');
}

static bool at_line_end(const struct reader *r)
{
	return r->p >= r->end || *r->p == '\n';
}

static bool at_continuation(const struct reader *r)
{
	return r->end - r->p >= 2 && r->p[0] == '\\' && r->p[1] == '\n';
}

static void skip_blanks(struct reader *r)
{
	for (;;) {
		if (at_continuation(r)) {
			r->p += 2;
			r->line++;
		} else if (at_blank(r)) {
			r->p++;
		} else {
			return;
		}
	}
}

static void skip_line(struct reader *r)
{
	while (!at_line_end(r))
		r->p++;
	if (r->p < r->end)
		r->p++;
	r->line++;
}

static bool octal(char c)
{
	return c >= '0' && c <= '7';
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static char read_number(struct reader *r, bool base16)
{
	unsigned int value = 0;
	int i;

	for (i = 0; i < (base16 ? 2 : 3) && r->p < r->end; i++, r->p++) {
		if (base16 ? hex(*r->p) < 0 : !octal(*r->p))
			break;
		value = value * (base16 ? 16 : 8) + (unsigned int)hex(*r->p);
	}
	return (char)value;
}

/* After the backslash, not at the end of the file. */
static char read_escape(struct reader *r)
{
	static const char from[] = "abefnrst";
	static const char to[] = "\a\b\033\f\n\r \t";
	const char *known;
	char c = *r->p;

	if (octal(c))
		return read_number(r, false);
	r->p++;
	if (c == 'x' && r->p < r->end && hex(*r->p) >= 0)
		return read_number(r, true);
	if (c == '\n')
		r->line++;
	known = c ? strchr(from, c) : NULL;
	return known ? to[known - from] : c;
}

static void append(struct reader *r, struct word *w, char c)
{
	if (w->len < USER_WORD_MAX) {
		w->text[w->len++] = c;
		return;
	}
	if (!w->bad)
		diag_error(r->diag, r->line, "a word is longer than %d bytes", USER_WORD_MAX);
	w->bad = true;
}

/* Returns whether there was a word before the line's end. */
static bool read_word(struct reader *r, struct word *w)
{
	char quote = '\0';
	char c;

	w->len = 0;
	w->bad = false;
	skip_blanks(r);
	if (at_line_end(r) || *r->p == '#')
		return false;
	while (!at_line_end(r) && (quote || !at_blank(r))) {
		if (at_continuation(r)) {
			r->p += 2;
			r->line++;
			continue;
		}
		c = *r->p++;
		if (c == '\\' && r->p < r->end)
			append(r, w, read_escape(r));
		else if (quote && c == quote)
			quote = '\0';
		else if (!quote && (c == '"' || c == '\''))
			quote = c;
		else
			append(r, w, c);
	}
	if (quote) {
		diag_error(r->diag, r->line, "the quote %c is not closed", quote);
		w->bad = true;
	}
	w->text[w->len] = '\0';
	return true;
}

static bool is_wild(const struct word *w)
{
	return w->len == 1 && w->text[0] == '*';
}

static bool is_none(const struct word *w)
{
	return w->len == 1 && w->text[0] == '-';
}

static bool parse_address(struct reader *r, const struct word *w, struct user *user)
{
	struct in_addr address;

	if (is_wild(w)) {
		user->address_kind = USER_ADDRESS_POOL;
		return true;
	}
	if (is_none(w)) {
		user->address_kind = USER_ADDRESS_NONE;
		return true;
	}
	if (strlen(w->text) != w->len || inet_pton(AF_INET, w->text, &address) != 1) {
		/* Without the word: it is a part of the secret, if that has a blank in it. */
		diag_error(r->diag, r->line, "the word after the secret is no address: expected "
			   "*, - or one IPv4 address; a secret with a blank has to be quoted");
		return false;
	}
	user->address_kind = USER_ADDRESS_FIXED;
	user->address = ntohl(address.s_addr);
	if (user->address >> 24 == 0 || user->address >> 24 == 127 ||
	    user->address >> 28 >= 0xe) {
		diag_error(r->diag, r->line, "%s is no address for a client", w->text);
		return false;
	}
	return true;
}

static bool ends_addresses(const struct word *w)
{
	return w->len == 2 && !memcmp(w->text, "--", 2);
}

/* Returns whether there was no mistake; @more: options follow. */
static bool parse_addresses(struct reader *r, struct user *user, bool *more)
{
	struct word w, next;
	bool given;

	given = read_word(r, &w);
	*more = given && ends_addresses(&w);
	if (!given || *more) {
		diag_warning(r->diag, user->line,
			     "no address, so this user gets none: add * for one of the pool");
		return true;
	}
	if (w.bad || !parse_address(r, &w, user))
		return false;
	if (!read_word(r, &next))
		return true;
	*more = ends_addresses(&next);
	if (*more)
		return true;
	diag_error(r->diag, r->line, "more than one address; a secret with a blank has to be "
		   "quoted");
	return false;
}

/* "-" is for none, even if the pool has one. */
static bool parse_filter_set(struct reader *r, char **filter_set)
{
	const char *wrong;
	struct word w;

	if (!read_word(r, &w) || w.bad) {
		diag_error(r->diag, r->line, "filter-set: the name of a filter set is missing");
		return false;
	}
	wrong = is_none(&w) ? NULL : filter_bad_name(w.text, w.len);
	if (wrong) {
		diag_error(r->diag, r->line, "filter-set: %s", wrong);
		return false;
	}
	free(*filter_set);
	*filter_set = strdup(w.text);
	if (!*filter_set)
		diag_error(r->diag, r->line, "out of memory");
	return *filter_set;
}

static bool parse_prefix(struct reader *r, struct user *user)
{
	const char *wrong;
	struct word w;

	if (!read_word(r, &w) || w.bad) {
		diag_error(r->diag, r->line, "ipv6-prefix: the prefix is missing");
		return false;
	}
	user->prefix_kind = is_wild(&w) ? USER_PREFIX_POOL : USER_PREFIX_NONE;
	if (is_wild(&w) || is_none(&w))
		return true;
	user->prefix_kind = USER_PREFIX_FIXED;
	wrong = strlen(w.text) == w.len ? prefix_parse(w.text, &user->prefix) :
		"the text holds a NUL character";
	if (!wrong && user->prefix.len != 64 && user->prefix.len != 128)
		wrong = "expected a prefix of 64 bits, or of 128 for one address";
	if (!wrong && user->prefix.len == 128 &&
	    !ppp_ifid_valid(prefix_low(&user->prefix.address)))
		wrong = "this is no address for a client";
	if (wrong)
		diag_error(r->diag, r->line, "ipv6-prefix '%s': %s", w.text, wrong);
	return !wrong;
}

static bool parse_second(struct reader *r, struct user *user)
{
	struct word w;

	user->second = read_word(r, &w) && !w.bad && strlen(w.text) == w.len ?
		       user_second_parse(w.text) : USER_SECOND_DEFAULT;
	if (!user->second)
		diag_error(r->diag, r->line, "second-session: expected allow, refuse or replace");
	return user->second;
}

/* Whether there is such a pool is for the configuration to say, and that may change. */
static bool parse_pool(struct reader *r, char **pool)
{
	const char *wrong;
	struct word w;

	if (!read_word(r, &w) || w.bad) {
		diag_error(r->diag, r->line, "pool: the name of a pool is missing");
		return false;
	}
	wrong = pool_bad_name(w.text, w.len);
	if (wrong) {
		diag_error(r->diag, r->line, "pool: %s", wrong);
		return false;
	}
	free(*pool);
	*pool = strdup(w.text);
	if (!*pool)
		diag_error(r->diag, r->line, "out of memory");
	return *pool;
}

static bool is_word(const struct word *w, const char *text)
{
	return w->len == strlen(text) && !memcmp(w->text, text, w->len);
}

/* Behind "--" stand options; those that are not ours are pppd's. */
static bool parse_options(struct reader *r, struct entry *e)
{
	struct word w;

	while (read_word(r, &w)) {
		if (is_word(&w, "filter-set") && !parse_filter_set(r, &e->filter_set))
			return false;
		if (is_word(&w, "ipv6-prefix") && !parse_prefix(r, &e->user))
			return false;
		if (is_word(&w, "second-session") && !parse_second(r, &e->user))
			return false;
		if (is_word(&w, "pool") && !parse_pool(r, &e->pool))
			return false;
	}
	return true;
}

static void entry_free(struct entry *e)
{
	if (!e)
		return;
	if (e->secret)
		explicit_bzero(e->secret, e->user.secret_len);
	free(e->secret);
	free(e->server);
	free(e->filter_set);
	free(e->pool);
	free(e);
}

static struct entry *entry_create(const struct word *client, const struct word *server,
				  const struct word *secret)
{
	struct entry *e;

	e = calloc(1, sizeof(*e) + client->len + 1);
	if (!e)
		return NULL;
	memcpy(e->client, client->text, client->len);
	e->client_len = client->len;
	e->any_client = is_wild(client);
	e->any_server = is_wild(server);
	e->server = strdup(server->text);
	e->secret = malloc(secret->len + 1);
	if (!e->server || !e->secret) {
		entry_free(e);
		return NULL;
	}
	memcpy(e->secret, secret->text, secret->len + 1);
	e->user.secret = e->secret;
	e->user.secret_len = secret->len;
	return e;
}

static int add(struct users *users, struct entry *e)
{
	struct entry **grown;
	size_t room;

	if (users->count == users->room) {
		room = users->room ? users->room * 2 : 64;
		grown = realloc(users->all, room * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		users->all = grown;
		users->room = room;
	}
	users->all[users->count++] = e;
	list_init(&e->any);
	if (e->any_client)
		list_append(&users->any, &e->any);
	else
		htable_add(&users->by_name, &e->node, hash_bytes(e->client, e->client_len));
	return 0;
}

/* One line with a word in it; the words before the addresses are read here. */
static void parse_line(struct reader *r, struct users *users, const struct word *client)
{
	struct word server, secret;
	unsigned int line = r->line;
	struct entry *e;
	bool good, more = false;

	if (!read_word(r, &server) || !read_word(r, &secret)) {
		diag_error(r->diag, line, "expected: client server secret address");
		return;
	}
	if (client->bad || server.bad || secret.bad)
		return;
	if (secret.len > 0 && secret.text[0] == '@') {
		diag_error(r->diag, line, "secrets in a file of their own (@...) are not known");
		return;
	}
	e = entry_create(client, &server, &secret);
	explicit_bzero(&secret, sizeof(secret));
	if (!e) {
		diag_error(r->diag, line, "out of memory");
		return;
	}
	e->user.line = line;
	good = parse_addresses(r, &e->user, &more);
	if (good && more)
		good = parse_options(r, e);
	e->user.filter_set = e->filter_set;
	e->user.pool = e->pool;
	if (good && add(users, e)) {
		diag_error(r->diag, line, "out of memory");
		good = false;
	}
	if (!good)
		entry_free(e);
}

/**
 * users_parse - read users from a text
 * @text: the text, any bytes
 * @len: its length
 * @diag: where mistakes go; lines with a mistake are left out
 *
 * Return: the users; NULL without memory.
 */
struct users *users_parse(const char *text, size_t len, struct diag *diag)
{
	struct reader r = { .p = text, .end = text + len, .line = 1, .diag = diag };
	struct users *users;
	struct word client;

	users = calloc(1, sizeof(*users));
	if (!users)
		return NULL;
	list_init(&users->any);
	if (htable_init(&users->by_name)) {
		free(users);
		return NULL;
	}
	while (r.p < r.end) {
		if (read_word(&r, &client))
			parse_line(&r, users, &client);
		skip_line(&r);
	}
	return users;
}

/**
 * users_load - read users from a file
 * @path: its name
 * @diag: where mistakes go
 *
 * Return: the users; NULL when the file cannot be read.
 */
struct users *users_load(const char *path, struct diag *diag)
{
	struct users *users;
	struct stat st;
	char *text;
	size_t len;

	text = file_read(path, USERS_FILE_MAX, &len, &st);
	if (!text) {
		diag_error(diag, 0, "cannot read: %s", strerror(errno));
		return NULL;
	}
	if (file_exposed(&st))
		diag_warning(diag, 0, "mode %04o lets others read the secrets: chmod 600 %s",
			     (unsigned int)(st.st_mode & 07777), path);
	users = users_parse(text, len, diag);
	explicit_bzero(text, len);
	free(text);
	if (!users)
		diag_error(diag, 0, "out of memory");
	return users;
}

/**
 * users_free - forget all users
 * @users: the users or NULL
 */
void users_free(struct users *users)
{
	size_t i;

	if (!users)
		return;
	for (i = 0; i < users->count; i++)
		entry_free(users->all[i]);
	free(users->all);
	htable_clean(&users->by_name);
	free(users);
}

/**
 * users_count - how many lines there are
 * @users: the users
 *
 * Return: their number.
 */
size_t users_count(const struct users *users)
{
	return users->count;
}

/*
 * What pppd prefers: a client of that name before any client, then a server of that name before
 * any server, then the line that comes first. Returns 0 where the line does not apply.
 */
static int rank(const struct entry *e, const char *server)
{
	if (!e->any_server && strcmp(e->server, server))
		return 0;
	return 1 + (e->any_server ? 0 : 1) + (e->any_client ? 0 : 2);
}

static const struct entry *better(const struct entry *best, const struct entry *e,
				  const char *server)
{
	int best_rank = best ? rank(best, server) : 0;
	int e_rank = rank(e, server);

	if (e_rank > best_rank || (e_rank && e_rank == best_rank && e->user.line < best->user.line))
		return e;
	return best;
}

/**
 * users_find - the line that holds for a client
 * @users: the users
 * @name: the client's name, any bytes
 * @len: its length
 * @server: our name
 *
 * Return: the user, valid until users_free(); NULL when no line holds.
 */
const struct user *users_find(const struct users *users, const void *name, size_t len,
			      const char *server)
{
	const struct entry *best = NULL;
	const struct entry *e;
	const struct list *l;
	struct hnode *n;

	for (n = htable_first(&users->by_name, hash_bytes(name, len)); n; n = htable_next(n)) {
		e = container_of(n, struct entry, node);
		if (e->client_len == len && !memcmp(e->client, name, len))
			best = better(best, e, server);
	}
	for (l = users->any.next; l != &users->any; l = l->next) {
		e = container_of(l, struct entry, any);
		best = better(best, e, server);
	}
	return best ? &best->user : NULL;
}

/**
 * users_each_fixed - visit the addresses that belong to a user
 * @users: the users
 * @fn: called with each
 * @data: for @fn
 */
void users_each_fixed(const struct users *users, void (*fn)(uint32_t address, void *data),
		      void *data)
{
	size_t i;

	for (i = 0; i < users->count; i++) {
		if (users->all[i]->user.address_kind == USER_ADDRESS_FIXED)
			fn(users->all[i]->user.address, data);
	}
}

/**
 * users_each_prefix - visit the IPv6 prefixes that belong to a user
 * @users: the users
 * @fn: called with each
 * @data: for @fn
 */
void users_each_prefix(const struct users *users, void (*fn)(const struct prefix *p, void *data),
		       void *data)
{
	size_t i;

	for (i = 0; i < users->count; i++) {
		if (users->all[i]->user.prefix_kind == USER_PREFIX_FIXED)
			fn(&users->all[i]->user.prefix, data);
	}
}
