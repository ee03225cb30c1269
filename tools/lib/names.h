/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Words for the numbers of the ndiswan family. The same words as in its specification.
 */
#ifndef TOOLS_LIB_NAMES_H
#define TOOLS_LIB_NAMES_H

#include <stdint.h>

const char *name_port_type(uint32_t type);
const char *name_link_state(uint32_t state);
const char *name_reason(uint32_t reason);
const char *name_driver_class(uint32_t class);
const char *name_layer_state(uint32_t state);
const char *name_protocol(uint16_t protocol);

#endif /* TOOLS_LIB_NAMES_H */
