/*
 * DOP853: a Runge-Kutta method of order 8 that chooses its steps by embedded estimates of order 5 and 3, with y and t
 * as compensated sums. Included once for each system of N equations; `EVALUATE(system, y, derivative)` is its right-hand
 * side, `NAME` gives the functions names of their own.
 */

typedef struct {
  const double *system;
  double t, step, step_max, tolerance, t_carry;
  double y[N], y_carry[N], increment[N], w[N];
  double k1[N], k2[N], k3[N], k4[N], k5[N], k6[N], k7[N], k8[N], k9[N], k10[N];
  uint32_t accepted, rejected, evaluations;
} NAME(Integrator);

/* The first evaluation and the first step, chosen from y' and an estimate of y''. */
static void NAME(begin)(NAME(Integrator) *s) {
  const double *const system = s->system;
  double slope = 0, size = 0, curvature = 0;
  EVALUATE(system, s->y, s->k1);
  for (size_t i = 0; i < N; i++) {
    const double scale = s->tolerance * (1 + fabs(s->y[i]));
    slope += s->k1[i] / scale * (s->k1[i] / scale);
    size += s->y[i] / scale * (s->y[i] / scale);
  }
  double h = slope <= 1e-10 || size <= 1e-10 ? 1e-6 : 0.01 * sqrt(size / slope);
  h = fmin(h, s->step_max);
  for (size_t i = 0; i < N; i++) s->w[i] = s->y[i] + h * s->k1[i];
  EVALUATE(system, s->w, s->k2);
  for (size_t i = 0; i < N; i++) {
    const double scale = s->tolerance * (1 + fabs(s->y[i])), change = (s->k2[i] - s->k1[i]) / scale;
    curvature += change * change;
  }
  const double steepest = fmax(sqrt(curvature) / h, sqrt(slope));
  const double h1 = steepest <= 1e-15 ? fmax(1e-6, h * 1e-3) : pow(0.01 / steepest, 1.0 / 8.0);
  s->step = fmin(100 * h, h1);
  s->evaluations = 2;
}

/* The increment of the step, the candidate and the combined estimate of both error estimates. */
static double NAME(measure)(NAME(Integrator) *s, double h) {
  const double *const k1 = s->k1, *const k6 = s->k6, *const k7 = s->k7, *const k8 = s->k8, *const k9 = s->k9;
  const double *const k10 = s->k10, *const k11 = s->k2, *const k12 = s->k3;
  double error5 = 0, error3 = 0;
  for (size_t i = 0; i < N; i++) {
    const double slope = b1 * k1[i] + b6 * k6[i] + b7 * k7[i] + b8 * k8[i] + b9 * k9[i] + b10 * k10[i] + b11 * k11[i] +
                         b12 * k12[i];
    const double change = h * slope - s->y_carry[i], before = s->y[i], after = before + change;
    s->increment[i] = change;
    s->w[i] = after;
    const double larger = fabs(before) > fabs(after) ? fabs(before) : fabs(after);
    const double scale = 1 / (s->tolerance * (1 + larger));
    const double off3 = (slope - bb1 * k1[i] - bb9 * k9[i] - bb12 * k12[i]) * scale;
    const double off5 = (e1 * k1[i] + e6 * k6[i] + e7 * k7[i] + e8 * k8[i] + e9 * k9[i] + e10 * k10[i] + e11 * k11[i] +
                         e12 * k12[i]) * scale;
    error3 += off3 * off3;
    error5 += off5 * off5;
  }
  const double weight = error5 + 0.01 * error3;
  return weight == 0 ? 0 : h * error5 / sqrt(N * weight);
}

