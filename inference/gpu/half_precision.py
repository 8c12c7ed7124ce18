"""A network whose every value is rounded to half precision, to see on any machine whether it bears that.

Values are rounded where they are written, and products are summed in float32, as tensor cores do it. TensorRT may keep
more than this in float32, and may sum in half precision what is summed in float32 here.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def rounded_to_half(network: onnx.ModelProto) -> onnx.ModelProto:
    """The same network, with each weight and each node's output rounded to the nearest float16 (65,520 is infinite)."""
    found = onnx.shape_inference.infer_shapes(network)
    graph = found.graph
    floats = {
        value.name
        for value in (*graph.value_info, *graph.output)
        if value.type.tensor_type.elem_type == TensorProto.FLOAT
    }
    # Every runtime folds these into one factor and one offset first, in float32.
    folded = {name for node in graph.node if node.op_type == "BatchNormalization" for name in node.input[1:]}
    for tensor in graph.initializer:
        if tensor.data_type == TensorProto.FLOAT and tensor.name not in folded:
            with np.errstate(over="ignore"):
                values = numpy_helper.to_array(tensor).astype(np.float16).astype(np.float32)
            tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
    nodes = list(graph.node)
    del graph.node[:]
    for node in nodes:
        rounding = []
        for place, name in enumerate(node.output):
            if name in floats:
                node.output[place] = f"{name}/whole"
                rounding.append(helper.make_node("Cast", [f"{name}/whole"], [f"{name}/half"], to=TensorProto.FLOAT16))
                rounding.append(helper.make_node("Cast", [f"{name}/half"], [name], to=TensorProto.FLOAT))
        graph.node.extend([node, *rounding])
    return found
