"""Devices by pyudev: enumerated, looked up in every way it has, and the kernel's events about them."""

import os
import queue
import uuid

import what_the_vm_lacks  # st_rdev and os.major
import pyudev
from pyudev import Context, Device, Devices, Enumerator, Monitor, MonitorObserver


def tried(action, *arguments):
    try:
        return action(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def told(device):
    print(device.sys_path, device.subsystem, device.sys_name, device.sys_number, device.device_type,
          device.driver, device.device_node, device.device_number, device.is_initialized, device.action)
    print("  properties", sorted(device.properties.items()))
    print("  attributes", sorted(device.attributes.available_attributes))
    print("  parent", device.parent and device.parent.sys_path,
          "ancestors", [ancestor.sys_name for ancestor in device.ancestors],
          "children", sorted(child.sys_name for child in device.children))
    print("  tags", list(device.tags), "links", list(device.device_links), hash(device) != 0)


context = Context()
print(pyudev.udev_version(), context.sys_path, context.device_path, context.run_path)
devices = sorted(context.list_devices(), key=lambda device: device.sys_path)
print(len(devices), "devices", sorted({device.subsystem for device in devices}, key=str))
for device in devices:
    print(device.device_path, device.device_number, len(device.properties))

named = [("mem", "null"), ("mem", "random"), ("net", "lo"), ("tty", "tty"), ("misc", "fuse")]
for subsystem, name in named:
    print(subsystem, name)
    if isinstance(found := tried(Devices.from_name, context, subsystem, name), Device):
        told(found)
    else:
        print(" ", found)
null = Devices.from_device_file(context, "/dev/null")
print(null == Devices.from_device_number(context, "char", null.device_number),
      null == Devices.from_path(context, "/devices/virtual/mem/null"),
      null == Devices.from_name(context, "mem", "zero"), tried(lambda: null < null))
# It looks for what udev's daemon has seen, which may not run.
print(str(tried(Devices.from_interface_index, context, 1)))
lo = Devices.from_name(context, "net", "lo")
print([(name, lo.attributes.get(name)) for name in ("address", "mtu", "type", "missing")])
print(lo.attributes.asint("mtu"), lo.attributes.asstring("address"),
      tried(lo.attributes.asbool, "mtu"), tried(lo.attributes.asint, "address"),
      tried(lo.attributes.asstring, "missing"))
print(lo.properties.asint("IFINDEX"), tried(lo.properties.asbool, "INTERFACE"),
      tried(lambda: lo.properties["missing"]))
for wrong in ("mem", "no such"), ("nothing", "null"):
    print(tried(Devices.from_name, context, *wrong))
print(tried(Devices.from_sys_path, context, "/sys/nowhere"), tried(Devices.from_device_file, context, "/etc"),
      tried(Devices.from_device_number, context, "block", 1 << 30))

enumerator = Enumerator(context)
enumerator.match_subsystem("mem").match_sys_name("n*")
print(sorted(device.sys_name for device in enumerator))
print(sorted(device.sys_name for device in context.list_devices(subsystem="mem", DEVNAME="/dev/zero")))
print(sorted(device.sys_name for device in
             context.list_devices().match_subsystem("net").match_attribute("type", 772)))
print(sorted(device.sys_name for device in
             context.list_devices(subsystem="tty").match_property("MAJOR", 5)))
print([device.sys_name for device in context.list_devices().match_parent(lo)])

before = context.log_priority
context.log_priority = 7
print(before, context.log_priority)


def event(name, number):
    """Has the kernel say that a device has changed, and returns what tells that event from others'."""
    mark = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{os.getpid()} {number}"))
    with open(f"/sys/devices/virtual/mem/{name}/uevent", "w") as uevent:
        uevent.write(f"change {mark} NUMBER={number}")
    return mark


def heard(device):
    print(device.action, device.device_path, device.subsystem, device.device_node, device.device_number,
          sorted(key for key in device.properties), device.properties["SYNTH_ARG_NUMBER"])


def own_event(monitor, mark):
    while (device := monitor.poll(timeout=5)) is not None:
        if device.properties.get("SYNTH_UUID") == mark:
            return device


monitor = Monitor.from_netlink(context, "kernel")
monitor.filter_by("mem")
monitor.set_receive_buffer_size(1 << 16)
print(monitor.started)
monitor.start()
print(monitor.started, monitor.fileno() >= 0)
for number, name in enumerate(["null", "zero"]):
    heard(own_event(monitor, event(name, number)))

devices = queue.Queue()
observer = MonitorObserver(monitor, callback=devices.put, name="observer")
observer.start()
marks = [event(name, 5 + number) for number, name in enumerate(["full", "random", "null"])]
for mark in marks:
    while (device := devices.get(timeout=5)).properties.get("SYNTH_UUID") != mark:
        pass
    heard(device)
observer.stop()
print(observer.is_alive())
