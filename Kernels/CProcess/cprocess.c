#define _GNU_SOURCE
#include "cprocess.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// MARK: - Starting

static void close_pair(int *ends) {
  for (int i = 0; i < 2; i++) {
    if (ends[i] >= 0) close(ends[i]);
  }
}

// Moves a descriptor to where the program expects it; a copy does not close on exec.
static bool place(int descriptor, int target) {
  if (descriptor == target) return fcntl(descriptor, F_SETFD, 0) == 0;
  return dup2(descriptor, target) == target;
}

// Runs in the child, between fork and exec: only what is safe after a signal may be called here.
static void become(
    char *const *arguments, char *const *environment, const char *directory, pid_t parent,
    int input, int output, int errors, int report) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The parent may have ended before it was asked for.
  if (getppid() != parent) _exit(127);
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  // The pipes' own descriptors are above the standard ones, which are open in the parent. Whatever else is open
  // there is closed, also what would not close by itself.
  if (place(input, 0) && place(output, 1) && place(errors, 2)
      && (report == 3 || dup3(report, 3, O_CLOEXEC) == 3)) {
    report = 3;
    syscall(SYS_close_range, 4u, ~0u, 0);
    if (directory == NULL || chdir(directory) == 0) {
      execve(arguments[0], arguments, environment);
    }
  }
  int failure = errno;
  ssize_t written = write(report, &failure, sizeof failure);
  (void)written;
  _exit(127);
}

cprocess_child cprocess_start(
    char *const *arguments, char *const *environment, const char *directory) {
  cprocess_child child = {.input = -1, .output = -1, .errors = -1};
  int input[2] = {-1, -1}, output[2] = {-1, -1}, errors[2] = {-1, -1}, report[2] = {-1, -1};
  if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0
      || pipe2(errors, O_CLOEXEC) != 0 || pipe2(report, O_CLOEXEC) != 0) {
    child.failure = errno;
    close_pair(input), close_pair(output), close_pair(errors), close_pair(report);
    return child;
  }
  pid_t parent = getpid();
  pid_t pid = fork();
  if (pid == 0) {
    become(
        arguments, environment, directory, parent, input[0], output[1], errors[1], report[1]);
  }
  if (pid < 0) {
    child.failure = errno;
    close_pair(input), close_pair(output), close_pair(errors), close_pair(report);
    return child;
  }
  // The child does the same; whoever is first, the group is there for both.
  setpgid(pid, pid);
  close(input[0]), close(output[1]), close(errors[1]), close(report[1]);
  int failure = 0;
  ssize_t told;
  do {
    told = read(report[0], &failure, sizeof failure);
  } while (told < 0 && errno == EINTR);
  close(report[0]);
  if (told == sizeof failure) {
    waitpid(pid, NULL, 0);
    close(input[1]), close(output[0]), close(errors[0]);
    child.failure = failure;
    return child;
  }
  // A worker that does not read must not stop us; what it writes is read only when poll says so.
  fcntl(input[1], F_SETFL, O_NONBLOCK);
  child.pid = pid;
  child.input = input[1];
  child.output = output[0];
  child.errors = errors[0];
  return child;
}

// MARK: - Turns

enum { questions_of_a_try = 1000, most_tries = 20, microseconds_of_a_question = 100 };

// Whether the leader has stopped (1), has ended (-1), or neither yet (0). An ended one stays to be waited for; a
// stop is taken note of, so that the next one is news.
static int state_of(int pid) {
  siginfo_t state = {0};
  if (waitid(P_PID, (id_t)pid, &state, WSTOPPED | WEXITED | WNOWAIT | WNOHANG) != 0) {
    return errno == EINTR ? 0 : -1;
  }
  if (state.si_pid == 0) return 0;
  if (state.si_code != CLD_STOPPED) return -1;
  waitid(P_PID, (id_t)pid, &state, WSTOPPED | WNOHANG);
  return 1;
}

bool cprocess_stop(int pid) {
  // A shell that waits between vfork and exec of a child cannot stop, and does not go on while its child is
  // stopped: both are let go, and stopped again.
  for (int try = 0; try < most_tries; try++) {
    if (kill(-pid, SIGSTOP) != 0) return false;
    for (int question = 0; question < questions_of_a_try; question++) {
      int state = state_of(pid);
      if (state != 0) return state > 0;
      usleep(microseconds_of_a_question);
    }
    kill(-pid, SIGCONT);
    usleep(microseconds_of_a_question * 10);
  }
  return false;
}

void cprocess_continue(int pid) { kill(-pid, SIGCONT); }

void cprocess_end(int pid, bool forced) {
  kill(-pid, forced ? SIGKILL : SIGTERM);
  kill(-pid, SIGCONT);
}

static long long now_milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

