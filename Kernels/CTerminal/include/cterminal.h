// The size of a terminal, which Swift can ask for through an unsafe pointer only.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/// Columns of the terminal at a file descriptor; 0 for what is no terminal, and for one that has not been
/// told its size.
int cterminal_columns(int descriptor);

#ifdef __cplusplus
}
#endif
