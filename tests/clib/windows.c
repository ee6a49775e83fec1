/* What only Windows has: the last error, structured exceptions, exports by number. */
#include "ctypestest.h"

#ifdef _WIN32

#include <windows.h>
#include <errno.h>

/* What the last error was; it becomes `code`. */
EXPORT DWORD swap_last_error(DWORD code)
{
    DWORD before = GetLastError();
    SetLastError(code);
    return before;
}

typedef int (*callback)(int);

/* What a callback leaves in the last error, which is `code` when it is called. */
EXPORT DWORD last_error_of_callback(callback function, DWORD code)
{
    SetLastError(code);
    function(0);
    return GetLastError();
}

EXPORT HRESULT give_hresult(HRESULT result)
{
    return result;
}

EXPORT int read_int(const int *place)
{
    return *(volatile const int *)place;
}

EXPORT void write_int(int *place, int value)
{
    *(volatile int *)place = value;
}

EXPORT int quotient_of(int a, int b)
{
    return a / b;
}

EXPORT void raise_exception(DWORD code)
{
    ULONG_PTR nothing[2] = {0, 0};
    RaiseException(code, 0, 2, nothing);
}

/* Takes a page of the stack for each step. */
EXPORT int recurse(int depth)
{
    volatile char room[4096];
    room[0] = (char)depth;
    return depth == 0 ? 0 : recurse(depth - 1) + room[0];
}

/* Calls back and reads, before or after. */
EXPORT int read_around_callback(callback function, const int *before, const int *after)
{
    int sum = before ? read_int(before) : 0;
    sum += function(sum);
    return after ? sum + read_int(after) : sum;
}

/* The sum of doubles in many registers and on the stack, so that all of them are in use when it raises. */
EXPORT double sum_and_read(double a, double b, double c, double d, double e, double f, const double *place)
{
    return a + b + c + d + e + f + *(volatile const double *)place;
}

EXPORT long long_sum(long a, unsigned long b)
{
    return a + (long)b;
}

EXPORT long double half(long double value)
{
    return value / 2;
}

#endif
