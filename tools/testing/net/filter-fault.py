#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Each allocation of each operation of ipfltdrv fails once. Run by filter-fault.sh.

What is refused has changed nothing, what was closed stays closed, and whose answer was lost is
done or not done and nothing between.
"""
import fcntl
import os
import socket
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
# pylint: disable=wrong-import-position
from kernel import *  # noqa: E402,F403  pylint: disable=wildcard-import,unused-wildcard-import
from filters import *  # noqa: E402,F403  pylint: disable=wildcard-import,unused-wildcard-import
from faults import sweep  # noqa: E402

CLIENT_IP, IFACE_IP = "10.64.0.5", "198.51.100.7"
PACKET = ipv4("192.0.2.2", "192.0.2.1")
FROM_CLIENT = ipv4(CLIENT_IP, "192.0.2.1")
TO_IFACE = ipv4("192.0.2.2", IFACE_IP)
MANY = [filter_bytes(src=f"10.{i >> 8}.{i & 255}.0/24", protocol=17, dport=(i, i + 7), tag=i)
        for i in range(700)]
COUNTERS = (B_LOGGED, B_LOG_LOST, B_INGRESS, B_EGRESS)
nl = Filters()
link = None  # of the client, once there is one


def judged(packet, **where):
    """What would become of a packet, or nothing where no set is bound."""
    try:
        return nl.test(packet, **where)
    except Refused as err:
        return err.errno


def state():
    """All that an operation can change."""
    with open("/sys/class/net/ras0/wanarp/projections", encoding="ascii") as file:
        projections = int(file.read())
    link_id = link.id if link else 0
    return (
        [[one.get(kind) for kind in (S_NAME, S_LOADED, S_FILTERS, S_GENERATION, S_BINDINGS)]
         for one in nl.dump(SET_GET)],
        [{kind: value for kind, value in one.items() if kind not in COUNTERS}
         for one in nl.bindings()],
        [(one[D_NAME], one[D_BINDINGS], one[D_WAITING]) for one in nl.dump(DEVICE_GET)],
        [os.path.exists(f"/sys/class/net/{dev}/ipfltdrv") for dev in ("eth0", "ras0")],
        projections, judged(PACKET, dev="eth0"),
        judged(FROM_CLIENT, dev="ras0", link=link_id) if link_id else None)


def inject(text, operation, done, undo, prepare=Filters, fails=True):
    """All allocations of an operation on what @prepare gives; @done says whether it has happened,
    when nothing has been undone yet.
    """
    baseline = state()
    before = None

    def ready():
        nonlocal before
        given = prepare()
        before = state()
        return given

    def verify(given, error):
        if isinstance(error, Refused):
            return "" if state() == before else "it has changed something"
        if error is None:
            return "" if done(given) else "it has not happened"
        return "" if state() == before or done(given) else "it is half done"

    failed, passed, end = sweep(ready, operation, undo, verify)
    check(f"{text}: {failed} failures, {passed} that did not matter, then: {end}",
          end == "it works" and passed + failed > 0 and fails == (failed > 0))
    check("and all is as it was", state() == baseline)


def close(given, _result=None):
    """Forget the socket of an operation, and what was begun on it."""
    given.sock.close()


def quietly(function, *args, **kwargs):
    """It may be that it is not there."""
    try:
        function(*args, **kwargs)
    except Refused:
        pass


# --- sets ---------------------------------------------------------------------------------

def begun():
    """A socket with a transaction."""
    given = Filters()
    given.transaction = given.begin("new")
    return given


def filled(name):
    """A socket with a transaction that is ready to be put in force."""
    given = Filters()
    given.transaction = given.begin(name)
    given.add(given.transaction, b"".join(MANY))
    return given


def remove_new(given, _result):
    """The set that has been made."""
    close(given)
    quietly(nl.remove, "new")


def old_again(given, _result):
    """The set that has been replaced."""
    close(given)
    nl.load("old", DROP, DROP, MANY[:3])


def is_loaded(name, filters):
    """Is this what the set is now?"""
    return name in nl.sets() and [one for one, _ in nl.filters(name)] == filters


inject("begin a set", lambda given: given.begin("new"), lambda _: True, close)
inject("add filters", lambda given: given.add(given.transaction, b"".join(MANY)),
       lambda _: True, close, prepare=begun)
inject("give it up", lambda given: given.abort(given.transaction), lambda _: True, close,
       prepare=begun)
inject("put a new set in force", lambda given: given.commit(given.transaction),
       lambda _: is_loaded("new", MANY), remove_new, prepare=lambda: filled("new"))
one = Filters()
check("no transaction has been left", [one.begin(f"t{i}") for i in range(64)])
one.sock.close()


def replacing():
    """A set, and a socket with what is to replace it."""
    nl.load("old", DROP, DROP, MANY[:3])
    given = filled("old")
    given.old = number(nl.set("old")[S_GENERATION])
    return given


def replaced(given):
    """Is it the new one, whole?"""
    return is_loaded("old", MANY) and number(nl.set("old")[S_GENERATION]) > given.old


inject("replace a set", lambda given: given.commit(given.transaction), replaced,
       lambda given, _: (close(given), nl.remove("old")), prepare=replacing)

# --- bindings -----------------------------------------------------------------------------

nl.load("closing", DROP, DROP)
nl.load("open")
nl.load("late", DROP, DROP, [filter_bytes(BOTH, src="client", tag=1)])
nl.load("ours", DROP, DROP, [filter_bytes(BOTH, dst="interface", tag=2)])


def unbind(dev, **which):
    """Undo a binding."""
    def undo(given, _result):
        close(given)
        quietly(nl.unbind, dev, **which)
    return undo


def bound(dev, name, **which):
    """Is the set bound there, and are packets asked?"""
    def done(_given):
        found = [string(one[B_SET]) for one in nl.bindings(dev)]
        return found == [name] and judged(PACKET, dev=dev, **(
            {"link": which["link"]} if "link" in which else {}))
    return done


inject("the first binding of a device", lambda given: given.bind("eth0", "closing"),
       bound("eth0", "closing"), unbind("eth0"))
inject("one with fragments checked", lambda given: given.bind("eth0", "closing", fragments=1),
       bound("eth0", "closing"), unbind("eth0"))
inject("one that logs", lambda given: given.bind("eth0", "closing", log=1, log_group=5),
       bound("eth0", "closing"), unbind("eth0"))
inject("one that waits for its set, closed", lambda given: given.bind("eth0", "await", closed=1),
       bound("eth0", "await"), unbind("eth0"))
inject("one for a client who is not there",
       lambda given: given.bind("ras0", "late", client=CLIENT_IP), bound("ras0", "late"),
       unbind("ras0", client=CLIENT_IP))

nl.bind("eth0", "closing", directions=INGRESS)


def closing_again(given, _result):
    """The binding as it was."""
    close(given)
    nl.bind("eth0", "closing", directions=INGRESS, fragments=0, log=0)


inject("another set for a binding that drops",
       lambda given: given.bind("eth0", "open", directions=BOTH, fragments=1, log=1),
       bound("eth0", "open"), closing_again)
inject("the end of a binding", lambda given: given.unbind("eth0"),
       lambda _: not nl.bindings(), closing_again)
nl.unbind("eth0")
nl.bind("eth0", "await", closed=1)


def await_again(given, _result):
    """Closed as before."""
    close(given)
    nl.bind("eth0", "await", closed=1)


check("it is closed", judged(PACKET, dev="eth0")[:2] == ("drop", "closed"))
inject("another set for a closed binding", lambda given: given.bind("eth0", "open"),
       bound("eth0", "open"), await_again)


def arrive():
    """The set that is waited for, ready."""
    return filled("await")


def leave(given, _result):
    """Waiting again."""
    close(given)
    nl.bind("eth0", "open")
    quietly(nl.remove, "await")
    nl.bind("eth0", "await", closed=1)


inject("the arrival of the set", lambda given: given.commit(given.transaction),
       lambda _: is_loaded("await", MANY), leave, prepare=arrive)
check("it is closed in the end", judged(PACKET, dev="eth0")[:2] == ("drop", "closed"))
nl.unbind("eth0")

# --- clients ------------------------------------------------------------------------------


def attached():
    """A link that its client is going to be on, and a socket."""
    global link  # pylint: disable=global-statement
    link = Link()
    link.attach_loop()
    return Ndiswan()


def hang_up(given, _result):
    """Its end."""
    global link  # pylint: disable=global-statement
    close(given)
    link.close()
    link = None


def connected(_given):
    """The client is on its link, and filtered there."""
    binding = nl.bindings("ras0")[0]
    return number(binding.get(B_LINK, b"")) == link.id and \
        judged(FROM_CLIENT, dev="ras0", link=link.id)[:2] == ("forward", "filter")


nl.bind("ras0", "late", client=CLIENT_IP)
inject("a client for whom a binding waits",
       lambda given: given.line_up(link.id, "ras0", CLIENT_IP), connected, hang_up,
       prepare=attached)
nl.unbind("ras0", client=CLIENT_IP)


def attached_and_bound():
    """A link with a binding that does not know the address yet."""
    given = attached()
    nl.bind("ras0", "late", link=link.id)
    return given


def hang_up_bound(given, result):
    """The end of both."""
    nl.unbind("ras0", link=link.id)
    hang_up(given, result)


inject("a client whose link is bound",
       lambda given: given.line_up(link.id, "ras0", CLIENT_IP), connected, hang_up_bound,
       prepare=attached_and_bound)

wan = attached()
wan.line_up(link.id, "ras0", CLIENT_IP)
inject("a binding to the link of a client who is there",
       lambda given: given.bind("ras0", "late", link=link.id), connected,
       unbind("ras0", link=link.id))
inject("a binding to his address",
       lambda given: given.bind("ras0", "late", client=CLIENT_IP), connected,
       unbind("ras0", client=CLIENT_IP))
hang_up(wan, None)

# --- an address of the interface ----------------------------------------------------------

route = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
route.bind((0, 0))
seen = set()


def address(kind, flags):
    """RTM_NEWADDR or RTM_DELADDR of eth0."""
    packed = socket.inet_aton(IFACE_IP)
    body = struct.pack("=BBBBI", socket.AF_INET, 24, 0, 0, socket.if_nametoindex("eth0")) + \
        attribute(1, packed) + attribute(2, packed)
    route.send(struct.pack("=IHHII", 16 + len(body), kind, flags, 1, 0) + body)
    code = -struct.unpack_from("=i", route.recv(4096), 16)[0]
    if code:
        raise OSError(code, os.strerror(code))


def has_address():
    """Is it there?"""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            return fcntl.ioctl(sock, 0x8915, b"eth0".ljust(40, b"\0"))[20:24] == \
                socket.inet_aton(IFACE_IP)
        except OSError:
            return False


def address_judged(_given, _error):
    """Packets to the address of the interface pass if it is known, others never."""
    verdict = judged(TO_IFACE, dev="eth0")
    seen.add((has_address(), verdict[2] or verdict[1]))
    return "" if has_address() or verdict[2] == "late-address" else f"{verdict}"


def without_address(_given, _result):
    """As it was."""
    if has_address():
        address(21, 5)


nl.bind("eth0", "ours", directions=INGRESS)
_, _, end = sweep(lambda: None, lambda _: address(20, 0x605), without_address, address_judged)
check(f"a new address of the interface: then {end}", end == "it works")
# (True, "late-address") may come too: an address whose entry is still being tried again.
check(f"it is known, or what asks for it is dropped: {seen}",
      seen >= {(True, "filter"), (False, "late-address")})
nl.unbind("eth0")

# --- questions ----------------------------------------------------------------------------

nl.bind("eth0", "closing")
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind(("peer0", 0))
with open("/sys/class/net/eth0/address", encoding="ascii") as file:
    ETH0 = bytes.fromhex(file.read().strip().replace(":", ""))


def counted():
    """One packet has been dropped on eth0 since the last reset."""
    nl.binding("eth0", reset=1)
    wire.send(ETH0 + bytes(6) + b"\x08\x00" + PACKET.ljust(46, b"\0"))
    wait_for(lambda: stats(nl.binding("eth0")[B_INGRESS]) == (0, 1))
    return Filters()


def counter_kept(_given, error):
    """A refusal loses no packet that was counted."""
    packets = stats(nl.binding("eth0")[B_INGRESS])[1]
    if isinstance(error, Refused) and not packets:
        return "the counter is gone, and nobody has seen it"
    return "" if error or not packets else "it is not reset"


inject("packet-test", lambda given: given.test(PACKET, dev="eth0"), lambda _: True, close)
_, _, end = sweep(counted, lambda given: given.binding("eth0", reset=1), close, counter_kept)
check(f"counters are read and reset: then {end}", end == "it works")
nl.unbind("eth0")
for name in ("closing", "open", "late", "ours"):
    nl.remove(name)
check("nothing is left", not nl.sets() and not nl.bindings() and not nl.dump(DEVICE_GET))
finish()
