/* Threads that Python did not start, at the moments when a callback is awkward: while they end, while
   the process forks or exits, while the loader's lock is held. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "ctypestest.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>
#ifndef _WIN32
#include <link.h>
#include <signal.h>
#include <sys/wait.h>
#endif

typedef int (*int_function)(int);

/* Threads that call back until they are told to stop. */
static atomic_int is_stopped, callers, calls;
static atomic_llong wrong;

static void *call_until_stopped(void *callback) {
    for (int n = 0; !atomic_load(&is_stopped); n++) {
        int result = ((int_function)callback)(n);
        /* Zero is what a callback returns that the interpreter does not get. */
        if (result != n && result != 0) atomic_fetch_add(&wrong, 1);
        atomic_fetch_add(&calls, 1);
    }
    atomic_fetch_sub(&callers, 1);
    return NULL;
}

EXPORT void start_callers(int_function callback, int count) {
    atomic_store(&is_stopped, 0);
    for (int i = 0; i < count; i++) {
        pthread_t thread;
        atomic_fetch_add(&callers, 1);
        if (pthread_create(&thread, NULL, call_until_stopped, (void *)callback)) abort();
        pthread_detach(thread);
    }
}
/* Returns how many results were neither the argument nor zero. */
EXPORT long long stop_callers(void) {
    atomic_store(&is_stopped, 1);
    while (atomic_load(&callers)) usleep(100);
    return atomic_exchange(&wrong, 0);
}
EXPORT int calls_so_far(void) { return atomic_load(&calls); }

/* `total` threads, `at_once` of them at a time, each of which calls back once. */
struct churn { int_function callback; int number; long long result; };
static void *call_once(void *argument) {
    struct churn *churn = argument;
    churn->result = churn->callback(churn->number);
    return NULL;
}
EXPORT long long churn_threads(int_function callback, int total, int at_once) {
    long long sum = 0;
    pthread_t *threads = calloc((size_t)at_once, sizeof *threads);
    struct churn *churns = calloc((size_t)at_once, sizeof *churns);
    for (int done = 0; done < total; done += at_once) {
        int now = total - done < at_once ? total - done : at_once;
        for (int i = 0; i < now; i++) {
            churns[i] = (struct churn){callback, done + i, 0};
            if (pthread_create(&threads[i], NULL, call_once, &churns[i])) abort();
        }
        for (int i = 0; i < now; i++) {
            pthread_join(threads[i], NULL);
            sum += churns[i].result;
        }
    }
    free(threads);
    free(churns);
    return sum;
}

/* A key of pthreads whose destructor calls back when a thread ends. */
static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int_function called_at_end;
static atomic_int result_at_end;
static void at_end_of_thread(void *number) { atomic_store(&result_at_end, called_at_end((int)(intptr_t)number)); }
static void make_key(void) { if (pthread_key_create(&key, at_end_of_thread)) abort(); }

/* Has the calling thread call back when it ends. */
EXPORT void call_at_end_of_thread(int_function callback, int number) {
    pthread_once(&once, make_key);
    called_at_end = callback;
    atomic_store(&result_at_end, -1);
    pthread_setspecific(key, (void *)(intptr_t)number);
}
EXPORT int what_was_returned_at_end(void) { return atomic_load(&result_at_end); }

struct ending { int_function before; int_function at_end; int number; };
static void *end_with_call(void *argument) {
    struct ending *ending = argument;
    if (ending->before) ending->before(ending->number);
    call_at_end_of_thread(ending->at_end, ending->number);
    return NULL;
}
/* A thread of C's that calls `before`, unless that is NULL, and `at_end` when it ends. Returns what that
   returned. */
EXPORT int call_at_end_of_new_thread(int_function before, int_function at_end, int number) {
    struct ending ending = {before, at_end, number};
    pthread_t thread;
    if (pthread_create(&thread, NULL, end_with_call, &ending)) abort();
    pthread_join(thread, NULL);
    return what_was_returned_at_end();
}

/* Calls back when the process exits, after the interpreter has ended, and says so on standard output. */
static int_function called_at_exit;
static void at_exit(void) {
    char text[] = "exit ?\n";
    text[5] = (char)('0' + called_at_exit(7));
    if (write(STDOUT_FILENO, text, sizeof text - 1) < 0) abort();
}
EXPORT void call_at_exit(int_function callback) {
    called_at_exit = callback;
    atexit(at_exit);
}
static void *call_for_thread_at_exit(void *unused) {
    at_exit();
    return unused;
}
static void in_thread_at_exit(void) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, call_for_thread_at_exit, NULL)) abort();
    pthread_join(thread, NULL);
}
/* The same on a thread that is started then. */
EXPORT void call_in_thread_at_exit(int_function callback) {
    called_at_exit = callback;
    atexit(in_thread_at_exit);
}

#ifndef _WIN32
/* A child that C code forks; returns its exit status, or -1 if it had to be killed. */
EXPORT int fork_in_c(int_function in_child, int number) {
    pid_t child = fork();
    if (child == 0) _exit(in_child ? in_child(number) : number);
    for (int waited = 0; waited < 30000; waited++) {
        int status;
        if (waitpid(child, &status, WNOHANG) == child)
            return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
        usleep(1000);
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return -1;
}

/* Calls back while the loader's list of libraries is locked; returns the result. */
static int call_locked(struct dl_phdr_info *info, size_t size, void *argument) {
    (void)info, (void)size;
    struct churn *churn = argument;
    churn->result = churn->callback(churn->number);
    return 1;
}
EXPORT int call_under_loader_lock(int_function callback, int number) {
    struct churn churn = {callback, number, 0};
    dl_iterate_phdr(call_locked, &churn);
    return (int)churn.result;
}
#endif
