"""Other targets than this machine, asked without running anything, held against what their compilers make."""
import builtins
import ctypes
import os
import struct
import subprocess
import types
import unittest

from ctypes_configure import Header, LibraryNotFound, UnknownName, Unsupported

from support import COMPILERS, Comparison, TestCase
from test_layouts import BITFIELDS, ORDINARY, classes_of

AARCH64, MINGW = "aarch64-linux-gnu-gcc", "x86_64-w64-mingw32-gcc"
MACOS = "clang --target=arm64-apple-macos"

HEADERS = """
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/ucontext.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <utmpx.h>
"""
RECORDS = """
struct dirent; struct flock; struct sockaddr_in6; struct ip; struct iphdr; struct tcphdr; struct pollfd;
struct passwd; struct sigaction; struct sigevent; struct epoll_event; struct msqid_ds; struct rusage;
struct shmid_ds; struct msghdr; struct cmsghdr; struct stat; struct statvfs; struct sysinfo; struct
timeval; struct timex; struct sockaddr_un; struct utsname; struct termios; struct tm; struct timespec;
struct itimerspec; struct utmpx; struct addrinfo; struct sched_param; struct hostent; struct ifreq; union
sigval; siginfo_t; stack_t; sigset_t; pthread_mutex_t; pthread_attr_t; cpu_set_t; fd_set; ucontext_t;
mcontext_t; fpos_t
"""
CONSTANTS = """
O_CREAT O_DIRECTORY O_NOFOLLOW O_DIRECT O_LARGEFILE O_TMPFILE PATH_MAX CHAR_MIN CHAR_MAX LONG_MAX
ULONG_MAX SIGUSR1 SA_RESTART MAP_ANONYMOUS MAP_FAILED EPOLLET SO_REUSEADDR AF_INET6 S_IFMT RLIMIT_NOFILE
RLIM_INFINITY TIOCGWINSZ B115200 CLONE_VM PTHREAD_MUTEX_RECURSIVE BUFSIZ EOF
""".split()
# Numbers whose values or sizes depend on the target.
VALUES = r"""
#define BYTE '\xff'
#define LONG_SIZE sizeof(long)
#define POINTER_SIZE sizeof(void *)
#define WIDE_SIZE sizeof(L'x')
#define LARGE 0x123456789abcdefLL
#define NEGATIVE -5
#define SHORT ((short)-2)
#define HALF 0.5
#define SMALL 1.5f
#define TEXT "text"
#define WIDE L"wide \u20ac"
#define U16 u"\U0001f40d"
#define NOTHING ((void *)0)
#define EVERYTHING ((void *)-1)
#define LONG_HALF 2.25L
#define LONG_NEGATIVE -1e300L
enum e { MINUS = -3, PLUS = 300 };
static inline int inlined(int a) { return a; }
int called(int);
extern int variable;
"""
ANSWERS = {"LARGE": 0x123456789ABCDEF, "NEGATIVE": -5, "SHORT": -2, "HALF": 0.5, "SMALL": 1.5,
           "TEXT": b"text",
           "WIDE": "wide \u20ac", "U16": "\U0001f40d", "NOTHING": 0, "MINUS": -3, "PLUS": 300,
           "LONG_HALF": 2.25,
           "LONG_NEGATIVE": -1e300}
# What `'\xff'` is, and the sizes of `long`, of pointers and of `wchar_t`.
TARGETS = {
    "x86_64-linux-gnu": (-1, 8, 8, 4), "i686-linux-gnu": (-1, 4, 4, 4), "aarch64-linux-gnu": (255, 8, 8, 4),
    "armv7-linux-gnueabihf": (255, 4, 4, 4), "mips64-linux-gnuabi64": (-1, 8, 8, 4),
    "mips-linux-gnu": (-1, 4, 4, 4), "s390x-linux-gnu": (255, 8, 8, 4),
    "x86_64-unknown-freebsd": (-1, 8, 8, 4),
    "arm64-apple-macos": (-1, 8, 8, 4), "x86_64-apple-macos": (-1, 8, 8, 4),
    "x86_64-w64-mingw32": (-1, 4, 8, 2),
    "i686-w64-mingw32": (-1, 4, 4, 2), "aarch64-w64-mingw32": (-1, 4, 8, 2),
    "x86_64-pc-windows-msvc": (-1, 4, 8, 2),
}


