// Processes that take turns: started in a group of their own, stopped and continued whole, read with a time
// limit, and ended with the process that started them. Swift has no safe words for these calls.
#pragma once

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A process that was started, with the ends of its pipes that are ours.
typedef struct {
  /// Its number, which is that of its process group as well; 0 where it was not started.
  int pid;
  /// What is written here comes to its standard input.
  int input;
  /// Its standard output.
  int output;
  /// Its standard error.
  int errors;
  /// The errno of what failed; 0 for a process that runs its program.
  int failure;
} cprocess_child;

/// Starts a program as the leader of a process group of its own, with default signals, no open files but its
/// three pipes, and SIGKILL on its way should this process end.
///
/// `arguments` and `environment` end with NULL, and `arguments[0]` is the path of the program. `directory` may
/// be NULL for this process's own.
cprocess_child cprocess_start(
    char *const *arguments, char *const *environment, const char *directory);

/// Stops every process of the group, which is not stopped yet, and waits until its leader has. Returns false for a
/// group whose leader has ended, or does not stop within seconds.
bool cprocess_stop(int pid);

/// Lets every process of the group go on.
void cprocess_continue(int pid);

/// Asks every process of the group to end, or ends them (`forced`); stopped ones go on, so that they can.
void cprocess_end(int pid, bool forced);

/// Waits at most so long for the leader to end. Returns its exit status, 128 + its signal, or -1 where it has
/// not ended.
int cprocess_wait(int pid, int milliseconds);

/// The processes of a group by their numbers, at most `capacity`. Returns how many; 0 where /proc is not there.
int cprocess_members(int group, int *pids, int capacity);

/// Nanoseconds of CPU time that processes have used, all of their threads together; those that are gone count
/// nothing.
long long cprocess_cpu_nanoseconds(const int *pids, int count);

/// Waits at most so long until one of two descriptors can be read, then reads what is there. Returns the number
/// of bytes, 0 at the end of both, -1 when the time is over, -2 for an error.
///
/// Bytes of `first` are preferred; `*from_first` tells whose they are. A negative descriptor is at its end.
long cprocess_read(
    int first, int second, int milliseconds, char *bytes, long capacity, bool *from_first);

/// Writes all bytes; false when the reader is gone or does not read within so long.
bool cprocess_write(int descriptor, const char *bytes, long count, int milliseconds);

/// Closes a descriptor.
void cprocess_close(int descriptor);

/// Starts a watcher that kills the groups named to it when this process ends in any way, also where SIGKILL
/// gives no time to. Returns the descriptor that it listens at, or -1.
///
/// A group that is stopped would otherwise wait for ever for somebody to continue it.
int cprocess_watch(void);

/// Names a group to the watcher, or takes the name back.
void cprocess_tell(int watcher, int pid, bool watched);

/// Takes a lock that lives as long as this process, on a file that all users may lock. Returns a descriptor, -1
/// where another process holds it, -2 where there can be no such file.
int cprocess_lock(const char *path);

/// Replaces the text of a file that was locked, for whoever wants to know who holds it.
void cprocess_describe_lock(int descriptor, const char *text);

#ifdef __cplusplus
}
#endif
