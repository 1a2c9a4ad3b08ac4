// RFC 792, RFC 4443: the words that scripts have for types and codes of ICMP messages, for each IP version.

import { ICMP4, ICMP6, UNREACHABLE4, UNREACHABLE6 } from '../wire/icmp.ts';
import { UnsupportedError } from './unsupported.ts';

type Names = Readonly<Record<string, number>>;

const TYPES4: Names = {
  echo_reply: ICMP4.ECHO_REPLY,
  unreachable: ICMP4.UNREACHABLE,
  source_quench: ICMP4.SOURCE_QUENCH,
  redirect: ICMP4.REDIRECT,
  echo_request: ICMP4.ECHO,
  time_exceeded: ICMP4.TIME_EXCEEDED,
  parameter_problem: ICMP4.PARAMETER_PROBLEM,
  timestamp_request: 13,
  timestamp_reply: 14,
  information_request: 15,
  information_reply: 16,
  address_mask_request: 17,
  address_mask_reply: 18,
};

const TYPES6: Names = {
  unreachable: ICMP6.UNREACHABLE,
  packet_too_big: ICMP6.PACKET_TOO_BIG,
  time_exceeded: ICMP6.TIME_EXCEEDED,
  parameter_problem: ICMP6.PARAMETER_PROBLEM,
  echo_request: ICMP6.ECHO_REQUEST,
  echo_reply: ICMP6.ECHO_REPLY,
};

const UNREACHABLE_CODES4: Names = {
  net_unreachable: UNREACHABLE4.NET,
  host_unreachable: UNREACHABLE4.HOST,
  protocol_unreachable: UNREACHABLE4.PROTOCOL,
  port_unreachable: UNREACHABLE4.PORT,
  frag_needed: UNREACHABLE4.FRAGMENTATION_NEEDED,
  source_route_failed: UNREACHABLE4.SOURCE_ROUTE_FAILED,
  net_unknown: 6,
  host_unknown: 7,
  source_host_isolated: 8,
  net_prohibited: UNREACHABLE4.NET_PROHIBITED,
  host_prohibited: UNREACHABLE4.HOST_PROHIBITED,
  net_unreachable_for_tos: 11,
  host_unreachable_for_tos: 12,
  packet_filtered: UNREACHABLE4.PROHIBITED,
  communication_prohibited: UNREACHABLE4.PROHIBITED,
  precedence_violation: 14,
  precedence_cutoff: 15,
};

const UNREACHABLE_CODES6: Names = {
  no_route: UNREACHABLE6.NO_ROUTE,
  noroute: UNREACHABLE6.NO_ROUTE,
  net_unreachable: UNREACHABLE6.NO_ROUTE,
  admin_prohibited: UNREACHABLE6.PROHIBITED,
  not_neighbour: UNREACHABLE6.BEYOND_SCOPE,
  addr_unreachable: UNREACHABLE6.ADDRESS,
  address_unreachable: UNREACHABLE6.ADDRESS,
  host_unreachable: UNREACHABLE6.ADDRESS,
  port_unreachable: UNREACHABLE6.PORT,
  policy_failed: UNREACHABLE6.POLICY,
  reject_route: UNREACHABLE6.REJECT,
};

const TIME_EXCEEDED_CODES: Names = {
  ttl_exceeded: 0,
  exceeded_in_transit: 0,
  frag_time_exceeded: 1,
  reassembly_time_exceeded: 1,
};

const REDIRECT_CODES: Names = { net: 0, host: 1, net_tos: 2, host_tos: 3 };
const PROBLEM_CODES6: Names = { header_field: 0, erroneous_field: 0, next_header: 1, unknown_option: 2 };

export interface IcmpKind {
  readonly type: number;
  readonly code: number;
}

/** Numbers may stand for names. A code that is not written is 0. @throws UnsupportedError for names we do not know */
export function icmpKind(family: 4 | 6, type: string, code: string | null): IcmpKind {
  const types = family === 4 ? TYPES4 : TYPES6;
  const number = numberOf(types, type);
  if (number === null) throw new UnsupportedError(`no ICMP message for IPv${family} called ${type}`);
  if (code === null) return { type: number, code: 0 };
  const codeNumber = numberOf(codesOf(family, number), code);
  if (codeNumber === null)
    throw new UnsupportedError(`no code of ICMP ${type} for IPv${family} called ${code}`);
  return { type: number, code: codeNumber };
}

/** The words for a message that left. */
export function icmpWords(
  family: 4 | 6,
  kind: IcmpKind,
): { readonly type: string; readonly code: string | null } {
  const codes = codesOf(family, kind.type);
  const code = nameOf(codes, kind.code);
  return {
    type: nameOf(family === 4 ? TYPES4 : TYPES6, kind.type),
    code: kind.code === 0 && Object.keys(codes).length === 0 ? null : code,
  };
}

function codesOf(family: 4 | 6, type: number): Names {
  if (family === 4) {
    switch (type) {
      case ICMP4.UNREACHABLE:
        return UNREACHABLE_CODES4;
      case ICMP4.TIME_EXCEEDED:
        return TIME_EXCEEDED_CODES;
      case ICMP4.REDIRECT:
        return REDIRECT_CODES;
      default:
        return {};
    }
  }
  switch (type) {
    case ICMP6.UNREACHABLE:
      return UNREACHABLE_CODES6;
    case ICMP6.TIME_EXCEEDED:
      return TIME_EXCEEDED_CODES;
    case ICMP6.PARAMETER_PROBLEM:
      return PROBLEM_CODES6;
    default:
      return {};
  }
}

function numberOf(names: Names, word: string): number | null {
  if (Object.hasOwn(names, word)) return names[word]!;
  return /^\d{1,3}$/.test(word) && Number(word) < 256 ? Number(word) : null;
}

function nameOf(names: Names, number: number): string {
  return Object.keys(names).find((name) => names[name] === number) ?? String(number);
}
