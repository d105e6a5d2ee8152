// What a program and its terminal tell each other and Swift has no safe words for: the size of the window,
// and signals.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/// Columns of the terminal at a file descriptor; 0 for what is no terminal, and for one that has not been
/// told its size.
int cterminal_columns(int descriptor);

/// Notices the first SIGINT or SIGTERM instead of ending the process, and calls `told` with its number on a
/// thread of its own, whatever the others are doing. A second signal ends the process.
///
/// To be called once. Returns 0 where there is no thread to be had: signals are noticed all the same, and
/// nobody is told.
int cterminal_listen(void (*told)(int signal));

/// The first signal that was noticed; 0 while there was none.
int cterminal_first_signal(void);

#ifdef __cplusplus
}
#endif
