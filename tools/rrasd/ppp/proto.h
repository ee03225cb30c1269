/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers of the PPP family of protocols, as they stand on the wire.
 */
#ifndef RRASD_PPP_PROTO_H
#define RRASD_PPP_PROTO_H

/* Protocol field values (RFC 1661 section 2). */
#define PPP_PROTO_IP		0x0021
#define PPP_PROTO_VJ_COMP	0x002d
#define PPP_PROTO_VJ_UNCOMP	0x002f
#define PPP_PROTO_IPV6		0x0057
#define PPP_PROTO_IPCP		0x8021
#define PPP_PROTO_IPV6CP	0x8057
#define PPP_PROTO_CCP		0x80fd
#define PPP_PROTO_LCP		0xc021
#define PPP_PROTO_PAP		0xc023
#define PPP_PROTO_LQR		0xc025
#define PPP_PROTO_CHAP		0xc223
#define PPP_PROTO_EAP		0xc227

/* Packet codes of LCP; NCPs use 1 to 7 only (RFC 1661 section 5, RFC 1570). */
#define PPP_CODE_CONF_REQ	1
#define PPP_CODE_CONF_ACK	2
#define PPP_CODE_CONF_NAK	3
#define PPP_CODE_CONF_REJ	4
#define PPP_CODE_TERM_REQ	5
#define PPP_CODE_TERM_ACK	6
#define PPP_CODE_CODE_REJ	7
#define PPP_CODE_PROTO_REJ	8
#define PPP_CODE_ECHO_REQ	9
#define PPP_CODE_ECHO_REPLY	10
#define PPP_CODE_DISCARD	11
#define PPP_CODE_IDENT		12
#define PPP_CODE_TIME_LEFT	13

/* PAP codes (RFC 1334 section 2). */
#define PPP_PAP_REQUEST		1
#define PPP_PAP_ACK		2
#define PPP_PAP_NAK		3

/* CHAP codes (RFC 1994 section 4) and its algorithms that we speak (RFC 2759 section 4). */
#define PPP_CHAP_CHALLENGE	1
#define PPP_CHAP_RESPONSE	2
#define PPP_CHAP_SUCCESS	3
#define PPP_CHAP_FAILURE	4
#define PPP_CHAP_ALG_MD5	5
#define PPP_CHAP_ALG_MSCHAPV2	0x81

/* LCP options (RFC 1661 section 6, RFC 1662 section 7, RFC 1570). */
#define PPP_LCP_OPT_MRU		1
#define PPP_LCP_OPT_ACCM	2
#define PPP_LCP_OPT_AUTH	3
#define PPP_LCP_OPT_QUALITY	4
#define PPP_LCP_OPT_MAGIC	5
#define PPP_LCP_OPT_PFC		7
#define PPP_LCP_OPT_ACFC	8
#define PPP_LCP_OPT_FCS		9
#define PPP_LCP_OPT_CALLBACK	13

/* IPCP options (RFC 1332 section 3, RFC 1877 section 1). */
#define PPP_IPCP_OPT_ADDRESSES	1
#define PPP_IPCP_OPT_COMPRESS	2
#define PPP_IPCP_OPT_ADDRESS	3
#define PPP_IPCP_OPT_DNS1	129
#define PPP_IPCP_OPT_NBNS1	130
#define PPP_IPCP_OPT_DNS2	131
#define PPP_IPCP_OPT_NBNS2	132

/* IPV6CP options (RFC 5072 section 4). */
#define PPP_IPV6CP_OPT_IFID	1
#define PPP_IPV6CP_OPT_COMPRESS	2

/* Sizes in bytes. */
#define PPP_PROTO_LEN		2	/* protocol field, never compressed here */
#define PPP_HEADER_LEN		4	/* code, identifier, length */
#define PPP_OPTION_LEN		2	/* type, length */
#define PPP_MAGIC_LEN		4
#define PPP_MD5_LEN		16
#define PPP_MSCHAP_CHALLENGE_LEN 16	/* RFC 2759, of either side */
#define PPP_MSCHAP_RESPONSE_LEN	24
#define PPP_MSCHAP_VALUE_LEN	49	/* challenge, 8 zeros, response, flags */
#define PPP_PROOF_LEN		20	/* the authenticator's, in a Success */
#define PPP_IFID_LEN		8	/* interface identifier */
#define PPP_DEFAULT_MRU		1500	/* RFC 1661 section 6.1 */
#define PPP_MIN_MRU		128	/* less is refused: a Nak asks for this */
#define PPP_PPPOE_MRU		1492	/* RFC 2516 section 7 */
#define PPP_IPV6_MIN_MTU	1280	/* RFC 8200 section 5 */

#endif /* RRASD_PPP_PROTO_H */
