/* The functions that every aggregate of structs.h goes through. */
#include "structs.h"
#include <string.h>

#define AGGREGATE(NAME, KEYWORD, ...)                                                              \
    EXPORT size_t sizeof_##NAME(void) { return sizeof(KEYWORD NAME); }                             \
    EXPORT size_t alignof_##NAME(void) { return _Alignof(KEYWORD NAME); }                          \
    EXPORT KEYWORD NAME echo_##NAME(KEYWORD NAME value) { return value; }                          \
    EXPORT void store_##NAME(KEYWORD NAME value, KEYWORD NAME *target) {                           \
        memcpy(target, &value, sizeof value);                                                      \
    }                                                                                              \
    EXPORT KEYWORD NAME load_##NAME(const KEYWORD NAME *source) { return *source; }                \
    /* between scalars of both kinds, and two of them at once */                                   \
    EXPORT KEYWORD NAME pick_##NAME(int which, KEYWORD NAME first, double d, KEYWORD NAME second,  \
                                    int64_t i) {                                                   \
        return which + d + (double)i > 0 ? first : second;                                         \
    }                                                                                              \
    /* one integer and one vector register are left: some aggregates no longer fit */              \
    EXPORT KEYWORD NAME edge_##NAME(int a, int b, int c, int d, int e, double f, double g,         \
                                    double h, double i, double j, double k, double l,              \
                                    KEYWORD NAME first, KEYWORD NAME second, int which) {          \
        bool intact = a == 1 && b == 2 && c == 3 && d == 4 && e == 5 && f == 6 && g == 7           \
                      && h == 8 && i == 9 && j == 10 && k == 11 && l == 12;                        \
        KEYWORD NAME nothing;                                                                      \
        memset(&nothing, 0, sizeof nothing);                                                       \
        return !intact ? nothing : which ? second : first;                                         \
    }                                                                                              \
    EXPORT long long call_##NAME(long long (*callback)(KEYWORD NAME), const KEYWORD NAME *source) {\
        return callback(*source);                                                                  \
    }                                                                                              \
    EXPORT long long call_mixed_##NAME(long long (*callback)(int, KEYWORD NAME, double,            \
                                                             KEYWORD NAME, long long),             \
                                       const KEYWORD NAME *first, const KEYWORD NAME *second) {    \
        return callback(1, *first, 2.5, *second, 3);                                               \
    }
AGGREGATES

/* Seen from C: each field's value, not only its bytes. */
EXPORT double sum_mixed_big(struct mixed_big v) {
    return v.a + v.b + v.c + v.d + (v.e != NULL) + v.f[0] + v.f[1] + v.f[2];
}
EXPORT double sum_nested_big(struct nested_big v) {
    return v.a.a.a + v.a.a.b + v.a.b.a + v.a.b.b + (double)v.b.a + (double)v.b.b + (double)v.b.c
           + v.c;
}
EXPORT float sum_f32x3(struct f32x3 v) { return v.a + v.b + v.c; }
EXPORT double sum_tagged_wide(struct tagged_wide v) { return v.a ? v.b.b : (double)v.b.a; }
EXPORT struct f64x3 make_f64x3(double a, double b, double c) { return (struct f64x3){a, b, c}; }
EXPORT struct i8x3 make_i8x3(int8_t a, int8_t b, int8_t c) { return (struct i8x3){a, b, c}; }
EXPORT struct f32x2 add_f32x2(struct f32x2 a, struct f32x2 b) {
    return (struct f32x2){a.a + b.a, a.b + b.b};
}

/* Bit fields by value. */
struct bits_by_value { unsigned a : 3; int b : 13; unsigned c : 16; };
EXPORT long long sum_bits_by_value(struct bits_by_value v) { return v.a + 100LL * v.b + v.c; }
EXPORT struct bits_by_value make_bits_by_value(unsigned a, int b, unsigned c) {
    return (struct bits_by_value){a, b, c};
}
