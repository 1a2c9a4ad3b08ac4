// What many records have in common, written down once: the conditions that a connection lives under, by number.

import type { Parameters } from '../tcp/parameters.ts';
import type { Address } from '../wire/address.ts';
import type { Interface } from './interface.ts';
import type { TcpListener } from './listener.ts';

export interface Conditions {
  readonly via: Interface;
  readonly local: Address;
  readonly parameters: Parameters;
  readonly hopLimit: number;
  readonly trafficClass: number;
  /** Whose half-open connection it is; null: nobody's. */
  readonly listener: TcpListener | null;
}

class Profile implements Conditions {
  readonly via: Interface;
  readonly local: Address;
  readonly parameters: Parameters;
  readonly hopLimit: number;
  readonly trafficClass: number;
  readonly listener: TcpListener | null;
  readonly number: number;
  /** Records that have it. */
  users = 0;

  constructor(conditions: Conditions, number: number) {
    this.via = conditions.via;
    this.local = conditions.local;
    this.parameters = conditions.parameters;
    this.hopLimit = conditions.hopLimit;
    this.trafficClass = conditions.trafficClass;
    this.listener = conditions.listener;
    this.number = number;
  }

  is(other: Conditions): boolean {
    return (
      this.via === other.via &&
      this.parameters === other.parameters &&
      this.listener === other.listener &&
      this.hopLimit === other.hopLimit &&
      this.trafficClass === other.trafficClass &&
      this.local.equals(other.local)
    );
  }
}

export class Profiles {
  private readonly profiles: (Profile | null)[] = [];
  private readonly free: number[] = [];
  /** By the last word of our address: a host has few, and few sorts of connections from each. */
  private readonly byAddress = new Map<number, Profile[]>();

  /** Numbers in use: each is below what that was at most. */
  get count(): number {
    return this.profiles.length - this.free.length;
  }

  at(number: number): Conditions {
    return this.profiles[number] as Profile;
  }

  /** The number of these conditions, until it is given back as often as it was taken. */
  take(conditions: Conditions): number {
    const { d } = conditions.local;
    const known = this.byAddress.get(d);
    let profile = known?.find((each) => each.is(conditions));
    if (profile === undefined) {
      profile = new Profile(conditions, this.free.pop() ?? this.profiles.length);
      this.profiles[profile.number] = profile;
      if (known === undefined) this.byAddress.set(d, [profile]);
      else known.push(profile);
    }
    profile.users += 1;
    return profile.number;
  }

  giveBack(number: number): void {
    const profile = this.profiles[number] as Profile;
    profile.users -= 1;
    if (profile.users > 0) return;
    this.profiles[number] = null;
    this.free.push(number);
    const { d } = profile.local;
    const left = (this.byAddress.get(d) ?? []).filter((each) => each !== profile);
    if (left.length === 0) this.byAddress.delete(d);
    else this.byAddress.set(d, left);
  }
}
