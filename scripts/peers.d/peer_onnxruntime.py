"""ONNX Runtime: the operator com.microsoft.MoE behind a MatMul for the router, CPU, f32."""

import json

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper


def external(name, array):
    """A weight that the model only names; its memory is given to the session directly."""
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=array.shape)
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="memory")
    return tensor


class Program:
    version = onnxruntime.__version__

    def __init__(self, folder, precision, threads, variant):
        if precision != "f32":
            raise ValueError("the operator has no bf16 kernel for the CPU")
        gate, up = numpy.load(folder / "gate.npy"), numpy.load(folder / "up.npy")
        weights = {
            # [H, E] for the router; rows of gate and up in turn in fc1, which is swiglu_fusion 1,
            # the only order that the CPU's operator takes.
            "router": numpy.load(folder / "router.npy").T.copy(),
            "fc1": numpy.stack([gate, up], axis=2).reshape(len(gate), -1, gate.shape[2]),
            "fc2": numpy.load(folder / "down.npy"),
        }
        top_k = json.loads((folder / "checkpoint" / "config.json").read_text())[
            "num_experts_per_tok"
        ]
        experts, hidden = weights["router"].shape[1], weights["router"].shape[0]
        moe = helper.make_node(
            "MoE",
            ["x", "logits", "fc1", "", "fc2"],
            ["y"],
            domain="com.microsoft",
            k=top_k,
            activation_type="swiglu",
            swiglu_fusion=1,
            activation_alpha=1.0,
            activation_beta=0.0,
            normalize_routing_weights=1,
        )
        graph = helper.make_graph(
            [helper.make_node("MatMul", ["x", "router"], ["logits"]), moe],
            "layer",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["tokens", hidden])],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["tokens", hidden])],
            [external(name, array) for name, array in weights.items()],
        )
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self.values = [onnxruntime.OrtValue.ortvalue_from_numpy(w) for w in weights.values()]
        options.add_external_initializers(list(weights), self.values)
        self.session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        self.settings = f"MatMul + com.microsoft.MoE, E={experts} k={top_k}"

    def prepare(self, rows, experts, weights):
        return {"x": rows}

    def run(self, prepared):
        return self.session.run(None, prepared)[0]

    def result(self, output):
        return output
