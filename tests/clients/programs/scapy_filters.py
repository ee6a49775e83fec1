"""Scapy: filters compiled by libpcap, attached to sockets, and packets between two ends of a cable.

It runs in a network of its own, in which `left` and `right` are the two ends.
"""

import ctypes
import sys
import threading
from pathlib import Path

import what_the_vm_lacks  # addresses of netlink and packet sockets
from scapy.all import (ARP, ICMP, IP, TCP, UDP, AsyncSniffer, Dot1Q, Ether, conf, rdpcap, sendp, sniff,
                       srp1, wrpcap)
from scapy.arch.common import compile_filter, free_filter
from scapy.arch.linux import L2Socket
from scapy.error import Scapy_Exception
from scapy.libs.structures import bpf_insn, bpf_program, sock_fprog

SCRATCH = Path(sys.argv[1])
FILTERS = ["udp", "tcp port 80 and host 10.9.0.2", "arp or icmp", "ether src 02:00:00:00:00:01",
           "ip[8] < 5", "not ip6 and len > 100", "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0",
           "portrange 5000-5100 or vlan 7"]
LEFT, RIGHT = "02:00:00:00:00:01", "02:00:00:00:00:02"
FRAME = Ether(src=LEFT, dst=RIGHT)
SENT = [FRAME / IP(src="10.9.0.1", dst="10.9.0.2", ttl=ttl) / payload
        for ttl, payload in [(64, UDP(sport=5000, dport=5001) / b"datagram"), (3, UDP(dport=53) / b"old"),
                             (64, TCP(sport=4321, dport=80, flags="S")), (64, ICMP() / b"echo"),
                             (64, UDP(sport=5050, dport=9) / bytes(200))]]
SENT.append(FRAME / ARP(op="who-has", psrc="10.9.0.1", pdst="10.9.0.2"))
SENT.append(FRAME / Dot1Q(vlan=7) / IP(src="10.9.0.1", dst="10.9.0.2") / UDP() / b"tagged")


def programs():
    """The instructions of filters, and whether the kernel's own idea of a packet is libpcap's."""
    print([ctypes.sizeof(kind) for kind in (bpf_insn, bpf_program, sock_fprog)])
    for text in FILTERS:
        program = compile_filter(text, linktype=1)
        code = [(step.code, step.jt, step.jf, step.k) for step in program.bf_insns[:program.bf_len]]
        print(text, len(code), code)
        free_filter(program)
    for wrong in "no such word", "host", "tcp port 99999", "ether proto \\zz":
        try:
            compile_filter(wrong, linktype=1)
        except Scapy_Exception as error:
            print(type(error).__name__, error)


def matches():
    """Which of the packets each filter lets through, in the kernel and in libpcap."""
    for use_pcap in False, True:
        conf.use_pcap = use_pcap
        listen = conf.L2listen
        print(listen.__name__, listen.desc)
        for text in FILTERS:
            with listen(iface="right", filter=text) as received:
                for packet in SENT:
                    packet_sender.send(packet)
                found = []
                while packet := (received.select([received], 0.1) and received.recv()):
                    found.append(packet.sprintf("%IP.proto% %IP.ttl% %UDP.dport%{TCP: %TCP.flags%}"))
                print(text, len(found), found)


def answered():
    """An answer to a packet, given by a sniffer in a thread."""
    def answer(packet):
        reply = Ether(src=RIGHT, dst=LEFT) / ARP(op="is-at", psrc="10.9.0.2", hwsrc=RIGHT,
                                                 pdst="10.9.0.1", hwdst=LEFT)
        sendp(reply, iface="right", verbose=False)

    listens = threading.Event()
    sniffer = AsyncSniffer(iface="right", filter="arp", prn=answer, count=1, started_callback=listens.set)
    sniffer.start()
    listens.wait(10)
    reply = srp1(FRAME / ARP(pdst="10.9.0.2"), iface="left", timeout=5, verbose=False)
    sniffer.join(5)
    print(reply.summary(), [packet.summary() for packet in sniffer.results])


def written():
    wrpcap(str(SCRATCH / "sent.pcap"), SENT)
    again = rdpcap(str(SCRATCH / "sent.pcap"))
    print(again, [bytes(one) == bytes(other) for one, other in zip(again, SENT)])
    print([packet.summary() for packet in sniff(offline=again, lfilter=lambda packet: UDP in packet)])


packet_sender = L2Socket(iface="left")
print(conf.iface, packet_sender.LL.__name__, packet_sender.ins.getsockname())
for part in programs, matches, answered, written:
    print(part.__name__)
    part()
packet_sender.close()
