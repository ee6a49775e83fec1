/* Long double beyond double's precision, and complex numbers. */
#include "ctypestest.h"
#include <complex.h>
#include <float.h>
#include <string.h>

#define COMPLEX(NAME, REAL)                                                                        \
    EXPORT REAL _Complex echo_##NAME(REAL _Complex z) { return z; }                                \
    EXPORT REAL _Complex add_##NAME(REAL _Complex a, REAL _Complex b) { return a + b; }            \
    EXPORT REAL _Complex conjugate_##NAME(REAL _Complex z) {                                       \
        REAL *parts = (REAL *)&z;                                                                  \
        parts[1] = -parts[1];                                                                      \
        return z;                                                                                  \
    }                                                                                              \
    EXPORT REAL real_##NAME(REAL _Complex z) { return ((REAL *)&z)[0]; }                           \
    EXPORT REAL imaginary_##NAME(REAL _Complex z) { return ((REAL *)&z)[1]; }                      \
    EXPORT void store_##NAME(REAL _Complex *target, REAL _Complex z) { *target = z; }              \
    EXPORT REAL _Complex load_##NAME(const REAL _Complex *source) { return *source; }              \
    EXPORT REAL _Complex mixed_##NAME(int a, REAL _Complex b, double c, REAL _Complex d) {         \
        return a * b + (REAL)c * d;                                                                \
    }                                                                                              \
    EXPORT REAL _Complex late_##NAME(double a, double b, double c, double d, double e, double f,   \
                                     double g, REAL _Complex y, REAL _Complex z) {                 \
        return (REAL)(a + b + c + d + e + f + g) * y + z;                                          \
    }                                                                                              \
    EXPORT REAL _Complex call_##NAME(REAL _Complex (*callback)(REAL _Complex), REAL _Complex z) {  \
        return callback(z);                                                                        \
    }                                                                                              \
    EXPORT size_t sizeof_##NAME(void) { return sizeof(REAL _Complex); }                            \
    EXPORT size_t alignof_##NAME(void) { return _Alignof(REAL _Complex); }

COMPLEX(float_complex, float)
COMPLEX(double_complex, double)
COMPLEX(longdouble_complex, long double)

/* One unit in the last place above 1: lost when a conversion goes through a double. */
EXPORT long double longdouble_after_one(void) { return 1.0L + LDBL_EPSILON; }
EXPORT bool longdouble_is_after_one(long double v) { return v == 1.0L + LDBL_EPSILON; }
EXPORT long double longdouble_mixed(int a, long double b, double c, long double d, float e) {
    return a + b + c + d + e;
}
EXPORT long double longdouble_many(long double a, long double b, long double c, long double d,
                                   long double e, long double f, long double g, long double h,
                                   long double i, long double j) {
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j;
}
EXPORT double longdouble_to_double(long double v) { return (double)v; }
EXPORT void longdouble_to_bytes(long double v, unsigned char *bytes) {
    memcpy(bytes, &v, sizeof v);
}
EXPORT long double longdouble_of_bytes(const unsigned char *bytes) {
    long double v;
    memcpy(&v, bytes, sizeof v);
    return v;
}
/* How far the stack is from being aligned, whatever lies on it. */
EXPORT long double longdouble_misaligned(void) {
    return (uintptr_t)__builtin_frame_address(0) % 16;
}
EXPORT long double longdouble_of_all(int a, double b, int c, double d, int e, double f, int g,
                                     double h, int i, double j, int k, double l, int m, double n,
                                     int o, double p, int q, double r) {
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j + 11 * k +
           12 * l + 13 * m + 14 * n + 15 * o + 16 * p + 17 * q + 18 * r;
}
EXPORT bool float_is_infinite(float v) { return v > FLT_MAX || v < -FLT_MAX; }
EXPORT bool double_is_nan(double v) { return v != v; }
EXPORT uint32_t float_bits(float v) {
    union { float f; uint32_t u; } cell = {v};
    return cell.u;
}
EXPORT uint64_t double_bits(double v) {
    union { double d; uint64_t u; } cell = {v};
    return cell.u;
}
