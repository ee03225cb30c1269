# SPDX-License-Identifier: GPL-2.0
# Tests of what is around the PPP engine.
TESTS += test_pppoe test_pppoe_client test_pptp test_l2tp test_l2tp_pair test_pool test_pool6 test_ra test_users \
	test_config test_json test_filter test_state

test_pppoe_OBJS := access/cookie.o access/limit.o access/pppoe_frame.o
test_pppoe_client_OBJS := access/pppoe_client.o access/pppoe_frame.o
test_pptp_OBJS := access/pptp_control.o access/pptp_frame.o
test_l2tp_OBJS := access/l2tp_avp.o access/l2tp_reliable.o
test_l2tp_pair_OBJS := hash.o $(addprefix access/l2tp_, avp.o call.o engine.o reliable.o save.o tunnel.o)
test_pool_OBJS := pool.o
test_state_OBJS := state.o record.o
TESTS += test_wan_set
test_wan_set_OBJS := wan_set.o
TESTS += test_record
test_record_OBJS := auth_grant.o auth_save.o radius_packet.o record.o
test_pool6_OBJS := pool.o pool6.o prefix.o
test_ra_OBJS := ra.o prefix.o
test_users_OBJS := users.o pool.o prefix.o hash.o file.o diag.o ../lib/filter/name.o
test_config_OBJS := config.o config_dial.o config_key.o config_l2tp.o config_pool.o pool.o config_radius.o config_serial.o ../lib/bpf.o config_reload.o config_value.o prefix.o file.o diag.o log.o \
	../lib/filter/name.o
test_config_LIBS := -lpcap
test_json_OBJS := ../lib/json.o
test_filter_OBJS := $(addprefix ../lib/filter/, draft.o elements.o name.o parse.o reader.o text.o value.o)
TESTS += test_sandbox
test_sandbox_OBJS := sandbox.o log.o
test_sandbox_LIBS := -lseccomp
TESTS += test_http
test_http_OBJS := http.o
TESTS += test_metrics
test_metrics_OBJS := metrics.o http.o log.o
test_metrics_LIBS := -lev
TESTS += test_radius
test_radius_OBJS := auth_grant.o prefix.o radius_change.o radius_grant.o radius_packet.o \
	../lib/filter/name.o
TESTS += test_auth_limit
test_auth_limit_OBJS := auth_limit.o
TESTS += test_pools
test_pools_OBJS := pools.o ../lib/json.o $(test_config_OBJS)
test_pools_LIBS := -lpcap
