/* LAPACK through its C interface; Swift has no C complex numbers, so the real routines are declared here. */
#ifndef DIFFMSM_CLAPACKE_SHIM_H
#define DIFFMSM_CLAPACKE_SHIM_H
#define lapack_complex_float float
#define lapack_complex_double double
#include <lapacke.h>
#endif
