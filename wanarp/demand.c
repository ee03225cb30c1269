// SPDX-License-Identifier: GPL-2.0
/*
 * Demand dial. The interface is up and has routes while nothing is connected; a
 * packet that needs it makes it dial, and waits (demand_hold.c). Who dials is a
 * program in user space that listens to group "dial" of family "wanarp".
 *
 * What happens in which state is the table in demand_state.c. A packet, a line,
 * the administrator, the dialler or a timer has wanarp_demand_happen() called with
 * the lock held; that changes the state at once and leaves to a work item what
 * cannot be done with a lock held:
 *
 *	asking user space	so that requests come in order
 *	ICMP to senders		because it may go out through this interface
 *	releasing packets	because it takes as long as it takes
 *
 * States, and what the one state timer means in them:
 *
 *	state		timer		set from		at its end
 *	disconnected	none
 *	connecting	connect_timeout	the request		unreachable, hang-up
 *	connected	idle_timeout	the last interesting	hang-up is asked for,
 *					packet, looked at	again after as long
 *					when the timer ends
 *	unreachable	back-off	the failure		disconnected
 *
 * The other timer, hold_timer, ends with the time of the held packet that has
 * the least left. It runs in any state in which something is held.
 *
 * Locks, outermost first: rtnl (mode, filter, hooks), ndiswan_lock (lines),
 * wanarp_demand.lock (all the rest; with bottom halves off, nothing is taken
 * inside). A packet on a connected interface takes none: it reads hold[], uplink[]
 * and the filter, and writes the time of its use.
 *
 * The end: wanarp_demand_netdev_event() has taken away what could start timers
 * and work (active is false, no line can come up), and waits for them; the packets
 * inside the hook see active, or are gone with the grace period that the network
 * core waits for before the device goes.
 */
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>

#include "internal.h"

#define DEFAULT_CONNECT_TIMEOUT	60
#define DEFAULT_BACKOFF_MIN	10
#define DEFAULT_BACKOFF_MAX	600
#define DEFAULT_HOLD_PACKETS	64
#define DEFAULT_HOLD_BYTES	(128 * 1024)
#define DEFAULT_HOLD_TIME	60000

/**
 * wanarp_demand_interface() - the interface that this is a part of
 * @demand: the part
 *
 * Return: the interface.
 */
struct wanarp_interface *wanarp_demand_interface(struct wanarp_demand *demand)
{
	return container_of(demand, struct wanarp_interface, demand);
}

/* Lock; connected. */
static void idle_start(struct wanarp_demand *demand, unsigned long from)
{
	const u32 timeout = demand->settings.idle_timeout;

	if (timeout)
		mod_timer(&demand->timer, from + timeout * HZ);
	else
		del_timer(&demand->timer);
}

static enum wanarp_dial_cause hangup_cause(enum wanarp_demand_state state,
					   enum wanarp_demand_event event)
{
	if (event != WANARP_DEMAND_TIMER)
		return WANARP_DIAL_CAUSE_ADMIN;
	return state == WANARP_DEMAND_STATE_CONNECTED ?
		WANARP_DIAL_CAUSE_IDLE : WANARP_DIAL_CAUSE_TIMEOUT;
}

static void ask_user(struct wanarp_demand *demand,
		     enum wanarp_demand_event event, unsigned int actions)
{
	if (actions & WANARP_DEMAND_ASK_HANGUP) {
		/* A dial request that has not gone out yet need not. */
		demand->asked = WANARP_DEMAND_ASK_HANGUP;
		demand->hangup_cause = hangup_cause(demand->state, event);
	}
	if (actions & WANARP_DEMAND_ASK_DIAL) {
		demand->asked |= WANARP_DEMAND_ASK_DIAL;
		demand->dial_cause = event == WANARP_DEMAND_PACKET ?
			WANARP_DIAL_CAUSE_TRAFFIC : WANARP_DIAL_CAUSE_ADMIN;
		demand->dials++;
	}
}

