// What `%{ ... }%` blocks say, as a tree.

import type { Position } from './script.ts';

export type Expression =
  | { readonly kind: 'literal'; readonly value: number | boolean | string; readonly at: Position }
  | { readonly kind: 'name'; readonly name: string; readonly at: Position }
  | { readonly kind: 'unary'; readonly operator: string; readonly of: Expression; readonly at: Position }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
      readonly at: Position;
    }
  /** `a < b <= c`. */
  | {
      readonly kind: 'comparison';
      readonly first: Expression;
      readonly rest: readonly (readonly [operator: string, Expression])[];
      readonly at: Position;
    }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly args: readonly Expression[];
      readonly at: Position;
    };

export type Statement =
  | {
      readonly kind: 'assert';
      readonly test: Expression;
      /** As written. */
      readonly text: string;
      readonly message: string | null;
      readonly at: Position;
    }
  | {
      readonly kind: 'print';
      /** Null: they are beyond us, and change nothing. */
      readonly values: readonly Expression[] | null;
      /** As written. */
      readonly text: string;
      readonly at: Position;
    }
  /** `operator`: of `x += 1`; null: `x = 1`. */
  | {
      readonly kind: 'assign';
      readonly name: string;
      readonly operator: string | null;
      readonly value: Expression;
      readonly at: Position;
    }
  | {
      readonly kind: 'if';
      readonly test: Expression;
      readonly then: readonly Statement[];
      readonly otherwise: readonly Statement[];
      readonly at: Position;
    }
  | { readonly kind: 'pass'; readonly at: Position };
