import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

/** Starts the real program on a free port with nothing but the demo in it; the function it returns stops it, and fails if it ever panicked. */
export default async function startDatapulse(): Promise<() => Promise<void>> {
  const program = process.env.DATAPULSE_PROGRAM;
  if (!program) {
    throw new Error('DATAPULSE_PROGRAM is not set. Run the browser tests with scripts/browser-tests.sh.');
  }

  const dataDir = await mkdtemp(join(tmpdir(), 'datapulse-end2end-'));
  const env = {
    ...process.env,
    DATAPULSE_ADDR: '127.0.0.1:0',
    DATAPULSE_DATA_DIR: dataDir,
    DATAPULSE_RATE_LIMITS: 'off',
  };
  await promisify(execFile)(program, ['seed', '--demo'], { env });
  const server = spawn(program, ['serve'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const panics: string[] = [];
  createInterface({ input: server.stderr! }).on('line', (line) => {
    console.error(line);
    if (line.includes(' panicked at ')) panics.push(line);
  });

  // Read by `tests/fixtures.ts` in every worker.
  process.env.DATAPULSE_URL = await firstLine(server);

  return async () => {
    const stopped = once(server, 'exit');
    server.kill('SIGTERM');
    const giveUp = setTimeout(() => server.kill('SIGKILL'), 20_000);
    const [status] = await stopped;
    clearTimeout(giveUp);
    await rm(dataDir, { recursive: true, force: true });
    if (status !== 0) {
      throw new Error(`datapulse serve did not stop well: status ${status}.`);
    }
    // A page may be answered all the same.
    if (panics.length > 0) throw new Error(`datapulse serve panicked: ${panics.join('\n')}`);
  };
}

/** The URL that `serve` prints first; everything after it is passed on. */
async function firstLine(server: ChildProcess): Promise<string> {
  const lines = createInterface({ input: server.stdout! });
  const failed = once(server, 'exit').then(([code]) => {
    throw new Error(`datapulse serve ended with status ${code} before it was ready.`);
  });
  const [line] = (await Promise.race([once(lines, 'line'), failed])) as [string];
  failed.catch(() => undefined);
  lines.on('line', (next) => console.log(next));

  const url = line.match(/https?:\/\/\S+/)?.[0];
  if (!url) {
    throw new Error(`The first line of datapulse serve names no URL: ${line}`);
  }
  return url.replace(/\/$/, '');
}
