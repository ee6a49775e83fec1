/* Functions that read and write errno. */
#include "ctypestest.h"
#include <errno.h>

EXPORT int set_c_errno(int value) {
    int before = errno;
    errno = value;
    return before;
}
EXPORT int get_c_errno(void) { return errno; }
EXPORT int fail_with_errno(int value) {
    errno = value;
    return -1;
}
/* errno as the callback finds it is `value`; returns errno as the callback left it. */
EXPORT int call_with_errno(int value, void (*callback)(void)) {
    errno = value;
    callback();
    return errno;
}
EXPORT double double_and_errno(double v, int value) {
    errno = value;
    return v;
}
