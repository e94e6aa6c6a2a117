/** What a chosen backend is. */
export interface BackendInfo {
  name: string;
  /** Why this one: asked for by name, or the first that is present. */
  reason: string;
  threads: number;
  /** Instruction set or device, for people. */
  isa: string;
  version: string;
}

export type Availability = { present: true; detail: Omit<BackendInfo, 'name' | 'reason'> } | { present: false; reason: string };

/** One way to run TF.js. Adding one is a file here and a line in the registry. */
export interface BackendProvider {
  name: string;
  description: string;
  /** How to get it where it is absent, as a sentence with the command. */
  setup: string;
  /** Set before the library is loaded; a worker thread's own environment does not reach native code. */
  environment?: () => Record<string, string>;
  /** It must compute in a worker thread, off the one to which the operating system delivers signals. */
  ownThread?: boolean;
  /** It gives results only through `await tensor.data()`, so jobs, which read as they go, cannot run on it. */
  asynchronousOnly?: boolean;
  /** Loads and registers the backend with TF.js, or says why it cannot; called at most once per process. */
  prepare(): Promise<Availability>;
}
