/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/*
 * /dev/ndiswan: the owner's side of a link.
 *
 * Each open file is one link. It is created by open(), gets its port by
 * NDISWAN_IOC_ATTACH and goes away, with everything that hangs on it, when the
 * last reference to the file is closed. Line-up, statistics and events are on
 * generic netlink, <linux/ndiswan.h>.
 *
 * An owner may give others a reference, so that the link outlives him, and
 * still end it by NDISWAN_IOC_DOWN: a link that is down carries nothing and has
 * no port, whoever has its file open.
 *
 * read() returns one control frame: the protocol field in two bytes, big
 * endian, then the frame's information field. A buffer that is too small gets
 * EMSGSIZE and the frame stays. 0 means that the link is down for good.
 * write() sends one control frame of the same shape: EPROTONOSUPPORT for a
 * number that is no control protocol, EMSGSIZE when it is too long for the
 * port, ENOTCONN without a port, ENOLINK when the link is down.
 * poll() tells POLLIN, POLLOUT, and POLLHUP when the link is down for good.
 */
#ifndef _UAPI_LINUX_NDISWAN_IOCTL_H
#define _UAPI_LINUX_NDISWAN_IOCTL_H

#include <linux/types.h>
#include <linux/ioctl.h>

#define NDISWAN_MESSAGE_LEN	96

/**
 * struct ndiswan_attach_pppoe - one PPPoE session
 * @ifindex: Ethernet device that carries it, in the link's network namespace
 * @session: session number in host byte order, 1 to 65534
 * @peer: the other end's Ethernet address, not a group address
 */
struct ndiswan_attach_pppoe {
	__u32 ifindex;
	__u16 session;
	__u8 peer[6];
};

/* flags of struct ndiswan_attach_l2tp: number what is sent; drop what comes
 * without a number; number what is sent as soon as a numbered message comes and
 * no more when one comes without (what a LAC does, RFC 2661 section 5.4).
 */
#define NDISWAN_L2TP_SEND_SEQUENCE	0x1
#define NDISWAN_L2TP_NEED_SEQUENCE	0x2
#define NDISWAN_L2TP_FOLLOW_SEQUENCE	0x4

/**
 * struct ndiswan_attach_l2tp - one L2TPv2 session
 * @socket: descriptor of the UDP socket, bound, in the link's network namespace,
 *	on which the control connection runs. It goes on receiving control
 *	messages; data messages that no link has are counted as its drops. When
 *	it is closed its links go down. It may be connected, and can carry any
 *	number of sessions of any number of tunnels.
 * @flags: NDISWAN_L2TP_*
 * @tunnel: our number of the tunnel, not 0. All links of one tunnel have the
 *	same peer and the same addresses.
 * @session: our number of the session, not 0
 * @peer_tunnel: the peer's number of the tunnel, not 0
 * @peer_session: the peer's number of the session, not 0
 * @family: AF_INET or AF_INET6, of @peer and @local; AF_UNSPEC for the peer that
 *	the socket is connected to
 * @peer_port: the peer's UDP port, big endian. Messages from another address or
 *	port are dropped.
 * @ifindex: device to send on, 0 for what the routes say; needed for a
 *	link-local @peer unless the socket is bound to a device
 * @peer: the peer's address; an IPv4 address is in the first four bytes
 * @local: address to send from, all zero for the one that the socket is bound
 *	to, or else what the routes say
 */
struct ndiswan_attach_l2tp {
	__s32 socket;
	__u32 flags;
	__u16 tunnel;
	__u16 session;
	__u16 peer_tunnel;
	__u16 peer_session;
	__u16 family;
	__be16 peer_port;
	__u32 ifindex;
	__u8 peer[16];
	__u8 local[16];
};

/**
 * struct ndiswan_attach_pptp - one PPTP call
 * @local: our address, big endian
 * @peer: the peer's address, big endian
 * @call: our number of the call, which is in what the peer sends
 * @peer_call: the peer's number of the call
 * @window: receive window that the peer offered, in messages; 0 means 64
 * @receive_window: the one that we offered; 0 means 64
 * @ifindex: device to send on, 0 for what the routes say
 */
