// SPDX-License-Identifier: GPL-2.0
/*
 * A router solicitation of any bytes. The input: a byte of hop limit, one that chooses the source
 * address, the message. What counts as one has whole options; and nobody's own advertisement does.
 */
#include <string.h>

#include "../ra.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct in6_addr source = { 0 };
	uint8_t packet[RA_LEN_MAX];
	struct ra ra = { 0 };
	size_t len;

	if (size < 2)
		return 0;
	source.s6_addr[0] = data[1];
	if (ra_solicited(data + 2, size - 2, &source, data[0])) {
		FUZZ_REQUIRE(data[0] == 255 && size - 2 >= 8 && size % 8 == 2);
		FUZZ_REQUIRE(data[2] == 133);
	}
	memcpy(&ra, data, size < sizeof(ra) ? size : sizeof(ra));
	len = ra_build(packet, &ra);
	FUZZ_REQUIRE(len <= sizeof(packet) && len % 8 == 0);
	FUZZ_REQUIRE(!ra_solicited(packet + 40, len - 40, &source, 255));
	return 0;
}
