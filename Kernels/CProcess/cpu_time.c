#define _GNU_SOURCE
#include "cprocess.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

// Nanoseconds of all threads of a process; -1 where the kernel keeps no such account.
static long long nanoseconds_of(const char *pid) {
  char path[96];
  snprintf(path, sizeof path, "/proc/%.20s/task", pid);
  DIR *tasks = opendir(path);
  if (!tasks) return 0;
  long long sum = 0;
  bool is_kept = false;
  for (struct dirent *task; (task = readdir(tasks));) {
    if (!isdigit((unsigned char)task->d_name[0])) continue;
    char text[128];
    snprintf(path, sizeof path, "/proc/%.20s/task/%.20s/schedstat", pid, task->d_name);
    long long nanoseconds;
    if (read_text(path, text, sizeof text) && sscanf(text, "%lld", &nanoseconds) == 1) {
      sum += nanoseconds;
      is_kept = true;
    }
  }
  closedir(tasks);
  return is_kept ? sum : -1;
}

long long cprocess_cpu_nanoseconds(int pid) {
  DIR *processes = opendir("/proc");
  if (!processes) return -1;
  long long sum = -1;
  for (struct dirent *process; (process = readdir(processes));) {
    if (!isdigit((unsigned char)process->d_name[0]) || group_of(process->d_name) != pid) continue;
    long long nanoseconds = nanoseconds_of(process->d_name);
    if (nanoseconds >= 0) sum = (sum < 0 ? 0 : sum) + nanoseconds;
  }
  closedir(processes);
  return sum;
}
