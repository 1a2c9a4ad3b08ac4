// The two ends of a connection.

import type { Role } from '../../reader/verdict.ts';

export const ROLES: Readonly<Record<Role, string>> = { client: '클라이언트', server: '서버' };

export const OTHER: Readonly<Record<Role, string>> = { client: ROLES.server, server: ROLES.client };
