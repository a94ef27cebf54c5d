/**
 * Compiles so that every instruction of a kernel's own functions can be traced to a line of the kernel's own sources,
 * also after the optimiser has inlined what the libraries do.
 *
 * Binaryen keeps the place of an expression when it inlines it, but not the place of the call: after inlining,
 * `values[index]` has the line of `StaticArray#__get`, which is of no use to an author. So code of the standard library
 * gets no places at all, and each call of an author's stands in a block with the place of the call. Inlined into that
 * block, code without places takes the block's, which is the call's. The blocks dissolve in the first passes.
 */
import {
  Compiler,
  getExpressionType,
  type Constraints,
  type Expression,
  type ExpressionRef,
  type Module,
  type Node,
  type Program,
  type Range,
  type Type,
} from "assemblyscript";
import binaryen from "assemblyscript/binaryen";
import { isStandard } from "./library-path.ts";

/** Compiles a program with places. */
class LocatedCompiler extends Compiler {
  #blocks = 0;

  override addDebugLocation(expression: ExpressionRef, range: Range): void {
    if (!isStandard(range.source.normalizedPath)) super.addDebugLocation(expression, range);
  }

  override compileExpression(expression: Expression, type: Type, constraints?: Constraints): ExpressionRef {
    const compiled = super.compileExpression(expression, type, constraints);
    const isCall = binaryen.getExpressionId(compiled) === binaryen.CallId;
    return isCall ? this.#inBlock(compiled, expression.range) : compiled;
  }

  /** What `throw`, `assert` and the checks of the language end with. */
  override makeStaticAbort(message: ExpressionRef, at: Node): ExpressionRef {
    return this.#inBlock(super.makeStaticAbort(message, at), at.range);
  }

  /** A block with a place. Without a label, one at the level of statements would be dissolved at once. */
  #inBlock(expression: ExpressionRef, range: Range): ExpressionRef {
    if (isStandard(range.source.normalizedPath)) return expression;
    const label = `at|${this.#blocks++}`;
    const block = this.module.block(label, [expression], getExpressionType(expression));
    this.addDebugLocation(block, range);
    return block;
  }
}

/** Compiles what was parsed. */
export function compileLocated(program: Program): Module {
  program.parser.finish();
  return new LocatedCompiler(program).compile();
}

/** Inlines as the optimiser is about to do, and gives inlined code the places of the calls. */
export function placeInlined(module: Module): void {
  // The figures are those that the optimiser of the compiler takes at the same level.
  module.setOptimizeLevel(4);
  module.setShrinkLevel(0);
  module.setDebugInfo(true);
  module.setAlwaysInlineMaxSize(12);
  module.setFlexibleInlineMaxSize(70);
  module.setOneCallerInlineMaxSize(200);
  module.setAllowInliningFunctionsWithLoops(true);
  module.setPartialInliningIfs(4);
  module.runPasses(["duplicate-function-elimination", "remove-unused-module-elements", "once-reduction"]);
  module.runPasses(["inlining"]);
  placeRest(module);
}

/** Gives expressions without a place that of what they are part of. */
export function placeRest(module: Module): void {
  module.runPasses(["propagate-debug-locs"]);
}
