// What the C floors share: the clock, the environment, and the file of stamps.
#pragma once
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static inline uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

static inline struct timespec to_ts(uint64_t ns) {
    struct timespec t = {(time_t)(ns / 1000000000ull), (long)(ns % 1000000000ull)};
    return t;
}

static inline uint64_t env_u64(const char *key, uint64_t otherwise) {
    const char *text = getenv(key);
    return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

static inline void die(const char *what) {
    perror(what);
    exit(1);
}

static inline void put(uint64_t value) {
    if (write((int)env_u64("BENCH_STAMP_FD", 1), &value, 8) != 8) die("stamp");
}

static inline void stamp(void) { put(now_ns()); }

// Marks of the restart rows: a decision to restart, and a word without a time: signals may come now.
#define DECIDED (1ull << 63)
#define READY 0ull

static inline void dump_u64(const char *path, const uint64_t *v, size_t n) {
    int fd = open(path ? path : "/dev/null", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) die("open BENCH_OUT");
    const char *p = (const char *)v;
    for (size_t left = n * 8; left;) {
        ssize_t wrote = write(fd, p, left);
        if (wrote < 0) die("write BENCH_OUT");
        p += wrote;
        left -= (size_t)wrote;
    }
    close(fd);
}
