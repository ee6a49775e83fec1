/* The signatures that libc and libm do not offer. */
#include <stdlib.h>
#include <wchar.h>

struct pair { double x, y; };
struct block { double values[8]; };

/* For each type: what is given comes back; so does what a callback makes of it. */
#define TYPE(name, type)                                                                          \
    type same_##name(type x) { return x; }                                                        \
    type call_back_##name(type (*callback)(type), type x) { return callback(x); }
TYPE(bool, _Bool)
TYPE(char, char)
TYPE(wchar, wchar_t)
TYPE(byte, signed char)
TYPE(ubyte, unsigned char)
TYPE(short, short)
TYPE(ushort, unsigned short)
TYPE(int, int)
TYPE(uint, unsigned)
TYPE(long, long)
TYPE(ulong, unsigned long)
TYPE(float, float)
TYPE(double, double)
TYPE(longdouble, long double)
TYPE(pointer, void *)

int number = 42;
void nothing(void) {}
int is_set(const void *p) { return p != NULL; }
void set_two(int *a, int *b) { *a = 1, *b = 2; }
double sum_pair(struct pair p) { return p.x + p.y; }

int sum_6_ints(int a, int b, int c, int d, int e, int f) { return a + b + c + d + e + f; }

double sum_8_doubles(double a, double b, double c, double d, double e, double f, double g,
                     double h) {
    return a + b + c + d + e + f + g + h;
}

double sum_12_mixed(int a, double b, int c, double d, int e, double f, int g, double h, int i,
                    double j, int k, double l) {
    return a + b + c + d + e + f + g + h + i + j + k + l;
}

struct pair swap_pair(struct pair p) { return (struct pair){p.y, p.x}; }

struct block negate_first(struct block b) {
    b.values[0] = -b.values[0];
    return b;
}

/* Callgrind is told to begin a new section where the first is called. It does not see what libffi calls,
 * but what is called from there. */
__attribute__((noinline)) void section_ends(void) { __asm__ volatile(""); }
void mark(void) {
    section_ends();
    __asm__ volatile("");
}

int call_back(int (*callback)(int), int x) { return callback(x); }
void call_back_without(void (*callback)(void)) { callback(); }
int call_back_address(int (*callback)(const void *), const void *p) { return callback(p); }
int call_back_6(int (*callback)(int, int, int, int, int, int)) { return callback(1, 2, 3, 4, 5, 6); }
int call_back_pair(int (*callback)(struct pair), struct pair p) { return callback(p); }

/* qsort with typed pointers, which are what the Python side wants to compare through. */
void sort_ints(int *values, size_t count, int (*compare)(const int *, const int *)) {
    qsort(values, count, sizeof *values, (int (*)(const void *, const void *))compare);
}
