"""PyTorch: `scaled_dot_product_attention`, which chooses its kernel itself."""

import torch
import torch.nn.functional as F


class Program:
    version = torch.__version__
    settings = "scaled_dot_product_attention"

    def __init__(self, precision, threads):
        torch.set_num_threads(threads)
        self.type = {"f32": torch.float32, "bf16": torch.bfloat16}[precision]

    def prepare(self, query, keys, values, causal):
        tensors = [torch.from_numpy(array).to(self.type) for array in (query, keys, values)]
        return tensors, causal, query.shape[1] != keys.shape[1]

    @torch.inference_mode()
    def run(self, prepared):
        (query, keys, values), causal, grouped = prepared
        return F.scaled_dot_product_attention(
            query, keys, values, is_causal=causal, enable_gqa=grouped
        )

    def result(self, output):
        return output.float().numpy()

    def forget(self):
        pass
