// SPDX-License-Identifier: GPL-2.0
/*
 * Sets of addresses and routes, see wan_set.h.
 */
#include <stdlib.h>
#include <string.h>

#include "wan_set.h"

_Static_assert(sizeof(struct wan_item) == 3 * sizeof(uint32_t) + 3 * sizeof(struct in6_addr),
	       "items are compared as bytes");

static struct in6_addr field_of(struct in_addr address)
{
	struct in6_addr field = { 0 };

	memcpy(&field, &address, sizeof(address));
	return field;
}

/**
 * wan_item_ipv4 - an address of IPv4 in an item
 * @field: of the item
 *
 * Return: the address.
 */
struct in_addr wan_item_ipv4(const struct in6_addr *field)
{
	struct in_addr address;

	memcpy(&address, field, sizeof(address));
	return address;
}

/**
 * wan_item_address - an address of ours, alone
 * @address: the address
 *
 * Return: the item.
 */
struct wan_item wan_item_address(struct in_addr address)
{
	return (struct wan_item){ .family = AF_INET, .bits = 32, .to = field_of(address) };
}

/**
 * wan_item_route - a route, as wan_nl_route() or wan_nl_route_by() adds it
 * @dst: destination
 * @bits: its prefix length
 * @by: the next hop; 0.0.0.0: none
 * @source: source address of our own packets; 0.0.0.0: not said
 *
 * Return: the item.
 */
struct wan_item wan_item_route(struct in_addr dst, unsigned int bits, struct in_addr by,
			       struct in_addr source)
{
	return (struct wan_item){
		.family = AF_INET, .route = 1, .bits = bits, .to = field_of(dst),
		.by = field_of(by), .source = field_of(source),
	};
}

/**
 * wan_item_address6 - an address of ours of IPv6
 * @address: the address
 * @bits: length of the prefix around it
 *
 * Return: the item.
 */
struct wan_item wan_item_address6(const struct in6_addr *address, uint8_t bits)
{
	return (struct wan_item){ .family = AF_INET6, .bits = bits, .to = *address };
}

/**
 * wan_item_route6 - a route, as wan_nl_route6() adds it
 * @dst: destination
 * @by: the next hop
 * @source: source address of our own packets; ::: not said
 *
 * Return: the item.
 */
struct wan_item wan_item_route6(const struct prefix *dst, const struct in6_addr *by,
				const struct in6_addr *source)
{
	return (struct wan_item){
		.family = AF_INET6, .route = 1, .bits = dst->len, .to = dst->address,
		.by = *by, .source = *source,
	};
}

/**
 * wan_set_add - one item more; it may be there already
 * @s: the set
 * @item: the item
 */
void wan_set_add(struct wan_set *s, struct wan_item item)
{
	size_t room = s->room ? 2 * s->room : 64;
	struct wan_item *grown;

	if (s->count == s->room) {
		grown = realloc(s->item, room * sizeof(*grown));
		if (!grown) {
			s->failed = true;
			return;
		}
		s->item = grown;
		s->room = room;
	}
	s->item[s->count++] = item;
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct wan_item));
}

/**
 * wan_set_sort - the set is complete: it can be asked
 * @s: the set
 *
 * Return: whether every item is in it.
 */
bool wan_set_sort(struct wan_set *s)
{
	if (s->count)
		qsort(s->item, s->count, sizeof(*s->item), compare);
	return !s->failed;
}

/**
 * wan_set_has - is it in the set?
 * @s: the set, sorted
 * @item: the item
 *
 * Return: whether it is.
 */
bool wan_set_has(const struct wan_set *s, const struct wan_item *item)
{
	return s->count && bsearch(item, s->item, s->count, sizeof(*item), compare);
}

/**
 * wan_set_clean - empty a set
 * @s: the set
 */
void wan_set_clean(struct wan_set *s)
{
	free(s->item);
	*s = (struct wan_set){ 0 };
}
