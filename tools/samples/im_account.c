// SPDX-License-Identifier: GPL-2.0
/*
 * im_account: an intermediate driver that counts what each client uses and
 * ends the session of one that has used up its quota.
 *
 * An account belongs to a client's address, not to a link: who dials again goes
 * on where he was. The accounts of a network namespace are in
 * /proc/net/im_account, one line each. Who has CAP_NET_ADMIN there may write
 * one command at a time:
 *
 *	192.0.2.10 quota 1000000	bytes, both ways together; also "none",
 *					or "default" to follow the default
 *	192.0.2.10 reset		all counters begin at 0
 *	192.0.2.10 forget		no account any more; not while connected
 *	default quota 5000000		for who has no quota of his own; or "none"
 *
 * When a quota is used up the link is hung up, what still arrives is dropped as
 * "quota", and line-ups are refused until the quota is raised or the counters
 * are reset. A quota that is lowered below what was used takes effect with the
 * next packet.
 *
 * A flow start is a TCP packet with SYN and without ACK. Flows of UDP are not
 * counted: that would need memory for each of them.
 */
#include <linux/inet.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/rhashtable.h>
#include <linux/seq_file.h>
#include <linux/tcp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/ndiswan.h>
#include <net/netns/generic.h>

#define NO_QUOTA	U64_MAX

static unsigned int altitude = 3000;
module_param(altitude, uint, 0444);
MODULE_PARM_DESC(altitude, "place among the intermediate drivers");

static unsigned long long default_quota;
module_param(default_quota, ullong, 0444);
MODULE_PARM_DESC(default_quota, "bytes for a client without a quota of its own, in new namespaces; 0: no limit");

static unsigned int max_clients = 65536;
module_param(max_clients, uint, 0644);
MODULE_PARM_DESC(max_clients, "accounts in a namespace; more clients are refused");

/* The account of an address. Packets reach it from their link by RCU; all that
 * is not atomic is written under the lock of its table.
 */
struct client {
	/* An account has to be exact, and several CPUs may carry packets of one
	 * client. Nobody shares these with another client, so that the price
	 * is that of an addition in the cache.
	 */
	atomic64_t packets[NDISWAN_DIRECTIONS];
	atomic64_t bytes[NDISWAN_DIRECTIONS];
	atomic64_t flows[NDISWAN_DIRECTIONS];
	u64 quota;		/* NO_QUOTA: no limit */
	bool own_quota;		/* not the default */
	__be32 addr;
	unsigned int links;	/* links that point here; normally one */
	u64 connects;
	u64 refused;
	ktime_t since;		/* when the first of @links came */
	s64 connected;		/* nanoseconds until then */
	struct rhash_head node;
	struct list_head list;
	struct rcu_head rcu;
};

/* The accounts of a network namespace. A line-up or line-down takes @lock inside
 * ndiswan_lock.
 */
struct accounts {
	struct mutex lock;		/* protects all of this */
	struct rhashtable table;	/* by address */
	struct list_head list;		/* the same, in order of appearance */
	unsigned int count;
	u64 quota;			/* of clients that have no own */
};

/* What this driver knows of a link. */
struct account_layer {
	struct accounts *accounts;
	/* Of the IPv4 line. Packets of IPv6 count for it as well, and these may
	 * still come when that line goes down: hence RCU.
	 */
	struct client __rcu *client;
};

enum {
	DROP_QUOTA,
};

static const char * const account_reasons[] = {
	[DROP_QUOTA] = "quota",
};

static const struct rhashtable_params client_params = {
	.head_offset = offsetof(struct client, node),
	.key_offset = offsetof(struct client, addr),
	.key_len = sizeof_field(struct client, addr),
	.automatic_shrinking = true,
};

static unsigned int accounts_id __read_mostly;

/* --- accounts ------------------------------------------------------------- */

static u64 used(const struct client *client)
{
	return atomic64_read(&client->bytes[NDISWAN_SENDING]) +
	       atomic64_read(&client->bytes[NDISWAN_RECEIVING]);
}

static bool is_used_up(const struct client *client)
{
	return used(client) >= READ_ONCE(client->quota);
}

static struct client *client_find(struct accounts *accounts, __be32 addr)
{
	lockdep_assert_held(&accounts->lock);
	return rhashtable_lookup_fast(&accounts->table, &addr, client_params);
}

/* Finds or creates. */
static struct client *client_get(struct accounts *accounts, __be32 addr)
{
	struct client *client = client_find(accounts, addr);
	int err;

