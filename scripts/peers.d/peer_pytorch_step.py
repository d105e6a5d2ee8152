"""PyTorch: a training step of the layer by autograd, gradients of input and of all weights.

Weights of experts are parameters of their own in the loop, as in Hugging Face's lists of experts: a slice of
one tensor would get a gradient of the whole tensor for each expert. Gradients are dropped before each
step, as optimisers do by default, and made anew.
"""

import torch
import torch.nn.functional as F

import peer_pytorch


class Program(peer_pytorch.Program):
    def __init__(self, folder, precision, threads, variant):
        super().__init__(folder, precision, threads, variant)
        if variant == "loop":
            self.gate_up = [part.clone().requires_grad_() for part in self.gate_up]
            self.down = [part.clone().requires_grad_() for part in self.down]
            self.weights = [*self.gate_up, *self.down, self.router.requires_grad_()]
        else:
            self.weights = [
                part.requires_grad_() for part in (self.gate_up, self.down, self.router)
            ]
        self.settings += ", autograd"

    def prepare(self, rows, experts, weights, cotangents):
        return torch.from_numpy(rows).requires_grad_(), torch.from_numpy(cotangents)

    def run(self, batch):
        x, cotangent = batch
        for weight in (*self.weights, x):
            weight.grad = None
        logits = F.linear(x, self.router)
        weights, experts = torch.topk(torch.softmax(logits, dim=-1), self.top_k, dim=-1)
        weights = weights / weights.sum(dim=-1, keepdim=True)
        self.experts(x, experts, weights).backward(cotangent)
        return x

    def grouped(self, x, experts, weights):
        flat = experts.flatten()
        order = torch.argsort(flat)
        counts = torch.bincount(flat, minlength=len(self.down))
        ends = torch.cumsum(counts, dim=0, dtype=torch.int32)
        rows = x[order // self.top_k]
        hidden = self.activated(self.product(rows, self.gate_up.transpose(1, 2), offs=ends))
        result = self.product(hidden, self.down.transpose(1, 2), offs=ends)
        by_token = result[torch.argsort(order)].view(*experts.shape, -1)
        return (by_token * weights.unsqueeze(-1)).sum(dim=1)

    def result(self, x):
        return x.grad.detach().numpy()
