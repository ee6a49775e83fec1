/* Every scalar C type as argument, result, memory and callback signature. */
#include "ctypestest.h"

#define SCALAR(NAME, TYPE)                                                                         \
    EXPORT TYPE echo_##NAME(TYPE value) { return value; }                                          \
    EXPORT void store_##NAME(TYPE *target, TYPE value) { *target = value; }                        \
    EXPORT TYPE load_##NAME(TYPE const *source) { return *source; }                                \
    EXPORT TYPE second_##NAME(TYPE first, TYPE second) { (void)first; return second; }             \
    EXPORT TYPE call_##NAME(TYPE (*callback)(TYPE), TYPE value) { return callback(value); }        \
    EXPORT TYPE call_pair_##NAME(TYPE (*callback)(TYPE, TYPE), TYPE a, TYPE b) {                   \
        return callback(a, b);                                                                     \
    }                                                                                              \
    EXPORT size_t sizeof_##NAME(void) { return sizeof(TYPE); }                                     \
    EXPORT size_t alignof_##NAME(void) { return _Alignof(TYPE); }                                  \
    EXPORT size_t field_alignof_##NAME(void) {                                                     \
        struct probe { char first; TYPE second; };                                                 \
        return offsetof(struct probe, second);                                                     \
    }

#define NUMBER(NAME, TYPE)                                                                         \
    SCALAR(NAME, TYPE)                                                                             \
    EXPORT TYPE add_##NAME(TYPE a, TYPE b) { return a + b; }                                       \
    EXPORT TYPE negate_##NAME(TYPE a) { return (TYPE)-a; }                                         \
    EXPORT TYPE sum_array_##NAME(TYPE const *values, int count) {                                  \
        TYPE sum = 0;                                                                              \
        for (int i = 0; i < count; i++) sum += values[i];                                          \
        return sum;                                                                                \
    }

NUMBER(byte, signed char)
NUMBER(ubyte, unsigned char)
NUMBER(short, short)
NUMBER(ushort, unsigned short)
NUMBER(int, int)
NUMBER(uint, unsigned int)
NUMBER(long, long)
NUMBER(ulong, unsigned long)
NUMBER(longlong, long long)
NUMBER(ulonglong, unsigned long long)
NUMBER(float, float)
NUMBER(double, double)
NUMBER(longdouble, long double)
SCALAR(bool, bool)
SCALAR(char, char)
SCALAR(wchar, wchar_t)
SCALAR(char_p, const char *)
SCALAR(wchar_p, const wchar_t *)
SCALAR(void_p, void *)
SCALAR(size_t, size_t)
SCALAR(ssize_t, ptrdiff_t)
SCALAR(py_object, void *)

/* What an argument narrower than a register looks like to C once converted to the widest type. */
EXPORT long long widen_byte(signed char v) { return v; }
EXPORT long long widen_ubyte(unsigned char v) { return v; }
EXPORT long long widen_short(short v) { return v; }
EXPORT long long widen_ushort(unsigned short v) { return v; }
EXPORT long long widen_int(int v) { return v; }
EXPORT long long widen_uint(unsigned int v) { return v; }
EXPORT long long widen_char(char v) { return (unsigned char)v; }
EXPORT long long widen_bool(bool v) { return v; }
EXPORT long long widen_wchar(wchar_t v) { return v; }

static int no_arguments_calls;
EXPORT void no_result(int value) { no_arguments_calls += value; }
EXPORT int no_arguments(void) { return no_arguments_calls; }
EXPORT double mix_int_double(int a, double b) { return a + b; }
EXPORT float mix_float_double(float a, double b) { return (float)(a + b); }