	if (client)
		return client;
	if (accounts->count >= READ_ONCE(max_clients))
		return ERR_PTR(-ENOSPC);
	client = kzalloc(sizeof(*client), GFP_KERNEL_ACCOUNT);
	if (!client)
		return ERR_PTR(-ENOMEM);
	client->addr = addr;
	client->quota = accounts->quota;
	err = rhashtable_insert_fast(&accounts->table, &client->node,
				     client_params);
	if (err) {
		kfree(client);
		return ERR_PTR(err);
	}
	list_add_tail(&client->list, &accounts->list);
	accounts->count++;
	return client;
}

static s64 client_connected(const struct client *client)
{
	s64 now = client->links ? ktime_sub(ktime_get(), client->since) : 0;

	return client->connected + now;
}

static void client_reset(struct client *client)
{
	int i;

	for (i = 0; i < NDISWAN_DIRECTIONS; i++) {
		atomic64_set(&client->packets[i], 0);
		atomic64_set(&client->bytes[i], 0);
		atomic64_set(&client->flows[i], 0);
	}
	client->connects = 0;
	client->refused = 0;
	client->connected = 0;
	client->since = ktime_get();
}

static int client_forget(struct accounts *accounts, struct client *client)
{
	if (client->links)
		return -EBUSY;
	rhashtable_remove_fast(&accounts->table, &client->node, client_params);
	list_del(&client->list);
	accounts->count--;
	/* A packet of IPv6 may have found it before the line went down. */
	kfree_rcu(client, rcu);
	return 0;
}

/* --- the driver ----------------------------------------------------------- */

static int im_account_attach(struct ndiswan_layer *layer,
			     struct netlink_ext_ack *extack)
{
	struct account_layer *account = ndiswan_layer_context(layer);

	account->accounts = net_generic(ndiswan_layer_net(layer), accounts_id);
	return 0;
}

static int im_account_line_up(struct ndiswan_layer *layer,
			      enum ndiswan_proto proto,
			      const struct ndiswan_line *line,
			      struct netlink_ext_ack *extack)
{
	struct account_layer *account = ndiswan_layer_context(layer);
	struct accounts *accounts = account->accounts;
	struct client *client;
	int err = 0;

	if (proto != NDISWAN_PROTO_IPV4)
		return 0;
	mutex_lock(&accounts->lock);
	client = client_get(accounts, line->peer_ipv4);
	if (IS_ERR(client)) {
		err = PTR_ERR(client);
		if (err == -ENOSPC)
			NL_SET_ERR_MSG(extack,
				       "im_account is full: forget a client or raise max_clients");
		goto unlock;
	}
	if (is_used_up(client)) {
		NL_SET_ERR_MSG(extack,
			       "the quota is used up: raise or reset it in /proc/net/im_account");
		client->refused++;
		err = -EDQUOT;
		goto unlock;
	}
	if (!client->links++)
		client->since = ktime_get();
	client->connects++;
	rcu_assign_pointer(account->client, client);
unlock:
	mutex_unlock(&accounts->lock);
	return err;
}

static void im_account_line_down(struct ndiswan_layer *layer,
				 enum ndiswan_proto proto,
				 enum ndiswan_reason reason)
{
	struct account_layer *account = ndiswan_layer_context(layer);
	struct accounts *accounts = account->accounts;
	struct client *client;

	if (proto != NDISWAN_PROTO_IPV4)
		return;
	mutex_lock(&accounts->lock);
	client = rcu_replace_pointer(account->client, NULL,
				     lockdep_is_held(&accounts->lock));
	client->connected = client_connected(client);
	client->since = ktime_get();
	client->links--;
	/* A layer above refused what we had accepted: nobody was connected. */
	if (reason == NDISWAN_REASON_REFUSED && client->connects)
		client->connects--;
	mutex_unlock(&accounts->lock);
}

static bool is_flow_start(const struct sk_buff *skb, enum ndiswan_proto proto)
{
	const struct ipv6hdr *ip6;
	const struct tcphdr *tcp;
	const struct iphdr *ip;
	struct ipv6hdr ip6buf;
	struct tcphdr tcpbuf;
	struct iphdr ipbuf;
	__be16 fragment;
	int offset;
	u8 next;

	if (proto == NDISWAN_PROTO_IPV4) {
		ip = skb_header_pointer(skb, 0, sizeof(ipbuf), &ipbuf);
		if (!ip || ip->protocol != IPPROTO_TCP ||
		    ip->frag_off & htons(IP_OFFSET))
			return false;
		offset = ip->ihl * 4;
	} else {
		ip6 = skb_header_pointer(skb, 0, sizeof(ip6buf), &ip6buf);
		if (!ip6)
			return false;
		next = ip6->nexthdr;
		offset = ipv6_skip_exthdr(skb, sizeof(*ip6), &next, &fragment);
		if (offset < 0 || next != IPPROTO_TCP ||
		    fragment & htons(IP6_OFFSET))
			return false;
	}
	tcp = skb_header_pointer(skb, offset, sizeof(tcpbuf), &tcpbuf);
	return tcp && tcp->syn && !tcp->ack;
}

