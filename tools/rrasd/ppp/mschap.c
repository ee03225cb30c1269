// SPDX-License-Identifier: GPL-2.0
/*
 * The arithmetic of MS-CHAPv2 (RFC 2759 section 8): the peer's response to a challenge, and the
 * proof by which the authenticator shows that it knows the secret, too.
 *
 * MD4 and single DES are what the protocol consists of. Who records one exchange finds the hash
 * of the secret by trying 2^56 keys, however long the secret is: this protects nothing that is not
 * inside another protection.
 */
#include <nettle/des.h>
#include <nettle/md4.h>
#include <nettle/sha1.h>
#include <string.h>

#include "mschap.h"

#define CHALLENGE_LEN	8	/* ChallengeHash() */
#define HASH_LEN	MD4_DIGEST_SIZE
#define KEY_LEN		7	/* bytes of key material of one DES key */
#define PROOF_TEXT_LEN	(2 + 2 * PPP_PROOF_LEN)	/* "S=" and digits */

/* "DOMAIN\user": the domain is for finding the user, and is not part of the hash. */
static void without_domain(const uint8_t **name, size_t *len)
{
	size_t i;

	for (i = *len; i; i--) {
		if ((*name)[i - 1] != '\\')
			continue;
		*name += i;
		*len -= i;
		return;
	}
}

static void challenge_hash(uint8_t out[CHALLENGE_LEN], const struct ppp_mschap *m)
{
	const uint8_t *name = m->name;
	size_t len = m->name_len;
	struct sha1_ctx sha1;

	without_domain(&name, &len);
	sha1_init(&sha1);
	sha1_update(&sha1, PPP_MSCHAP_CHALLENGE_LEN, m->peer_challenge);
	sha1_update(&sha1, PPP_MSCHAP_CHALLENGE_LEN, m->challenge);
	sha1_update(&sha1, len, name);
	sha1_digest(&sha1, CHALLENGE_LEN, out);
}

/* One character of UTF-8. Return: its bytes; 0: it is none. */
static size_t utf8(const uint8_t *s, size_t len, uint32_t *c)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n, i;

	if (s[0] < 0x80)
		n = 1;
	else if (s[0] >> 5 == 6)
		n = 2;
	else if (s[0] >> 4 == 14)
		n = 3;
	else if (s[0] >> 3 == 30)
		n = 4;
	else
		return 0;
	if (n > len)
		return 0;
	*c = n == 1 ? s[0] : s[0] & (0x7f >> n);
	for (i = 1; i < n; i++) {
		if (s[i] >> 6 != 2)
			return 0;
		*c = *c << 6 | (s[i] & 0x3f);
	}
	return *c >= least[n] && *c <= 0x10ffff && *c >> 11 != 0x1b ? n : 0;
}

static bool is_utf8(const uint8_t *s, size_t len)
{
	uint32_t c;
	size_t n;

	for (; len; s += n, len -= n) {
		n = utf8(s, len, &c);
		if (!n)
			return false;
	}
	return true;
}

static void hash_unit(struct md4_ctx *md4, uint32_t unit)
{
	uint8_t bytes[2] = { (uint8_t)unit, (uint8_t)(unit >> 8) };

	md4_update(md4, sizeof(bytes), bytes);
}

/*
 * NtPasswordHash(): of the secret in UTF-16, little endian. Ours is UTF-8, as a terminal writes it;
 * a secret that is not UTF-8 is taken byte for character, as pppd does with all.
 */
static void secret_hash(uint8_t out[HASH_LEN], const uint8_t *secret, size_t len)
{
	bool bytes = !is_utf8(secret, len);
	struct md4_ctx md4;
	uint32_t c;
	size_t n;

	md4_init(&md4);
	for (; len; secret += n, len -= n) {
		c = *secret;
		n = bytes ? 1 : utf8(secret, len, &c);
		if (c < 0x10000) {
			hash_unit(&md4, c);
			continue;
		}
		hash_unit(&md4, 0xd800 + ((c - 0x10000) >> 10));
		hash_unit(&md4, 0xdc00 + ((c - 0x10000) & 0x3ff));
	}
	md4_digest(&md4, HASH_LEN, out);
	explicit_bzero(&md4, sizeof(md4));
}

/* DesEncrypt(): 56 bits of key, spread to 8 bytes; nobody looks at their parity. */
static void encrypt(uint8_t out[DES_BLOCK_SIZE], const uint8_t clear[DES_BLOCK_SIZE],
		    const uint8_t key[KEY_LEN])
{
	uint8_t spread[DES_KEY_SIZE];
	struct des_ctx des;
	uint64_t bits = 0;
	int i;

	for (i = 0; i < KEY_LEN; i++)
		bits = bits << 8 | key[i];
	for (i = 0; i < DES_KEY_SIZE; i++)
		spread[i] = (uint8_t)((bits >> (49 - 7 * i) & 0x7f) << 1);
	/* A weak key is told by the return value, and used all the same. */
	des_set_key(&des, spread);
	des_encrypt(&des, DES_BLOCK_SIZE, out, clear);
	explicit_bzero(&bits, sizeof(bits));
	explicit_bzero(spread, sizeof(spread));
	explicit_bzero(&des, sizeof(des));
}

