"""PyTorch: the layer as a loop over experts (eager), or with grouped matrix products.

The loop is the way of Hugging Face's eager experts, `grouped` the way of its grouped ones. The
router works in f32 in both precisions, as most published models do.
"""

import json

import numpy
import torch
import torch.nn.functional as F


class Program:
    version = torch.__version__

    def __init__(self, folder, precision, threads, variant):
        torch.set_num_threads(threads)
        self.type = {"f32": torch.float32, "bf16": torch.bfloat16}[precision]
        config = json.loads((folder / "checkpoint" / "config.json").read_text())
        self.top_k = config["num_experts_per_tok"]
        gate, up, down, router = (
            torch.from_numpy(numpy.load(folder / f"{name}.npy"))
            for name in ("gate", "up", "down", "router")
        )
        self.gate_up = torch.cat([gate.to(self.type), up.to(self.type)], dim=1)
        self.down = down.to(self.type)
        self.router = router
        if variant == "loop":
            self.experts, self.settings = self.loop, "eager loop over experts"
        elif hasattr(F, "grouped_mm"):
            self.product, self.experts = F.grouped_mm, self.grouped
            self.settings = "torch.nn.functional.grouped_mm"
        else:
            self.product, self.experts = torch._grouped_mm, self.grouped
            self.settings = "torch._grouped_mm"

    def prepare(self, rows, experts, weights):
        return torch.from_numpy(rows).to(self.type)

    @torch.inference_mode()
    def run(self, x):
        logits = F.linear(x.float(), self.router)
        weights, experts = torch.topk(torch.softmax(logits, dim=-1), self.top_k, dim=-1)
        weights = (weights / weights.sum(dim=-1, keepdim=True)).to(self.type)
        return self.experts(x, experts, weights)

    def activated(self, gate_up):
        gate, up = gate_up.chunk(2, dim=-1)
        return F.silu(gate) * up

    def loop(self, x, experts, weights):
        output = torch.zeros_like(x)
        for expert in torch.unique(experts).tolist():
            token, rank = torch.where(experts == expert)
            hidden = self.activated(F.linear(x[token], self.gate_up[expert]))
            result = F.linear(hidden, self.down[expert]) * weights[token, rank, None]
            output.index_add_(0, token, result)
        return output

    def grouped(self, x, experts, weights):
        flat = experts.flatten()
        order = torch.argsort(flat)
        counts = torch.bincount(flat, minlength=len(self.down))
        ends = torch.cumsum(counts, dim=0, dtype=torch.int32)
        rows = x[order // self.top_k]
        hidden = self.activated(self.product(rows, self.gate_up.transpose(1, 2), offs=ends))
        result = self.product(hidden, self.down.transpose(1, 2), offs=ends)
        scattered = torch.empty_like(result)
        scattered[order] = result
        by_token = scattered.view(*experts.shape, -1)
        return (by_token * weights.unsqueeze(-1)).sum(dim=1)

    def result(self, output):
        return output.float().numpy()
