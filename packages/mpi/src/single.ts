import type { Communicator } from './communicator.js';

/** A group of one process, without a partner. */
export class SingleCommunicator implements Communicator {
  readonly rank = 0;
  readonly size = 1;

  async allReduce(): Promise<void> {}
  async broadcast(): Promise<void> {}
  async barrier(): Promise<void> {}
  progress(): void {}
  close(): void {}

  async gather(bytes: Uint8Array): Promise<Uint8Array[]> {
    return [bytes];
  }

  async exchange(): Promise<void> {
    throw alone();
  }

  async send(): Promise<void> {
    throw alone();
  }

  async receive(): Promise<Uint8Array> {
    throw alone();
  }

  abort(code: number): void {
    process.exit(code);
  }
}

const alone = (): Error => new Error('a group of one process has no partner');
