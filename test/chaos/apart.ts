import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** In the environment of what runs apart. */
const MARK = 'AUTOTMPL_CHAOS_APART';
const NAMESPACES = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
/** Stays process 1 of the namespace, and waits for whoever was left without a parent. */
const FIRST_PROCESS = ['sh', '-c', '"$@"; exit $?', 'sh'];

/** Whether this process runs in namespaces of a run's own. */
export function isApart(): boolean {
  return process.env[MARK] === '1';
}

/**
 * Runs a command in a network, a mount and a process namespace of its own, and returns its exit code. Nothing of it outlives it, and
 * what it does to the network and to mounts nobody else sees. Throws where this machine allows no such namespaces.
 */
export async function runApart(command: readonly string[]): Promise<number> {
  const child = spawn('unshare', [...namespaces(), ...FIRST_PROCESS, ...command], {
    stdio: 'inherit',
    env: { ...process.env, [MARK]: '1', PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  });
  const passOn = (signal: NodeJS.Signals) => child.kill(signal === 'SIGINT' ? 'SIGTERM' : signal);
  process.on('SIGINT', passOn).on('SIGTERM', passOn);
  const [code] = (await once(child, 'close')) as [number | null];
  return code ?? 1;
}

/** For root; where root may not, or for other users, inside of a user namespace. */
function namespaces(): readonly string[] {
  const ways = [NAMESPACES, ['--map-root-user', ...NAMESPACES]];
  const possible = ways.find((way) => spawnSync('unshare', [...way, 'true']).status === 0);
  if (possible !== undefined) return possible;
  throw new Error(
    'this run needs a network, a mount and a process namespace of its own, which this machine does not give (unshare -rnmpf true). ' +
      'Run it as root on Linux, or where users may make namespaces; a container needs --cap-add SYS_ADMIN --cap-add NET_ADMIN and no seccomp profile against unshare.',
  );
}
