"""llama.cpp: GGML_OP_FLASH_ATTN_EXT on the CPU, the attention of its models with `--flash-attn`.

A prompt has a causal mask, which ggml wants as f16; a step of decoding sees all keys and has none.
"""

import ctypes

import numpy

from peer_llama_cpp import GGML_F32, LIBRARIES, Library, integers, pointer

# enum ggml_type; enum ggml_prec
GGML_F16, GGML_PREC_F32 = 1, 10


class Program:
    settings = "flash_attn_ext"

    def __init__(self, precision, threads):
        self.ggml = ggml = Library()
        ggml.ggml_version.restype = ctypes.c_char_p
        build = (LIBRARIES.parent / "source").read_text(encoding="utf-8").strip()
        self.version = f"ggml {ggml.ggml_version().decode()} of {build}"
        self.kind, self.type = {
            "f32": (GGML_F32, numpy.float32), "f16": (GGML_F16, numpy.float16)
        }[precision]
        self.backend = pointer(ggml.ggml_backend_cpu_init())
        ggml.ggml_backend_cpu_set_n_threads(self.backend, ctypes.c_int(threads))
        self.owned = []

    def forget(self):
        """Frees the memory of the point before."""
        for free, address in reversed(self.owned):
            getattr(self.ggml, free)(address)
        self.owned = []

    def prepare(self, query, keys, values, causal):
        ggml, context = self.ggml, self.ggml.context()
        self.owned.append(("ggml_free", context))

        def tensor(kind, shape):
            extents = integers(*shape[::-1])
            return pointer(ggml.ggml_new_tensor_4d(context, ctypes.c_int(kind), *extents))

        tokens, count = query.shape[2], keys.shape[2]
        inputs = [
            (tensor(GGML_F32, query.shape), query),
            (tensor(self.kind, keys.shape), keys.astype(self.type)),
            (tensor(self.kind, values.shape), values.astype(self.type)),
        ]
        mask = ctypes.c_void_p(None)
        if causal:
            mask = tensor(GGML_F16, (1, 1, tokens, count))
            hidden = numpy.triu(numpy.full((tokens, count), -numpy.inf, numpy.float16), 1)
            inputs.append((mask, hidden))
        output = pointer(
            ggml.ggml_flash_attn_ext(
                context, *(own for own, _ in inputs[:3]), mask,
                ctypes.c_float(query.shape[3] ** -0.5), ctypes.c_float(0), ctypes.c_float(0),
            )
        )
        ggml.ggml_flash_attn_ext_set_prec(output, ctypes.c_int(GGML_PREC_F32))
        graph = pointer(ggml.ggml_new_graph(context))
        ggml.ggml_build_forward_expand(graph, output)
        buffer = pointer(ggml.ggml_backend_alloc_ctx_tensors(context, self.backend))
        self.owned.append(("ggml_backend_buffer_free", buffer))
        for own, array in inputs:
            array = numpy.ascontiguousarray(array)
            ggml.ggml_backend_tensor_set(
                own, array.ctypes.data_as(ctypes.c_void_p), ctypes.c_size_t(0),
                ctypes.c_size_t(array.nbytes),
            )
        shape = query.shape[0], tokens, query.shape[1], values.shape[3]
        return graph, output, shape

    def run(self, prepared):
        self.ggml.ggml_backend_graph_compute.restype = ctypes.c_int
        status = self.ggml.ggml_backend_graph_compute(self.backend, prepared[0])
        if status != 0:
            raise RuntimeError(f"ggml ended a pass with status {status}")
        return prepared

    def result(self, prepared):
        _, tensor, shape = prepared
        values = numpy.empty(shape, numpy.float32)
        self.ggml.ggml_backend_tensor_get(
            tensor, values.ctypes.data_as(ctypes.c_void_p), ctypes.c_size_t(0),
            ctypes.c_size_t(values.nbytes),
        )
        # Tokens before heads.
        return values.transpose(0, 2, 1, 3)
