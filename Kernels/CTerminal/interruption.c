#include "cterminal.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

// A signal handler may call little else than sem_post (signal-safety(7)), so a thread of its own answers.

static sem_t noticed;
static atomic_int first_signal;
static void (*answer)(int signal);

static void notice(int signal_number) {
  int none = 0;
  atomic_compare_exchange_strong(&first_signal, &none, signal_number);
  // Another one ends the process in the system's way, so that a run that hangs can still be stopped.
  signal(SIGINT, SIG_DFL);
  signal(SIGTERM, SIG_DFL);
  sem_post(&noticed);
}

static void *wait_for_signal(void *unused) {
  (void)unused;
  while (sem_wait(&noticed) == -1 && errno == EINTR) {
  }
  answer(atomic_load(&first_signal));
  return NULL;
}

int cterminal_listen(void (*told)(int signal)) {
  answer = told;
  int failure = sem_init(&noticed, 0, 0);
  signal(SIGINT, notice);
  signal(SIGTERM, notice);
  if (failure != 0) return 0;
  // The thread handles no signal itself: the handler would interrupt the wait that it ends.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  failure = pthread_create(&thread, NULL, wait_for_signal, NULL);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (failure == 0) pthread_detach(thread);
  return failure == 0;
}

int cterminal_first_signal(void) { return atomic_load(&first_signal); }
