// Counts the allocations of the threads that ask for it: the functions of the C library that give memory are
// replaced in the tests' executable by ones that count and call the library's own.

#ifndef TENFOLD_ALLOCATIONS_H
#define TENFOLD_ALLOCATIONS_H

/// Begins to count the allocations of the calling thread, from 0.
void allocations_begin(void);

/// Ends counting on the calling thread.
///
/// Returns how many there were since `allocations_begin`.
long allocations_end(void);

#endif
