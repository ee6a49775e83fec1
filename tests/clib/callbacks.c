/* C calling back: signatures that scalars.c does not have, recursion, and stored callbacks. */
#include "ctypestest.h"
#include <stdlib.h>

EXPORT void call_nothing(void (*callback)(void)) { callback(); }
EXPORT int call_times(int (*callback)(int), int times) {
    int sum = 0;
    for (int i = 0; i < times; i++) sum += callback(i);
    return sum;
}
EXPORT int call_with_text(int (*callback)(const char *, const wchar_t *)) {
    return callback("bytes", L"w\u00efde");
}
EXPORT int call_with_null_text(int (*callback)(const char *, const wchar_t *)) {
    return callback(NULL, NULL);
}
EXPORT int call_with_pointer(int (*callback)(int *), int value) {
    int result = callback(&value);
    return result * 1000 + value;
}
EXPORT int call_with_null_pointer(int (*callback)(int *)) { return callback(NULL); }
EXPORT int call_with_context(int (*callback)(void *), void *context) { return callback(context); }

/* Pointer results. */
EXPORT void *call_pointer(void *(*callback)(void)) { return callback(); }
EXPORT const char *call_text(const char *(*callback)(void)) { return callback(); }

typedef int (*int_function)(int);
static int_function stored;
EXPORT void store_callback(int_function callback) { stored = callback; }
EXPORT int_function stored_callback(void) { return stored; }
EXPORT int call_stored(int v) { return stored ? stored(v) : -1; }

static int add_one(int v) { return v + 1; }
static int square(int v) { return v * v; }
EXPORT int_function pick_function(int which) {
    return which == 0 ? add_one : which == 1 ? square : NULL;
}
EXPORT int apply(int_function f, int v) { return f(v); }

/* Python -> C -> Python -> C ...: the callback may call `descend` again. */
EXPORT int descend(int (*callback)(int), int depth) { return depth ? callback(depth - 1) : 0; }

EXPORT void sort_ints(int *values, size_t count, int (*compare)(const int *, const int *)) {
    qsort(values, count, sizeof *values, (int (*)(const void *, const void *))compare);
}

struct operations {
    int (*add)(int, int);
    double (*scale)(double);
    void (*notify)(const char *);
    void *context;
};
EXPORT double run_operations(const struct operations *table, int a, int b) {
    double result = table->scale(table->add(a, b));
    if (table->notify) table->notify("done");
    return result;
}

/* What a pointer leads to, and what a function returns, after a callback. */
EXPORT int call_then_read(int (*callback)(int), const int *pointer) {
    callback(0);
    return *pointer;
}
typedef struct { const int *pointer; } holder;
typedef struct { const int *pointer; long more[4]; } large_holder;
EXPORT int call_then_read_inside(int (*callback)(int), holder by_value, large_holder large) {
    callback(0);
    return *by_value.pointer + *large.pointer;
}
EXPORT int call_then_call(int (*first)(int), int (*second)(int), int value) {
    first(0);
    return second(value);
}
