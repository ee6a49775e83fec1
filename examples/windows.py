"""Windows: a window of user32's that talks to a Python function, kernel32's memory, an object of COM."""
import ctypes
import os
import sys

if os.name != "nt":
    sys.exit("this example is for Windows")

from ctypes import (HRESULT, POINTER, WINFUNCTYPE, Structure, WinDLL, byref, c_int, c_ssize_t, c_uint, c_void_p,
                    create_unicode_buffer, oledll, wintypes)

kernel32 = WinDLL("kernel32", use_last_error=True)
user32 = WinDLL("user32", use_last_error=True)


def memory():
    """A block of the process's memory, whose protection is changed."""
    kernel32.VirtualAlloc.argtypes = [c_void_p, ctypes.c_size_t, wintypes.DWORD, wintypes.DWORD]
    kernel32.VirtualAlloc.restype = c_void_p
    kernel32.VirtualProtect.argtypes = [c_void_p, ctypes.c_size_t, wintypes.DWORD, POINTER(wintypes.DWORD)]
    kernel32.VirtualFree.argtypes = [c_void_p, ctypes.c_size_t, wintypes.DWORD]
    commit_and_reserve, read_write, read_only, release = 0x3000, 0x04, 0x02, 0x8000
    block = kernel32.VirtualAlloc(None, 4096, commit_and_reserve, read_write)
    ctypes.memmove(block, b"written while it could be", 25)
    before = wintypes.DWORD()
    kernel32.VirtualProtect(block, 4096, read_only, byref(before))
    print("memory:", ctypes.string_at(block, 25), "was", hex(before.value))
    try:
        ctypes.memset(block, 0, 1)
    except OSError as error:
        print("memory:", str(error).replace(f"{block:016X}", "<the block>"))
    kernel32.VirtualFree(block, 0, release)


def last_error():
    """A function that fails."""
    if not kernel32.GetModuleHandleW("no such module"):
        error = ctypes.WinError(ctypes.get_last_error())
        print("last error:", type(error).__name__, error.winerror)


WNDPROC = WINFUNCTYPE(c_ssize_t, wintypes.HWND, c_uint, wintypes.WPARAM, wintypes.LPARAM)


class WNDCLASS(Structure):
    _fields_ = [("style", c_uint), ("procedure", WNDPROC), ("class_extra", c_int), ("window_extra", c_int),
                ("instance", wintypes.HINSTANCE), ("icon", wintypes.HICON), ("cursor", wintypes.HANDLE),
                ("background", wintypes.HBRUSH), ("menu", wintypes.LPCWSTR), ("name", wintypes.LPCWSTR)]


def window():
    """A window that nobody sees, for messages alone, and the function that is called for each."""
    default = user32.DefWindowProcW
    default.argtypes, default.restype = WNDPROC._argtypes_, c_ssize_t
    user32.CreateWindowExW.argtypes = [wintypes.DWORD, wintypes.LPCWSTR, wintypes.LPCWSTR, wintypes.DWORD,
                                       c_int, c_int, c_int, c_int, wintypes.HWND, wintypes.HMENU,
                                       wintypes.HINSTANCE, c_void_p]
    user32.CreateWindowExW.restype = wintypes.HWND
    user32.SendMessageW.argtypes, user32.SendMessageW.restype = WNDPROC._argtypes_, c_ssize_t
    user32.DestroyWindow.argtypes = [wintypes.HWND]
    kernel32.GetModuleHandleW.restype = wintypes.HMODULE
    create, destroy, ours, messages_only = 0x0001, 0x0002, 0x8000, -3
    seen = []

    @WNDPROC
    def procedure(window, message, word, long):
        if message in (create, destroy, ours):
            seen.append(message)
        if message == ours:
            return word * 100 + long
        return default(window, message, word, long)

    kind = WNDCLASS(procedure=procedure, name="ctypes example", instance=kernel32.GetModuleHandleW(None))
    if not user32.RegisterClassW(byref(kind)):
        raise ctypes.WinError(ctypes.get_last_error())
    handle = user32.CreateWindowExW(0, kind.name, "a title", 0, 0, 0, 0, 0, messages_only, None, kind.instance, None)
    if not handle:
        raise ctypes.WinError(ctypes.get_last_error())
    title = create_unicode_buffer(20)
    user32.GetWindowTextW(wintypes.HWND(handle), title, 20)
    print("window:", repr(title.value), "answers", user32.SendMessageW(handle, ours, 7, 5))
    user32.DestroyWindow(handle)
    print("window:", [hex(message) for message in seen])


class GUID(Structure):
    _fields_ = [("start", wintypes.DWORD), ("middle", wintypes.WORD * 2), ("end", wintypes.BYTE * 8)]


def guid(text):
    made = GUID()
    oledll.ole32.CLSIDFromString(text, byref(made))
    return made


class Unknown(c_void_p):
    """A pointer to an interface, which gives its reference up when it dies. The functions of every interface stand at
    the beginning of its table."""
    _release = WINFUNCTYPE(wintypes.ULONG)(2, "Release")

    def __del__(self):
        if self.value:
            self._release(self)


class ShellLink(Unknown):
    """The first functions of IShellLinkW by their places."""
    _get_description = WINFUNCTYPE(HRESULT, wintypes.LPWSTR, c_int)(6, "GetDescription")
    _set_description = WINFUNCTYPE(HRESULT, wintypes.LPCWSTR)(7, "SetDescription")
    _get_command = WINFUNCTYPE(HRESULT, POINTER(c_int))(14, "GetShowCmd", ((2, "command"),))
    _set_command = WINFUNCTYPE(HRESULT, c_int)(15, "SetShowCmd", ((1, "command"),))

    @property
    def description(self):
        text = create_unicode_buffer(1024)
        self._get_description(self, text, len(text))
        return text.value

    @description.setter
    def description(self, text):
        self._set_description(self, text)


def component():
    oledll.ole32.CoInitialize(None)
    link = ShellLink()
    in_this_process = 1
    oledll.ole32.CoCreateInstance(byref(guid("{00021401-0000-0000-c000-000000000046}")), None, in_this_process,
                                  byref(guid("{000214f9-0000-0000-c000-000000000046}")), byref(link))
    link.description = "a link \N{LINK SYMBOL}"
    ShellLink._set_command(link, 3)
    print("component:", ascii(link.description), ShellLink._get_command(link))
    try:
        oledll.ole32.CoCreateInstance(byref(GUID()), None, in_this_process, byref(GUID()), byref(Unknown()))
    except OSError as error:
        print("component:", hex(error.winerror & 0xffffffff))
    del link
    oledll.ole32.CoUninitialize()


memory()
last_error()
window()
component()
