/* Aggregates by value whose class follows from more than the types of their fields: what they are aligned
   to, padding, which bits a bit field has. */
#include "ctypestest.h"

struct ALIGNED(32) aligned_32 { long long a; long long b; };
struct ALIGNED(64) aligned_64 { long long a; };

/* Where the arguments lie on the stack is part of the result. */
EXPORT long long over_aligned(int a, struct aligned_32 x, int b, struct aligned_64 y, struct aligned_32 z) {
    return a + 10 * x.a + 100 * x.b + 1000 * b + 10000 * y.a + 100000 * z.a + 1000000 * z.b;
}
EXPORT long double over_aligned_long_double(struct aligned_64 x, long double y) {
    return x.a + 10 * y;
}
EXPORT struct aligned_64 over_aligned_result(struct aligned_64 x) {
    x.a++;
    return x;
}
EXPORT long long call_over_aligned(long long (*callback)(int, struct aligned_32, int, struct aligned_64,
                                                         struct aligned_32)) {
    return callback(1, (struct aligned_32){2, 3}, 4, (struct aligned_64){5}, (struct aligned_32){6, 7});
}

/* One eightbyte, and another one of padding. */
struct ALIGNED(16) padded_float { float a; };
struct ALIGNED(16) padded_integer { long long a; };
EXPORT double call_tail_padded(double (*callback)(struct padded_float, int, struct padded_integer, int, double)) {
    return callback((struct padded_float){1.5}, 2, (struct padded_integer){3}, 4, 5.5);
}
EXPORT long long call_tail_padded_on_the_stack(long long (*callback)(int, int, int, int, int, int,
                                                                struct padded_integer, int)) {
    return callback(1, 2, 3, 4, 5, 6, (struct padded_integer){7}, 8);
}

/* Half of a long double and something else: memory, whichever member counts. */
union wide_or_double { long double wide; double narrow; };
union wide_or_int { long double wide; int narrow; };
/* Integers, whatever else is there. */
union wide_or_longs { long double wide; long long narrow[2]; };
EXPORT long double unions_of_long_double(int a, union wide_or_double x, union wide_or_int y, int b,
                                         union wide_or_longs z) {
    return a + 10 * x.wide + 100 * y.narrow + 1000 * b + 10000 * z.narrow[0] + 100000 * z.narrow[1];
}
EXPORT union wide_or_double wide_or_double(long double wide) { return (union wide_or_double){wide}; }
EXPORT union wide_or_int wide_or_int(int narrow) { return (union wide_or_int){.narrow = narrow}; }
EXPORT union wide_or_longs wide_or_longs(long long a, long long b) {
    return (union wide_or_longs){.narrow = {a, b}};
}
EXPORT long double call_unions_of_long_double(long double (*callback)(int, union wide_or_double,
                                              union wide_or_int, int, union wide_or_longs)) {
    return callback(1, (union wide_or_double){2}, (union wide_or_int){.narrow = 3}, 4,
                    (union wide_or_longs){.narrow = {5, 6}});
}

#ifdef __x86_64__
/* The type of `b` is not aligned, and need not be: seven bits are passed in a register. */
#pragma pack(push, 1)
struct __attribute__((ms_struct)) packed_bits { signed char a; long long b : 7; };
#pragma pack(pop)
EXPORT long long packed_bits(struct packed_bits x, int y) { return x.a + 1000 * x.b + 1000000 * y; }
EXPORT struct packed_bits packed_bits_result(int a, int b) { return (struct packed_bits){a, b}; }
EXPORT long long call_packed_bits(long long (*callback)(struct packed_bits, int)) {
    return callback((struct packed_bits){-5, -6}, 7);
}

/* The second eightbyte has a bit field's type, but no bit of it. */
#pragma pack(push, 4)
struct __attribute__((ms_struct)) half_used { float a; long long b : 7; };
#pragma pack(pop)
EXPORT long long half_used(int x, struct half_used y, int z) {
    return x + 10 * (long long)y.a + 1000 * y.b + 1000000 * z;
}
#endif
