/**
 * What users get from each package, and what for. A name that is not here is plumbing: it belongs in the
 * package's internal door. To add one, say for which of these purposes, or for which new one.
 */

/** Names by their purpose. */
type Door = Readonly<Record<string, readonly string[]>>;

const words = (text: string): string[] => text.trim().split(/\s+/);

const ERRORS = words(
  'DtypeError GraphError MemoryError RetrogradError ShapeError StateError ThreadError ValueError',
);

const layer = (name: string, prefix: string, gated: boolean): Door => ({
  'the class, and the cell for an engine run': [name === 'rnn' ? 'VanillaRNN' : name.toUpperCase(), name],
  'the spec’s functions and their types': [
    ...['CellForward', 'CellBackward', 'Forward', 'Backward'].map((each) => `${name}${each}`),
    ...[`${prefix}Cache`, `${prefix}Params`],
  ],
  'the same on the graph': [
    ...[`${name}Equations`, `${name}Cell`, `${name}Sequence`],
    ...(gated ? [`${prefix}Tensors`] : []),
  ],
});

export const DOORS: Readonly<Record<string, Door>> = {
  kernels: {
    'to choose a kernel set and threads': words(
      'currentKernels describeKernels plainKernels setThreads useKernels wasmKernels KernelDescription KernelName ThreadCounts WasmOptions WasmMemory WasmMemoryOptions BlasDescription',
    ),
    'to write a kernel set': words(
      `Kernels SequenceKernels Block EvictableBlocks ArrayMatrix Matrix MatrixLayout PackedMatrix PackOptions ProductOptions
       ParallelForFunction RowFunction StepsOperands WasmModule Dtype FloatData`,
    ),
    'to catch errors': ERRORS,
  },
  arrays: {
    'to make arrays': words(
      'array zeros ones full view wrap copy cast dense randomNormal randomUniform glorotUniform GlorotOptions',
    ),
    'random numbers': words('Random RandomOptions defaultRandom manualSeed'),
    'to ask what an array is': words(
      `NdArray IndexArray IndexData FloatData Dtype DtypeOption NestedList isNdArray dtypeOf resultType toNested
       formatShape`,
    ),
    'to write into arrays': words('assign addInto'),
    'to move entries': words(
      'reshape transpose concat stack slice Range take gather scatterAdd broadcastTo where',
    ),
    'to compute': words(
      `add sub mul div pow maximum neg abs sign exp log sqrt relu sigmoid tanh equal greater matmul affine sum mean max argmax Axes
       softmax logSoftmax logsumexp`,
    ),
    'to catch errors': ERRORS,
  },
  autograd: {
    tensors: words('Tensor TensorLike TensorOptions IndexLike tensor parameter constant asTensor'),
    gradients: words('backward backwardByLeaf grad GradOptions noGrad isRecording'),
    'to check them': words(
      'gradCheck GradCheckError GradCheckOptions GradCheckPoint GradCheckReport toMermaid',
    ),
    'ops of one’s own': words(
      'record recordAll Call Pullback Vjp VjpOptions lift LiftOptions LiftedForward LiftedBackward Composed scan ScanState ScanStep',
    ),
    ops: words(
      `abs add affine broadcastTo concat crossEntropy div dropout DropoutOptions embedding exp gather log logSoftmax logsumexp matmul
       max maximum mean mseLoss mul neg pow relu reshape sigmoid slice softmax split sqrt stack sub sum tanh transpose unstack where`,
    ),
  },
  recurrent: {
    'to say what a cell is': words(
      'Cell CacheEntry Loop ParameterPart Product Run Series SeriesByName Sizes StepFunction Widths gateParameters pointwise Pointwise MachineCode',
    ),
    'entries of the table of a cell’s cache': words('after before gate input saved weight'),
    'to give a cell the spec’s functions': words(
      'sequenceForward sequenceBackward CellBackward Layout checkCache checkParameters',
    ),
  },
  'recurrent/graph': {
    'to give a cell an op of the graph and a class': words(
      'RecurrentLayer LayerOptions sequenceOp cellOp MultiOp CellEquations',
    ),
  },
  rnn: layer('rnn', 'RNN', false),
  lstm: layer('lstm', 'LSTM', true),
  gru: layer('gru', 'GRU', true),
  utils: {
    'the spec’s sequence_utils': words(
      'clipGradients createSequences generateSequence sequenceLoss sequenceLossBackward',
    ),
    'what a model has to have': words('ArrayOrTensor GenerativeModel SequenceModel Steppable'),
  },
  nn: {
    modules: words(
      `Module Linear LinearOptions Embedding Dropout InitialOptions RecurrentModel RecurrentModelConfig RecurrentLayerLike lastStep
       oneHot`,
    ),
    optimizers: words(
      'Optimizer OptimizerOptions Adam AdamW AdamOptions RMSprop RMSpropOptions SGD SGDOptions',
    ),
    training: words(
      `fit FitOptions Progress evaluate EvaluateOptions LossFunction SequenceLearner Batch BatchSource sequenceBatches
       SequenceBatchesOptions textBatches globalNorm`,
    ),
    'training on many processes': words(
      'World ComputeGradients Gradients SharedEnd SharedGradients SharedStep SharedTraining',
    ),
    files: words(
      `saveModel SaveOptions Saveable loadModel LoadedModel StateDict Stateful ModelState OptimizerState OptionValue TrainingState
       encodeSafetensors decodeSafetensors SafetensorsFile FormatError`,
    ),
  },
  blas: {
    'to choose the native library': words('useBlas blasKernels BlasKernels BlasOptions LibraryError'),
    'to say what is wrong with a machine': words('betterCores installAdvice'),
  },
  mpi: {
    'to train on many processes': words(
      'distribute DistributeOptions DistributedWorld WorldSaveOptions Communicator ReduceOp Log',
    ),
    'processes that are threads, for tests': words('threadCommunicator threadMemory'),
    'to catch errors': words('GroupError LibraryError'),
  },
};

export const namesOf = (door: Door): string[] => Object.values(door).flat().sort();
