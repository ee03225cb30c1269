// SPDX-License-Identifier: GPL-2.0
/*
 * Capture files: whatever is in one, its packets are inside of it.
 */
#include <string.h>

#include "../../lib/pcap.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pcap_packet packet;
	size_t packets = 0, i;
	unsigned int sum = 0;
	struct pcap f;
	uint8_t *copy;

	/* At the very end of its memory. */
	copy = malloc(size ? size : 1);
	if (!copy)
		abort();
	memcpy(copy, data, size);
	if (!pcap_init(&f, copy, size)) {
		while (pcap_next(&f, &packet)) {
			packets++;
			FUZZ_REQUIRE(!packet.ip == !packet.len);
			for (i = 0; i < packet.len; i++)
				sum += packet.ip[i];
		}
		FUZZ_REQUIRE(packets <= size / 16 && sum <= 255 * size);
		FUZZ_REQUIRE(f.error || f.p == f.end);
	}
	free(copy);
	return 0;
}
