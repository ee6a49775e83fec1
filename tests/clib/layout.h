/* Structure definitions whose layout the compiler decides and Python has to match.

   LAYOUT(name, pack, align, count, fields): `pack` is the #pragma pack and `align` the aligned
   attribute, 0 for none. The fields are called f0, f1, ... and Python parses their text:
   `type name;`, `type name[n];`, `type name:bits;`. */
#ifndef LAYOUT_H
#define LAYOUT_H
#include "ctypestest.h"

#if defined(__x86_64__) || defined(__i386__)
#define MS_LAYOUT __attribute__((ms_struct))
#define GCC_LAYOUT __attribute__((gcc_struct))
#define HAS_MS_LAYOUT 1
#else
#define MS_LAYOUT
#define GCC_LAYOUT
#define HAS_MS_LAYOUT 0
#endif

#define PLAIN_LAYOUTS                                                                              \
    LAYOUT(char_int, 0, 0, 2, int8_t f0; int32_t f1;)                                              \
    LAYOUT(int_char, 0, 0, 2, int32_t f0; int8_t f1;)                                              \
    LAYOUT(ladder, 0, 0, 4, int8_t f0; int16_t f1; int32_t f2; int64_t f3;)                        \
    LAYOUT(ladder_down, 0, 0, 4, int64_t f0; int32_t f1; int16_t f2; int8_t f3;)                   \
    LAYOUT(zigzag, 0, 0, 6, int8_t f0; double f1; int8_t f2; float f3; int8_t f4; int16_t f5;)     \
    LAYOUT(arrays, 0, 0, 4, int8_t f0[3]; int16_t f1[3]; int8_t f2; double f3[2];)                 \
    LAYOUT(pointers, 0, 0, 4, int8_t f0; void_p f1; int8_t f2; char_p f3;)                         \
    LAYOUT(longdouble, 0, 0, 3, int8_t f0; longdouble f1; int8_t f2;)                              \
    LAYOUT(bools, 0, 0, 4, bool_t f0; wchar f1; bool_t f2; longlong f3;)                           \
    LAYOUT(zero_array, 0, 0, 3, int8_t f0; int32_t f1[0]; int8_t f2;)                              \
    LAYOUT(pack1, 1, 0, 4, int8_t f0; int16_t f1; int32_t f2; int64_t f3;)                         \
    LAYOUT(pack2, 2, 0, 4, int8_t f0; int16_t f1; int32_t f2; int64_t f3;)                         \
    LAYOUT(pack4, 4, 0, 4, int8_t f0; int16_t f1; int64_t f2; int8_t f3;)                          \
    LAYOUT(pack8, 8, 0, 3, int8_t f0; longdouble f1; int8_t f2;)                                   \
    LAYOUT(pack16, 16, 0, 3, int8_t f0; double f1; int8_t f2;)                                     \
    LAYOUT(align16, 0, 16, 2, int32_t f0; int8_t f1;)                                              \
    LAYOUT(align64, 0, 64, 2, int8_t f0; double f1;)                                               \
    LAYOUT(align2, 0, 2, 1, int8_t f0[3];)

#define BIT_LAYOUTS                                                                                \
    LAYOUT(one_word, 0, 0, 3, uint32_t f0:3; uint32_t f1:13; uint32_t f2:16;)                      \
    LAYOUT(signed_word, 0, 0, 3, int32_t f0:1; int32_t f1:17; int32_t f2:14;)                      \
    LAYOUT(spill, 0, 0, 3, uint32_t f0:20; uint32_t f1:20; uint32_t f2:5;)                         \
    LAYOUT(bytes, 0, 0, 5, uint8_t f0:3; uint8_t f1:3; uint8_t f2:3; int8_t f3:7; uint8_t f4:1;)   \
    LAYOUT(shorts, 0, 0, 4, int16_t f0:5; int16_t f1:6; int16_t f2:7; uint16_t f3:16;)             \
    LAYOUT(wide, 0, 0, 3, uint64_t f0:1; uint64_t f1:62; uint64_t f2:33;)                          \
    LAYOUT(full, 0, 0, 2, int64_t f0:64; uint32_t f1:32;)                                          \
    LAYOUT(then_plain, 0, 0, 3, uint32_t f0:5; uint32_t f1; uint32_t f2:7;)                        \
    LAYOUT(char_then_bits, 0, 0, 3, int8_t f0; uint32_t f1:7; uint32_t f2:10;)                     \
    LAYOUT(growing, 0, 0, 4, uint8_t f0:2; uint16_t f1:9; uint32_t f2:17; uint64_t f3:40;)         \
    LAYOUT(shrinking, 0, 0, 4, uint64_t f0:40; uint32_t f1:17; uint16_t f2:9; uint8_t f3:2;)       \
    LAYOUT(mixed_sign, 0, 0, 4, int32_t f0:4; uint32_t f1:4; int32_t f2:4; uint32_t f3:20;)        \
    LAYOUT(mixed_size, 0, 0, 4, int16_t f0:10; int32_t f1:10; int16_t f2:10; int32_t f3:10;)       \
    LAYOUT(straddle, 0, 0, 3, int8_t f0:7; int16_t f1:10; int8_t f2:7;)                            \
    LAYOUT(short_after, 0, 0, 3, uint32_t f0:3; int16_t f1; uint32_t f2:3;)                        \
    LAYOUT(byte_between, 0, 0, 3, uint16_t f0:3; int8_t f1; uint16_t f2:5;)                        \
    LAYOUT(aligned_bits, 0, 8, 2, uint16_t f0:9; uint16_t f1:9;)

/* Much the same shapes as Microsoft's compiler lays them out, some packed besides. */
#define MS_BIT_LAYOUTS                                                                             \
    LAYOUT(ms_one_word, 0, 0, 3, uint32_t f0:3; uint32_t f1:13; uint32_t f2:16;)                   \
    LAYOUT(ms_spill, 0, 0, 3, uint32_t f0:20; uint32_t f1:20; uint32_t f2:5;)                      \
    LAYOUT(ms_bytes, 0, 0, 4, uint8_t f0:3; uint8_t f1:3; uint8_t f2:3; int8_t f3:7;)              \
    LAYOUT(ms_growing, 0, 0, 4, uint8_t f0:2; uint16_t f1:9; uint32_t f2:17;                       \
           uint64_t f3:40;)                                                                        \
    LAYOUT(ms_shrinking, 0, 0, 4, uint64_t f0:40; uint32_t f1:17; uint16_t f2:9;                   \
           uint8_t f3:2;)                                                                          \
    LAYOUT(ms_mixed_sign, 0, 0, 3, int32_t f0:4; uint32_t f1:4; int32_t f2:25;)                    \
    LAYOUT(ms_mixed_size, 0, 0, 4, int16_t f0:10; int32_t f1:10; int16_t f2:10;                    \
           int32_t f3:10;)                                                                         \
    LAYOUT(ms_then_plain, 0, 0, 3, uint32_t f0:5; uint16_t f1; uint32_t f2:7;)                     \
    LAYOUT(ms_pack1, 1, 0, 3, uint32_t f0:5; uint16_t f1:9; uint32_t f2:7;)                        \
    LAYOUT(ms_pack2, 2, 0, 3, int8_t f0; uint32_t f1:20; uint32_t f2:20;)                          \
    LAYOUT(ms_pack4, 4, 0, 3, uint64_t f0:33; uint8_t f1:3; uint64_t f2:40;)

#endif
