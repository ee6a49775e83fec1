/* Callbacks from threads that Python did not start. */
#include "ctypestest.h"
#include <pthread.h>
#include <stdlib.h>

typedef int (*int_function)(int);

struct job {
    int_function callback;
    int first, count, sum;
    pthread_t thread;
};

static void *run_job(void *argument) {
    struct job *job = argument;
    for (int i = 0; i < job->count; i++) job->sum += job->callback(job->first + i);
    return NULL;
}

/* One new thread calls back `count` times; returns the sum of the results. */
EXPORT int call_in_thread(int_function callback, int first, int count) {
    struct job job = {.callback = callback, .first = first, .count = count};
    if (pthread_create(&job.thread, NULL, run_job, &job)) return -1;
    pthread_join(job.thread, NULL);
    return job.sum;
}

/* `threads` new threads at once, each with `count` calls. */
EXPORT long long call_in_threads(int_function callback, int threads, int count) {
    long long sum = 0;
    struct job *jobs = calloc((size_t)threads, sizeof *jobs);
    for (int i = 0; i < threads; i++) {
        jobs[i] = (struct job){.callback = callback, .first = i * count, .count = count};
        if (pthread_create(&jobs[i].thread, NULL, run_job, &jobs[i])) abort();
    }
    for (int i = 0; i < threads; i++) {
        pthread_join(jobs[i].thread, NULL);
        sum += jobs[i].sum;
    }
    free(jobs);
    return sum;
}

/* A thread that is started and joined by separate calls, so that Python runs meanwhile. */
EXPORT struct job *start_thread(int_function callback, int first, int count) {
    struct job *job = calloc(1, sizeof *job);
    *job = (struct job){.callback = callback, .first = first, .count = count};
    if (pthread_create(&job->thread, NULL, run_job, job)) abort();
    return job;
}
EXPORT int join_thread(struct job *job) {
    pthread_join(job->thread, NULL);
    int sum = job->sum;
    free(job);
    return sum;
}

/* A rendezvous: `wait_for_flag` blocks in C until another thread calls `raise_flag`. It can only
   end if the interpreter lets other threads run during a foreign call. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int flag;

EXPORT void lower_flag(void) {
    pthread_mutex_lock(&mutex);
    flag = 0;
    pthread_mutex_unlock(&mutex);
}
EXPORT void raise_flag(int value) {
    pthread_mutex_lock(&mutex);
    flag = value;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
}
EXPORT int wait_for_flag(void) {
    pthread_mutex_lock(&mutex);
    while (!flag) pthread_cond_wait(&changed, &mutex);
    int value = flag;
    pthread_mutex_unlock(&mutex);
    return value;
}