int cprocess_wait(int pid, int milliseconds) {
  long long end = now_milliseconds() + milliseconds;
  for (;;) {
    int status = 0;
    pid_t ended = waitpid(pid, &status, WNOHANG);
    if (ended == pid) {
      return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    if (ended < 0 && errno != EINTR) return 127;
    if (now_milliseconds() >= end) return -1;
    poll(NULL, 0, 2);
  }
}

// MARK: - Pipes

long cprocess_read(
    int first, int second, int milliseconds, char *bytes, long capacity, bool *from_first) {
  long long end = now_milliseconds() + milliseconds;
  struct pollfd ends[2] = {{.fd = first, .events = POLLIN}, {.fd = second, .events = POLLIN}};
  while (ends[0].fd >= 0 || ends[1].fd >= 0) {
    long long left = end - now_milliseconds();
    int ready = poll(ends, 2, left > 0 ? (int)left : 0);
    if (ready < 0 && errno != EINTR) return -2;
    for (int i = 0; ready > 0 && i < 2; i++) {
      if (ends[i].fd < 0 || ends[i].revents == 0) continue;
      ssize_t count = read(ends[i].fd, bytes, (size_t)capacity);
      if (count > 0) {
        *from_first = i == 0;
        return count;
      }
      if (count == 0 || (errno != EINTR && errno != EAGAIN)) ends[i].fd = -1;
    }
    if (now_milliseconds() >= end && (ends[0].fd >= 0 || ends[1].fd >= 0)) return -1;
    // The first one alone decides: a worker whose output has ended says nothing more.
    if (ends[0].fd < 0 && first >= 0) return 0;
  }
  return 0;
}

bool cprocess_write(int descriptor, const char *bytes, long count, int milliseconds) {
  long long end = now_milliseconds() + milliseconds;
  while (count > 0) {
    ssize_t written = write(descriptor, bytes, (size_t)count);
    if (written > 0) {
      bytes += written;
      count -= written;
      continue;
    }
    if (written < 0 && errno != EAGAIN && errno != EINTR) return false;
    long long left = end - now_milliseconds();
    if (left <= 0) return false;
    struct pollfd target = {.fd = descriptor, .events = POLLOUT};
    poll(&target, 1, (int)left);
  }
  return true;
}

void cprocess_close(int descriptor) {
  if (descriptor >= 0) close(descriptor);
}

// MARK: - The watcher

enum { most_groups = 64 };

// Keeps the groups that it was told of, until nobody can tell it anything any more.
static void keep_watch(int descriptor) {
  int groups[most_groups] = {0};
  int number;
  for (;;) {
    ssize_t told = read(descriptor, &number, sizeof number);
    if (told < 0 && errno == EINTR) continue;
    if (told != sizeof number) break;
    for (int i = 0; i < most_groups; i++) {
      if (number > 0 && groups[i] == 0) {
        groups[i] = number;
        break;
      }
      if (number < 0 && groups[i] == -number) groups[i] = 0;
    }
  }
  for (int i = 0; i < most_groups; i++) {
    if (groups[i] > 0) kill(-groups[i], SIGKILL);
  }
  _exit(0);
}

int cprocess_watch(void) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  pid_t pid = fork();
  if (pid == 0) {
    // A session of its own: what is typed at the terminal does not end it before its time.
    setsid();
    for (int number = 1; number < NSIG; number++) signal(number, SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
    // It holds nothing open that others wait for the end of.
    int kept = dup2(ends[0], 3);
    for (int i = 0; i < 3; i++) close(i);
    syscall(SYS_close_range, 4u, ~0u, 0);
    keep_watch(kept);
  }
  close(ends[0]);
  if (pid < 0) {
    close(ends[1]);
    return -1;
  }
  return ends[1];
}

void cprocess_tell(int watcher, int pid, bool watched) {
  int number = watched ? pid : -pid;
  if (watcher < 0) return;
  ssize_t written = write(watcher, &number, sizeof number);
  (void)written;
}

// MARK: - The lock

int cprocess_lock(const char *path) {
  int descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0 && errno == ENOENT) {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    // Whatever the umask says: a lock that only its first user may take is none.
    if (descriptor >= 0) fchmod(descriptor, 0666);
  }
  if (descriptor < 0) descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  struct stat file;
  if (descriptor < 0) return -2;
  if (fstat(descriptor, &file) != 0 || !S_ISREG(file.st_mode)) {
    close(descriptor);
    return -2;
  }
  if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return descriptor;
  int failure = errno;
  close(descriptor);
  return failure == EWOULDBLOCK ? -1 : -2;
}

void cprocess_describe_lock(int descriptor, const char *text) {
  if (ftruncate(descriptor, 0) != 0) return;
  ssize_t written = pwrite(descriptor, text, strlen(text), 0);
  (void)written;
}
