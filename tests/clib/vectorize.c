/* Functions to call over arrays, which show how and how often they are called. */
#include "ctypestest.h"
#include <signal.h>
#include <stdatomic.h>

/* The arguments of all calls since `forget_calls`, in order. */
static int recorded[64];
static atomic_int calls;
EXPORT void forget_calls(void) { atomic_store(&calls, 0); }
EXPORT int count_calls(void) { return atomic_load(&calls); }
EXPORT int record_call(int value) {
    int index = atomic_fetch_add(&calls, 1);
    if (index < 64) recorded[index] = value;
    return index;
}
EXPORT int recorded_call(int index) { return recorded[index]; }
EXPORT int six_arguments(int a, int b, int c, int d, int e, int f) {
    return a + 10 * b + 100 * c + 1000 * d + 10000 * e + 100000 * f;
}
EXPORT double no_parameters(void) { return 2.5; }

/* The call that makes so many since `forget_calls` sends itself a signal. Those that follow take their time. */
static atomic_int interrupted;
EXPORT void interrupt_at(int call) { atomic_store(&interrupted, call); }
EXPORT int interrupt(int value) {
    int call = atomic_fetch_add(&calls, 1) + 1, last = atomic_load(&interrupted);
    if (call == last) raise(SIGINT);
    if (last && call > last)
        for (volatile int turn = 0; turn < 100000; turn++) {}
    return value + 1;
}

/* Returns once so many calls run at the same time, all since `forget_calls`. */
EXPORT int meet(int parties) {
    atomic_fetch_add(&calls, 1);
    while (atomic_load(&calls) < parties) {}
    return 1;
}

/* What lies at an address before it changes. */
EXPORT double add_in_place(double *place, double value) {
    double before = *place;
    *place += value;
    return before;
}
EXPORT double sum_of_three(const double values[3]) { return values[0] + 10 * values[1] + 100 * values[2]; }
EXPORT int byte_at(const char *text, int index) { return text ? (unsigned char)text[index] : -1; }
EXPORT int wide_at(const wchar_t *text, int index) { return text ? (int)text[index] : -1; }
EXPORT const char *text_behind(const char *text, int index) { return text ? text + index : NULL; }

struct item { int id; double weight; };
EXPORT struct item heavier(struct item item, double by) {
    item.weight += by;
    return item;
}
EXPORT double total_weight(struct item item, struct item *other) {
    double total = item.weight + other->weight;
    other->id = item.id;
    return total;
}
EXPORT double call_with_item(int (*callback)(int), struct item item) {
    callback(item.id);
    return item.weight;
}
