/* SPDX-License-Identifier: GPL-2.0 */
/* An array of u32 that grows, for everything whose size is not known before. */
#ifndef IPFLTDRV_WORDS_H
#define IPFLTDRV_WORDS_H

#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

/* One allocation, in words: far above any set, far below what would overflow. */
#define IPF_WORDS_MAX	0x10000000U

struct ipf_words {
	u32 *at;
	u32 used;
	u32 room;
};

static inline int ipf_words_resize(struct ipf_words *w, u32 room)
{
	u32 *at = NULL;

	if (room) {
		at = kvmalloc_array(room, sizeof(*at), GFP_KERNEL_ACCOUNT);
		if (!at)
			return -ENOMEM;
		memcpy(at, w->at, (size_t)w->used * sizeof(*at));
	}
	kvfree(w->at);
	w->at = at;
	w->room = room;
	return 0;
}

/* Make room for @count more; @at may move. */
static inline int ipf_words_reserve(struct ipf_words *w, u32 count)
{
	u32 want;

	if (likely(count <= w->room - w->used))
		return 0;
	if (count > IPF_WORDS_MAX - w->used)
		return -E2BIG;
	want = max(w->used + count, w->room + w->room / 2);
	return ipf_words_resize(w, max(want, 16U));
}

/* Give back what is not used. Keeps the larger array if there is no memory. */
static inline void ipf_words_shrink(struct ipf_words *w)
{
	if (w->used < w->room)
		ipf_words_resize(w, w->used);
}

static inline void ipf_words_free(struct ipf_words *w)
{
	kvfree(w->at);
	memset(w, 0, sizeof(*w));
}

#endif /* IPFLTDRV_WORDS_H */