/**
 * ppp_mschap_response - the response to a challenge: GenerateNTResponse()
 * @response: gets it
 * @m: the challenges and the name
 * @secret: the secret
 * @len: its bytes
 */
void ppp_mschap_response(uint8_t response[PPP_MSCHAP_RESPONSE_LEN], const struct ppp_mschap *m,
			 const void *secret, size_t len)
{
	uint8_t keys[3 * KEY_LEN] = { 0 };
	uint8_t clear[CHALLENGE_LEN];
	int i;

	challenge_hash(clear, m);
	secret_hash(keys, secret, len);
	for (i = 0; i < 3; i++)
		encrypt(response + i * DES_BLOCK_SIZE, clear, keys + i * KEY_LEN);
	explicit_bzero(keys, sizeof(keys));
}

/**
 * ppp_mschap_proof - what shows the peer that we know its secret: GenerateAuthenticatorResponse()
 * @proof: gets it
 * @m: the challenges and the name
 * @response: the peer's response
 * @secret: the secret
 * @len: its bytes
 */
void ppp_mschap_proof(uint8_t proof[PPP_PROOF_LEN], const struct ppp_mschap *m,
		      const uint8_t response[PPP_MSCHAP_RESPONSE_LEN], const void *secret,
		      size_t len)
{
	static const char magic1[] = "Magic server to client signing constant";
	static const char magic2[] = "Pad to make it do more than one iteration";
	uint8_t hash[HASH_LEN], hash_hash[HASH_LEN];
	uint8_t challenge[CHALLENGE_LEN];
	struct sha1_ctx sha1;
	struct md4_ctx md4;

	secret_hash(hash, secret, len);
	md4_init(&md4);
	md4_update(&md4, HASH_LEN, hash);
	md4_digest(&md4, HASH_LEN, hash_hash);
	sha1_init(&sha1);
	sha1_update(&sha1, HASH_LEN, hash_hash);
	sha1_update(&sha1, PPP_MSCHAP_RESPONSE_LEN, response);
	sha1_update(&sha1, sizeof(magic1) - 1, (const uint8_t *)magic1);
	sha1_digest(&sha1, PPP_PROOF_LEN, proof);
	challenge_hash(challenge, m);
	sha1_update(&sha1, PPP_PROOF_LEN, proof);
	sha1_update(&sha1, CHALLENGE_LEN, challenge);
	sha1_update(&sha1, sizeof(magic2) - 1, (const uint8_t *)magic2);
	sha1_digest(&sha1, PPP_PROOF_LEN, proof);
	explicit_bzero(hash, sizeof(hash));
	explicit_bzero(hash_hash, sizeof(hash_hash));
	explicit_bzero(&md4, sizeof(md4));
	explicit_bzero(&sha1, sizeof(sha1));
}

static int hex(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/**
 * ppp_mschap_read_proof - read "S=" and 40 digits, as they are in a Success or in RADIUS
 * @proof: gets it
 * @text: the text, any bytes; more may follow
 * @len: its bytes
 *
 * Return: whether there is one.
 */
bool ppp_mschap_read_proof(uint8_t proof[PPP_PROOF_LEN], const uint8_t *text, size_t len)
{
	int i, high, low;

	if (len < PROOF_TEXT_LEN || text[0] != 'S' || text[1] != '=')
		return false;
	text += 2;
	for (i = 0; i < PPP_PROOF_LEN; i++) {
		high = hex(text[2 * i]);
		low = hex(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		proof[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/**
 * ppp_mschap_read_error - read "E=" and a number out of a Failure
 * @text: the text, any bytes
 * @len: its bytes
 *
 * Return: the error; 0: there is none.
 */
uint16_t ppp_mschap_read_error(const uint8_t *text, size_t len)
{
	uint32_t error = 0;
	size_t i;

	if (len < 2 || text[0] != 'E' || text[1] != '=')
		return 0;
	for (i = 2; i < len && text[i] >= '0' && text[i] <= '9'; i++) {
		error = error * 10 + (text[i] - '0');
		if (error > UINT16_MAX)
			return 0;
	}
	return (uint16_t)error;
}

/**
 * ppp_mschap_error_text - say what the error of a Failure means
 * @error: its number
 *
 * Return: a short sentence without a full stop; NULL for a number that RFC 2759 does not name.
 */
const char *ppp_mschap_error_text(uint16_t error)
{
	switch (error) {
	case PPP_MSCHAP_RESTRICTED_HOURS:
		return "not at this hour";
	case PPP_MSCHAP_DISABLED:
		return "the account is disabled";
	case PPP_MSCHAP_EXPIRED:
		return "the password has expired";
	case PPP_MSCHAP_NO_DIALIN:
		return "no permission to dial in";
	case PPP_MSCHAP_FAILED:
		return "wrong name or secret";
	case PPP_MSCHAP_CHANGE:
		return "the password could not be changed";
	default:
		return NULL;
	}
}
