"""Structures and unions of every shape have the layout that compilers of two families give them."""
import os
import random
import re
import unittest

from ctypes_configure import Header

from support import COMPILERS, Comparison, TestCase

# Every record is held against the compiler whose tag begins with `t_` or `b_`.
ORDINARY = """
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

struct t_plain { char a; short b; int c; long d; long long e; float f; double g; void *h; };
struct t_small { char a; };
struct t_empty { };
struct t_unsigned { unsigned char a; unsigned short b; unsigned c; unsigned long d; size_t e; _Bool f; };
struct t_fixed { int8_t a; uint16_t b; int32_t c; uint64_t d; intptr_t e; int_least16_t f; };
struct t_wide { wchar_t a; wchar_t b[5]; wchar_t *c; const wchar_t *d; };
struct t_long_double { char a; long double b; char c; };
struct t_int128 { char a; __int128 b; char c; };
struct t_holds_int128 { char a; struct t_int128 b; char c; };
struct t_holds_holder { char a; struct t_holds_int128 b[2]; char c; };
union t_int128_or_char { char a; unsigned __int128 b; };
struct t_holds_union_of_int128 { char a; union t_int128_or_char b; };
struct t_complex { char a; float _Complex b; char c; double _Complex d; char e; long double _Complex f; };
typedef float four_floats __attribute__((vector_size(16)));
typedef int eight_bytes __attribute__((vector_size(8)));
struct t_vectors { char a; four_floats b; char c; eight_bytes d; };
struct t_arrays { char a[3]; short b[2][3]; int c[2][3][4]; char *d[2]; struct t_small e[5]; };
struct t_strings { char a[16]; unsigned char b[16]; signed char c[16]; };
struct t_nested { char a; struct t_plain b; struct { char c; double d; } e; union { char f; long g; } h; };
struct t_array_of_nameless { struct { char a; int b; } c[3]; union { short d; char e; } f[2][2]; };
struct t_anonymous { char a; union { int b; double c; struct { char d; short e; }; }; struct { char f; }; };
struct t_anonymous_twice { struct { union { struct { char a; int b; }; long c; }; }; char d; };
union t_union { char a; int b; double c; char d[13]; struct t_plain e; };
union t_of_arrays { char a[3]; short b[5]; struct { char c; int d; } e[2]; };
struct t_holds_union { char a; union t_union b; char c; };
struct t_flexible { int count; char name[]; };
struct t_flexible_wide { char count; double of[]; };
struct t_flexible_records { char count; struct t_plain of[]; };
struct t_zero { int count; int of[0]; };
struct t_list { struct t_list *next, **end; struct t_list *some[2]; int value; };
struct t_egg; struct t_hen { struct t_egg *of; char c; };
struct t_egg { struct t_hen hen; struct t_hen *lays; };
struct t_third; struct t_first { struct t_third *a; };
struct t_second { struct t_first a; struct t_third *b; }; struct t_third { struct t_second a; char b; };
struct t_opaque { struct nobody *a; const struct nobody *b; void *c; const volatile void *d; };
struct t_functions { int (*a)(int, const char *); void (*b)(void); double (*c[3])(double, ...); char d;
                     struct t_functions *(*e)(struct t_functions *, struct t_plain); void *(*f)(); };
typedef int (*compare)(const void *, const void *);
struct t_typedefs { compare a; const compare *b; uint8_t c; struct t_plain *restrict d; volatile int e; };
enum one_byte { ONE = 1, LAST = 255 } __attribute__((packed));
enum signed_byte { MINUS = -1, PLUS = 1 } __attribute__((packed));
enum eight_bytes_wide { HUGE = 0x123456789abcdef };
enum usual { RED, GREEN = -5 };
struct t_enums { enum one_byte a; enum usual b; enum signed_byte c; enum eight_bytes_wide d; char e; };
struct t_packed { char a; int b; short c; double d; void *e; } __attribute__((packed));
struct t_packed_inside { char a; struct t_packed b; int c; };
struct t_packed_members { char a; int b __attribute__((packed)); char c; double d; };
struct t_aligned { char a; } __attribute__((aligned(16)));
struct t_holds_aligned { char a; struct t_aligned b; char c; };
struct t_aligned_array { char a; struct t_aligned b[3]; char c; };
struct t_aligned_members { char a; _Alignas(16) int b; char c; _Alignas(32) char d; };
struct t_aligned_by_typedef { char a; struct { char b; } __attribute__((aligned(8))) c; char d; };
struct t_packed_aligned { char a; int b; char c; } __attribute__((packed, aligned(4)));
struct t_packed_aligned_two { char a; int b; char c; } __attribute__((packed, aligned(2)));
struct t_holds_packed_aligned { char a; struct t_packed_aligned b; struct t_packed_aligned_two c; };
union t_aligned_union { char a; int b; } __attribute__((aligned(16)));
struct t_aligned_one { char a[3]; union t_aligned_union b; };
#pragma pack(push, 2)
struct t_pack_two { char a; int b; double c; char d; long double e; };
union t_pack_two_union { char a[3]; int b; };
#pragma pack(pop)
#pragma pack(push, 4)
struct t_pack_four { char a; double b; char c; struct t_pack_two d; void *e; };
#pragma pack(pop)
#pragma pack(push, 1)
struct t_pack_one { char a; struct t_plain b; struct { short c; char d; } e; union { char f; int g; }; };
#pragma pack(pop)
typedef struct { char a; short b; } t_typedef;
struct t_holds_typedef { char a; t_typedef b; t_typedef *c; };
struct t_keywords { int class, def, from; char None; struct { int lambda; } import; union { int is, in; }; };
struct t_own_names { int CDLL, Structure, _pad, c_int; char sizeof_; };
struct t_c_int { int c_int; unsigned c_uint; };
"""

