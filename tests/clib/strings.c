/* Byte strings and wide strings going in, coming out and being changed in place. */
#include "ctypestest.h"
#include <stdlib.h>
#include <string.h>

EXPORT size_t byte_length(const char *s) { return s ? strlen(s) : (size_t)-1; }
EXPORT size_t wide_length(const wchar_t *s) { return s ? wcslen(s) : (size_t)-1; }
EXPORT bool is_null(const void *p) { return p == NULL; }

EXPORT const char *constant_bytes(void) { return "constant \xe4 bytes"; }
EXPORT const wchar_t *constant_wide(void) { return L"w\u00efde \u20ac \U0001f40d"; }
EXPORT const char *null_bytes(void) { return NULL; }
EXPORT const wchar_t *null_wide(void) { return NULL; }
EXPORT const char *find_byte(const char *s, char c) { return strchr(s, c); }
EXPORT const wchar_t *find_wide(const wchar_t *s, wchar_t c) { return wcschr(s, c); }

EXPORT void upper_in_place(char *s) {
    for (; *s; s++)
        if (*s >= 'a' && *s <= 'z') *s = (char)(*s - 'a' + 'A');
}
EXPORT void upper_wide_in_place(wchar_t *s) {
    for (; *s; s++)
        if (*s >= L'a' && *s <= L'z') *s = *s - L'a' + L'A';
}
EXPORT int fill_bytes(char *out, int size, char c) {
    memset(out, c, (size_t)size);
    return size;
}
EXPORT unsigned byte_sum(const unsigned char *bytes, size_t count) {
    unsigned sum = 0;
    while (count--) sum += *bytes++;
    return sum;
}
EXPORT char *duplicate_bytes(const char *s) {
    char *copy = malloc(strlen(s) + 1);
    return copy ? strcpy(copy, s) : NULL;
}
EXPORT void release(void *p) { free(p); }

/* A NULL-terminated vector of strings, as argv is. */
EXPORT int total_length(const char **strings) {
    int total = 0;
    for (; *strings; strings++) total += (int)strlen(*strings);
    return total;
}
static const char *words[] = {"alpha", "beta", "gamma", NULL};
EXPORT const char **word_vector(void) { return words; }
EXPORT int compare_bytes(const void *a, const void *b, size_t n) { return memcmp(a, b, n); }
