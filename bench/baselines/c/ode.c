/*
 * Initial value problems from the literature, solved by DOP853. coefficients.h is made of kernels/ode/coefficients.ts
 * when this is compiled.
 */
#include "coefficients.h"
#include "driver.h"
#include <math.h>

static inline void arenstorf(const double *system, const double *restrict y, double *restrict derivative) {
  (void)system;
  const double moon = 0.012277471, earth = 1 - 0.012277471;
  const double to_earth = y[0] + moon, to_moon = y[0] - earth;
  const double square1 = to_earth * to_earth + y[1] * y[1], square2 = to_moon * to_moon + y[1] * y[1];
  const double pull1 = earth / (square1 * sqrt(square1)), pull2 = moon / (square2 * sqrt(square2));
  derivative[0] = y[2];
  derivative[1] = y[3];
  derivative[2] = y[0] + 2 * y[3] - pull1 * to_earth - pull2 * to_moon;
  derivative[3] = y[1] - 2 * y[2] - (pull1 + pull2) * y[1];
}

static double arenstorf_invariant(const double *y) {
  const double moon = 0.012277471, earth = 1 - 0.012277471;
  const double to_earth = y[0] + moon, to_moon = y[0] - earth, square = y[1] * y[1];
  const double potential = earth / sqrt(to_earth * to_earth + square) + moon / sqrt(to_moon * to_moon + square);
  return y[0] * y[0] + square + 2 * potential - y[2] * y[2] - y[3] * y[3];
}

/* Seven stars of masses 1 to 7 in a plane: all x, all y, all x', all y'. */
static inline void pleiades(const double *system, const double *restrict y, double *restrict derivative) {
  (void)system;
  for (int i = 0; i < 14; i++) {
    derivative[i] = y[14 + i];
    derivative[14 + i] = 0;
  }
  for (int i = 1; i < 7; i++) {
    for (int j = 0; j < i; j++) {
      const double dx = y[j] - y[i], dy = y[7 + j] - y[7 + i], square = dx * dx + dy * dy;
      const double pull = 1 / (square * sqrt(square)), mass_i = (i + 1) * pull, mass_j = (j + 1) * pull;
      derivative[14 + i] += mass_j * dx;
      derivative[21 + i] += mass_j * dy;
      derivative[14 + j] -= mass_i * dx;
      derivative[21 + j] -= mass_i * dy;
    }
  }
}

static double pleiades_invariant(const double *y) {
  double energy = 0;
  for (int i = 0; i < 7; i++) {
    energy += 0.5 * (i + 1) * (y[14 + i] * y[14 + i] + y[21 + i] * y[21 + i]);
    for (int j = 0; j < i; j++) {
      const double dx = y[j] - y[i], dy = y[7 + j] - y[7 + i];
      energy -= (double)((i + 1) * (j + 1)) / sqrt(dx * dx + dy * dy);
    }
  }
  return energy;
}

static inline void two_body(const double *system, const double *restrict y, double *restrict derivative) {
  (void)system;
  const double square = y[0] * y[0] + y[1] * y[1], pull = -1 / (square * sqrt(square));
  derivative[0] = y[2];
  derivative[1] = y[3];
  derivative[2] = pull * y[0];
  derivative[3] = pull * y[1];
}

static double two_body_invariant(const double *y) {
  return 0.5 * (y[2] * y[2] + y[3] * y[3]) - 1 / sqrt(y[0] * y[0] + y[1] * y[1]);
}

static inline void rigid_body(const double *system, const double *restrict y, double *restrict derivative) {
  (void)system;
  derivative[0] = y[1] * y[2];
  derivative[1] = -y[0] * y[2];
  derivative[2] = -0.51 * y[0] * y[1];
}

static double rigid_body_invariant(const double *y) { return y[0] * y[0] + y[1] * y[1]; }

static inline void lorenz(const double *system, const double *restrict y, double *restrict derivative) {
  (void)system;
  derivative[0] = 10 * (y[1] - y[0]);
  derivative[1] = (28 - y[2]) * y[0] - y[1];
  derivative[2] = y[0] * y[1] - 8.0 / 3.0 * y[2];
}

static inline void van_der_pol(const double *system, const double *restrict y, double *restrict derivative) {
  (void)system;
  derivative[0] = y[1];
  derivative[1] = (1 - y[0] * y[0]) * y[1] - y[0];
}

/* The system is growth, predation, decline and conversion. */
static inline void lotka_volterra(const double *system, const double *restrict y, double *restrict derivative) {
  derivative[0] = (system[0] - system[1] * y[1]) * y[0];
  derivative[1] = (system[3] * y[0] - system[2]) * y[1];
}

