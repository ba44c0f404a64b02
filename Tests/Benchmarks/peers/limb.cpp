// The product's algorithm by hand in C++: the same equations, steps and outputs from the same file.
// Eight muscles side by side, two hinges in closed form, step-level sensitivities, normal matrix.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <algorithm>
#include <vector>
typedef double V __attribute__((ext_vector_type(8)));
typedef int64_t I __attribute__((ext_vector_type(8)));
static inline V exp8(V x) {
  x = __builtin_elementwise_min(__builtin_elementwise_max(x, (V)(-708.0)), (V)(708.0));
  V t = x * 1.4426950408889634 + 6755399441055744.0; V k = t - 6755399441055744.0;
  V r = x - k * 6.93147180369123816490e-01 - k * 1.90821492927058770002e-10;
  static const double c[] = {1.0/39916800, 1.0/3628800, 1.0/362880, 1.0/40320, 1.0/5040, 1.0/720, 1.0/120, 1.0/24, 1.0/6, 0.5, 1, 1};
  V p = (V)(1.0 / 479001600);
#pragma unroll
  for (double a : c) p = p * r + a;
  return p * (V)(((I)t + 1023) << 52);
}
static inline V log8(V x) {
  I b = (I)x, o = b - 0x3fe6a09e667f3bcdLL, e = o & (int64_t)0xfff0000000000000ULL; V m = (V)(b - e);
  V k = __builtin_convertvector(e >> 52, V), f = (m - 1.0) / (m + 1.0), z = f * f;
  static const double c[] = {2.0/19, 2.0/17, 2.0/15, 2.0/13, 2.0/11, 2.0/9, 2.0/7, 2.0/5, 2.0/3};
  V p = (V)(2.0 / 21);
#pragma unroll
  for (double a : c) p = p * z + a;
  return k * 6.93147180369123816490e-01 + (f * 2.0 + (f * z * p + k * 1.90821492927058770002e-10));
}
static inline double sum(V a) { auto h = a.lo + a.hi; auto q = h.lo + h.hi; return q.x + q.y; }
struct Muscle { V c[6], F, l0, ls, vm, beta, w, il, sc; };
struct Kept { V ra, rb, d[4]; };
struct Stage { double K[2][2], C[2][2], Mi[2][2]; V e0, e1; Kept *kept; };
struct Chain {
  int nm, nb, N, np; double dt, d[2], x0[4], n18[18]; V lanes[18]; std::vector<Muscle> mu;
  std::vector<V> act; std::vector<double> sens, info; std::vector<Kept> kept;
  std::vector<V> S; // row by row: 4 kinds x nb, then 1 inertial block with damping in lanes 6, 7
  Chain(const char *name) {
    FILE *f = fopen(name, "rb"); if (!f) { perror(name); exit(1); }
    std::vector<double> x(1 << 24); x.resize(fread(x.data(), 8, x.size(), f)); fclose(f);
    nm = x[1]; N = x[2]; dt = x[3]; nb = (nm + 7) / 8; np = 4 * nm + 8;
    const double *p = x.data() + 6, *co = p, *nu = co + 6 * nm, *li = nu + 5 * nm; mu.resize(nb);
    for (int b = 0; b < nb; b++) for (int l = 0; l < 8; l++) {
      int j = 8 * b + l; bool is = j < nm; Muscle &m = mu[b];
      for (int k = 0; k < 6; k++) m.c[k][l] = is ? co[6 * j + k] : k == 0 ? 0.3 : 0;
      const double *q = nu + 5 * j; m.F[l] = is ? q[0] : 0; m.l0[l] = is ? q[1] : 0.1; m.ls[l] = is ? q[2] : 0.2;
      m.vm[l] = is ? q[3] : 10; m.w[l] = is ? q[1] * q[4] : 0; m.il[l] = 1 / m.l0[l]; m.sc[l] = 1 / (m.l0[l] * m.vm[l]);
    }
    for (int k = 0; k < 2; k++) d[k] = li[4 * k + 3];
    p = li + 8; memcpy(x0, p, 32); p += 4;
    act.assign((2 * N + 1) * nb, (V)(0.0));
    for (int t = 0; t <= 2 * N; t++) for (int j = 0; j < nm; j++) act[t * nb + j / 8][j % 8] = p[t * nm + j];
    p += (2 * N + 1) * nm; memcpy(n18, p, 144); p += 18;
    for (int k = 0; k < 18; k++) { lanes[k] = (V)(0.0); for (int l = 0; l < 6; l++) lanes[k][l] = p[18 * l + k]; }
    p += 108; sens.assign(p, p + 4 * np); p += 4 * np; info.assign(p, p + np * np);
    kept.resize(4 * nb); S.resize(4 * (4 * nb + 1));
  }
  template <bool D> __attribute__((noinline)) void muscles(const double *x, const V *a, double *o, Kept *k) {
    V q = (V)(x[0]), r = (V)(x[1]), u = (V)(x[2]), v = (V)(x[3]); V s[9] = {};
    for (int b = 0; b < nb; b++) {
      const Muscle &m = mu[b]; const V *c = m.c;
      V L = c[0] + q * (c[1] + c[2] * q + c[5] * r) + r * (c[3] + c[4] * r), la = c[1] + 2 * c[2] * q + c[5] * r, lb = c[3] + 2 * c[4] * r + c[5] * q;
      V sp = la * u + lb * v, y = L - m.ls, lm = __builtin_elementwise_sqrt(y * y + m.w * m.w), im = 1 / lm, co = y * im, si = m.w * im, n = lm * m.il, ss = sp * m.sc, ve = ss * co;
      V w1 = 1 / (n * 0.063303448465465 + 0.162384573599574), w2 = 1 / (n * 0.200356847296188 - 0.029947116970696); const double w3 = 1 / 0.353553390593274;
      V u1 = (n - 1.055033428970575) * w1, u2 = (n - 0.716775413397760) * w2, u3 = (n - 1) * w3;
      V g1 = 0.8150671134243542 * exp8(-0.5 * u1 * u1), g2 = 0.433004984392647 * exp8(-0.5 * u2 * u2), g3 = 0.1 * exp8(-0.5 * u3 * u3), fl = g1 + g2 + g3;
      static const double ke = 4 / 0.6, off = std::exp(-0.8 * ke), den = 1 / (std::exp(4.0) - off);
      V ri = exp8(ke * (n - 1)) * den, fp = ri - off * den, z = -8.149 * ve - 0.374, rt = __builtin_elementwise_sqrt(z * z + 1.0);
      V lg = log8(__builtin_elementwise_abs(z) + rt), as = (V)((I)lg | ((I)z & INT64_MIN)), fv = -0.3211346127989808 * as + 0.8825327733249912;
      V val = a[b] * fl * fv + fp + 0.01 * ve, pull = m.F * co, F = pull * val;
      s[0] -= la * F; s[1] -= lb * F;
      if (D) {
        V df = (g1 * u1 * (u1 * 0.063303448465465 - 1) * w1 + g2 * u2 * (u2 * 0.200356847296188 - 1) * w2 - g3 * u3 * w3);
        V vl = a[b] * df * fv + ke * ri, vv = a[b] * fl * (0.3211346127989808 * 8.149 / rt) + 0.01, bc = vv * ss * co + val, st = vl * co * m.il;
        V fa = m.F * (st * co + bc * si * si * im), fh = m.F * (st * si - bc * co * si * im), fs = pull * vv * m.sc * co, fvm = -(pull * vv * ve);
        V laa = 2 * c[2], lab = c[5], lbb = 2 * c[4], fx = fa * la + fs * (laa * u + lab * v), fy = fa * lb + fs * (lab * u + lbb * v);
        s[2] -= la * fx + laa * F; s[3] -= la * fy + lab * F; s[4] -= lb * fx + lab * F; s[5] -= lb * fy + lbb * F;
        s[6] -= fs * la * la; s[7] -= fs * la * lb; s[8] -= fs * lb * lb;
        k[b].ra = -la; k[b].rb = -lb; k[b].d[0] = F; k[b].d[1] = fh * m.w + fvm - pull * vl * n; k[b].d[2] = -(m.ls * fa); k[b].d[3] = fvm;
      }
    }
    for (int i = 0; i < (D ? 9 : 2); i++) o[i] = sum(s[i]);
  }
  template <bool D> inline void rhs(const double *x, const V *a, double *v, Stage *g) {
    double o[9]; muscles<D>(x, a, o, D ? g->kept : nullptr);
    double c0 = cos(x[0]), s0 = sin(x[0]), c1 = cos(x[1]), s1 = sin(x[1]), c2 = 2 * c1 * c1 - 1, s2 = 2 * s1 * c1, u0 = x[2], u1 = x[3]; const double *n = n18;
    double A = n[0] + n[1] * c1 + n[2] * s1 + n[3] * c2 + n[4] * s2, Ad = -n[1] * s1 + n[2] * c1 + 2 * (n[4] * c2 - n[3] * s2), B = n[5] + n[6] * c1 + n[7] * s1, Bd = n[7] * c1 - n[6] * s1;
    double r0 = n[10] * c1 + n[11] * s1, r1 = n[13] * c1 + n[14] * s1, r2 = n[16] * c1 + n[17] * s1, d0 = n[11] * c1 - n[10] * s1, d1 = n[14] * c1 - n[13] * s1, d2 = n[17] * c1 - n[16] * s1;
    double t0 = o[0] - d[0] * u0 - ((Ad * u0 + Bd * u1) * u1 + (n[15] + r2) * c0 - (n[12] + r1) * s0), t1 = o[1] - d[1] * u1 - (-0.5 * Ad * u0 * u0 + d0 + c0 * d1 + s0 * d2);
    double q = 1 / (A * n[8] - B * B), i0 = n[8] * q, i1 = -B * q, i2 = A * q; v[0] = i0 * t0 + i1 * t1; v[1] = i1 * t0 + i2 * t1;
    if (D) {
      double Add = -n[1] * c1 - n[2] * s1 - 4 * (n[3] * c2 + n[4] * s2), Bdd = -n[6] * c1 - n[7] * s1, V00 = -(n[12] + r1) * c0 - (n[15] + r2) * s0, V01 = d2 * c0 - d1 * s0, V11 = -(r0 + r1 * c0 + r2 * s0);
      double K[2][2] = {{o[2] - V00, o[3] - (Ad * v[0] + Bd * v[1] + (Add * u0 + Bdd * u1) * u1 + V01)}, {o[4] - V01, o[5] - (Bd * v[0] - 0.5 * Add * u0 * u0 + V11)}};
      double C[2][2] = {{o[6] - Ad * u1 - d[0], o[7] - Ad * u0 - 2 * Bd * u1}, {o[7] + Ad * u0, o[8] - d[1]}};
      for (int j = 0; j < 2; j++) { g->K[0][j] = i0 * K[0][j] + i1 * K[1][j]; g->K[1][j] = i1 * K[0][j] + i2 * K[1][j]; g->C[0][j] = i0 * C[0][j] + i1 * C[1][j]; g->C[1][j] = i1 * C[0][j] + i2 * C[1][j]; }
      g->Mi[0][0] = i0; g->Mi[0][1] = g->Mi[1][0] = i1; g->Mi[1][1] = i2;
      double p = u0 * u1, r = u1 * u1, h = -0.5 * u0 * u0; const V *l = lanes;
      V x0 = v[0] * l[0] + (c1 * v[0] - s1 * p) * l[1] + (s1 * v[0] + c1 * p) * l[2] + (c2 * v[0] - 2 * s2 * p) * l[3] + (s2 * v[0] + 2 * c2 * p) * l[4] + v[1] * l[5] + (c1 * v[1] - s1 * r) * l[6] + (s1 * v[1] + c1 * r) * l[7];
      x0 += -s0 * l[12] - s0 * c1 * l[13] - s0 * s1 * l[14] + c0 * l[15] + c0 * c1 * l[16] + c0 * s1 * l[17];
      V y = -s1 * h * l[1] + c1 * h * l[2] - 2 * s2 * h * l[3] + 2 * c2 * h * l[4] + v[0] * l[5] + c1 * v[0] * l[6] + s1 * v[0] * l[7] + v[1] * l[8];
      y += -s1 * l[10] + c1 * l[11] - c0 * s1 * l[13] + c0 * c1 * l[14] - s0 * s1 * l[16] + s0 * c1 * l[17];
      x0[6] = d[0] * u0; y[7] = d[1] * u1; g->e0 = x0; g->e1 = y;
    }
  }
  template <bool D> __attribute__((noinline)) void stage(const double *x, const V *a, double *v, Stage *g) { rhs<D>(x, a, v, g); }
  double forward() {
    double x[4]; memcpy(x, x0, 32);
    for (int t = 0; t < N; t++) { double v[4][2], y[4], r[4] = {}; advance<false>(t, x, v, y, r, nullptr); }
    return x[0];
  }
  template <bool D> inline void advance(int t, double *x, double v[4][2], double *y, double *r, Stage *g) {
    for (int s = 0; s < 4; s++) {
      double h = s == 0 ? 0 : s == 3 ? dt : 0.5 * dt, w = s == 0 || s == 3 ? 1 : 2; double z[4];
      for (int i = 0; i < 2; i++) { z[i] = x[i] + (s ? h * y[2 + i] : 0); z[2 + i] = x[2 + i] + (s ? h * v[s - 1][i] : 0); }
      memcpy(y, z, 32); stage<D>(y, act.data() + (2 * t + (s == 0 ? 0 : s == 3 ? 2 : 1)) * nb, v[s], D ? g + s : nullptr);
      for (int i = 0; i < 2; i++) { r[i] += w * y[2 + i]; r[2 + i] += w * v[s][i]; }
    }
    for (int i = 0; i < 4; i++) x[i] += dt / 6 * r[i];
  }
  std::vector<V> H;
  void jacobian(bool normal) {
    int nbl = 4 * nb + 1, w = 8 * nbl; double x[4]; memcpy(x, x0, 32); std::fill(S.begin(), S.end(), (V)(0.0)); H.assign(normal ? w * nbl : 0, (V)(0.0)); Stage g[4];
    for (int s = 0; s < 4; s++) g[s].kept = kept.data() + s * nb;
    for (int t = 0; t < N; t++) {
      double v[4][2], y[4], r[4] = {}; advance<true>(t, x, v, y, r, g);
      double W[4][4], P[4][4] = {}, A[4][4] = {}, G[4][4][2]; for (int i = 0; i < 4; i++) A[i][i] = 1;
      for (int s = 3; s >= 0; s--) {
        double own = (s == 0 || s == 3 ? dt / 6 : dt / 3), ch = s == 3 ? 0 : s == 2 ? dt : 0.5 * dt;
        for (int i = 0; i < 4; i++) for (int j = 0; j < 4; j++) W[i][j] = (i == j ? own : 0) + ch * P[i][j];
        for (int i = 0; i < 4; i++) for (int j = 0; j < 2; j++) { P[i][j] = W[i][2] * g[s].K[0][j] + W[i][3] * g[s].K[1][j]; P[i][2 + j] = W[i][j] + W[i][2] * g[s].C[0][j] + W[i][3] * g[s].C[1][j]; G[s][i][j] = W[i][2] * g[s].Mi[0][j] + W[i][3] * g[s].Mi[1][j]; }
        for (int i = 0; i < 4; i++) for (int j = 0; j < 4; j++) A[i][j] += P[i][j];
      }
      for (int b = 0; b < nbl; b++) { V z[4]; for (int i = 0; i < 4; i++) z[i] = S[i * nbl + b]; for (int i = 0; i < 4; i++) S[i * nbl + b] = A[i][0] * z[0] + A[i][1] * z[1] + A[i][2] * z[2] + A[i][3] * z[3]; }
      for (int b = 0; b < nb; b++) for (int i = 0; i < 4; i++) for (int s = 0; s < 4; s++) { const Kept &k = g[s].kept[b]; V u = G[s][i][0] * k.ra + G[s][i][1] * k.rb; for (int c = 0; c < 4; c++) S[i * nbl + c * nb + b] += u * k.d[c]; }
      for (int i = 0; i < 4; i++) for (int s = 0; s < 4; s++) S[i * nbl + 4 * nb] -= G[s][i][0] * g[s].e0 + G[s][i][1] * g[s].e1;
      if (normal) for (int i = 0; i < 2; i++) { const V *q = &S[i * nbl]; const double *e = (const double *)q; for (int j = 0; j < w; j++) { V f = (V)(e[j]); for (int b = 0; b <= j / 8; b++) { H[j * nbl + b] += f * q[b]; } } }
    }
  }
  int place(int p) { return p < 4 * nm ? (p % 4 == 0 ? 0 : p % 4) * 8 * nb + p / 4 : 32 * nb + ((p - 4 * nm) % 4 == 3 ? 6 + (p - 4 * nm) / 4 : 3 * ((p - 4 * nm) / 4) + (p - 4 * nm) % 4); }
};
static double now() { timespec t; clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t); return t.tv_sec * 1e6 + t.tv_nsec * 1e-3; }
template <class F> static void measure(const char *what, F f) {
  f(); std::vector<double> t; double begin = now();
  while (t.size() < 7 || (now() - begin < 1.5e6 && t.size() < 400)) { double s = now(); f(); t.push_back(now() - s); }
  std::sort(t.begin(), t.end()); printf(" %s %.1f %.1f", what, t[t.size() / 20], t[t.size() / 2]);
}
int main(int n, char **names) {
  Chain c(names[1]); volatile double sink = 0; printf("c++ joints 2 muscles %d unknowns %d", c.nm, c.np);
  measure("forward", [&] { sink = c.forward(); }); measure("jacobian", [&] { c.jacobian(false); }); measure("with-normal-matrix", [&] { c.jacobian(true); });
  int nbl = 4 * c.nb + 1; double e = 0, m = 0, eh = 0, mh = 0; const double *S = (const double *)c.S.data();
  for (int i = 0; i < 4; i++) for (int p = 0; p < c.np; p++) { m = std::max(m, fabs(c.sens[i * c.np + p])); e = std::max(e, fabs(S[8 * nbl * i + c.place(p)] - c.sens[i * c.np + p])); }
  for (int p = 0; p < c.np; p++) for (int q = 0; q < c.np; q++) { int a = c.place(p), b = c.place(q); double f = ((const double *)c.H.data())[std::max(a, b) * 8 * nbl + std::min(a, b)]; mh = std::max(mh, fabs(c.info[p * c.np + q])); eh = std::max(eh, fabs(f - c.info[p * c.np + q])); }
  printf("\nc++ largest difference over largest element: sensitivity %.1e, normal matrix %.1e\n", e / m, eh / mh);
}
