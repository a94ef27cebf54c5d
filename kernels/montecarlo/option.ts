/** A European or Asian option under geometric Brownian motion, checked, in the form the paths need. */
import { Code, fail } from "heddle";
import { powerOfTwo } from "./path-sums";

/** What the holder may do. */
export enum Side {
  /** Buy at the strike. */
  Call = 0,
  /** Sell at the strike. */
  Put = 1,
}

/** An option on one asset. Rates are per year, continuously compounded, 0.05 for 5 %. */
export class Option {
  /** Call or put. */
  side: Side = Side.Call;
  /** Price of the asset now. */
  spot: f64 = 0;
  /** Price at which the holder may buy or sell. */
  strike: f64 = 0;
  /** Interest rate. */
  rate: f64 = 0;
  /** Dividend yield. */
  dividend: f64 = 0;
  /** Volatility of the asset per square root of a year, 0 or above. */
  volatility: f64 = 0;
  /** Time to expiry in years. */
  years: f64 = 0;
}

/** Largest volatility × √years: beyond it a mean is made by paths that nobody ever draws. */
const SPREAD_MAX: f64 = 3;

/** Ends the call unless the option makes sense. */
export function checkOption(option: Option): void {
  if (option.side != Side.Call && option.side != Side.Put) {
    fail(Code.INVALID_ARGUMENT, "side must be 0 (call) or 1 (put), not " + (<i32>option.side).toString());
  }
  positive("spot", option.spot);
  positive("strike", option.strike);
  positive("years", option.years);
  finite("rate", option.rate);
  finite("dividend", option.dividend);
  const volatility = option.volatility;
  if (!(volatility >= 0 && volatility < Infinity)) {
    fail(Code.INVALID_ARGUMENT, "volatility must be 0 or above and finite, not " + volatility.toString());
  }
  const spread = volatility * sqrt(option.years);
  if (!(spread <= SPREAD_MAX)) {
    fail(Code.INVALID_ARGUMENT, "volatility × √years must be at most 3, not " + spread.toString());
  }
  const growth = max(abs(option.rate), abs(option.dividend)) * option.years;
  if (!(growth <= 50)) {
    fail(Code.INVALID_ARGUMENT, "rate × years and dividend × years must be from -50 to 50");
  }
}

/** What the payoff is divided by so that its mean is about 1 or less. */
export function scaleOf(option: Option): f64 {
  const drift = Math.exp((option.rate - option.dividend) * option.years);
  const most = option.side == Side.Put ? option.strike : option.spot * max(1, drift);
  return powerOfTwo(most * Math.exp(-option.rate * option.years));
}

function positive(name: string, value: f64): void {
  if (!(value > 1e-100 && value < 1e100)) {
    fail(Code.INVALID_ARGUMENT, name + " must be above 0 and finite, at most 1e100, not " + value.toString());
  }
}

function finite(name: string, value: f64): void {
  if (!(abs(value) < Infinity))
    fail(Code.INVALID_ARGUMENT, name + " must be finite, not " + value.toString());
}