/* How long the interface is unreachable, if that is what it becomes. */
static u32 count_failure(struct wanarp_demand *demand, unsigned int actions)
{
	const struct wanarp_demand_settings *settings = &demand->settings;

	if (actions & WANARP_DEMAND_RESET)
		demand->backoff = 0;
	if (actions & (WANARP_DEMAND_DOUBLE | WANARP_DEMAND_LEAST))
		demand->failures++;
	if (actions & WANARP_DEMAND_DOUBLE)
		demand->backoff = wanarp_demand_backoff(demand->backoff,
							settings->backoff_min,
							settings->backoff_max);
	return actions & WANARP_DEMAND_DOUBLE ? demand->backoff :
						settings->backoff_min;
}

static void enter(struct wanarp_demand *demand, enum wanarp_demand_state next,
		  u32 backoff)
{
	struct net_device *dev = wanarp_demand_interface(demand)->dev;
	const unsigned long now = jiffies;

	demand->state = next;
	demand->since = ktime_get_ns();
	if (next != WANARP_DEMAND_STATE_UNREACHABLE)
		demand->reason = WANARP_UNREACHABLE_REASON_NONE;
	if (next == WANARP_DEMAND_STATE_CONNECTED)
		netif_dormant_off(dev);
	else
		netif_dormant_on(dev);

	switch (next) {
	case WANARP_DEMAND_STATE_DISCONNECTED:
		del_timer(&demand->timer);
		break;
	case WANARP_DEMAND_STATE_CONNECTING:
		mod_timer(&demand->timer,
			  now + demand->settings.connect_timeout * HZ);
		break;
	case WANARP_DEMAND_STATE_CONNECTED:
		WRITE_ONCE(demand->used, now);
		idle_start(demand, now);
		break;
	case WANARP_DEMAND_STATE_UNREACHABLE:
		mod_timer(&demand->timer, now + backoff * HZ);
		break;
	}
}

/**
 * wanarp_demand_happen() - something has happened
 * @demand: to this interface
 * @event: what
 *
 * Context: @demand->lock.
 * Return: 0, or the error for who asked for it, and nothing has changed.
 */
int wanarp_demand_happen(struct wanarp_demand *demand,
			 enum wanarp_demand_event event)
{
	const struct wanarp_demand_step step =
		wanarp_demand_step(demand->state, event);
	u32 backoff;

	lockdep_assert_held(&demand->lock);
	if (step.err)
		return step.err;
	ask_user(demand, event, step.actions);
	if (step.actions & WANARP_DEMAND_ANSWER)
		wanarp_demand_hold_refuse(demand);
	backoff = count_failure(demand, step.actions);
	if (step.next != demand->state)
		enter(demand, step.next, backoff);
	if (demand->asked || !skb_queue_empty(&demand->refused))
		schedule_work(&demand->work);
	return 0;
}

/* Not with the lock. Reports what an event that failed has led to. */
static void tell_failure(struct wanarp_demand *demand,
			 enum wanarp_unreachable_reason reason, u32 seconds,
			 const char *text)
{
	wanarp_event_dial_failed(wanarp_demand_interface(demand), reason,
				 seconds, text);
}

static int failed(struct wanarp_demand *demand, enum wanarp_demand_event event,
		  enum wanarp_unreachable_reason reason, const char *text)
{
	u32 seconds;
	int err;

	spin_lock_bh(&demand->lock);
	err = wanarp_demand_happen(demand, event);
	if (!err && demand->state == WANARP_DEMAND_STATE_UNREACHABLE)
		demand->reason = reason;
	seconds = event == WANARP_DEMAND_NO_DIALLER ?
		demand->settings.backoff_min : demand->backoff;
	spin_unlock_bh(&demand->lock);
	if (!err)
		tell_failure(demand, reason, seconds, text);
	return err;
}