static int account_packet(struct ndiswan_layer *layer,
			  const struct sk_buff *skb, enum ndiswan_proto proto,
			  enum ndiswan_direction direction)
{
	struct account_layer *account = ndiswan_layer_context(layer);
	struct client *client = rcu_dereference_bh(account->client);

	if (unlikely(!client))
		return NDISWAN_PASS;
	if (unlikely(is_used_up(client))) {
		ndiswan_layer_hangup(layer);
		return NDISWAN_DROP(DROP_QUOTA);
	}
	atomic64_inc(&client->packets[direction]);
	atomic64_add(skb->len, &client->bytes[direction]);
	if (is_flow_start(skb, proto))
		atomic64_inc(&client->flows[direction]);
	/* The packet that reaches the quota is the last one that passes. */
	if (unlikely(is_used_up(client)))
		ndiswan_layer_hangup(layer);
	return NDISWAN_PASS;
}

static int im_account_send(struct ndiswan_layer *layer, struct sk_buff *skb,
			   enum ndiswan_proto proto)
{
	return account_packet(layer, skb, proto, NDISWAN_SENDING);
}

static int im_account_receive(struct ndiswan_layer *layer, struct sk_buff *skb,
			      enum ndiswan_proto proto)
{
	return account_packet(layer, skb, proto, NDISWAN_RECEIVING);
}

/* altitude: set at load */
static struct ndiswan_driver im_account_driver = {
	.abi = NDISWAN_ABI,
	.name = "im_account",
	.owner = THIS_MODULE,
	.context_size = sizeof(struct account_layer),
	.drop_reasons = account_reasons,
	.drop_reason_count = ARRAY_SIZE(account_reasons),
	.attach = im_account_attach,
	.send = im_account_send,
	.receive = im_account_receive,
	.line_up = im_account_line_up,
	.line_down = im_account_line_down,
};

/* --- /proc/net/im_account ------------------------------------------------- */

static struct accounts *seq_accounts(struct seq_file *seq)
{
	return net_generic(seq_file_net(seq), accounts_id);
}

static void *im_account_seq_start(struct seq_file *seq, loff_t *pos)
{
	struct accounts *accounts = seq_accounts(seq);

	mutex_lock(&accounts->lock);
	return seq_list_start_head(&accounts->list, *pos);
}

static void *im_account_seq_next(struct seq_file *seq, void *v, loff_t *pos)
{
	return seq_list_next(v, &seq_accounts(seq)->list, pos);
}

static void im_account_seq_stop(struct seq_file *seq, void *v)
{
	mutex_unlock(&seq_accounts(seq)->lock);
}

static void show_quota(struct seq_file *seq, u64 quota)
{
	if (quota == NO_QUOTA)
		seq_puts(seq, " none");
	else
		seq_printf(seq, " %llu", quota);
}

static int im_account_seq_show(struct seq_file *seq, void *v)
{
	struct accounts *accounts = seq_accounts(seq);
	const struct client *client;
	int i;

	if (v == &accounts->list) {
		seq_puts(seq, "client quota used links connects refused seconds to-packets to-bytes to-flows from-packets from-bytes from-flows\ndefault");
		show_quota(seq, accounts->quota);
		seq_putc(seq, '\n');
		return 0;
	}
	client = list_entry(v, struct client, list);
	seq_printf(seq, "%pI4", &client->addr);
	show_quota(seq, client->quota);
	seq_printf(seq, " %llu %u %llu %llu %llu", used(client), client->links,
		   client->connects, client->refused,
		   div_u64(client_connected(client), NSEC_PER_SEC));
	for (i = 0; i < NDISWAN_DIRECTIONS; i++)
		seq_printf(seq, " %lld %lld %lld",
			   atomic64_read(&client->packets[i]),
			   atomic64_read(&client->bytes[i]),
			   atomic64_read(&client->flows[i]));
	seq_putc(seq, '\n');
	return 0;
}

static const struct seq_operations im_account_seq_ops = {
	.start = im_account_seq_start,
	.next = im_account_seq_next,
	.stop = im_account_seq_stop,
	.show = im_account_seq_show,
};

static int parse_quota(const char *word, u64 *quota)
{
	if (!strcmp(word, "none")) {
		*quota = NO_QUOTA;
		return 0;
	}
	return kstrtou64(word, 10, quota) || !*quota ? -EINVAL : 0;
}

