"""Scapy's packet filters, in a network of its own: a virtual cable with two ends."""

from client import PROGRAMS, Client, printed

VERSION = "2.8.0"
REQUIREMENTS = [f"scapy=={VERSION}"]
CABLE = """
set -e
echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
ip link set lo up
ip link add left address 02:00:00:00:00:01 type veth peer name right address 02:00:00:00:00:02
ip address add 10.9.0.1/24 dev left
ip link set left up
ip link set right up
exec "$@"
"""
NETWORK = ("unshare", "--net", "sh", "-c", CABLE, "sh")


def filters(machine, interpreter):
    packages = machine.installed(REQUIREMENTS)
    scratch = machine.scratch("scapy-filters", interpreter.name)
    return printed(interpreter.run(PROGRAMS / "scapy_filters.py", scratch, packages=packages,
                                   around=NETWORK, HOME=str(scratch)))


CLIENTS = [
    Client("scapy-filters", "scapy", VERSION,
           "packet filters compiled, attached to sockets and to libpcap, what passes them; an answer "
           "from a thread",
           filters, quick=True, needs=("unshare", "ip")),
]
