import type { CommandLine } from '../process/command-line.ts';

/** What is served for machines that look: metrics, status and the health of the program. */
export interface TelemetrySettings {
  /** An address of this machine; loopback where nobody says otherwise. */
  readonly host: string;
  /** ContainerPilot's interface specifications: where they are given, `host` is found by them at the start. */
  readonly interfaces?: readonly string[];
  readonly port: number;
  readonly sensors: readonly SensorSettings[];
}

/** A metric of the user's own. */
export interface SensorSettings {
  readonly namespace: string;
  readonly subsystem: string;
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  /** The number that it prints is the value. Absent: `autotmpl putmetric` sets it. */
  readonly command?: CommandLine;
  readonly intervalMs?: number;
  readonly timeoutMs?: number;
}

/** Where the control socket is. */
export interface ControlSettings {
  /** Absolute. */
  readonly socket: string;
  /** Permissions of the socket's file. */
  readonly mode: number;
  /** Nobody named the socket: where it cannot be made, that is worth a warning and no more. */
  readonly byDefault?: boolean;
}
