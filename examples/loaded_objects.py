"""dl_iterate_phdr: the dynamic linker calls Python once for every object mapped
into this process, and Python reads their ELF program headers in place."""

from ctypes import (CDLL, CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_size_t, c_uint16,
                    c_uint32, c_uint64, c_void_p, cast, py_object)

PT_LOAD, PT_DYNAMIC = 1, 2
READ, WRITE, EXECUTE = 4, 2, 1


class Segment(Structure):
    """Elf64_Phdr."""
    _fields_ = [("type", c_uint32), ("flags", c_uint32), ("offset", c_uint64),
                ("vaddr", c_uint64), ("paddr", c_uint64), ("filesz", c_uint64),
                ("memsz", c_uint64), ("align", c_uint64)]


class Info(Structure):
    """dl_phdr_info, up to the fields that were added later."""
    _fields_ = [("base", c_uint64), ("name", c_char_p), ("segments", POINTER(Segment)),
                ("count", c_uint16)]


Callback = CFUNCTYPE(c_int, POINTER(Info), c_size_t, py_object)
libc = CDLL(None)
libc.dl_iterate_phdr.argtypes = [Callback, py_object]


@Callback
def collect(info, size, found):
    info = info[0]
    found[info.name.decode()] = [
        (info.base + segment.vaddr, segment.memsz, segment.type, segment.flags)
        for segment in info.segments[:info.count]
    ]
    return 0


objects = {}
print("result of the walk:", libc.dl_iterate_phdr(collect, objects))
print("objects found:", len(objects) > 2)
print("every one has a loaded and a dynamic segment:",
      all({PT_LOAD, PT_DYNAMIC} <= {kind for _, _, kind, _ in segments}
          for name, segments in objects.items() if "vdso" not in name))
print("none is both writable and executable:",
      not any(flags & WRITE and flags & EXECUTE for segments in objects.values()
              for _, _, kind, flags in segments if kind == PT_LOAD))


def owner(address):
    """The object a machine address lies in, and what may be done there."""
    for name, segments in objects.items():
        for start, size, kind, flags in segments:
            if kind == PT_LOAD and start <= address < start + size:
                rights = "".join(c if flags & bit else "-"
                                 for c, bit in zip("rwx", (READ, WRITE, EXECUTE)))
                return name.rpartition("/")[2] or "the interpreter", rights
    return "nobody", "---"


for function in ("qsort", "malloc_usable_size", "getpid"):
    print(f"{function} lies in", *owner(cast(libc[function], c_void_p).value))
print("stdout (a variable) lies in", *owner(c_void_p.in_dll(libc, "stdout").value))
print("address 1 lies in", *owner(1))


@Callback
def stop_at_once(info, size, found):
    found.append(size)
    return 7


sizes = []
print("a callback that returns 7 ends the walk with", libc.dl_iterate_phdr(stop_at_once, sizes),
      "after", len(sizes))
