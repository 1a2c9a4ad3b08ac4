// The option `reusePort` (SO_REUSEPORT): several servers listen in one place, and connections go to them in turn.

import type { ListenRequest, NetHost, PassiveTransport, Transport } from './transport.ts';

/** One server's part in a shared place. */
class Member implements PassiveTransport {
  notify: (() => void) | null = null;
  readonly accepted: Transport[] = [];
  private readonly place: SharedPlace;

  constructor(place: SharedPlace) {
    this.place = place;
  }

  get local(): PassiveTransport['local'] {
    return this.place.listener.local;
  }

  accept(): Transport | null {
    return this.accepted.shift() ?? null;
  }

  /** What nobody took is reset, as it is when a listener of the host's closes. */
  close(): void {
    for (const transport of this.accepted.splice(0)) transport.abort();
    this.place.remove(this);
  }
}

class SharedPlace {
  readonly listener: PassiveTransport;
  private readonly members: Member[] = [];
  private readonly emptied: () => void;

  constructor(listener: PassiveTransport, emptied: () => void) {
    this.listener = listener;
    this.emptied = emptied;
    listener.notify = () => this.distribute();
  }

  add(): Member {
    const member = new Member(this);
    this.members.push(member);
    return member;
  }

  remove(member: Member): void {
    const at = this.members.indexOf(member);
    if (at < 0) return;
    this.members.splice(at, 1);
    if (this.members.length > 0) return;
    this.listener.close();
    this.emptied();
  }

  /** Whoever was served goes to the end of the line. */
  private distribute(): void {
    for (let transport = this.listener.accept(); transport !== null; transport = this.listener.accept()) {
      const member = this.members.shift()!;
      this.members.push(member);
      member.accepted.push(transport);
      member.notify?.();
    }
  }
}

/** The shared places of one host. */
export class ReusePort {
  private readonly places = new Map<string, SharedPlace>();

  /** @throws what the host's listen throws, if the place is not one that is shared. */
  listen(host: NetHost, request: ListenRequest): PassiveTransport {
    const keyOf = (port: number): string => `${request.address} ${request.family ?? ''} ${port}`;
    const known = this.places.get(keyOf(request.port));
    if (known !== undefined) return known.add();
    const listener = host.listen(request);
    const key = keyOf(listener.local.port);
    const place = new SharedPlace(listener, () => this.places.delete(key));
    this.places.set(key, place);
    return place.add();
  }
}
