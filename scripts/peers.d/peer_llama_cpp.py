"""llama.cpp: its mixture-of-experts layer as a ggml graph, around GGML_OP_MUL_MAT_ID, on the CPU.

The graph is that of its models with a softmax router and normalised weights. Building it here
rather than timing `test-backend-ops perf -o MUL_MAT_ID` gives the program our shape, our weights
and a result that can be checked. Its activations are f32; with bf16 weights ggml rounds them to
bf16 inside a product.
"""

import ctypes
import json
import pathlib
import sys

import numpy

# environments.py builds the library into the environment of this interpreter.
LIBRARIES = pathlib.Path(sys.prefix) / "ggml" / "bin"
# enum ggml_type
GGML_F32, GGML_BF16 = 0, 30
# Tensors of the graph below, with room to spare; only their descriptions lie in this memory.
DESCRIPTION_BYTES = 1 << 20


class InitParameters(ctypes.Structure):
    _fields_ = [
        ("mem_size", ctypes.c_size_t),
        ("mem_buffer", ctypes.c_void_p),
        ("no_alloc", ctypes.c_bool),
    ]


class Library:
    """The functions of ggml by name: pointers and 64-bit integers in, a pointer out."""

    def __init__(self):
        # In this order, because each one needs those before it.
        self.loaded = [
            ctypes.CDLL(str(LIBRARIES / name), mode=ctypes.RTLD_GLOBAL)
            for name in ("libggml-base.so", "libggml-cpu.so", "libggml.so")
        ]

    def __getattr__(self, name):
        for library in self.loaded:
            try:
                function = getattr(library, name)
            except AttributeError:
                continue
            function.restype = ctypes.c_void_p
            setattr(self, name, function)
            return function
        raise AttributeError(f"the library has no function {name}")

    def context(self):
        """A context for descriptions of tensors whose data is allocated later."""
        return pointer(self.ggml_init(InitParameters(DESCRIPTION_BYTES, None, True)))


def pointer(address):
    if not address:
        raise MemoryError("ggml returned no object; is there enough memory?")
    return ctypes.c_void_p(address)


def integers(*values):
    return [ctypes.c_int64(value) for value in values]


class Program:
    def __init__(self, folder, precision, threads, variant):
        self.ggml = ggml = Library()
        ggml.ggml_version.restype = ctypes.c_char_p
        build = (LIBRARIES.parent / "source").read_text(encoding="utf-8").strip()
        self.version = f"ggml {ggml.ggml_version().decode()} of {build}"
        self.settings = "whole layer around MUL_MAT_ID"
        config = json.loads((folder / "checkpoint" / "config.json").read_text())
        self.top_k = config["num_experts_per_tok"]
        self.backend = pointer(ggml.ggml_backend_cpu_init())
        ggml.ggml_backend_cpu_set_n_threads(self.backend, ctypes.c_int(threads))

        arrays = {n: numpy.load(folder / f"{n}.npy") for n in ("router", "gate", "up", "down")}
        self.experts, self.intermediate, self.hidden = arrays["gate"].shape
        self.context = ggml.context()
        self.tensors = {}
        for name, array in arrays.items():
            kind = GGML_BF16 if precision == "bf16" and name != "router" else GGML_F32
            # ggml names the innermost extent first; a matrix is a stack of one.
            extents = integers(*(array.shape[::-1] + (1,))[:3])
            self.tensors[name] = pointer(
                ggml.ggml_new_tensor_3d(self.context, ctypes.c_int(kind), *extents)
            )
        self.memory = pointer(ggml.ggml_backend_alloc_ctx_tensors(self.context, self.backend))
        for name, array in arrays.items():
            if precision == "bf16" and name != "router":
                array = (array.view(numpy.uint32) >> 16).astype(numpy.uint16)
            self.write(self.tensors[name], array)
        self.graphs = {}

    def write(self, tensor, array):
        array = numpy.ascontiguousarray(array)
        address = array.ctypes.data_as(ctypes.c_void_p)
        self.ggml.ggml_backend_tensor_set(
            tensor, address, ctypes.c_size_t(0), ctypes.c_size_t(array.nbytes)
        )

    def graph(self, tokens):
        """The graph for one token count, its input and its output; built once and kept."""
        if tokens in self.graphs:
            return self.graphs[tokens]
        ggml, context, tensors = self.ggml, self.ggml.context(), self.tensors

        def node(name, *arguments):
            return pointer(getattr(ggml, f"ggml_{name}")(context, *arguments))

        kind = ctypes.c_int(GGML_F32)
        x = node("new_tensor_2d", kind, *integers(self.hidden, tokens))
        ggml.ggml_set_input(x)
        probabilities = node("soft_max", node("mul_mat", tensors["router"], x))
        chosen = node("argsort_top_k", probabilities, ctypes.c_int(self.top_k))
        by_expert = node("reshape_3d", probabilities, *integers(1, self.experts, tokens))
        weights = node("get_rows", by_expert, chosen)
        weights = node("reshape_2d", weights, *integers(self.top_k, tokens))
        weights = node("div", weights, node("sum_rows", weights))
        weights = node("reshape_3d", weights, *integers(1, self.top_k, tokens))
        rows = node("reshape_3d", x, *integers(self.hidden, 1, tokens))
        up = node("mul_mat_id", tensors["up"], rows, chosen)
        gate = node("mul_mat_id", tensors["gate"], rows, chosen)
        hidden = node("swiglu_split", gate, up)
        results = node("mul", node("mul_mat_id", tensors["down"], hidden, chosen), weights)
        row_bytes = 4 * self.hidden
        output = None
        for rank in range(self.top_k):
            one = node(
                "view_2d", results, *integers(self.hidden, tokens),
                ctypes.c_size_t(self.top_k * row_bytes), ctypes.c_size_t(rank * row_bytes),
            )
            output = one if output is None else node("add", output, one)
        ggml.ggml_set_output(output)
        graph = pointer(ggml.ggml_new_graph(context))
        ggml.ggml_build_forward_expand(graph, output)
        allocator = pointer(
            ggml.ggml_gallocr_new(pointer(ggml.ggml_backend_cpu_buffer_type()))
        )
        ggml.ggml_gallocr_alloc_graph.restype = ctypes.c_bool
        if not ggml.ggml_gallocr_alloc_graph(allocator, graph):
            raise MemoryError(f"ggml could not allocate the graph for {tokens} tokens")
        self.graphs[tokens] = graph, x, output
        return self.graphs[tokens]

    def prepare(self, rows, experts, weights):
        return self.graph(len(rows)), rows

    def run(self, prepared):
        (graph, x, output), rows = prepared
        self.write(x, rows)
        self.ggml.ggml_backend_graph_compute.restype = ctypes.c_int
        status = self.ggml.ggml_backend_graph_compute(self.backend, graph)
        if status != 0:
            raise RuntimeError(f"ggml ended a pass with status {status}")
        return output, len(rows)

    def result(self, output):
        tensor, tokens = output
        values = numpy.empty((tokens, self.hidden), numpy.float32)
        self.ggml.ggml_backend_tensor_get(
            tensor, values.ctypes.data_as(ctypes.c_void_p),
            ctypes.c_size_t(0), ctypes.c_size_t(values.nbytes),
        )
        return values
