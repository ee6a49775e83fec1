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

#endif
