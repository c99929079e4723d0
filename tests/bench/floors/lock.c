// Floor of L1: what a file lock that can be trusted must do at least: open, flock, compare the inode
// behind the descriptor with the one behind the name, and (to give it back) close.
// BENCH_LOCK: the file, BENCH_CALLS: how often; BENCH_OUT gets one duration in ns per call.
#include "floor.h"
#include <sys/file.h>
#include <sys/stat.h>

int main(void) {
    const char *path = getenv("BENCH_LOCK");
    uint64_t calls = env_u64("BENCH_CALLS", 20000);
    uint64_t *out = malloc(calls * 8);
    if (!path || !out) die("BENCH_LOCK");
    memset(out, 0, calls * 8);
    for (uint64_t i = 0; i < calls; i++) {
        uint64_t from = now_ns();
        struct stat held, named;
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
        if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB)) die("lock");
        if (fstat(fd, &held) || stat(path, &named)) die("stat");
        if (held.st_ino != named.st_ino || held.st_dev != named.st_dev) die("inode");
        close(fd);
        out[i] = now_ns() - from;
    }
    dump_u64(getenv("BENCH_OUT"), out, calls);
    return 0;
}
