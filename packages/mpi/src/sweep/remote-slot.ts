import type { Communicator } from '../communicator.js';
import type { Ending, Slot, Task } from './slot.js';
import { WorkerSlot } from './worker-slot.js';

/** To a process that runs jobs. */
type Order =
  | { readonly kind: 'run'; readonly slot: number; readonly job: unknown }
  | { readonly kind: 'prune'; readonly slot: number }
  | { readonly kind: 'close' };

/** From one. */
type Word =
  | { readonly kind: 'report'; readonly slot: number; readonly step: number; readonly value: number }
  | { readonly kind: 'end'; readonly slot: number; readonly ending: Ending };

const encode = (message: Order | Word): Uint8Array => new TextEncoder().encode(JSON.stringify(message));

/** The slots of another process, seen from process 0. */
export class RemoteSlots {
  readonly slots: readonly Slot[];
  private readonly running = new Map<number, { task: Task; resolve: (ending: Ending) => void }>();

  constructor(
    private readonly communicator: Communicator,
    private readonly rank: number,
    count: number,
  ) {
    this.slots = Array.from({ length: count }, (_, slot) => ({
      run: (task) => {
        void this.order({ kind: 'run', slot, job: task.job });
        return new Promise((resolve) => this.running.set(slot, { task, resolve }));
      },
      prune: () => void this.order({ kind: 'prune', slot }),
      close: async () => {},
    }));
  }

  /** Hears what the process has to say until its slots are closed. */
  async listen(): Promise<void> {
    for (;;) {
      const bytes = await this.communicator.receive(this.rank, { patient: true });
      if (bytes.length === 0) return;
      const word = JSON.parse(new TextDecoder().decode(bytes)) as Word;
      const running = this.running.get(word.slot);
      if (word.kind === 'report') running?.task.report(word.step, word.value);
      else {
        this.running.delete(word.slot);
        running?.resolve(word.ending);
      }
    }
  }

  close(): Promise<void> {
    return this.order({ kind: 'close' });
  }

  private order(order: Order): Promise<void> {
    return this.communicator.send(encode(order), this.rank);
  }
}

/** Runs the jobs that process 0 hands out, until it has no more. */
export async function serve(communicator: Communicator, module: string, count: number): Promise<void> {
  const slots = Array.from({ length: count }, () => new WorkerSlot(module));
  const tell = (word: Word): Promise<void> => communicator.send(encode(word), 0);
  for (;;) {
    const bytes = await communicator.receive(0, { patient: true });
    const order = JSON.parse(new TextDecoder().decode(bytes)) as Order;
    if (order.kind === 'close') break;
    const { slot } = order;
    if (order.kind === 'prune') slots[slot].prune();
    else {
      const report = (step: number, value: number) => void tell({ kind: 'report', slot, step, value });
      void slots[slot].run({ job: order.job, report }).then((ending) => tell({ kind: 'end', slot, ending }));
    }
  }
  await Promise.all(slots.map((slot) => slot.close()));
  // Nothing more to say.
  await communicator.send(new Uint8Array(0), 0);
}
