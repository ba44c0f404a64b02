/* The parts of the GNU Scientific Library that CrossCheck and the tests use. */
#include <gsl/gsl_deriv.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_odeiv2.h>
#include <gsl/gsl_statistics_double.h>
#include <gsl/gsl_version.h>

/* C globals are not safe to read from Swift 6; these read the same pointers. */
static inline const gsl_odeiv2_step_type *diffmsm_rk8pd(void) { return gsl_odeiv2_step_rk8pd; }
static inline const gsl_odeiv2_step_type *diffmsm_msbdf(void) { return gsl_odeiv2_step_msbdf; }
