/* Functions with `...`: the System V ABI passes them a count of vector registers besides. */
#include "ctypestest.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

EXPORT long long variadic_sum_ints(int count, ...) {
    va_list arguments;
    long long sum = 0;
    va_start(arguments, count);
    for (int i = 0; i < count; i++) sum += va_arg(arguments, int);
    va_end(arguments);
    return sum;
}
EXPORT long long variadic_sum_longlongs(int count, ...) {
    va_list arguments;
    long long sum = 0;
    va_start(arguments, count);
    for (int i = 0; i < count; i++) sum += va_arg(arguments, long long);
    va_end(arguments);
    return sum;
}
EXPORT double variadic_sum_doubles(int count, ...) {
    va_list arguments;
    double sum = 0;
    va_start(arguments, count);
    for (int i = 0; i < count; i++) sum += va_arg(arguments, double);
    va_end(arguments);
    return sum;
}
EXPORT long double variadic_longdouble_of_doubles(int count, ...) {
    va_list arguments;
    long double sum = 0;
    va_start(arguments, count);
    for (int i = 0; i < count; i++) sum += va_arg(arguments, double);
    va_end(arguments);
    return sum;
}
EXPORT long double variadic_sum_longdoubles(int count, ...) {
    va_list arguments;
    long double sum = 0;
    va_start(arguments, count);
    for (int i = 0; i < count; i++) sum += va_arg(arguments, long double);
    va_end(arguments);
    return sum;
}

/* Each letter of `codes` says what comes next: i int, l long long, d double, s char *, p pointer to
   int, w wchar_t *, e a struct of two doubles by value. Writes what it read into `out`, returns the
   length. */
struct variadic_pair { double x, y; };
EXPORT int variadic_describe(char *out, size_t size, const char *codes, ...) {
    va_list arguments;
    size_t used = 0;
    va_start(arguments, codes);
    for (const char *code = codes; *code && used < size; code++) {
        char *at = out + used;
        size_t room = size - used;
        int written = 0;
        switch (*code) {
        case 'i': written = snprintf(at, room, "i%d ", va_arg(arguments, int)); break;
        case 'l': written = snprintf(at, room, "l%lld ", va_arg(arguments, long long)); break;
        case 'd': written = snprintf(at, room, "d%g ", va_arg(arguments, double)); break;
        case 's': {
            const char *text = va_arg(arguments, const char *);
            written = snprintf(at, room, "s%s ", text ? text : "(null)");
            break;
        }
        case 'p': {
            const int *pointer = va_arg(arguments, const int *);
            written = pointer ? snprintf(at, room, "p%d ", *pointer) : snprintf(at, room, "pNULL ");
            break;
        }
        case 'w': written = snprintf(at, room, "w%ls ", va_arg(arguments, const wchar_t *)); break;
        case 'e': {
            struct variadic_pair pair = va_arg(arguments, struct variadic_pair);
            written = snprintf(at, room, "e%g,%g ", pair.x, pair.y);
            break;
        }
        default: written = snprintf(at, room, "? "); break;
        }
        used += (size_t)written;
    }
    va_end(arguments);
    return (int)used;
}

EXPORT int variadic_format(char *out, size_t size, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int written = vsnprintf(out, size, format, arguments);
    va_end(arguments);
    return written;
}