static void state_timeout(struct timer_list *timer)
{
	struct wanarp_demand *demand = from_timer(demand, timer, timer);
	unsigned long end;
	bool tell = false;
	u32 seconds = 0;

	spin_lock(&demand->lock);
	/* The state may have changed while this waited for the lock. */
	if (timer_pending(timer))
		goto unlock;
	if (demand->state == WANARP_DEMAND_STATE_CONNECTED) {
		if (!demand->settings.idle_timeout)
			goto unlock;
		end = READ_ONCE(demand->used) +
			demand->settings.idle_timeout * HZ;
		if (time_before(jiffies, end)) {
			mod_timer(timer, end);
			goto unlock;
		}
		/* If the dialler does not hear, it is asked again. */
		idle_start(demand, jiffies);
	}
	tell = demand->state == WANARP_DEMAND_STATE_CONNECTING;
	wanarp_demand_happen(demand, WANARP_DEMAND_TIMER);
	if (tell)
		demand->reason = WANARP_UNREACHABLE_REASON_TIMEOUT;
	seconds = demand->backoff;
unlock:
	spin_unlock(&demand->lock);
	if (tell)
		tell_failure(demand, WANARP_UNREACHABLE_REASON_TIMEOUT, seconds,
			     NULL);
}

static void ask_hangup(struct wanarp_interface *iface,
		       enum wanarp_dial_cause cause)
{
	wanarp_event_hangup_request(iface, cause);
	wanarp_demand_ask(iface, WANARP_DIAL_REQUEST_HANGUP, cause, NULL);
}

static void ask_dial(struct wanarp_interface *iface,
		     enum wanarp_dial_cause cause,
		     const struct wanarp_demand_packet *packet)
{
	int err;

	wanarp_event_dial_request(iface, cause, packet);
	err = wanarp_demand_ask(iface, WANARP_DIAL_REQUEST_DIAL, cause, packet);
	if (err == -ESRCH)
		failed(&iface->demand, WANARP_DEMAND_NO_DIALLER,
		       WANARP_UNREACHABLE_REASON_NO_DIALLER, NULL);
	else if (err)
		failed(&iface->demand, WANARP_DEMAND_FAIL,
		       WANARP_UNREACHABLE_REASON_OUT_OF_RESOURCES,
		       "the request did not reach the dialler");
}

static void ask(struct wanarp_demand *demand)
{
	struct wanarp_interface *iface = wanarp_demand_interface(demand);
	enum wanarp_dial_cause dial_cause, hangup_cause;
	struct wanarp_demand_packet packet;
	u8 asked;

	spin_lock_bh(&demand->lock);
	asked = demand->asked;
	demand->asked = 0;
	dial_cause = demand->dial_cause;
	hangup_cause = demand->hangup_cause;
	packet = demand->packet;
	spin_unlock_bh(&demand->lock);

	if (asked & WANARP_DEMAND_ASK_HANGUP)
		ask_hangup(iface, hangup_cause);
	if (asked & WANARP_DEMAND_ASK_DIAL)
		ask_dial(iface, dial_cause,
			 dial_cause == WANARP_DIAL_CAUSE_TRAFFIC ? &packet :
								   NULL);
}

static void work(struct work_struct *work)
{
	struct wanarp_demand *demand =
		container_of(work, struct wanarp_demand, work);

	ask(demand);
	wanarp_demand_answer(demand);
	wanarp_demand_release(demand);
}

static int administer(struct wanarp_demand *demand,
		      enum wanarp_demand_event event)
{
	int err = -ENETDOWN;

	spin_lock_bh(&demand->lock);
	if (demand->active || event == WANARP_DEMAND_HANGUP)
		err = wanarp_demand_happen(demand, event);
	spin_unlock_bh(&demand->lock);
	return err;
}

/**
 * wanarp_demand_dial() - the administrator wants an interface dialled
 * @demand: of the interface
 * @extack: for the sentence
 *
 * Return: 0, and it is being dialled; or an error.
 */
int wanarp_demand_dial(struct wanarp_demand *demand,
		       struct netlink_ext_ack *extack)
{
	int err = administer(demand, WANARP_DEMAND_DIAL);

	if (err == -ENETDOWN)
		NL_SET_ERR_MSG(extack, "the interface is down");
	else if (err == -EALREADY)
		NL_SET_ERR_MSG(extack, "the interface is being dialled already");
	else if (err)
		NL_SET_ERR_MSG(extack, "the interface is connected");
	return err;
}

/**
 * wanarp_demand_hangup() - the administrator wants an interface hung up
 * @demand: of the interface
 * @extack: for the sentence
 *
 * Return: 0, and the dialler has been asked; or an error.
 */
int wanarp_demand_hangup(struct wanarp_demand *demand,
			 struct netlink_ext_ack *extack)
{
	int err = administer(demand, WANARP_DEMAND_HANGUP);

