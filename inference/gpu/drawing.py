"""Writes an ONNX graph node by node; only operators that ONNX Runtime and TensorRT both take as they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

# From here on the axes of a reduction are an input, and no longer an attribute.
_AXES_ARE_INPUT_FROM = {"ReduceMax": 18, "ReduceMean": 18, "ReduceSum": 13}


class Drawing:
    """Nodes and constants whose names begin with `prefix`; each method adds one node and returns its output's name."""

    def __init__(self, prefix: str, opset: int) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []
        self._prefix = prefix
        self._opset = opset

    def node(self, kind: str, *inputs: str, to: str = "", **attributes: int | Sequence[int]) -> str:
        """A node of this kind; its output is called `to`, where that is given."""
        name = f"{self._prefix}{kind}_{len(self.nodes)}"
        node = helper.make_node(kind, list(inputs), [to or name], name)
        node.attribute.extend(helper.make_attribute(key, value) for key, value in attributes.items())
        self.nodes.append(node)
        return to or name

    def constant(self, values: NDArray[np.generic]) -> str:
        """A constant."""
        name = f"{self._prefix}constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def number(self, value: float) -> str:
        """A constant of one float."""
        return self.constant(np.array(value, np.float32))

    def whole(self, *values: int) -> str:
        """A constant list of whole numbers."""
        return self.constant(np.array(values, np.int64))

    def reshape(self, name: str, *shape: int) -> str:
        """The same values in another shape; -1 is the one that is free."""
        return self.node("Reshape", name, self.whole(*shape))

    def part(self, name: str, axis: int, start: int, stop: int) -> str:
        """From `start` to before `stop` along one axis."""
        return self.node("Slice", name, self.whole(start), self.whole(stop), self.whole(axis))

    def taken(self, name: str, axis: int, places: Sequence[int]) -> str:
        """These places along one axis, in this order."""
        return self.node("Gather", name, self.whole(*places), axis=axis)

    def joined(self, names: Sequence[str], axis: int, to: str = "") -> str:
        """One after the other along one axis."""
        return self.node("Concat", *names, to=to, axis=axis)

    def reduced(self, kind: str, name: str, axes: Sequence[int]) -> str:
        """Over these axes, each of which stays, with one place."""
        if self._opset >= _AXES_ARE_INPUT_FROM[kind]:
            return self.node(kind, name, self.whole(*axes), keepdims=1)
        return self.node(kind, name, axes=list(axes), keepdims=1)

    def surrounded(self, name: str, before: Sequence[int], after: Sequence[int]) -> str:
        """With so many zeros before and after along each axis."""
        return self.node("Pad", name, self.whole(*before, *after))