static int command_default(struct accounts *accounts, const char *value)
{
	struct client *client;
	u64 quota;

	if (parse_quota(value, &quota))
		return -EINVAL;
	accounts->quota = quota;
	list_for_each_entry(client, &accounts->list, list)
		if (!client->own_quota)
			WRITE_ONCE(client->quota, quota);
	return 0;
}

static int command_quota(struct accounts *accounts, __be32 addr,
			 const char *value)
{
	bool own = strcmp(value, "default");
	u64 quota = accounts->quota;
	struct client *client;

	if (own && parse_quota(value, &quota))
		return -EINVAL;
	client = client_get(accounts, addr);
	if (IS_ERR(client))
		return PTR_ERR(client);
	client->own_quota = own;
	WRITE_ONCE(client->quota, quota);
	return 0;
}

static int command(struct accounts *accounts, char *words[], int count)
{
	struct client *client;
	const char *end;
	__be32 addr;

	if (count == 3 && !strcmp(words[0], "default") &&
	    !strcmp(words[1], "quota"))
		return command_default(accounts, words[2]);
	if (count < 2 || !in4_pton(words[0], -1, (u8 *)&addr, -1, &end) || *end)
		return -EINVAL;
	if (count == 3 && !strcmp(words[1], "quota"))
		return command_quota(accounts, addr, words[2]);
	if (count != 2)
		return -EINVAL;
	client = client_find(accounts, addr);
	if (!strcmp(words[1], "forget"))
		return client ? client_forget(accounts, client) : -ENOENT;
	if (strcmp(words[1], "reset"))
		return -EINVAL;
	if (!client)
		return -ENOENT;
	client_reset(client);
	return 0;
}

/* @buf is a copy of what was written, with a zero byte at its end. */
static int im_account_write(struct file *file, char *buf, size_t size)
{
	struct net *net = seq_file_net(file->private_data);
	struct accounts *accounts = net_generic(net, accounts_id);
	char *words[4], *word;
	int count = 0, err;

	/* Who opened the file, not a program that happens to write to it. */
	if (!file_ns_capable(file, net->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	if (strlen(buf) != size)
		return -EINVAL;
	while ((word = strsep(&buf, " \t\n")) && count < ARRAY_SIZE(words))
		if (*word)
			words[count++] = word;
	mutex_lock(&accounts->lock);
	err = command(accounts, words, count);
	mutex_unlock(&accounts->lock);
	return err;
}

/* --- load and unload ------------------------------------------------------ */

static int __net_init im_account_net_init(struct net *net)
{
	struct accounts *accounts = net_generic(net, accounts_id);
	int err;

	mutex_init(&accounts->lock);
	INIT_LIST_HEAD(&accounts->list);
	accounts->quota = default_quota ?: NO_QUOTA;
	err = rhashtable_init(&accounts->table, &client_params);
	if (err)
		return err;
	if (!proc_create_net_data_write("im_account", 0644, net->proc_net,
					&im_account_seq_ops, im_account_write,
					sizeof(struct seq_net_private), NULL)) {
		rhashtable_destroy(&accounts->table);
		return -ENOMEM;
	}
	return 0;
}

static void client_free(void *ptr, void *arg)
{
	kfree(ptr);
}

/* No line is up: ndiswan_shim ends the links of a namespace before this, and an
 * unregistered driver has none.
 */
static void __net_exit im_account_net_exit(struct net *net)
{
	struct accounts *accounts = net_generic(net, accounts_id);

	remove_proc_entry("im_account", net->proc_net);
	rhashtable_free_and_destroy(&accounts->table, client_free, NULL);
}

static struct pernet_operations im_account_net_ops = {
	.init = im_account_net_init,
	.exit = im_account_net_exit,
	.id = &accounts_id,
	.size = sizeof(struct accounts),
};

static int __init im_account_init(void)
{
	int err;

	err = register_pernet_subsys(&im_account_net_ops);
	if (err)
		return err;
	im_account_driver.altitude = altitude;
	err = ndiswan_driver_register(&im_account_driver);
	if (err)
		unregister_pernet_subsys(&im_account_net_ops);
	return err;
}

static void __exit im_account_exit(void)
{
	ndiswan_driver_unregister(&im_account_driver);
	unregister_pernet_subsys(&im_account_net_ops);
}

module_init(im_account_init);
module_exit(im_account_exit);

MODULE_AUTHOR("RRAS for Linux maintainers");
MODULE_DESCRIPTION("Intermediate driver: accounts and quotas of PPP clients");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1");
MODULE_IMPORT_NS(NDISWAN);
