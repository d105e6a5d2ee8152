#include "cblas_library.h"
