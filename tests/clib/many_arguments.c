/* More arguments than any register file holds, and mixtures that fill both files unevenly. */
#include "ctypestest.h"

EXPORT long long ints_6(long long a, long long b, long long c, long long d, long long e,
                        long long f) {
    return a + 10 * b + 100 * c + 1000 * d + 10000 * e + 100000 * f;
}
EXPORT long long ints_7(int a, int b, int c, int d, int e, int f, int g) {
    return a + 10LL * b + 100LL * c + 1000LL * d + 10000LL * e + 100000LL * f + 1000000LL * g;
}
EXPORT long long ints_12(signed char a, unsigned char b, short c, unsigned short d, int e,
                         unsigned int f, long g, unsigned long h, signed char i, short j, int k,
                         long long l) {
    return a + 2LL * b + 3LL * c + 4LL * d + 5LL * e + 6LL * f + 7LL * g + 8LL * (long long)h
           + 9LL * i + 10LL * j + 11LL * k + 12LL * l;
}
EXPORT double doubles_8(double a, double b, double c, double d, double e, double f, double g,
                        double h) {
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h;
}
EXPORT double doubles_9(double a, double b, double c, double d, double e, double f, double g,
                        double h, double i) {
    return doubles_8(a, b, c, d, e, f, g, h) + 9 * i;
}
EXPORT float floats_10(float a, float b, float c, float d, float e, float f, float g, float h,
                       float i, float j) {
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j;
}
EXPORT double mixed_14(int a, double b, int c, double d, int e, double f, int g, double h, int i,
                       double j, int k, double l, int m, double n) {
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j + 11 * k
           + 12 * l + 13 * m + 14 * n;
}
EXPORT double mixed_20(int8_t a, float b, uint8_t c, double d, int16_t e, float f, uint16_t g,
                       double h, int32_t i, float j, uint32_t k, double l, int64_t m, float n,
                       uint64_t o, double p, int8_t q, float r, int64_t s, double t) {
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9.0 * i + 10 * j + 11.0 * k
           + 12 * l + 13.0 * (double)m + 14 * n + 15.0 * (double)o + 16 * p + 17 * q + 18 * r
           + 19.0 * (double)s + 20 * t;
}

#define P(n) int a##n##0, int a##n##1, int a##n##2, int a##n##3, int a##n##4, int a##n##5,        \
             int a##n##6, int a##n##7, int a##n##8, int a##n##9
#define S(n) (a##n##0 + 2 * a##n##1 + 3 * a##n##2 + 4 * a##n##3 + 5 * a##n##4 + 6 * a##n##5        \
              + 7 * a##n##6 + 8 * a##n##7 + 9 * a##n##8 + 10 * a##n##9)
EXPORT int ints_60(P(0), P(1), P(2), P(3), P(4), P(5)) {
    return S(0) + 2 * S(1) + 3 * S(2) + 4 * S(3) + 5 * S(4) + 6 * S(5);
}

/* What the stack aligns to sixteen bytes, behind one slot that is taken. */
EXPORT double long_double_on_the_stack(int a, int b, int c, int d, int e, int f, int g,
                                       long double x, int h, long double y) {
    return a + b + c + d + e + f + 10 * g + 100 * (double)x + 1000 * h + 10000 * (double)y;
}
struct ALIGNED(16) aligned_pair { long long a; long long b; };
EXPORT long long aligned_on_the_stack(int a, int b, int c, int d, int e, int f, int g,
                                      struct aligned_pair x, int h, struct aligned_pair y) {
    return a + b + c + d + e + f + 10 * g + 100 * x.a + 1000 * x.b + 10000 * h + 100000 * y.a
           + 1000000 * y.b;
}
EXPORT long long aligned_in_registers(int a, struct aligned_pair x, int b) {
    return a + 10 * x.a + 100 * x.b + 1000 * b;
}

/* The mirror of mixed_14 for callbacks. */
EXPORT double call_mixed_14(double (*callback)(int, double, int, double, int, double, int, double,
                                               int, double, int, double, int, double)) {
    return callback(1, 2.5, 3, 4.5, 5, 6.5, 7, 8.5, 9, 10.5, 11, 12.5, 13, 14.5);
}
EXPORT long long call_narrow_10(long long (*callback)(int8_t, uint8_t, int16_t, uint16_t, int32_t,
                                                      uint32_t, int8_t, uint8_t, int16_t, float)) {
    return callback(-1, 255, -2, 65535, -3, 4294967295u, -4, 254, -5, 0.5f);
}
