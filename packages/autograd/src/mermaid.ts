import { GraphError } from '@retrograd/arrays';
import { describe, formatShape } from '@retrograd/arrays/internal';
import { reachableCalls } from './backward.js';
import type { Call } from './call.js';
import { Tensor } from './tensor.js';

/**
 * The graph of a tensor as a Mermaid flowchart, for a README, a notebook or mermaid.live: a box for every
 * leaf and every call, each once, however often it is used; arrows run as the values do.
 *
 *     toMermaid(tanh(matmul(x, W)), new Map([[x, 'x'], [W, 'W']]))
 *
 *     flowchart LR
 *       n0["x [2, 3]"]
 *       n1["W [3, 4]"]
 *       n2(["matmul [2, 4]"])
 *       n0 --> n2
 *       n1 --> n2
 *       n3(["tanh [2, 4]"])
 *       n2 --> n3
 *
 * @param tensor what to draw: everything that it was computed from
 * @param names  names of leaves; those without one are shown by their shape, plain numbers by their value
 */
export function toMermaid(tensor: Tensor, names: ReadonlyMap<Tensor, string> = new Map()): string {
  if (!(tensor instanceof Tensor)) throw new GraphError('toMermaid', 'tensor', 'a tensor', describe(tensor));
  const lines = ['flowchart LR'];
  const ids = new Map<Tensor | Call, string>();
  const node = (key: Tensor | Call, label: string, [open, close]: readonly [string, string]): string => {
    const id = `n${ids.size}`;
    ids.set(key, id);
    lines.push(`  ${id}${open}"${label.replaceAll('"', '#quot;')}"${close}`);
    return id;
  };
  const idOf = (t: Tensor): string => {
    const key = t.call ?? t;
    return ids.get(key) ?? node(t, leafLabel(t, names.get(t)), ['[', ']']);
  };
  // Oldest first, so that every call finds its inputs drawn.
  for (const call of reachableCalls([tensor]).reverse()) {
    const sources = call.inputs.map(idOf);
    const shapes = call.outputs.map((output) => formatShape(output.shape));
    const id = node(call, `${call.name} ${shapes.join(', ')}`, ['([', '])']);
    call.inputs.forEach((input, i) => {
      const outputs = input.call?.outputs ?? [];
      const which = outputs.length > 1 ? `|"output ${outputs.indexOf(input)}"|` : '';
      lines.push(`  ${sources[i]} -->${which} ${id}`);
    });
  }
  idOf(tensor);
  return lines.join('\n');
}

function leafLabel(leaf: Tensor, name: string | undefined): string {
  const { shape } = leaf;
  if (name !== undefined) return `${name} ${formatShape(shape)}`;
  return shape.length === 0 && !leaf.requiresGrad ? String(leaf.item()) : formatShape(shape);
}
