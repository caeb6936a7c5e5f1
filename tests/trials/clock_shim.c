/* Moves the wall clock of a program by the seconds that stand in a file (CLOCK_SHIM), as a step of the system's would.
   Clocks that only run forward are left alone. Loaded by LD_PRELOAD. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile int64_t *shift;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("CLOCK_SHIM");
  int file = path ? open(path, O_RDONLY) : -1;
  void *found = file < 0 ? MAP_FAILED : mmap(0, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
  if (found != MAP_FAILED) shift = found;
  if (file >= 0) close(file);
}

int clock_gettime(clockid_t clock, struct timespec *at) {
  int done = syscall(SYS_clock_gettime, clock, at);
  if (!done && shift && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) at->tv_sec += *shift;
  return done;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone) {
  struct timespec found;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &found);
  at->tv_sec = found.tv_sec;
  at->tv_usec = found.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *at) {
  struct timespec found;
  clock_gettime(CLOCK_REALTIME, &found);
  if (at) *at = found.tv_sec;
  return found.tv_sec;
}