class AArch64(TestCase):
    """A program of the target, run by an emulator, is the judge."""

    def setUp(self):
        for program in (AARCH64, "qemu-aarch64"):
            self.need(program)

    def compare(self, text, classes, flags=()):
        self.assertGreater(len(classes), 5)
        errors = Comparison(classes).errors_of_program(self, text, AARCH64, flags, ["qemu-aarch64", "-L",
                                                                                   "/usr/aarch64-linux-gnu"])
        self.assertFalse(errors, "\n".join(errors))

    def test_structures_of_the_system(self):
        names = [each.strip() for each in RECORDS.split(";") if each.strip()]
        # glibc has the machine's registers under names of this kind.
        text = "#define _GNU_SOURCE\n" + HEADERS
        fields = " ".join(f"{name} *f{place};" for place, name in enumerate(names))
        everything = Header(f"{text}\nstruct everything {{ {fields} }};",
                            cc=AARCH64).struct("struct everything")
        self.compare(text, {name: kind._type_ for name, (_, kind) in zip(names, everything._fields_)})

    def test_structures_of_every_shape(self):
        text = ORDINARY + BITFIELDS
        self.compare(text, classes_of(text, AARCH64))

    def test_constants(self):
        text = "#define _GNU_SOURCE\n" + HEADERS
        program = os.path.join(self.folder(), "constants")
        shown = "".join(f'printf("%lld\\n", (long long)({name}));' for name in CONSTANTS)
        subprocess.run([AARCH64, "-x", "c", "-", "-w", "-o", program],
                       input=f"{text} int main(void) {{ {shown} }}",
                       text=True, check=True)
        told = subprocess.run(["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu", program], capture_output=True,
                              text=True,
                              check=True).stdout.split()
        ours = Header(text, cc=AARCH64).constants(*CONSTANTS)
        here = Header(text).constants(*CONSTANTS)
        self.assertEqual([each & 2 ** 64 - 1 for each in ours], [int(each) & 2 ** 64 - 1 for each in told])
        self.assertNotEqual(ours, here)

    def test_differs_from_here(self):
        text = "#include <sys/epoll.h>\n#include <sys/stat.h>"
        there, here = (Header(text, cc=cc) for cc in (AARCH64, None))
        for name in ("struct epoll_event", "struct stat"):
            self.assertNotEqual(ctypes.sizeof(there.struct(name)), ctypes.sizeof(here.struct(name)))

    def test_long_double_and_char(self):
        third, ff, text = Header("#define THIRD (1.0L / 3)\n#define FF '\\xff'\n#define TEXT L\"\u20ac\"",
                                 cc=AARCH64).constants("THIRD", "FF", "TEXT")
        self.assertEqual((third, ff, text), (1 / 3, 255, "\u20ac"))

    def test_functions(self):
        header = Header("#include <math.h>\nint no_such(void);\n#include <pthread.h>", libraries=["m", "c"],
                        cc=AARCH64)
        self.assertEqual(header.function("floor")(1.5), 1.0)
        with self.assertRaisesRegex(UnknownName, r"libm.so.6, libc.so.6 has no symbol no_such"):
            header.function("no_such")


def for_target(file, **others):
    """Returns a written module as it is under the ctypes of a target, some types of which are others."""
    with open(file, encoding="utf-8") as opened:
        text = opened.read()
    there = types.ModuleType("ctypes_of_the_target")
    there.__dict__.update({name: getattr(ctypes, name) for name in dir(ctypes)})
    there.__dict__.update(others)
    # `from ctypes import ...` finds what is in `sys.modules`, which is not to be changed for others.
    def load(name, *arguments):
        return there if name == "ctypes" else __import__(name, *arguments)

    space = {"__name__": "of_the_target", "__builtins__": {**vars(builtins), "__import__": load}}
    exec(text, space)
    return space


class Elsewhere(TestCase):
    """Where nothing can be run, the target's own compiler judges, by assertions."""

    def compare(self, cc, text, flags=(), **others):
        self.need(cc.split()[0])
        file = os.path.join(self.folder(), "there.py")
        names = [*classes_of(text, cc, flags, file)]
        there = for_target(file, **others)
        comparison = Comparison({name: there[name.replace(" ", "_")] for name in names})
        self.assertGreater(len(comparison.asked) + len(comparison.numbers), 2 * len(names))
        errors = comparison.errors_of_object(self, text, cc, flags)
        self.assertFalse(errors, "\n".join(errors))


