/* The functions that 3.14's test_ctypes calls and 3.13's _ctypes_test.c does not have. */
#include <Python.h>

struct pair { unsigned int first, second; };
extern struct pair last_tfrsuv_arg;
Py_EXPORTED_SYMBOL struct pair get_last_tfrsuv_arg(void) { return last_tfrsuv_arg; }

Py_EXPORTED_SYMBOL long long _testfunc_callback_int_to_longlong(int (*callback)(void)) { return callback(); }

#if defined(__x86_64__) || defined(__i386__)
struct __attribute__((ms_struct)) bits {
    int A : 1, B : 2, C : 3, D : 4, E : 5, F : 6, G : 7, H : 8, I : 9;
    short M : 1, N : 2, O : 3, P : 4, Q : 5, R : 6, S : 7;
};
#define READ(name) if (wanted == #name[0]) return bits->name;
Py_EXPORTED_SYMBOL int unpack_bitfields_msvc(const struct bits *bits, char wanted)
{
    READ(A) READ(B) READ(C) READ(D) READ(E) READ(F) READ(G) READ(H) READ(I)
    READ(M) READ(N) READ(O) READ(P) READ(Q) READ(R) READ(S)
    return 999;
}
#endif
