/* The C library that the Python tests call: one topic a file, every function small enough that what
   the test expects of it can be read off its line. */
#ifndef CTYPESTEST_H
#define CTYPESTEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

/* As `_align_` is written in C. It aligns the type and none of its members, which is another thing to the rules of
   AAPCS64: those pass an argument by the alignment of members. */
#define ALIGNED(to) __attribute__((aligned(to)))

#endif