/* Tries a step of length h; k2 and k3 are needed no more after stage 5 and hold stages 11 and 12. */
static double NAME(attempt)(NAME(Integrator) *s, double h) {
  const double *const system = s->system, *restrict const y = s->y;
  double *restrict const w = s->w, *restrict const k1 = s->k1, *restrict const k2 = s->k2, *restrict const k3 = s->k3;
  double *restrict const k4 = s->k4, *restrict const k5 = s->k5, *restrict const k6 = s->k6, *restrict const k7 = s->k7;
  double *restrict const k8 = s->k8, *restrict const k9 = s->k9, *restrict const k10 = s->k10;
  for (size_t i = 0; i < N; i++) w[i] = y[i] + h * (a21 * k1[i]);
  EVALUATE(system, w, k2);
  for (size_t i = 0; i < N; i++) w[i] = y[i] + h * (a31 * k1[i] + a32 * k2[i]);
  EVALUATE(system, w, k3);
  for (size_t i = 0; i < N; i++) w[i] = y[i] + h * (a41 * k1[i] + a43 * k3[i]);
  EVALUATE(system, w, k4);
  for (size_t i = 0; i < N; i++) w[i] = y[i] + h * (a51 * k1[i] + a53 * k3[i] + a54 * k4[i]);
  EVALUATE(system, w, k5);
  for (size_t i = 0; i < N; i++) w[i] = y[i] + h * (a61 * k1[i] + a64 * k4[i] + a65 * k5[i]);
  EVALUATE(system, w, k6);
  for (size_t i = 0; i < N; i++) w[i] = y[i] + h * (
    a71 * k1[i] + a74 * k4[i] + a75 * k5[i] + a76 * k6[i]);
  EVALUATE(system, w, k7);
  for (size_t i = 0; i < N; i++) w[i] = y[i] + h * (
    a81 * k1[i] + a84 * k4[i] + a85 * k5[i] + a86 * k6[i] + a87 * k7[i]);
  EVALUATE(system, w, k8);
  for (size_t i = 0; i < N; i++) w[i] = y[i] + h * (
    a91 * k1[i] + a94 * k4[i] + a95 * k5[i] + a96 * k6[i] + a97 * k7[i] + a98 * k8[i]);
  EVALUATE(system, w, k9);
  for (size_t i = 0; i < N; i++) w[i] = y[i] + h * (
    a10_1 * k1[i] + a10_4 * k4[i] + a10_5 * k5[i] + a10_6 * k6[i] + a10_7 * k7[i]
    + a10_8 * k8[i] + a10_9 * k9[i]);
  EVALUATE(system, w, k10);
  for (size_t i = 0; i < N; i++) w[i] = y[i] + h * (
    a11_1 * k1[i] + a11_4 * k4[i] + a11_5 * k5[i] + a11_6 * k6[i] + a11_7 * k7[i]
    + a11_8 * k8[i] + a11_9 * k9[i] + a11_10 * k10[i]);
  EVALUATE(system, w, k2);
  for (size_t i = 0; i < N; i++) w[i] = y[i] + h * (
    a12_1 * k1[i] + a12_4 * k4[i] + a12_5 * k5[i] + a12_6 * k6[i] + a12_7 * k7[i]
    + a12_8 * k8[i] + a12_9 * k9[i] + a12_10 * k10[i] + a12_11 * k2[i]);
  EVALUATE(system, w, k3);
  s->evaluations += 11;
  return NAME(measure)(s, h);
}

/* Makes the candidate the solution and evaluates there, which is the first stage of the next step. */
static void NAME(take)(NAME(Integrator) *s) {
  for (size_t i = 0; i < N; i++) {
    const double before = s->y[i], after = s->w[i];
    s->y_carry[i] = after - before - s->increment[i];
    s->y[i] = after;
  }
  EVALUATE(s->system, s->y, s->k1);
  s->accepted++;
  s->evaluations++;
}

/* Integrates over a further duration, given in two numbers. */
static void NAME(advance)(NAME(Integrator) *s, double duration, double duration_low) {
  if (s->evaluations == 0) NAME(begin)(s);
  const double t = s->t;
  double step = fmin(s->step, s->step_max), done = 0, carry = duration_low;
  bool retried = false;
  for (;;) {
    const double left = duration - done + carry;
    const bool last = 1.01 * step >= left;
    const double h = last ? left : step;
    const double error = NAME(attempt)(s, h), shrink = sqrt(sqrt(sqrt(error))) / 0.9;
    if (!(error <= 1)) {
      s->rejected++;
      retried = true;
      step = h / (shrink < 3 ? shrink : 3);
      if (!(step >= duration * 1e-14)) abort();
      continue;
    }
    NAME(take)(s);
    double proposal = h / fmax(shrink, 1.0 / 6);
    if (retried) proposal = fmin(proposal, h);
    retried = false;
    if (!last || proposal > step) step = fmin(proposal, s->step_max);
    if (last) break;
    const double part = h - carry, sum = done + part;
    carry = sum - done - part;
    done = sum;
  }
  s->step = step;
  const double part = duration - (s->t_carry - duration_low);
  s->t = t + part;
  s->t_carry = s->t - t - part;
}

#undef N
#undef EVALUATE
#undef NAME
