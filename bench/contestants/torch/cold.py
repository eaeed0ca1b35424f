"""One call, as src/extra/cold.mjs does it: cold.py THREADS TENSORS_FILE CASE"""

import json
import sys

import torch

from cells import prepare
from tensors_file import read_tensors

torch.set_num_threads(int(sys.argv[1]))
shape = json.loads(sys.argv[3])
_, ops = prepare(shape, read_tensors(sys.argv[2]))
ops[shape["op"]][0]()