BITFIELDS = """
#include <stdbool.h>
#include <stdint.h>

enum small { NONE, SOME, MANY };
enum negative { BELOW = -1, ABOVE = 1 };
struct b_same { unsigned a : 3, b : 5, c : 8, d : 16; };
struct b_signed { int a : 3, b : 5; signed char c : 4; short d : 9; long long e : 33; };
struct b_two_units { unsigned a : 20, b : 20, c : 20; };
struct b_mixed { unsigned char a : 3; unsigned short b : 7; unsigned c : 13; unsigned long long d : 40; };
struct b_mixed_down { uint64_t a : 40; unsigned b : 13; unsigned short c : 7; unsigned char d : 3; };
struct b_mixed_signs { int a : 4; unsigned b : 4; int c : 4; unsigned d : 4; };
struct b_straddling { unsigned a : 31, b : 2, c : 31; };
struct b_char_in_int { char x; int a : 10; char y; int b : 20; };
struct b_after_char { char x; unsigned a : 8; unsigned short b : 8; char y; };
struct b_after_short { short x; unsigned a : 10, b : 6; char y; };
struct b_after_three { char x[3]; unsigned a : 8; char y; };
struct b_after_three_wide { char x[3]; unsigned a : 9; char y; };
struct b_before_char { unsigned a : 10; char x; unsigned b : 10; };
struct b_before_double { unsigned a : 1; double x; unsigned b : 1; };
struct b_wide { unsigned long long a : 60, b : 10, c : 58; };
struct b_full { unsigned a : 32; unsigned long long b : 64; unsigned char c : 8; };
struct b_zero { unsigned a : 3; unsigned : 0; unsigned b : 3; };
struct b_zero_char { unsigned a : 3; unsigned char : 0; unsigned b : 3; };
struct b_zero_last { char a; int : 0; };
struct b_zero_between { char a; int : 0; char b; };
struct b_unnamed { unsigned a : 3, : 4, b : 5, : 11; char c; };
struct b_only_unnamed { int : 7; };
struct b_bool { _Bool a : 1, b : 1; bool c : 1; char x; bool d : 1; unsigned e : 6; };
struct b_bool_in_unsigned { unsigned a : 4; bool b : 1; unsigned c : 4; };
struct b_enum { enum small a : 2, b : 3; enum negative c : 2; unsigned d : 9; };
struct b_packed { unsigned a : 3, b : 30, c : 7; unsigned long long d : 61; } __attribute__((packed));
struct b_packed_mixed { char x; unsigned a : 5; short b : 9; int y; bool c : 1; } __attribute__((packed));
struct b_packed_member { char x; unsigned a : 30 __attribute__((packed)); unsigned b : 10; };
struct b_aligned { unsigned a : 3; unsigned b : 4 __attribute__((aligned(8))); char x; };
union b_union { unsigned a : 3; int b : 20; unsigned char c : 8; long long d : 50; };
union b_union_with { unsigned a : 3; char x[5]; double y; struct { unsigned b : 3, c : 30; } s; };
struct b_anonymous { char x; struct { unsigned a : 3, b : 9; };
                     union { unsigned c : 4; unsigned short d : 12; }; };
struct b_nested { struct b_same a; char x; struct b_packed b;
                  struct { unsigned long long a : 7, b : 50; } c[2]; };
struct b_typedefs { uint8_t a : 3; uint16_t b : 9; uint32_t c : 17; uint64_t d : 33; int8_t e : 5; };
struct b_chars { char a : 4; signed char b : 4; unsigned char c : 4, d : 4; };
struct b_pointer_behind { unsigned a : 1, b : 1; void *p; unsigned c : 1; };
struct b_volatile { volatile unsigned a : 4; volatile unsigned b : 4; };
#pragma pack(push, 1)
struct b_pack_one { unsigned a : 3; unsigned short b : 10; char x; unsigned c : 17; };
#pragma pack(pop)
#pragma pack(push, 2)
struct b_pack_two { char x; unsigned a : 3; unsigned short b : 10; unsigned c : 25; int y; };
#pragma pack(pop)
struct b_ip { unsigned ihl : 4, version : 4; uint8_t tos; uint16_t len, id, off; uint8_t ttl, p; };
struct b_tcp { uint16_t a, b; uint32_t c, d; uint16_t res1 : 4, doff : 4, fin : 1, syn : 1, rst : 1, psh : 1,
               ack : 1, urg : 1, res2 : 2; uint16_t e, f, g; };
struct b_timex { unsigned a; int : 32; int : 32; int : 32; int : 32; char b; };
"""

