/* Callbacks that do not return. */
#include "ctypestest.h"
#include <setjmp.h>

static jmp_buf place;

EXPORT void jump(void) { longjmp(place, 1); }

/* What `callback` returns, or -1 if it jumps. */
EXPORT int call_until_jump(int (*callback)(int), int v) {
    if (setjmp(place))
        return -1;
    return callback(v);
}

/* The same, and another call after a jump. */
EXPORT int call_after_jump(int (*callback)(int), int (*after)(int), int v) {
    return setjmp(place) ? after(v) : callback(v);
}