class Windows(Elsewhere):
    # In 3.14, `_layout_` says whose rules bit-fields follow; there, Microsoft's.
    class Structure(ctypes.Structure):
        _layout_ = "ms"

    class Union(ctypes.Union):
        _layout_ = "ms"

    OTHERS = dict(c_long=ctypes.c_int, c_ulong=ctypes.c_uint, c_wchar=ctypes.c_ushort, Structure=Structure,
                  Union=Union)

    def test_structures_of_windows(self):
        self.compare(MINGW, """
#include <windows.h>
struct t_all { SECURITY_ATTRIBUTES a; WIN32_FIND_DATAW b; OVERLAPPED c; SYSTEM_INFO d; CONTEXT e; MSG f;
    WNDCLASSEXW g; PROCESS_INFORMATION h; STARTUPINFOW i; INPUT j; BITMAPINFO k; DCB m; GUID n; LOGFONTW o;
    CONSOLE_SCREEN_BUFFER_INFO l; MEMORY_BASIC_INFORMATION p; FILETIME q; LARGE_INTEGER r; INPUT_RECORD s;
    PIXELFORMATDESCRIPTOR t; EXCEPTION_RECORD u; };
""" + "struct t_a { SECURITY_ATTRIBUTES it; };\n", **self.OTHERS)

    def test_structures_of_every_shape(self):
        text = ORDINARY.replace("long double", "double").replace("__int128", "long long")
        self.compare(MINGW, text, **self.OTHERS)

    def test_bitfields(self):
        self.compare(MINGW, BITFIELDS, **self.OTHERS)

    def test_bitfields_of_gcc(self):
        self.compare(MINGW, BITFIELDS, ["-mno-ms-bitfields"], **{**self.OTHERS, "Structure": ctypes.Structure,
                                                                "Union": ctypes.Union})

    def test_constants(self):
        self.need(MINGW)
        names = ["ERROR_FILE_NOT_FOUND", "MAX_PATH", "GENERIC_READ", "INVALID_HANDLE_VALUE",
                 "STD_OUTPUT_HANDLE",
                 "WM_USER", "INFINITE", "WC_BUTTONW"]
        values = Header("#include <windows.h>\n#include <commctrl.h>", cc=MINGW).constants(*names)
        self.assertEqual(values, (2, 260, 0x80000000, 2 ** 64 - 1, 2 ** 32 - 11, 0x400, 2 ** 32 - 1,
                                  "Button"))

    def test_functions(self):
        self.need(MINGW)
        header = Header("#include <windows.h>\nstatic inline int inlined(void) { return 1; }", cc=MINGW,
                        libraries=["kernel32"])
        for name in ("GetCurrentProcessId", "CreateFileW"):
            with self.assertRaisesRegex(LibraryNotFound, "kernel32.dll"):
                header.function(name)
        with self.assertRaisesRegex(UnknownName, "inlined is defined in the header, in no library"):
            header.function("inlined")


class MacOS(Elsewhere):
    OTHERS = dict(c_longdouble=ctypes.c_double)

    def test_structures_of_every_shape(self):
        text = "\n".join(line for line in ORDINARY.splitlines() if "#include" not in line)
        self.compare(MACOS, """
typedef signed char int8_t; typedef unsigned char uint8_t; typedef unsigned short uint16_t;
typedef int int32_t;
typedef unsigned long long uint64_t; typedef long intptr_t; typedef short int_least16_t; typedef int wchar_t;
typedef unsigned long size_t;
""" + text, **self.OTHERS)

    def test_bitfields(self):
        text = "\n".join(line for line in BITFIELDS.splitlines() if "#include" not in line)
        self.compare(MACOS, """
#define bool _Bool
typedef signed char int8_t; typedef unsigned char uint8_t; typedef unsigned short uint16_t;
typedef unsigned uint32_t;
typedef unsigned long long uint64_t;
""" + text, **self.OTHERS)


