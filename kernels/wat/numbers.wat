;; A raw module: functions of numbers, in the text format of WebAssembly. See ../c/README.md for how it is deployed.
(module
  ;; The greatest common divisor, by Euclid.
  (func (export "gcd") (param $a i64) (param $b i64) (result i64)
    (local $rest i64)
    (block $done
      (loop $more
        (br_if $done (i64.eqz (local.get $b)))
        (local.set $rest (i64.rem_u (local.get $a) (local.get $b)))
        (local.set $a (local.get $b))
        (local.set $b (local.get $rest))
        (br $more)))
    (local.get $a))

  ;; How many steps z → z² + c stay within the circle of radius 2, at most `limit`: the colour of a point of the
  ;; Mandelbrot set.
  (func (export "escape") (param $re f64) (param $im f64) (param $limit i32) (result i32)
    (local $x f64) (local $y f64) (local $next f64) (local $steps i32)
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $steps) (local.get $limit)))
        (br_if $done
          (f64.gt
            (f64.add (f64.mul (local.get $x) (local.get $x)) (f64.mul (local.get $y) (local.get $y)))
            (f64.const 4)))
        (local.set $next
          (f64.add
            (f64.sub (f64.mul (local.get $x) (local.get $x)) (f64.mul (local.get $y) (local.get $y)))
            (local.get $re)))
        (local.set $y
          (f64.add (f64.mul (f64.const 2) (f64.mul (local.get $x) (local.get $y))) (local.get $im)))
        (local.set $x (local.get $next))
        (local.set $steps (i32.add (local.get $steps) (i32.const 1)))
        (br $more)))
    (local.get $steps))

  ;; Quotient and rest at once: two results are the fields value0 and value1.
  (func (export "divide") (param $dividend i32) (param $divisor i32) (result i32 i32)
    (i32.div_s (local.get $dividend) (local.get $divisor))
    (i32.rem_s (local.get $dividend) (local.get $divisor))))
