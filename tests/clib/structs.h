/* Structures and unions passed by value: one of every System V x86-64 class, and the sizes around
   the limits of other ABIs. The fields of each are written once, here; tests/python/
   test_struct_by_value.py declares the same. AGGREGATE(name, keyword, fields) */
#ifndef STRUCTS_H
#define STRUCTS_H
#include "ctypestest.h"

#define AGGREGATES                                                                                 \
    /* INTEGER */                                                                                  \
    AGGREGATE(i8, struct, int8_t a;)                                                               \
    AGGREGATE(i8x2, struct, int8_t a; int8_t b;)                                                   \
    AGGREGATE(i8x3, struct, int8_t a; int8_t b; int8_t c;)                                         \
    AGGREGATE(i16i8, struct, int16_t a; int8_t b;)                                                 \
    AGGREGATE(i32, struct, int32_t a;)                                                             \
    AGGREGATE(i8i32, struct, int8_t a; int32_t b;)                                                 \
    AGGREGATE(u32x3, struct, uint32_t a; uint32_t b; uint32_t c;)                                  \
    AGGREGATE(i64, struct, int64_t a;)                                                             \
    AGGREGATE(i64i8, struct, int64_t a; int8_t b;)                                                 \
    AGGREGATE(i64x2, struct, int64_t a; uint64_t b;)                                               \
    AGGREGATE(ptr_int, struct, const char *a; int32_t b;)                                          \
    AGGREGATE(bool_wchar, struct, bool a; wchar_t b; bool c;)                                      \
    AGGREGATE(bytes5, struct, uint8_t a[5];)                                                       \
    AGGREGATE(bytes7, struct, uint8_t a[7];)                                                       \
    AGGREGATE(bytes9, struct, uint8_t a[9];)                                                       \
    AGGREGATE(bytes15, struct, uint8_t a[15];)                                                     \
    AGGREGATE(bytes16, struct, uint8_t a[16];)                                                     \
    AGGREGATE(shorts_chars, struct, int16_t a[3]; char b[3];)                                      \
    /* SSE */                                                                                      \
    AGGREGATE(f32, struct, float a;)                                                               \
    AGGREGATE(f32x2, struct, float a; float b;)                                                    \
    AGGREGATE(f32x3, struct, float a; float b; float c;)                                           \
    AGGREGATE(f32x4, struct, float a[4];)                                                          \
    AGGREGATE(f64, struct, double a;)                                                              \
    AGGREGATE(f64x2, struct, double a; double b;)                                                  \
    AGGREGATE(f64f32, struct, double a; float b;)                                                  \
    AGGREGATE(f32f64, struct, float a; double b;)                                                  \
    AGGREGATE(f64_array, struct, double a[2];)                                                     \
    /* INTEGER and SSE, in one eightbyte and in two */                                             \
    AGGREGATE(i32f32, struct, int32_t a; float b;)                                                 \
    AGGREGATE(f32i32, struct, float a; int32_t b;)                                                 \
    AGGREGATE(i64f64, struct, int64_t a; double b;)                                                \
    AGGREGATE(f64i64, struct, double a; int64_t b;)                                                \
    AGGREGATE(f32x2i32, struct, float a; float b; int32_t c;)                                      \
    AGGREGATE(i8f64, struct, int8_t a; double b;)                                                  \
    AGGREGATE(f64i8, struct, double a; int8_t b;)                                                  \
    AGGREGATE(i16f32f64, struct, int16_t a; float b; double c;)                                    \
    AGGREGATE(f32x2_bytes, struct, float a[2]; uint8_t b[5];)                                      \
    /* MEMORY */                                                                                   \
    AGGREGATE(bytes17, struct, uint8_t a[17];)                                                     \
    AGGREGATE(i64x3, struct, int64_t a; int64_t b; int64_t c;)                                     \
    AGGREGATE(f64x3, struct, double a; double b; double c;)                                        \
    AGGREGATE(f32x5, struct, float a[5];)                                                          \
    AGGREGATE(bytes31, struct, uint8_t a[31];)                                                     \
    AGGREGATE(bytes32, struct, uint8_t a[32];)                                                     \
    AGGREGATE(f64x4, struct, double a; double b; double c; double d;)                              \
    AGGREGATE(i64x5, struct, int64_t a[5];)                                                        \
    AGGREGATE(bytes64, struct, uint8_t a[64];)                                                     \
    AGGREGATE(bytes65, struct, uint8_t a[65];)                                                     \
    AGGREGATE(f64x16, struct, double a[16];)                                                       \
    AGGREGATE(mixed_big, struct, int8_t a; double b; int16_t c; float d; void *e; uint8_t f[3];)   \
    /* nested */                                                                                   \
    AGGREGATE(nested_small, struct, struct i16i8 a; struct f32 b;)                                 \
    AGGREGATE(nested_pair, struct, struct f32x2 a; struct i8i32 b;)                                \
    AGGREGATE(nested_array, struct, struct i8x2 a[3]; int16_t b;)                                  \
    AGGREGATE(nested_floats, struct, struct f32 a[2]; struct f32x2 b;)                             \
    AGGREGATE(nested_deep, struct, struct nested_small a; int32_t b;)                              \
    AGGREGATE(nested_big, struct, struct nested_pair a; struct i64x3 b; float c;)                  \
    /* X87 */                                                                                      \
    AGGREGATE(f80, struct, long double a;)                                                         \
    AGGREGATE(f80i32, struct, long double a; int32_t b;)                                           \
    /* an eightbyte that is padding alone takes no register */                                     \
    AGGREGATE(padded, struct ALIGNED(16), double a;)                                               \
    /* unions, alone and inside */                                                                 \
    AGGREGATE(u_i32_u8, union, int32_t a; uint8_t b;)                                              \
    AGGREGATE(u_i64_i32, union, int64_t a; int32_t b;)                                             \
    AGGREGATE(u_f64_f32, union, double a; float b;)                                                \
    AGGREGATE(u_i64_f64, union, int64_t a; double b;)                                              \
    AGGREGATE(u_f32_i32, union, float a; int32_t b;)                                               \
    AGGREGATE(u_bytes16, union, uint8_t a[16]; double b;)                                          \
    /* INTEGER wins over X87 */                                                                    \
    AGGREGATE(u_bytes_f80, union, uint8_t a[16]; long double b;)                                   \
    AGGREGATE(u_pair, union, struct f64x2 a; struct i64x2 b;)                                      \
    AGGREGATE(u_floats, union, struct f64x2 a; struct f32x4 b;)                                    \
    AGGREGATE(u_big, union, struct i64x3 a; uint8_t b[20];)                                        \
    AGGREGATE(tagged, struct, int32_t a; union u_f32_i32 b;)                                       \
    AGGREGATE(tagged_wide, struct, int32_t a; union u_i64_f64 b;)

#define AGGREGATE(NAME, KEYWORD, ...) KEYWORD NAME { __VA_ARGS__ };
AGGREGATES
#undef AGGREGATE

#endif
