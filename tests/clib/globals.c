/* Exported variables for in_dll. */
#include "ctypestest.h"

struct global_point { int x, y; };

EXPORT int global_int = 42;
EXPORT const double global_double = 2.5;
EXPORT unsigned char global_bytes[8] = {1, 2, 3, 4, 5, 6, 7, 8};
EXPORT char global_text[16] = "global text";
EXPORT const char *global_string = "pointed to";
EXPORT struct global_point global_point = {3, 4};
EXPORT struct global_point global_points[3] = {{1, 2}, {3, 4}, {5, 6}};
EXPORT struct global_point *global_point_pointer = &global_points[1];
EXPORT int *global_null = NULL;

static int triple(int v) { return 3 * v; }
EXPORT int (*global_function)(int) = triple;

EXPORT int read_global_int(void) { return global_int; }
EXPORT int read_global_point_y(void) { return global_point.y; }
EXPORT int call_global_function(int v) { return global_function(v); }

#ifdef __ELF__
/* Its address is what a function says, which says NULL. */
static void (*resolve_to_null(void))(void) { return NULL; }
EXPORT void resolved_to_null(void) __attribute__((ifunc("resolve_to_null")));
#endif
