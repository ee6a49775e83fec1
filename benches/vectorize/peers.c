/* What a batch is held against: the same calls, through a pointer, in a loop in C. */
#include <math.h>
#include <stddef.h>

struct pair { double x, y; };

double norm(struct pair p) { return sqrt(p.x * p.x + p.y * p.y); }

/* A loop that goes over its items so many times. The compiler does not know which function it calls. */
#define LOOP(name, result, types, arguments, ...)                                                              \
    void name##_loop(result(*f) types, __VA_ARGS__, result *out, size_t items, size_t times) {                 \
        while (times--)                                                                                        \
            for (size_t i = 0; i < items; i++) out[i] = f arguments;                                           \
    }
LOOP(abs, int, (int), (xs[i]), const int *xs)
LOOP(sqrt, double, (double), (xs[i]), const double *xs)
LOOP(hypot, double, (double, double), (xs[i], ys[i]), const double *xs, const double *ys)
LOOP(memcmp, int, (const void *, const void *, size_t), (xs[i], ys[i], 16), const char (*xs)[16],
     const char (*ys)[16])
LOOP(norm, double, (struct pair), (xs[i]), const struct pair *xs)
LOOP(strlen, size_t, (const char *), (xs[i]), const char *const *xs)