	if (err)
		NL_SET_ERR_MSG(extack,
			       "the interface is neither connected nor being dialled");
	return err;
}

/**
 * wanarp_demand_fail() - the dialler could not connect it
 * @demand: of the interface
 * @reason: why
 * @text: a sentence of the dialler's, or NULL
 * @extack: for the sentence
 *
 * Return: 0 or an error.
 */
int wanarp_demand_fail(struct wanarp_demand *demand,
		       enum wanarp_unreachable_reason reason, const char *text,
		       struct netlink_ext_ack *extack)
{
	int err = failed(demand, WANARP_DEMAND_FAIL, reason, text);

	if (err)
		NL_SET_ERR_MSG(extack, "the interface is not being dialled");
	return err;
}

/**
 * wanarp_demand_configure() - change the settings
 * @demand: of the interface
 * @settings: all of them
 *
 * The idle time-out counts at once, the others from the next time on.
 */
void wanarp_demand_configure(struct wanarp_demand *demand,
			     const struct wanarp_demand_settings *settings)
{
	spin_lock_bh(&demand->lock);
	demand->settings = *settings;
	if (demand->state == WANARP_DEMAND_STATE_CONNECTED)
		idle_start(demand, READ_ONCE(demand->used));
	spin_unlock_bh(&demand->lock);
}

static void start(struct wanarp_demand *demand)
{
	spin_lock_bh(&demand->lock);
	demand->active = true;
	spin_unlock_bh(&demand->lock);
}

/* Nothing is dialled and nothing waits from here on. The dialler is asked to hang
 * up, the senders of what waited are told.
 */
static void stop(struct wanarp_demand *demand)
{
	spin_lock_bh(&demand->lock);
	demand->active = false;
	wanarp_demand_happen(demand, WANARP_DEMAND_STOP);
	wanarp_demand_hold_refuse(demand);
	if (!skb_queue_empty(&demand->refused))
		schedule_work(&demand->work);
	spin_unlock_bh(&demand->lock);
	flush_work(&demand->work);
	wanarp_demand_hold_stop(demand);
}

/**
 * wanarp_demand_mode() - make an interface demand-dial, or multipoint again
 * @iface: a registered interface
 * @mode: what it shall be
 * @extack: for the sentence
 *
 * Context: rtnl.
 * Return: 0 or an error, and nothing has changed.
 */
int wanarp_demand_mode(struct wanarp_interface *iface,
		       enum wanarp_iface_mode mode,
		       struct netlink_ext_ack *extack)
{
	const bool demand = mode == WANARP_IFACE_MODE_DEMAND_DIAL;
	int err = 0;

	ASSERT_RTNL();
	if (iface->mode == mode)
		return 0;
	if (demand) {
		err = wanarp_demand_hook(iface);
		if (err) {
			NL_SET_ERR_MSG(extack, "the netfilter hooks were refused");
			return err;
		}
	}

	ndiswan_control_lock();
	if (iface->table.count) {
		NL_SET_ERR_MSG(extack,
			       "the interface has projections, its mode cannot change");
		err = -EBUSY;
	} else {
		WRITE_ONCE(iface->mode, mode);
		WRITE_ONCE(iface->source_check, !demand);
	}
	ndiswan_control_unlock();

	if (iface->mode != WANARP_IFACE_MODE_DEMAND_DIAL) {
		stop(&iface->demand);
		wanarp_demand_unhook(iface);
		netif_dormant_off(iface->dev);
	} else if (!err) {
		netif_dormant_on(iface->dev);
		if (netif_running(iface->dev))
			start(&iface->demand);
	}
	return err;
}

/**
 * wanarp_demand_line_up() - a line came up on an interface
 * @projection: live; if its interface is demand-dial, all traffic of its protocol
 *	takes it from now on, and other links lose their lines
 *
 * Context: control.
 */
