/* Tables of what the compiler made of the definitions in layout.h. */
#include "layout.h"
#include <string.h>

typedef void *void_p;
typedef const char *char_p;
typedef long double longdouble;
typedef long long longlong;
typedef wchar_t wchar;
typedef bool bool_t;

struct layout_case {
    const char *name, *definition;
    int pack, requested_align, count;
    size_t size, align;
    size_t offsets[8];                                /* plain fields */
    void (*store)(void *, int field, long long value); /* bit fields and plain integers */
};

#define OFFSETS_1(T) offsetof(T, f0)
#define OFFSETS_2(T) OFFSETS_1(T), offsetof(T, f1)
#define OFFSETS_3(T) OFFSETS_2(T), offsetof(T, f2)
#define OFFSETS_4(T) OFFSETS_3(T), offsetof(T, f3)
#define OFFSETS_6(T) OFFSETS_4(T), offsetof(T, f4), offsetof(T, f5)

#define PACKED_0(...) __VA_ARGS__
#define PACKED_N(N, ...) _Pragma(N) __VA_ARGS__ _Pragma("pack(pop)")
#define PACKED_1(...) PACKED_N("pack(push, 1)", __VA_ARGS__)
#define PACKED_2(...) PACKED_N("pack(push, 2)", __VA_ARGS__)
#define PACKED_4(...) PACKED_N("pack(push, 4)", __VA_ARGS__)
#define PACKED_8(...) PACKED_N("pack(push, 8)", __VA_ARGS__)
#define PACKED_16(...) PACKED_N("pack(push, 16)", __VA_ARGS__)

#define ALIGNED_0
#define ALIGNED_2 __attribute__((aligned(2)))
#define ALIGNED_8 __attribute__((aligned(8)))
#define ALIGNED_16 __attribute__((aligned(16)))
#define ALIGNED_64 __attribute__((aligned(64)))

#define LAYOUT(NAME, PACK, ALIGN, COUNT, ...)                                                      \
    PACKED_##PACK(struct layout_##NAME { __VA_ARGS__ } ALIGNED_##ALIGN;)
PLAIN_LAYOUTS
#undef LAYOUT
#define LAYOUT(NAME, PACK, ALIGN, COUNT, ...)                                                      \
    PACKED_##PACK(struct layout_##NAME { __VA_ARGS__ } GCC_LAYOUT ALIGNED_##ALIGN;)
BIT_LAYOUTS
#undef LAYOUT
#define LAYOUT(NAME, PACK, ALIGN, COUNT, ...)                                                      \
    PACKED_##PACK(struct layout_##NAME { __VA_ARGS__ } MS_LAYOUT;)
MS_BIT_LAYOUTS
#undef LAYOUT

#define LAYOUT(NAME, PACK, ALIGN, COUNT, ...)                                                      \
    {#NAME, #__VA_ARGS__, PACK, ALIGN, COUNT, sizeof(struct layout_##NAME),                        \
     _Alignof(struct layout_##NAME), {OFFSETS_##COUNT(struct layout_##NAME)}, NULL},
static const struct layout_case plain_cases[] = {PLAIN_LAYOUTS};
#undef LAYOUT

#define STORE_2 case 0: p->f0 = value; break; case 1: p->f1 = value; break;
#define STORE_3 STORE_2 case 2: p->f2 = value; break;
#define STORE_4 STORE_3 case 3: p->f3 = value; break;
#define STORE_5 STORE_4 case 4: p->f4 = value; break;

#define LAYOUT(NAME, PACK, ALIGN, COUNT, ...)                                                      \
    static void store_##NAME(void *memory, int field, long long value) {                           \
        struct layout_##NAME *p = memory;                                                          \
        switch (field) { STORE_##COUNT }                                                           \
    }
BIT_LAYOUTS
MS_BIT_LAYOUTS
#undef LAYOUT

#define LAYOUT(NAME, PACK, ALIGN, COUNT, ...)                                                      \
    {#NAME, #__VA_ARGS__, PACK, ALIGN, COUNT, sizeof(struct layout_##NAME),                        \
     _Alignof(struct layout_##NAME), {0}, store_##NAME},
static const struct layout_case bit_cases[] = {BIT_LAYOUTS};
static const struct layout_case ms_bit_cases[] = {MS_BIT_LAYOUTS};
#undef LAYOUT

#define CASE(TABLE)                                                                                \
    EXPORT const struct layout_case *TABLE##_case(size_t index) {                                  \
        size_t count = sizeof TABLE##_cases / sizeof *TABLE##_cases;                               \
        return index < count ? &TABLE##_cases[index] : NULL;                                       \
    }
CASE(plain)
CASE(bit)
EXPORT bool has_ms_layout(void) { return HAS_MS_LAYOUT; }
CASE(ms_bit)

/* Shapes that the tables cannot write: nested, anonymous, unions. */
struct inner { int8_t a; int16_t b; };
struct outer { int8_t a; struct inner b; int8_t c; struct inner d[2]; double e; };
struct with_anonymous {
    int8_t a;
    union { int32_t i; float f; struct { int8_t lo, hi; }; };
    int8_t z;
};
union wide_union { int8_t a[5]; int16_t b; };
union bit_union { uint32_t a : 3; uint16_t b : 11; uint32_t whole; };
EXPORT const size_t outer_layout[] = {sizeof(struct outer), _Alignof(struct outer),
    offsetof(struct outer, a), offsetof(struct outer, b), offsetof(struct outer, c),
    offsetof(struct outer, d), offsetof(struct outer, e)};
EXPORT const size_t anonymous_layout[] = {sizeof(struct with_anonymous),
    _Alignof(struct with_anonymous), offsetof(struct with_anonymous, a),
    offsetof(struct with_anonymous, i), offsetof(struct with_anonymous, f),
    offsetof(struct with_anonymous, lo), offsetof(struct with_anonymous, hi),
    offsetof(struct with_anonymous, z)};
EXPORT const size_t wide_union_layout[] = {sizeof(union wide_union), _Alignof(union wide_union)};
EXPORT const size_t bit_union_layout[] = {sizeof(union bit_union), _Alignof(union bit_union)};
