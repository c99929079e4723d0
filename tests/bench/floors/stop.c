// Floor of X1: SIGTERM through a signalfd in an epoll, with a timer of ten seconds beside it.
// With the argument `default` the kernel's own action ends the process: the least a stop can cost.
#include "floor.h"
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

int main(int argc, char **argv) {
    if (argc > 1 && !strcmp(argv[1], "default")) {
        stamp();
        stamp();
        pause();
        return 0;
    }
    stamp();
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    int ep = epoll_create1(EPOLL_CLOEXEC);
    int sf = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    int tf = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    struct itimerspec ten = {{10, 0}, {10, 0}};
    timerfd_settime(tf, 0, &ten, NULL);
    struct epoll_event e = {.events = EPOLLIN};
    if (epoll_ctl(ep, EPOLL_CTL_ADD, sf, &e) || epoll_ctl(ep, EPOLL_CTL_ADD, tf, &e)) die("epoll_ctl");
    stamp();
    epoll_wait(ep, &e, 1, -1);
    return 0;
}
