// What a verdict on a connection may be, as data.

import type { IcmpReason } from './icmp.ts';

/** 0: nothing; 1: slower than need be; 2: in trouble; 3: it failed. */
export type Severity = 0 | 1 | 2 | 3;
export type Role = 'client' | 'server';

interface Common {
  readonly severity: Severity;
  /** Frames; 0 for one that there was not. */
  readonly packets: readonly number[];
}

/** Why a RST was sent, as far as a capture shows. */
export type ResetCause =
  | 'middlebox'
  | 'gave-up'
  | 'unknown-connection'
  | 'data-after-close'
  | 'keep-alive'
  | 'after-close'
  | 'abort';

export type Verdict = Common &
  (
    | { readonly kind: 'unanswered'; readonly attempts: number; readonly waits: readonly number[] }
    | { readonly kind: 'refused'; readonly after: number }
    | { readonly kind: 'half-open'; readonly answers: number; readonly missing: Role }
    | { readonly kind: 'reset'; readonly by: Role; readonly cause: ResetCause }
    | {
        readonly kind: 'black-hole';
        readonly sender: Role;
        readonly length: number;
        readonly delivered: number;
        readonly times: number;
        readonly healed: number;
      }
    /** ICMP said that segments of `sender` could not be delivered. */
    | {
        readonly kind: 'unreachable';
        readonly sender: Role;
        readonly reason: Exclude<IcmpReason, 'too-big'>;
        readonly reporter: string;
        readonly opening: boolean;
      }
    /** The server knows an older connection of the same ports. */
    | { readonly kind: 'old-connection' }
    /** ICMP said that segments of `sender` were too big; `arrived`: smaller ones went on. 0: the MTU was not said. */
    | {
        readonly kind: 'path-mtu';
        readonly sender: Role;
        readonly mtu: number;
        readonly reporter: string;
        readonly arrived: boolean;
      }
    | {
        readonly kind: 'unacknowledged';
        readonly sender: Role;
        readonly times: number;
        readonly length: number;
      }
    | { readonly kind: 'never-closed'; readonly by: Role; readonly waited: number }
    | {
        readonly kind: 'zero-window';
        readonly receiver: Role;
        readonly longest: number;
        readonly total: number;
        readonly open: boolean;
        readonly slow: 'receiver' | 'network';
      }
    | { readonly kind: 'slow-opening'; readonly attempts: number; readonly waits: readonly number[] }
    | {
        readonly kind: 'loss';
        readonly sender: Role;
        readonly lost: number;
        readonly of: number;
        readonly stall: number;
        /** Of the retransmissions: the original had arrived; nobody can tell which copy did. */
        readonly forNothing: number;
        readonly ambiguous: number;
      }
    | { readonly kind: 'reordering'; readonly sender: Role; readonly late: number; readonly spurious: number }
    | { readonly kind: 'no-window-scale'; readonly by: Role; readonly full: number }
    | { readonly kind: 'delayed-ack'; readonly sender: Role; readonly times: number; readonly total: number }
    /** The ports were those of a connection that had closed in order so long ago. */
    | { readonly kind: 'time-wait-reuse'; readonly by: Role; readonly after: number }
    /** The server's application was slow, and neither network nor windows were. */
    | { readonly kind: 'slow-answer'; readonly waited: number }
    | { readonly kind: 'fine'; readonly ending: 'closed' | 'open' | 'partial' }
  );

/** The verdicts of one kind. */
export type VerdictOf<Kind extends Verdict['kind']> = Extract<Verdict, { readonly kind: Kind }>;

export const roleOf = (end: 0 | 1): Role => (end === 0 ? 'client' : 'server');

/** The same text sent again so often is trouble. */
export const MIN_CHAIN = 2;
