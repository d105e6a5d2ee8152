"""KTransformers' kt-kernel: its CPU mixture-of-experts operator in bf16.

The operator takes the routing as an input (a GPU computes it in that project), so the routing is
given to it and its time is not counted.
"""

import importlib.metadata
import json

import numpy
import torch
from kt_kernel import kt_kernel_ext
from kt_kernel.utils import amx


class Program:
    version = importlib.metadata.version("kt-kernel")

    def __init__(self, folder, precision, threads, variant):
        if precision != "bf16":
            raise ValueError("the operator has no f32 weights")
        torch.set_num_threads(threads)
        config = json.loads((folder / "checkpoint" / "config.json").read_text())
        self.top_k = config["num_experts_per_tok"]
        self.weights = [
            torch.from_numpy(numpy.load(folder / f"{name}.npy")).to(torch.bfloat16)
            for name in ("gate", "up", "down")
        ]
        experts, intermediate, hidden = self.weights[0].shape
        pool = kt_kernel_ext.WorkerPoolConfig()
        pool.subpool_count = 1
        pool.subpool_numa_map = [0]
        pool.subpool_thread_count = [threads]
        self.cpu = kt_kernel_ext.CPUInfer(pool)
        self.on_gpu = torch.zeros(experts, dtype=torch.bool)
        options = kt_kernel_ext.moe.MOEConfig(
            experts, self.top_k, hidden, intermediate, self.on_gpu.data_ptr()
        )
        options.layer_idx = 0
        options.pool = self.cpu.backend_
        options.max_len = max(int(p.stem.split("-")[1]) for p in folder.glob("inputs-*.npy"))
        options.gate_projs, options.up_projs, options.down_projs = (
            [[matrix.data_ptr() for matrix in weights]] for weights in self.weights
        )
        # Without quantisation there are no scales: one empty address for each expert.
        nothing = [[0] * experts]
        options.gate_scales = options.up_scales = options.down_scales = nothing
        operator = amx.AMXBF16_MOE or amx.AVX2BF16_MOE
        if operator is None:
            raise RuntimeError("this build has no bf16 operator for this CPU")
        self.layer = operator(options)
        as_they_are = torch.arange(experts, dtype=torch.int64)
        self.cpu.submit(self.layer.load_weights_task(as_they_are.data_ptr()))
        self.cpu.sync()
        # The operator has copied and packed them.
        self.weights = None
        self.settings = f"{operator.__name__}, routing given"

    def prepare(self, rows, experts, weights):
        x = torch.from_numpy(rows).to(torch.bfloat16)
        return (
            torch.tensor([len(rows)], dtype=torch.int32),
            torch.from_numpy(experts.astype(numpy.int64)),
            torch.from_numpy(weights).contiguous(),
            x,
            torch.empty_like(x),
        )

    def run(self, prepared):
        count, experts, weights, x, output = prepared
        task = self.layer.forward_task(
            count.data_ptr(), self.top_k, experts.data_ptr(), weights.data_ptr(),
            x.data_ptr(), output.data_ptr(), False,
        )
        self.cpu.submit(task)
        self.cpu.sync()
        return output

    def result(self, output):
        return output.float().numpy()
