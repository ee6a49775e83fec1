/* Out-parameters, pointers to pointers, linked structures, opaque handles. */
#include "ctypestest.h"
#include <stdlib.h>

EXPORT void divide(int a, int b, int *quotient, int *remainder) {
    *quotient = a / b;
    *remainder = a % b;
}
EXPORT int increment(int *value) { return value ? ++*value : -1; }
EXPORT void swap_pointers(void **a, void **b) {
    void *held = *a;
    *a = *b;
    *b = held;
}
static int table[5] = {10, 20, 30, 40, 50};
EXPORT int *int_table(void) { return table; }
EXPORT void point_into_table(int **target, int index) { *target = &table[index]; }
EXPORT int read_through(int **pointer) { return **pointer; }
EXPORT int *null_int_pointer(void) { return NULL; }
EXPORT void *same_address(void *p) { return p; }

struct node {
    int value;
    struct node *next;
};
EXPORT int sum_list(const struct node *head) {
    int sum = 0;
    for (; head; head = head->next) sum += head->value;
    return sum;
}
EXPORT struct node *reverse_list(struct node *head) {
    struct node *reversed = NULL;
    while (head) {
        struct node *next = head->next;
        head->next = reversed;
        reversed = head;
        head = next;
    }
    return reversed;
}

struct opaque { int count; };
EXPORT struct opaque *opaque_new(int count) {
    struct opaque *self = malloc(sizeof *self);
    if (self) self->count = count;
    return self;
}
EXPORT int opaque_count(const struct opaque *self) { return self->count; }
EXPORT void opaque_free(struct opaque *self) { free(self); }

/* in, out, in-out and defaulted parameters for paramflags. */
EXPORT int window_rect(int handle, int *left, int *top, int *right, int *bottom) {
    *left = handle + 1;
    *top = handle + 2;
    *right += 100;
    *bottom = handle + 4;
    return handle >= 0;
}
EXPORT int minmax(const int *values, int count, int *low, int *high) {
    if (count <= 0) return -1;
    *low = *high = values[0];
    for (int i = 1; i < count; i++) {
        if (values[i] < *low) *low = values[i];
        if (values[i] > *high) *high = values[i];
    }
    return 0;
}
