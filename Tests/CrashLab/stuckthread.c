// A program whose main thread stops at SIGUSR1 and never goes on, while its other threads do (Linux, LD_PRELOAD): an engine that answers its health
// check and computes nothing.

#include <signal.h>
#include <string.h>
#include <unistd.h>

static void stop(int signal) {
    (void)signal;
    for (;;) pause();
}

__attribute__((constructor)) static void prepare(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = stop;
    sigaction(SIGUSR1, &action, NULL);
}
