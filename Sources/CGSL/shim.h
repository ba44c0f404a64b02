/* The parts of the GNU Scientific Library that CrossCheck and the tests use. */
#include <gsl/gsl_deriv.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_odeiv2.h>
#include <gsl/gsl_statistics_double.h>
#include <gsl/gsl_version.h>
