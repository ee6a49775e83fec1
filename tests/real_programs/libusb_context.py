"""libusb1 on a machine that need not have any USB: versions, error names, descriptors' layout,
option setting and a context with its callbacks."""

import ctypes

import libusb1
import usb1

version = usb1.getVersion()
print("version", (version.major, version.minor) >= (1, 0), version.describe)
print("errors", [(code, libusb1.libusb_error_name(code)) for code in (-1, -4, -9, -99)])
print("strings", libusb1.libusb_strerror(-3))
print("capability", usb1.hasCapability(usb1.CAP_HAS_CAPABILITY))
for structure in (libusb1.libusb_device_descriptor, libusb1.libusb_endpoint_descriptor,
                  libusb1.libusb_config_descriptor, libusb1.libusb_transfer,
                  libusb1.libusb_control_setup):
    print(structure.__name__, ctypes.sizeof(structure), structure._fields_[-1][0])
setup = libusb1.libusb_control_setup(0x80, 6, 0x0100, 0, 18)
print("setup", bytes(setup).hex())
try:
    with usb1.USBContext() as context:
        context.setDebug(0)
        print("devices", all(device.getBusNumber() >= 0 for device in context.getDeviceList(skip_on_error=True)))
        print("poll", context.handleEventsTimeout(0.01))
except usb1.USBError as error:
    print("USBError", error)