static double lotka_volterra_invariant(const double *system, const double *y) {
  return system[3] * y[0] - system[2] * log(y[0]) + system[1] * y[1] - system[0] * log(y[1]);
}

static double none(const double *y) {
  (void)y;
  return 0;
}

#define N 4
#define EVALUATE arenstorf
#define NAME(name) arenstorf_##name
#include "dopri853.h"

#define N 28
#define EVALUATE pleiades
#define NAME(name) pleiades_##name
#include "dopri853.h"

#define N 4
#define EVALUATE two_body
#define NAME(name) two_body_##name
#include "dopri853.h"

#define N 3
#define EVALUATE rigid_body
#define NAME(name) rigid_body_##name
#include "dopri853.h"

#define N 3
#define EVALUATE lorenz
#define NAME(name) lorenz_##name
#include "dopri853.h"

#define N 2
#define EVALUATE van_der_pol
#define NAME(name) van_der_pol_##name
#include "dopri853.h"

#define N 2
#define EVALUATE lotka_volterra
#define NAME(name) lotka_volterra_##name
#include "dopri853.h"

/* Integrates `periods` times over a period and gives t, y, steps, rejected, evaluations, drift. */
#define SOLVE(name, invariant, tolerance_, period, period_low, periods, ...)                                         \
  do {                                                                                                               \
    name##_Integrator s = {.step_max = INFINITY, .tolerance = tolerance_, .y = {__VA_ARGS__}};                       \
    const double before = invariant(s.y);                                                                            \
    for (int i = 0; i < (periods); i++) name##_advance(&s, period, period_low);                                      \
    put_number(call, s.t);                                                                                           \
    memcpy(output(call, sizeof s.y), s.y, sizeof s.y);                                                               \
    put_number(call, s.accepted);                                                                                    \
    put_number(call, s.rejected);                                                                                    \
    put_number(call, s.evaluations);                                                                                 \
    put_number(call, before != 0 ? fabs(invariant(s.y) / before - 1) : 0);                                           \
  } while (0)

static void run_arenstorf(Call *call) {
  SOLVE(arenstorf, arenstorf_invariant, NUMBER(0), 17.0652165601579625588917206249, -1.3953334037007032e-15, 1, 0.994, 0,
        0, -2.00158510637908252240537862224);
}

static void run_pleiades(Call *call) {
  SOLVE(pleiades, pleiades_invariant, NUMBER(0), 3, 0, 1, 3, 3, -1, -3, 2, -2, 2, 3, -3, 2, 0, 0, -4, 4, 0, 0, 0, 0, 0,
        1.75, -1.5, 0, 0, 0, -1.25, 1, 0, 0);
}

static void run_two_body(Call *call) {
  const double e = NUMBER(0);
  SOLVE(two_body, two_body_invariant, NUMBER(2), NUMBER(1), 0, 1, 1 - e, 0, 0, sqrt((1 + e) / (1 - e)));
}

static void run_rigid_body(Call *call) {
  SOLVE(rigid_body, rigid_body_invariant, NUMBER(1), NUMBER(0), 0, 1, 0, 1, 1);
}

static void run_lorenz(Call *call) {
  SOLVE(lorenz, none, NUMBER(0), 1.558652210716174727567870209, 7.0033531588022878e-17, 1,
        -13.763610682134200525014401054, -19.578751942451795538838041446, 27);
}

static void run_van_der_pol(Call *call) {
  SOLVE(van_der_pol, none, NUMBER(1), 6.6632868593231301896996820305, -6.1498426423036406e-17, (int)NUMBER(0),
        2.00861986087484313650940188, 0);
}

/* Inputs: prey, predators, growth, predation, decline, conversion, duration, tolerance. */
static void run_lotka_volterra(Call *call) {
  const double system[] = {NUMBER(2), NUMBER(3), NUMBER(4), NUMBER(5)}, duration = NUMBER(6);
  lotka_volterra_Integrator s = {
      .system = system, .step_max = duration / 200, .tolerance = NUMBER(7), .y = {NUMBER(0), NUMBER(1)}};
  const double before = lotka_volterra_invariant(system, s.y);
  lotka_volterra_advance(&s, duration, 0);
  put_number(call, s.y[0]);
  put_number(call, s.y[1]);
  put_number(call, before);
  put_number(call, lotka_volterra_invariant(system, s.y));
  put_number(call, s.accepted);
}

const Function ode_functions[] = {
    {"ode/arenstorf", run_arenstorf},
    {"ode/pleiades", run_pleiades},
    {"ode/twoBody", run_two_body},
    {"ode/rigidBody", run_rigid_body},
    {"ode/lorenz", run_lorenz},
    {"ode/vanDerPol", run_van_der_pol},
    {"ode/lotkaVolterra", run_lotka_volterra},
    {0},
};
