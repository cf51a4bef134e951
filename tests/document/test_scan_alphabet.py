"""The nets as they are loaded: cut to what protocols are printed in, free of numbers that only cost time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from soesift.document import scan_text
from soesift.document.scan_nets import at_height, cut_classes, kept_classes, metadata, without_subnormals

onnx = pytest.importorskip("onnx")


def model(classes: int, width: int = 4) -> bytes:
    """A last layer as the recogniser has it: scores = input x columns + bias; named like nothing of the real one."""
    from onnx import TensorProto, helper, numpy_helper

    made = np.random.default_rng(0)
    arrays = {"columns": made.normal(size=(width, classes)), "bias": made.normal(size=classes), "other": np.ones(3)}
    initial = [numpy_helper.from_array(array.astype(np.float32), name) for name, array in arrays.items()]
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "columns"], ["y"]), helper.make_node("Add", ["y", "bias"], ["z"])],
        "layer",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, width])],
        [helper.make_tensor_value_info("z", TensorProto.FLOAT, [None, classes])],
        initial,
    )
    whole = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=8)
    helper.set_model_props(whole, {"character": "a\nb\n字"})
    return bytes(whole.SerializeToString())


def test_classes_that_are_kept_keep_their_scores() -> None:
    import onnxruntime

    data, kept = model(20_000), [0, 3, 17, 19_999]
    shown = np.ones((2, 4), np.float32)
    before, after = (
        onnxruntime.InferenceSession(one, providers=["CPUExecutionProvider"]).run(None, {"x": shown})[0]
        for one in (data, cut_classes(data, 20_000, kept))
    )
    np.testing.assert_array_equal(after, before[:, kept])


def test_the_cut_file_is_sound() -> None:
    cut = onnx.load_from_string(cut_classes(model(20_000), 20_000, [0, 1]))
    onnx.checker.check_model(cut)
    assert [list(array.dims) for array in cut.graph.initializer] == [[4, 2], [2], [3]]
    assert cut.graph.output[0].type.tensor_type.shape.dim[1].dim_value == 2


@pytest.mark.parametrize("data", [model(30), model(30)[:200], b"\xff" * 40, b"\x0f"])
def test_files_of_another_form_are_told(data: bytes) -> None:
    with pytest.raises(ValueError):
        cut_classes(data, 20_000, [0, 1])


def test_ideographs_go_and_letters_figures_and_signs_stay() -> None:
    characters = ["", "a", "字", "β", "√", "Ｘ", "の", "5", " "]
    assert [characters[index] for index in kept_classes(characters)] == ["", "a", "β", "√", "Ｘ", "5", " "]


def test_what_the_file_says_about_itself() -> None:
    assert metadata(model(30)) == {"character": "a\nb\n字"}


def tall(height: int) -> bytes:
    """A net that halves pictures and takes the mean over their height, with what it says of the sizes within."""
    from onnx import TensorProto, helper

    floats = TensorProto.FLOAT
    graph = helper.make_graph(
        [
            helper.make_node("MaxPool", ["x"], ["half"], kernel_shape=[2, 2], strides=[2, 2]),
            helper.make_node("ReduceMean", ["half"], ["y"], axes=[2], keepdims=0),
        ],
        "tall",
        [helper.make_tensor_value_info("x", floats, [None, 3, height, None])],
        [helper.make_tensor_value_info("y", floats, [None, 3, None])],
        value_info=[helper.make_tensor_value_info("half", floats, [None, 3, height // 2, None])],
    )
    return bytes(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=8).SerializeToString()
    )


def test_a_net_takes_pictures_of_another_height() -> None:
    import onnxruntime

    lower = onnxruntime.InferenceSession(at_height(tall(48), 48, 32), providers=["CPUExecutionProvider"])
    shown = np.random.default_rng(1).random((2, 3, 32, 80), np.float32)
    halved = shown.reshape(2, 3, 16, 2, 40, 2).max(axis=(3, 5))
    np.testing.assert_allclose(lower.run(None, {"x": shown})[0], halved.mean(axis=2), rtol=1e-5)


@pytest.mark.parametrize("data", [tall(64), model(30), b"\xff" * 40])
def test_a_net_of_another_height_is_told(data: bytes) -> None:
    with pytest.raises(ValueError):
        at_height(data, 48, 32)


def weights_of(data: bytes) -> dict[str, NDArray[Any]]:
    return {array.name: onnx.numpy_helper.to_array(array) for array in onnx.load_from_string(data).graph.initializer}


def test_weights_too_small_for_a_full_float_are_zero_and_others_stay() -> None:
    from onnx import helper, numpy_helper

    floats = np.asarray([1e-39, -1e-44, 0.0, 1.2e-38, -3.5, np.inf], np.float32)
    whole = np.asarray([1, 2, 3], np.int64)  # as floats these bytes would be tiny
    initial = [numpy_helper.from_array(floats, "floats"), numpy_helper.from_array(whole, "whole")]
    data = helper.make_model(helper.make_graph([], "none", [], [], initial)).SerializeToString()
    found = weights_of(without_subnormals(data))
    assert found["floats"].tolist() == [0, 0, *floats[2:].tolist()]
    assert found["whole"].tolist() == [1, 2, 3]
    assert len(without_subnormals(data)) == len(data)


@pytest.mark.parametrize("part", ["det", "rec", "low"])
def test_no_net_that_reads_pictures_multiplies_by_such_weights(
    part: scan_text.Part, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("rapidocr")
    opened: list[bytes] = []
    monkeypatch.setattr(scan_text, "net", lambda model, arena: opened.append(model))
    scan_text._net.__wrapped__(part)
    floats = [array for array in weights_of(opened[0]).values() if array.dtype == np.float32]
    tiny = [np.abs(array[array != 0]) < np.finfo(np.float32).tiny for array in floats]
    assert len(tiny) > 50
    assert not any(small.any() for small in tiny)


def test_the_detector_sees_the_same_without_them() -> None:
    pytest.importorskip("rapidocr")
    import onnxruntime

    file = scan_text.weights("det")
    assert file is not None
    shown = np.random.default_rng(2).random((1, 3, 64, 96), np.float32)
    before, after = (
        onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"]).run(None, {"x": shown})[0]
        for data in (file.read_bytes(), without_subnormals(file.read_bytes()))
    )
    np.testing.assert_array_equal(after, before)