class Values(TestCase):
    def test_of_every_target(self):
        self.need("clang")
        for target, (byte, *sizes) in TARGETS.items():
            header = Header(VALUES, cc=f"clang --target={target}")
            with self.subTest(target):
                values = header.constants(*ANSWERS, "EVERYTHING", "BYTE", "LONG_SIZE", "POINTER_SIZE",
                                          "WIDE_SIZE")
                self.assertEqual(dict(zip(ANSWERS, values)), ANSWERS)
                self.assertEqual(values[len(ANSWERS):], ((1 << 8 * sizes[1]) - 1, byte, *sizes))
                self.assertEqual([(each.name, each.value) for each in header.enum("enum e")],
                                 [("MINUS", -3), ("PLUS", 300)])

    def test_functions_of_the_header_alone(self):
        self.need("clang")
        for target in TARGETS:
            with self.subTest(target), self.assertRaisesRegex(UnknownName,
                                                              "inlined is defined in the header"):
                Header(VALUES, cc=f"clang --target={target}").function("inlined")

    def test_a_target_that_pyelftools_does_not_know(self):
        self.need("clang")
        for target, message in (("riscv64-linux-gnu",
                                 "BYTE|pyelftools does not read object files for RISC-V.*"),
                                ("wasm32",
                                 "an object file that begins with 00 61 73 6d is neither .*")):
            self.assertRaisesLike(Unsupported, message,
                                  Header(VALUES, cc=f"clang --target={target}").constant, "BYTE")

    def test_flags_that_change_the_target(self):
        for cc in COMPILERS:
            self.need(cc)
            header = Header(VALUES, cc=cc, flags=["-m32"])
            self.assertEqual(header.constants("LONG_SIZE", "POINTER_SIZE", "LONG_HALF", "LONG_NEGATIVE",
                                              "EVERYTHING"),
                             (4, 4, 2.25, -1e300, 2 ** 32 - 1))
            self.assertEqual(Header(VALUES, cc=cc, flags=["-funsigned-char"]).constant("BYTE"), 255)

    def test_every_version_of_the_debug_information(self):
        text = VALUES + ("struct s { int a : 3; unsigned b : 20; double c; struct s *d;"
                         " union { char e; long f; }; };")
        for cc in COMPILERS:
            self.need(cc)
            for flags in (["-gdwarf-4"], ["-gdwarf-5"], ["-O2"], ["-fPIC"], ["-gdwarf-4", "-gstrict-dwarf"],
                          ["-fdata-sections"], ["-std=c99"], ["-std=c2x"], ["-fno-common"], ["-g0"], ["-g1"],
                          ["-flto"]):
                with self.subTest(cc=cc, flags=flags):
                    header = Header(text, cc=cc, flags=flags)
                    made = header.struct("struct s")(a=-4, b=5, c=2.5)
                    made.e = b"x"
                    self.assertEqual(bytes(made), struct.pack("<i4xd8x1s7x", 5 << 3 | 4, 2.5, b"x"))
                    self.assertEqual(header.constants("LARGE", "WIDE"), (ANSWERS["LARGE"], ANSWERS["WIDE"]))
                    self.assertEqual(header.enum("enum e").MINUS, -3)



class StringsBehindPointers(TestCase):
    """Constants that are pointers to strings, which the linker has yet to place."""

    def test_each_format(self):
        text = """
            #define CAST ((const char *)"abc")
            #define CHOSEN (1 ? "yes" : "no")
            #define BEHIND ((const unsigned char *)"uns" + 1)
            static const char own[] = "mine";
            #define INSIDE (&own[1])
        """
        for cc in ("gcc", "clang", "aarch64-linux-gnu-gcc", "x86_64-w64-mingw32-gcc",
                   *(f"clang --target={target}" for target in
                     ("arm64-apple-macos", "x86_64-apple-macos", "x86_64-pc-windows-msvc", "i686-linux-gnu"))):
            with self.subTest(cc):
                self.need(cc.split()[0])
                self.assertEqual(Header(text, cc=cc).constants("CAST", "CHOSEN", "BEHIND", "INSIDE"),
                                 (b"abc", b"yes", b"ns", b"ine"))



class LongDoubles(TestCase):
    """Each format of `long double`."""

    def test_each_format(self):
        self.need("clang")
        text = "#define THIRD (1.0L / 3)\n#define SMALL -0x1p-1000L\n#define WHOLE 12345678901234567L\n"
        for target in ("x86_64-linux-gnu", "aarch64-linux-gnu", "powerpc64le-linux-gnu", "powerpc64-linux-gnu",
                       "arm-linux-gnueabihf", "s390x-linux-gnu", "arm64-apple-macos"):
            with self.subTest(target):
                self.assertEqual(Header(text, cc=f"clang --target={target}").constants("THIRD", "SMALL", "WHOLE"),
                                 (1 / 3, -2.0 ** -1000, 12345678901234567))


if __name__ == "__main__":
    unittest.main()
