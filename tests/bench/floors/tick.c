// Floor of T1-T4 and T6: one epoll with a one-shot absolute timerfd (edge-triggered, so never read)
// and a signalfd. The tick runs first and the timer is armed for the next grid point afterwards: late
// ticks are caught up, none is skipped.
#include "floor.h"
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

int main(void) {
    uint64_t interval = env_u64("BENCH_INTERVAL_NS", 1000000), ticks = env_u64("BENCH_TICKS", 1000);
    uint64_t *out = malloc((ticks + 1) * 8);
    if (!out) die("malloc");
    memset(out, 0, (ticks + 1) * 8); // the pages are there before the first tick
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    int ep = epoll_create1(EPOLL_CLOEXEC);
    int tf = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    int sf = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    struct epoll_event on_time = {.events = EPOLLIN | EPOLLET, .data.u32 = 1};
    struct epoll_event on_signal = {.events = EPOLLIN, .data.u32 = 2};
    if (epoll_ctl(ep, EPOLL_CTL_ADD, tf, &on_time) || epoll_ctl(ep, EPOLL_CTL_ADD, sf, &on_signal)) die("epoll_ctl");

    uint64_t n = 1;
    out[0] = out[1] = now_ns(); // the first tick, at once, is the origin of the grid
    while (n < ticks) {
        struct itimerspec due = {{0, 0}, to_ts(out[0] + n * interval)};
        timerfd_settime(tf, TFD_TIMER_ABSTIME, &due, NULL);
        struct epoll_event ready[4];
        int got = epoll_wait(ep, ready, 4, -1);
        if (got < 1 || ready[0].data.u32 != 1) break;
        out[++n] = now_ns();
    }
    dump_u64(getenv("BENCH_OUT"), out, n + 1);
    return 0;
}