_NUMBERS = ("char", "signed char", "unsigned char", "short", "unsigned short", "int", "unsigned", "long",
            "unsigned long", "long long", "_Bool")
_WIDTHS = {"char": 8, "signed char": 8, "unsigned char": 8, "short": 16, "unsigned short": 16, "int": 32,
           "unsigned": 32, "long": 64, "unsigned long": 64, "long long": 64, "_Bool": 1}


class Writer:
    """Makes up records: always the same ones for a seed."""

    def __init__(self, seed):
        self._random = random.Random(seed)
        self._tags, self._letter, self._packed = [], 0, False

    def text(self, count):
        """Returns C text of `count` records."""
        lines = ["#include <stddef.h>"]
        for number in range(count):
            pack = self._random.choice((None, None, None, 1, 2, 4))
            lines += [f"#pragma pack(push, {pack})"] if pack else []
            kind = self._random.choice(("struct", "struct", "struct", "union"))
            attributes = self._random.choice(("", "", "", "packed", "aligned(8)", "packed, aligned(2)"))
            self._packed = bool(pack or "packed" in attributes)
            written = f" __attribute__(({attributes}))" if attributes else ""
            lines.append(f"{kind} t_{number} {{ {self._fields(0)} }}{written};")
            lines += ["#pragma pack(pop)"] if pack else []
            self._tags.append(f"{kind} t_{number}")
        return "\n".join(lines) + "\n"

    def _fields(self, depth):
        return " ".join(self._field(depth) for _ in range(self._random.randint(1, 7)))

    def _field(self, depth):
        self._letter += 1
        name, choose = f"f{self._letter}", self._random.choice
        match self._random.randrange(12):
            case 0 | 1 | 2 | 3 | 4:
                kind = choose(_NUMBERS)
                return f"{kind} {name} : {self._random.randint(1, self._widest(kind))};"
            case 5:
                return f"{choose(_NUMBERS)} : {self._random.choice((0, 1))};"
            case 6 if depth < 2:
                kind, called = choose(("struct", "union")), choose(("", " " + name))
                return f"{kind} {{ {self._fields(depth + 1)} }}{called};"
            case 7 if self._tags:
                return f"{choose(self._tags)} {name};"
            case 8:
                return f"{choose(_NUMBERS)} {name}[{self._random.randint(1, 3)}];"
            case 9:
                return f"{choose(('double', 'float', 'long double', 'void *'))} {name};"
            case _:
                return f"{choose(_NUMBERS)} {name};"

    def _widest(self, kind):
        """Returns the most bits of a bit-field. In packed records fewer: ctypes has to have an integer
        that holds them and is no larger than the record, and clang takes full ones for ordinary fields."""
        return min(_WIDTHS[kind], 9 if _WIDTHS[kind] != 8 else 7) if self._packed else _WIDTHS[kind]


def classes_of(text, cc, flags=(), cache=None):
    """Returns the class of each record that is held against the compiler, by C's name of it.

    One question has them all: asked one by one, they would take a minute.
    """
    names = re.findall(r"^(?:struct|union) [tb]_\w+(?= \{)", text, re.MULTILINE)
    pointers = " ".join(f"{name} *{name.split()[1]};" for name in names)
    header = Header(f"{text}\nstruct everything {{ {pointers} }};", cc=cc, flags=flags, cache=cache)
    everything = header.struct("struct everything")
    return {name: dict(everything._fields_)[name.split()[1]]._type_ for name in names}


class Layouts(TestCase):
    def assertLaidOut(self, text, cc, flags=()):
        classes = classes_of(text, cc, flags)
        self.assertGreater(len(classes), 5)
        errors = Comparison(classes).errors_of_program(self, text, cc, flags)
        self.assertFalse(errors, "\n".join(errors))


def _of(text, cc, *flags):
    def test(self):
        self.need(cc)
        self.assertLaidOut(text, cc, flags)
    return test


# As many made-up records as take a second.
SEEDS = range(int(os.environ.get("CTYPES_CONFIGURE_SEEDS", "4")))

for _cc in COMPILERS:
    setattr(Layouts, f"test_ordinary_{_cc}", _of(ORDINARY, _cc))
    setattr(Layouts, f"test_bitfields_{_cc}", _of(BITFIELDS, _cc))
    setattr(Layouts, f"test_bitfields_of_microsoft_{_cc}", _of(BITFIELDS, _cc, "-mms-bitfields"))
    setattr(Layouts, f"test_dwarf_4_{_cc}", _of(ORDINARY + BITFIELDS, _cc, "-gdwarf-4"))
    setattr(Layouts, f"test_short_enums_{_cc}", _of(ORDINARY, _cc, "-fshort-enums"))
    for _seed in SEEDS:
        setattr(Layouts, f"test_made_up_{_seed}_{_cc}", _of(Writer(_seed).text(40), _cc))

if __name__ == "__main__":
    unittest.main()
