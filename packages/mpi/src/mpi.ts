import { GroupError } from './errors.js';
import type { Library } from './library.js';
import { type Address, addressOf, type Native, textOf } from './native.js';

const POINTER = 'intptr_t';

/** The functions of an MPI library that we call, by their names in C without the prefix. */
export class Mpi {
  readonly rank: number;
  readonly size: number;
  private readonly functions: Record<string, Native>;
  private readonly flag = new Int32Array(new ArrayBuffer(8));
  private readonly flagAt = addressOf(this.flag);

  /** Starts the library: this thread alone will call it. */
  constructor(readonly library: Library) {
    const { handle, handles } = library;
    const H = handles.type;
    const bind = (name: string, args: string[]): Native => handle.func(`MPI_${name}`, 'int', args) as Native;
    this.functions = {
      Init_thread: bind('Init_thread', [POINTER, POINTER, 'int', POINTER]),
      Comm_rank: bind('Comm_rank', [H, POINTER]),
      Comm_size: bind('Comm_size', [H, POINTER]),
      Comm_set_errhandler: bind('Comm_set_errhandler', [H, H]),
      Error_string: bind('Error_string', ['int', POINTER, POINTER]),
      Iallreduce: bind('Iallreduce', [POINTER, POINTER, 'int', H, H, H, POINTER]),
      Ibcast: bind('Ibcast', [POINTER, 'int', H, 'int', H, POINTER]),
      Ibarrier: bind('Ibarrier', [H, POINTER]),
      Isend: bind('Isend', [POINTER, 'int', H, 'int', 'int', H, POINTER]),
      Irecv: bind('Irecv', [POINTER, 'int', H, 'int', 'int', H, POINTER]),
      Test: bind('Test', [POINTER, POINTER, POINTER]),
      Abort: bind('Abort', [H, 'int']),
      Finalize: bind('Finalize', []),
    };
    const FUNNELED = 1;
    this.call('Init_thread', 0, 0, FUNNELED, this.flagAt);
    // A message that fails then throws here, instead of ending the process without a word of ours.
    this.call('Comm_set_errhandler', handles.world, handles.errorsReturn);
    this.rank = this.ask('Comm_rank');
    this.size = this.ask('Comm_size');
  }

  /** @throws GroupError with the library's words when it reports an error */
  call(name: string, ...args: (Address | number)[]): void {
    const code = this.functions[name](...args) as number;
    if (code !== 0) throw new GroupError('MPI', name, 'successful', this.words(code));
  }

  /** Whether a request is complete. */
  test(request: number): boolean {
    this.call('Test', request, this.flagAt, this.library.handles.statusIgnore);
    return this.flag[0] !== 0;
  }

  private ask(name: string): number {
    this.call(name, this.library.handles.world, this.flagAt);
    return this.flag[0];
  }

  private words(code: number): string {
    const text = new Uint8Array(new ArrayBuffer(2048));
    this.functions.Error_string(code, addressOf(text), this.flagAt);
    return textOf(text) || `error ${code}`;
  }
}