void wanarp_demand_line_up(struct wanarp_projection *projection)
{
	struct wanarp_interface *iface = projection->iface;
	struct wanarp_demand *demand = &iface->demand;
	struct wanarp_projection *other, *next;

	wanarp_assert_control();
	if (!wanarp_is_demand(iface))
		return;
	spin_lock_bh(&demand->lock);
	rcu_assign_pointer(demand->uplink[projection->proto], projection);
	wanarp_demand_happen(demand, WANARP_DEMAND_LINE_UP);
	demand->late = jiffies + WANARP_DEMAND_LATE;
	wanarp_demand_hold_late(demand);
	schedule_work(&demand->work);
	spin_unlock_bh(&demand->lock);

	list_for_each_entry_safe(other, next, &iface->table.list, list)
		if (other->link != projection->link)
			ndiswan_line_down(other->link, other->proto,
					  NDISWAN_REASON_ADDRESS_TAKEN);
}

/**
 * wanarp_demand_line_down() - a line went down on an interface
 * @projection: no longer live
 *
 * Context: control.
 */
void wanarp_demand_line_down(struct wanarp_projection *projection)
{
	struct wanarp_demand *demand = &projection->iface->demand;
	struct wanarp_projection *uplink;
	int proto;

	wanarp_assert_control();
	spin_lock_bh(&demand->lock);
	uplink = rcu_access_pointer(demand->uplink[projection->proto]);
	/* Another link may have taken its place. */
	if (uplink != projection)
		goto unlock;
	RCU_INIT_POINTER(demand->uplink[projection->proto], NULL);
	WRITE_ONCE(demand->hold[projection->proto], true);
	for (proto = 0; proto < NDISWAN_PROTO_MAX; proto++)
		if (rcu_access_pointer(demand->uplink[proto]))
			goto unlock;
	wanarp_demand_happen(demand, WANARP_DEMAND_LINE_DOWN);
unlock:
	spin_unlock_bh(&demand->lock);
}

/**
 * wanarp_demand_netdev_event() - what happens to an interface as a device
 * @iface: the interface; when it is unregistered, its lines are down already
 * @event: of the notifier chain
 *
 * Context: rtnl.
 * Return: 0 or an error.
 */
int wanarp_demand_netdev_event(struct wanarp_interface *iface,
			       unsigned long event)
{
	int err;

	if (!wanarp_is_demand(iface))
		return 0;
	switch (event) {
	case NETDEV_REGISTER:
		err = wanarp_demand_hook(iface);
		if (err)
			return err;
		netif_dormant_on(iface->dev);
		break;
	case NETDEV_UP:
		start(&iface->demand);
		break;
	case NETDEV_GOING_DOWN:
		/* While there are routes for the answers. */
		stop(&iface->demand);
		break;
	case NETDEV_UNREGISTER:
		stop(&iface->demand);
		wanarp_demand_unhook(iface);
		break;
	}
	return 0;
}

/**
 * wanarp_demand_init() - of a new interface, whatever its mode
 * @iface: not registered yet
 */
void wanarp_demand_init(struct wanarp_interface *iface)
{
	static const struct wanarp_demand_settings defaults = {
		.connect_timeout = DEFAULT_CONNECT_TIMEOUT,
		.backoff_min = DEFAULT_BACKOFF_MIN,
		.backoff_max = DEFAULT_BACKOFF_MAX,
		.hold_packets = DEFAULT_HOLD_PACKETS,
		.hold_bytes = DEFAULT_HOLD_BYTES,
		.hold_time = DEFAULT_HOLD_TIME,
	};
	struct wanarp_demand *demand = &iface->demand;
	int proto;

	spin_lock_init(&demand->lock);
	demand->settings = defaults;
	for (proto = 0; proto < NDISWAN_PROTO_MAX; proto++)
		demand->hold[proto] = true;
	timer_setup(&demand->timer, state_timeout, 0);
	INIT_WORK(&demand->work, work);
	wanarp_demand_hold_init(demand);
}

/**
 * wanarp_demand_uninit() - undo wanarp_demand_init()
 * @iface: nobody sees it any more
 */
void wanarp_demand_uninit(struct wanarp_interface *iface)
{
	struct wanarp_demand *demand = &iface->demand;

	timer_shutdown_sync(&demand->timer);
	timer_shutdown_sync(&demand->hold_timer);
	cancel_work_sync(&demand->work);
	wanarp_demand_filter_replace(demand, NULL);
}
