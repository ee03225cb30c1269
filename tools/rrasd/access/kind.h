/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The access protocols there are.
 */
#ifndef RRASD_ACCESS_KIND_H
#define RRASD_ACCESS_KIND_H

enum access_kind {
	ACCESS_PPPOE,
	ACCESS_PPTP,
	ACCESS_L2TP,
	ACCESS_SERIAL,
	ACCESS_KINDS
};

#endif /* RRASD_ACCESS_KIND_H */
