// What a stretch of code does, counted and not timed: allocations, and instructions where the processor counts
// them.
//
// The functions of the C library that give memory are replaced in the executable by ones that count, where
// somebody asked for it, and call the library's own. Under a sanitizer, which replaces them itself, and without
// glibc nothing is counted.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/// Begins to count the allocations of the calling thread, from 0.
void ccounters_begin_allocations(void);

/// Ends counting on the calling thread. Returns how many there were, or -1 where nothing counts them.
long ccounters_end_allocations(void);

/// Begins to count the allocations of all threads, from 0.
void ccounters_begin_all_allocations(void);

/// Ends counting on all threads. Returns how many there were, or -1 where nothing counts them.
long ccounters_end_all_allocations(void);

/// Opens a counter of the instructions that the calling thread executes outside the kernel. Returns a descriptor,
/// or -1 where the processor has none or the system does not give it (perf_event_open(2)).
int ccounters_open_instructions(void);

/// What the counter has counted since it was opened; -1 where it does not tell.
long long ccounters_read_instructions(int counter);

/// Closes a counter.
void ccounters_close_instructions(int counter);

#ifdef __cplusplus
}
#endif
