#define _GNU_SOURCE
#include "cprocess.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// The first bytes of a file under /proc as a string; false where it is gone.
static bool read_text(const char *path, char *text, size_t capacity) {
  FILE *file = fopen(path, "re");
  if (!file) return false;
  size_t count = fread(text, 1, capacity - 1, file);
  fclose(file);
  text[count] = 0;
  return count > 0;
}

// The process group of a process by its line in /proc/PID/stat (proc(5)); -1 where it is gone.
static int group_of(const char *pid) {
  char path[64], text[512];
  snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
  if (!read_text(path, text, sizeof text)) return -1;
  // The name in parentheses may hold anything, so the fields are counted from its end.
  const char *end = strrchr(text, ')');
  int group = -1;
  return end && sscanf(end + 1, " %*c %*d %d", &group) == 1 ? group : -1;
}

int cprocess_members(int group, int *pids, int capacity) {
  DIR *processes = opendir("/proc");
  if (!processes) return 0;
  int count = 0;
  for (struct dirent *process; count < capacity && (process = readdir(processes));) {
    if (isdigit((unsigned char)process->d_name[0]) && group_of(process->d_name) == group) {
      pids[count++] = atoi(process->d_name);
    }
  }
  closedir(processes);
  return count;
}

long long cprocess_cpu_nanoseconds(const int *pids, int count) {
  long long sum = 0;
  for (int i = 0; i < count; i++) {
    clockid_t clock;
    struct timespec time;
    if (clock_getcpuclockid(pids[i], &clock) == 0 && clock_gettime(clock, &time) == 0) {
      sum += time.tv_sec * 1000000000ll + time.tv_nsec;
    }
  }
  return sum;
}
