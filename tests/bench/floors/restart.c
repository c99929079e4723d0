// Floor of R1: becomes itself again on SIGHUP, at once and with nothing else to do; leaves on SIGTERM. What it writes are
// pairs of stamps: the decision, marked by the highest bit, and the first thing done after it.
#include "floor.h"

extern char **environ;

int main(int argc, char **argv) {
    (void)argc;
    put(now_ns());
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    put(READY);
    int sig = 0;
    if (sigwait(&set, &sig)) die("sigwait");
    if (sig == SIGTERM) return 0;
    put(now_ns() | DECIDED);
    execve("/proc/self/exe", argv, environ);
    die("execve");
}
