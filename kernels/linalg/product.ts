/** Products of whole matrices: the checks, the result, and the multiplication by blocks. */
import { checkShape, matrixOf, newElements, refuse, times } from "./matrix";
import { Update } from "./tile";
import { Workspace } from "./multiply";

/** The product of two matrices of a class `M` with elements `T`. */
export function product<M, T>(a: M, b: M): M {
  checkShape<M>("a", a);
  checkShape<M>("b", b);
  if (a.cols != b.rows) {
    refuse(
      "a is " +
        times(a.rows, a.cols) +
        " and b is " +
        times(b.rows, b.cols) +
        ": columns of a and rows of b differ",
    );
  }
  const m = <usize>a.rows;
  const k = <usize>a.cols;
  const n = <usize>b.cols;
  const data = newElements<T>(a.rows, b.cols);
  const to = changetype<usize>(data);
  const stride = n * sizeof<T>();
  if (k == 0) memory.fill(to, 0, m * stride);
  const workspace = new Workspace<T>(m, k, n);
  workspace.multiply(
    m,
    k,
    n,
    changetype<usize>(a.data),
    k * sizeof<T>(),
    changetype<usize>(b.data),
    stride,
    to,
    stride,
    Update.SET,
  );
  return matrixOf<M, T>(a.rows, b.cols, data);
}
