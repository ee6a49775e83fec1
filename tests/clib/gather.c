/* Every pointer may be NULL: random programs call it with whatever its parameters take. */
#include "ctypestest.h"

EXPORT int gather(int a, int *b, double *c, unsigned short d) {
    int sum = a + d;
    if (b) sum += *b, *b = a + 1;
    if (c) sum += (int)*c % 1000, *c = d + 0.5;
    return sum;
}