struct ndiswan_attach_pptp {
	__be32 local;
	__be32 peer;
	__u16 call;
	__u16 peer_call;
	__u16 window;
	__u16 receive_window;
	__u32 ifindex;
};

/**
 * struct ndiswan_attach_ppp - a channel of Linux PPP
 * @channel: in: 0; out: number of the link's channel in its network namespace.
 *	Attach a file of /dev/ppp to the transport's channel (PPPIOCATTCHAN) and
 *	bridge that to this one (PPPIOCBRIDGECHAN), from the same namespace. The
 *	file polls as hung up when the transport goes away; the link does not
 *	notice. The namespace lives as long as the link.
 */
struct ndiswan_attach_ppp {
	__u32 channel;
};

/**
 * struct ndiswan_attach_loop - one end of a loop
 * @peer: number of the link that is the other end, which has to be a loop
 *	without a peer; 0 waits for another link to name this one
 */
struct ndiswan_attach_loop {
	__u32 peer;
};

/**
 * struct ndiswan_attach - argument of %NDISWAN_IOC_ATTACH
 * @size: in: sizeof(struct ndiswan_attach) of the caller. A kernel that knows
 *	fewer bytes refuses with E2BIG unless the rest is zero.
 * @port: in: enum ndiswan_port_type
 * @flags: in: 0
 * @link: out: the link's number
 * @pppoe: in: for %NDISWAN_PORT_TYPE_PPPOE
 * @l2tp: in: for %NDISWAN_PORT_TYPE_L2TP
 * @pptp: in: for %NDISWAN_PORT_TYPE_PPTP
 * @ppp: in, out: for %NDISWAN_PORT_TYPE_PPP
 * @loop: in: for %NDISWAN_PORT_TYPE_LOOP
 * @params: room for the ports to come; what a port does not use has to be 0
 * @message: out: on an error a sentence that says what to change
 */
struct ndiswan_attach {
	__u32 size;
	__u32 port;
	__u32 flags;
	__u32 link;
	union {
		struct ndiswan_attach_pppoe pppoe;
		struct ndiswan_attach_l2tp l2tp;
		struct ndiswan_attach_pptp pptp;
		struct ndiswan_attach_ppp ppp;
		struct ndiswan_attach_loop loop;
		__u8 params[64];
	};
	char message[NDISWAN_MESSAGE_LEN];
};

/**
 * struct ndiswan_info - argument of %NDISWAN_IOC_INFO
 * @size: in: sizeof(struct ndiswan_info) of the caller, or the 16 bytes up to
 *	@reason; out: bytes filled in
 * @link: out: the link's number
 * @state: out: enum ndiswan_link_state
 * @reason: out: enum ndiswan_reason, why the link is down
 * @rx_packets: out: packets of network protocols received
 * @rx_bytes: out: their bytes
 * @tx_packets: out: packets of network protocols sent
 * @tx_bytes: out: their bytes
 */
struct ndiswan_info {
	__u32 size;
	__u32 link;
	__u32 state;
	__u32 reason;
	__u64 rx_packets;
	__u64 rx_bytes;
	__u64 tx_packets;
	__u64 tx_bytes;
};

#define NDISWAN_IOC_MAGIC	0xb7
/* The size is in the structure, so that the request number never changes. */
#define NDISWAN_IOC_ATTACH	_IO(NDISWAN_IOC_MAGIC, 1)
#define NDISWAN_IOC_INFO	_IO(NDISWAN_IOC_MAGIC, 2)
/* No argument. Takes the link down for good; nothing happens if it is. */
#define NDISWAN_IOC_DOWN	_IO(NDISWAN_IOC_MAGIC, 3)

#endif /* _UAPI_LINUX_NDISWAN_IOCTL_H */
