"""Functions that no compiler made."""
import mmap
import platform
import sys
import unittest
from ctypes import (
    CDLL, CFUNCTYPE, Structure, c_double, c_int, c_long, c_longdouble, c_longlong, c_size_t, c_void_p, memmove,
)

from support import LIBC, TestCase

x86_64 = unittest.skipUnless(platform.machine() == "x86_64" and sys.platform != "win32",
                             "machine code of x86-64, called as System V has it")

LIBC = CDLL(LIBC)
# xor ebx,ebx; xor r12d,r12d; xor r13d,r13d; xor r14d,r14d; xor r15d,r15d
LOSE_REGISTERS = bytes.fromhex("31db 4531e4 4531ed 4531f6 4531ff")
RETURN = b"\xc3"


@x86_64
class LostRegisters(TestCase):
    """Machine code that changes registers which belong to its caller: `cpuid` changes rbx."""

    def setUp(self):
        map_, unmap = LIBC["mmap"], LIBC["munmap"]
        map_.restype, map_.argtypes = c_void_p, [c_void_p, c_size_t, c_int, c_int, c_int, c_long]
        unmap.argtypes = [c_void_p, c_size_t]
        protection = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
        self.memory = map_(None, mmap.PAGESIZE, protection, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0)
        self.assertNotEqual(self.memory, c_void_p(-1).value)
        self.addCleanup(unmap, self.memory, mmap.PAGESIZE)

    def code(self, body, restype, *argtypes, **options):
        code = LOSE_REGISTERS + bytes.fromhex(body) + RETURN
        memmove(self.memory, code, len(code))
        return CFUNCTYPE(restype, *argtypes, **options)(self.memory)

    def test_integer(self):
        answer = self.code("8d472a", c_int, c_int)  # lea eax,[rdi+42]
        for number in range(100):
            self.assertEqual(answer(number), number + 42)

    def test_without_argtypes(self):
        answer = self.code("8d472a", c_int)
        answer.argtypes = None
        self.assertEqual([answer(number) for number in range(9)], list(range(42, 51)))

    def test_double(self):
        answer = self.code("f20f58c0", c_double, c_double)  # addsd xmm0,xmm0
        self.assertEqual([answer(number) for number in (1.5, -2.5)], [3, -5])

    def test_long_double(self):
        self.assertEqual(self.code("d9e8", c_longdouble)(), 1)  # fld1

    def test_stack(self):
        answer = self.code("488b442410", c_longlong, *[c_longlong] * 8)  # mov rax,[rsp+16]
        self.assertEqual(answer(*range(8)), 7)

    def test_two_registers(self):
        class Pair(Structure):
            _fields_ = [("a", c_longlong), ("b", c_longlong)]

        pair = self.code("4889f84889f2", Pair, Pair)(Pair(1, 2))  # mov rax,rdi; mov rdx,rsi
        self.assertEqual([pair.a, pair.b], [1, 2])

    def test_memory(self):
        class Large(Structure):
            _fields_ = [("a", c_longlong), ("b", c_longlong * 8)]

        # mov rax,rdi; mov qword [rdi],7
        self.assertEqual(self.code("4889f848c70707000000", Large)().a, 7)

    def test_errno(self):
        answer = self.code("8d472a", c_int, c_int, use_errno=True)
        self.assertEqual(answer(1), 43)


if __name__ == "__main__":
    unittest.main()
