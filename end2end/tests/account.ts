import { expect } from '@playwright/test';

import { PASSWORD } from './people.ts';

/** An account made through the API, with a write key of its organization. */
export interface Account {
  token: string;
  organization: string;
  writeKey: string;
}

export interface StoredEvent {
  name: string;
  id: string;
  timestamp: string;
  user_id?: string | null;
  anonymous_id?: string | null;
  session_id?: string | null;
  properties: Record<string, unknown>;
}

let made = 0;

export const server = (): string => process.env.DATAPULSE_URL!;

export async function call(token: string, method: string, path: string, body?: unknown): Promise<any> {
  const answer = await fetch(server() + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  expect(answer.ok, `${method} ${path}: ${answer.status} ${text}`).toBe(true);
  return text ? JSON.parse(text) : undefined;
}

export async function account(name: string): Promise<Account> {
  made += 1;
  const email = `${name}-${process.pid}-${Date.now()}-${made}@example.org`;
  const registered = await call('', 'POST', '/api/auth/register', { email, password: PASSWORD, name });
  const organization = registered.organization.id;
  const key = await call(registered.access_token, 'POST', `/api/organizations/${organization}/keys`, {
    name: 'test',
    kind: 'write',
  });
  return { token: registered.access_token, organization, writeKey: key.key };
}

/** The organization's events, the oldest first, once `count` of those that `matter` are there. */
export async function stored(
  account: Account,
  count: number,
  matters: (event: StoredEvent) => boolean = () => true,
): Promise<StoredEvent[]> {
  const query = { kind: 'events', range: { from: '2020-01-01', to: '2099-01-01' } };
  let found: StoredEvent[] = [];
  await expect
    .poll(
      async () => {
        const answer = await call(account.token, 'POST', '/api/analytics/query', query);
        found = (answer.rows as StoredEvent[]).filter(matters).reverse();
        return found.map((event) => event.name);
      },
      { message: 'stored events' },
    )
    .toHaveLength(count);
  return found;
}

export async function profile(account: Account, id: string): Promise<any> {
  return call(account.token, 'GET', `/api/analytics/users/${encodeURIComponent(id)}`);
}
