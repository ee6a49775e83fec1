/* The signatures that libc and libm do not offer. */
#include <stdlib.h>

struct pair { double x, y; };
struct block { double values[8]; };

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

/* qsort with typed pointers, which are what the Python side wants to compare through. */
void sort_ints(int *values, size_t count, int (*compare)(const int *, const int *)) {
    qsort(values, count, sizeof *values, (int (*)(const void *, const void *))compare);
}
