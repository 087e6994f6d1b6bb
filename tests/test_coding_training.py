"""A tiny network can be trained, exported and asked as the shipped one is. Needs torch."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from detente.coding.encoder import FOLDER, Encoder
from detente.errors import InputError

torch = pytest.importorskip("torch", reason="torch trains networks; CI installs it, users need not")
onnx = pytest.importorskip("onnx", reason="onnx exports networks; CI installs it, users need not")

from lab.coding.examples import Tokens, batches, joined, of_marked, own, set_aside, tokens  # noqa: E402
from lab.coding.marked import read  # noqa: E402
from lab.coding.model.calibrate import _with_words_hidden, temperature  # noqa: E402
from lab.coding.model.export import write  # noqa: E402
from lab.coding.model.network import Ensemble, Network, Shape, _named  # noqa: E402
from lab.coding.model.train import Plan, _by_hand, arrays, fit, load_tokenizer  # noqa: E402
from lab.coding.model.unpack import networks  # noqa: E402

SMALL = Shape(width=32, heads=2, inner=64, layers=2, marked_at=1)

LINES = (
    "{1:Iran} shelled {2:Oman}.\t1>2:19A",
    "{1:Oman} praised {2:Iran}.\t1>2:05",
    "{1:Iran} was shelled by {2:Oman}.\t2>1:19A",
    "{1:Iran} lies beside {2:Oman}.\t-",
)


@pytest.fixture(scope="module")
def steps() -> list[list[Tokens]]:
    from lab.coding.marked import parse

    tokenizer = load_tokenizer(FOLDER)
    examples = [tokens(tokenizer, example) for example in of_marked(parse(line) for line in LINES)]
    rng = random.Random(1)  # noqa: S311
    return [
        batch
        for _ in range(60)
        for batch in batches([each for each in examples if each], 4, most_pairs=4, rng=rng)
    ]


@pytest.fixture(scope="module")
def network(steps: list[list[Tokens]]) -> Network:
    torch.manual_seed(1)
    plan = Plan(rate=3e-3, hidden_names=0.0, unmarked=0.0)
    return fit(Network(SMALL, dropout=0.0), steps, plan, log=False)


def test_it_learns_who_shelled_whom(network: Network, steps: list[list[Tokens]]) -> None:
    right = 0
    for example in steps[0]:
        pieces, seen, rows, marks = arrays([example])
        with torch.inference_mode():
            acts, _ = network(pieces, seen, rows, marks)
        right += tuple(acts[0].argmax(-1).tolist()) == example.acts[0]
    assert right == len(steps[0])


def test_the_last_layer_leaves_out_only_what_nobody_asks_for(two: list[Network]) -> None:
    torch.manual_seed(3)
    layer = two[0].layers[0]
    states, seen = torch.randn(3, 7, SMALL.width), torch.zeros(3, 1, 1, 7)
    seen[0, ..., 5:] = -1e4
    places = torch.tensor([[0, 4], [6, 1], [2, 2]])
    with torch.inference_mode():
        every, some = layer(states, seen), layer(states, seen, places)
    for row in range(3):
        assert torch.allclose(some[row], every[row, places[row]], atol=1e-6)


def test_which_tokens_a_pair_asks_for() -> None:
    places = _named(torch.tensor([[0, 1, 1, 0, 2, 0], [0, 0, 0, 3, 0, 0]]))
    assert places.shape == (2, 4)
    assert places[:, 0].tolist() == [0, 0]
    assert set(places[0, 1:].tolist()) == {1, 2, 4}
    assert 3 in places[1, 1:].tolist()


def test_the_exported_network_says_the_same(
    network: Network, steps: list[list[Tokens]], tmp_path: Path
) -> None:
    write(Ensemble([network]), tmp_path, FOLDER, {"temperature": 1.0, "status_temperature": 1.0})
    shipped = Encoder(tmp_path)
    (pieces,) = shipped.pieces(["Iran was shelled by Oman."])
    mark = np.zeros(len(pieces.numbers), dtype=np.int64)
    mark[list(pieces.of([(0, 4)]))] = 1
    mark[list(pieces.of([(20, 24)]))] = 2
    acts, _ = shipped.logits([pieces], np.array([0]), [mark])
    assert acts[0].argmax(-1).tolist() == [0, 21]


@pytest.fixture
def two() -> list[Network]:
    """Two untrained networks with the same words."""
    torch.manual_seed(2)
    first, second = Network(SMALL, dropout=0.0).eval(), Network(SMALL, dropout=0.0).eval()
    second.words.load_state_dict(first.words.state_dict())
    return [first, second]


def test_an_ensemble_gives_the_mean_of_the_probabilities(
    two: list[Network], steps: list[list[Tokens]]
) -> None:
    asked = arrays(steps[0])
    with torch.inference_mode():
        apart = [network(*asked) for network in two]
        together = Ensemble(two)(*asked)
    for place in (0, 1):
        chances = sum(answer[place].softmax(-1) for answer in apart) / 2
        assert torch.allclose(together[place].exp(), chances, atol=1e-6)
        assert not torch.allclose(apart[0][place].softmax(-1), chances, atol=1e-3)


def test_an_ensemble_of_one_says_what_it_says(network: Network, steps: list[list[Tokens]]) -> None:
    asked = arrays(steps[0])
    with torch.inference_mode():
        alone, together = network(*asked)[0], Ensemble([network])(*asked)[0]
    assert torch.allclose(alone.softmax(-1), together.exp(), atol=1e-6)


def test_networks_with_other_words_are_not_asked_together(two: list[Network]) -> None:
    with torch.no_grad():
        two[1].words.weight[7] += 1.0
    with pytest.raises(InputError, match="asked together"):
        Ensemble(two)


def test_an_exported_ensemble_holds_its_words_once(two: list[Network], tmp_path: Path) -> None:
    record = {"temperature": 1.0, "status_temperature": 1.0}
    sizes = [
        write(Ensemble(asked), tmp_path / name, FOLDER, record).stat().st_size
        for name, asked in (("one", two[:1]), ("two", two))
    ]
    words = two[0].words.weight.numel()
    assert sizes[1] - sizes[0] < words / 4
    shipped = Encoder(tmp_path / "two")
    (pieces,) = shipped.pieces(["Iran was shelled by Oman."])
    mark = np.zeros(len(pieces.numbers), dtype=np.int64)
    mark[list(pieces.of([(0, 4)]))], mark[list(pieces.of([(20, 24)]))] = 1, 2
    acts, _ = shipped.logits([pieces], np.array([0]), [mark])
    asked = (torch.tensor([pieces.numbers]), torch.ones(1, len(mark)), torch.tensor([0]))
    with torch.inference_mode():
        exact, _ = Ensemble(two)(*asked, torch.tensor(mark)[None])
    assert np.exp(acts) == pytest.approx(exact.exp().numpy(), abs=0.02)


def test_what_ships_can_be_gone_on_from(two: list[Network], tmp_path: Path) -> None:
    two[1].places.load_state_dict(two[0].places.state_dict())
    record = {"temperature": 1.0, "status_temperature": 1.0}
    like = Network(SMALL, dropout=0.0)
    like.words.load_state_dict(two[0].words.state_dict())
    like.places.load_state_dict(two[0].places.state_dict())
    file = write(Ensemble(two), tmp_path, FOLDER, record)
    for network, unpacked in zip(two, networks(file, like), strict=True):
        exact, near = network.state_dict(), unpacked.state_dict()
        for name, value in exact.items():
            # Half a step of a channel of seven bits is a 128th of its widest weight.
            assert torch.allclose(near[name], value, atol=float(value.abs().max()) / 120), name
            assert name.startswith(("words", "places")) or not value.any() or near[name].any()


def test_weights_use_seven_bits_as_some_processors_overflow_at_eight() -> None:
    graph = onnx.load(str(FOLDER / "events.onnx")).graph
    weights = [
        onnx.numpy_helper.to_array(each)
        for each in graph.initializer
        if each.data_type == onnx.TensorProto.INT8 and each.name.endswith("_quantized")
    ]
    assert len(weights) == 2 * (6 * 5 + 3)
    assert max(np.abs(each.astype(int)).max() for each in weights) == 64


def test_a_file_of_another_shape_is_not_unpacked(two: list[Network], tmp_path: Path) -> None:
    record = {"temperature": 1.0, "status_temperature": 1.0}
    file = write(Ensemble(two[:1]), tmp_path, FOLDER, record)
    three = Network(replace(SMALL, layers=3), dropout=0.0)
    with pytest.raises(InputError, match="products of layers"):
        networks(file, three)


def test_a_round_shows_what_the_plan_says() -> None:
    labelled, marked = len(own()), len(read())
    rng = random.Random(3)  # noqa: S311
    assert len(_by_hand(Plan(), rng)) == marked + labelled
    assert len(_by_hand(Plan(labelled=4, marked=0.5), rng)) == round(marked / 2) + 4 * labelled
    often = len(_by_hand(Plan(often="answers"), rng)) - marked - labelled
    assert often == 2 * len(read(only="answers"))


def test_temperature_of_known_worlds() -> None:
    rng = np.random.default_rng(1)
    logits = rng.normal(size=(4000, 3)) * 2
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    classes = [int(rng.choice(3, p=row)) for row in chances]
    assert temperature(logits, classes) == pytest.approx(1.0, abs=0.1)
    assert temperature(logits * 3, classes) == pytest.approx(3.0, abs=0.3)


def test_words_are_hidden_outside_of_mentions_alone() -> None:
    pieces, marks = torch.arange(1000, 1040)[None], torch.zeros(2, 40, dtype=torch.long)
    marks[0, 5:15], marks[1, 20] = 1, 2
    hidden = _with_words_hidden(pieces, marks, 0.5, torch.Generator().manual_seed(1))[0]
    places = set((hidden == 103).nonzero().flatten().tolist())
    assert len(places) > 8
    assert places.isdisjoint({0, 39, 20, *range(5, 15)})
    assert (hidden[[0, 5, 20, 39]] == pieces[0, [0, 5, 20, 39]]).all()
    assert (_with_words_hidden(pieces, marks, 0.0, torch.Generator()) == pieces).all()


def test_plural_for_two_who_do_the_same() -> None:
    from lab.coding.marked import parse

    marked = parse("{1:Iran} and {2:Oman} met in Doha.\t1>2:04; 2>1:04")
    (example,) = joined(of_marked([marked]), random.Random(2))  # noqa: S311
    assert example.spans[0] == example.spans[1]
    assert example.text.endswith(" met in Doha.")
    assert "Iran" not in example.text


def test_what_is_set_aside_depends_on_the_sentence_alone() -> None:
    examples = of_marked(read())
    share = np.mean([set_aside(example) for example in examples])
    assert 0.03 < share < 0.07


@pytest.mark.parametrize(("fitted", "used"), [(0.5, 1.0), (2.0, 2.0)])
def test_no_temperature_makes_the_network_surer(
    fitted: float, used: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lab.coding.model import calibrate

    answers = (np.eye(2), [0, 1], np.eye(2), [0, 1])
    monkeypatch.setattr(calibrate, "_answers", lambda *_: answers)
    monkeypatch.setattr(calibrate, "temperature", lambda *_: fitted)
    result = calibrate.temperatures(None, None)  # type: ignore[arg-type]
    assert (result.acts, result.statuses) == (used, used)
