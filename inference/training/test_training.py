"""`make training-test`: what the trainer promises. It needs PyTorch, so it stays apart from the services' tests."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from inference.training.augmentation import compressing_gain, sold_as_a_file
from inference.training.elsewhere import ledger, take
from inference.training.losses import separation_loss
from inference.training.mixtures import BACKING, Corpus, Mixer
from inference.training.network import STEMS, Network, Norm, Wide, grown, masked
from inference.training.optimisers import orthogonal
from inference.training.recordings import HELD_OUT, LABELS, store
from inference.training.rights import rights
from inference.training.small import SMALL
from inference.training.spectra import samples_of, spectrum
from inference.training.train import Plan, Run, equaliser, treated_spectra


def test_masks_sum_to_one() -> None:
    """The stems' estimates sum to the mix, whatever the weights."""
    torch.manual_seed(0)
    mix = torch.randn(2, 4, SMALL.bins, 32)
    stems = masked(Network(SMALL).eval()(mix), mix)
    assert torch.allclose(stems.sum(dim=1), mix, atol=1e-4)


def test_loudness_means_nothing() -> None:
    """The same song 60 dB quieter gets the same masks."""
    torch.manual_seed(0)
    network, mix = Network(SMALL).eval(), torch.randn(1, 4, SMALL.bins, 32)
    with torch.inference_mode():
        assert torch.allclose(network(mix), network(mix * 1e-3), atol=1e-3)


def test_half_own_statistics() -> None:
    """A network that counts a chunk's own statistics separates each example of a batch as it would alone."""
    torch.manual_seed(0)
    network = Network(replace(SMALL, own=0.5)).eval()
    mixes = torch.randn(3, 4, SMALL.bins, 32) * torch.tensor([1.0, 1e-3, 30.0])[:, None, None, None]
    with torch.inference_mode():
        together = network(mixes)
        assert torch.allclose(together, torch.cat([network(mix[None]) for mix in mixes]), atol=1e-4)
        plain = Network(SMALL).eval()
        plain.load_state_dict(network.state_dict())
        assert not torch.allclose(together, plain(mixes), atol=1e-2)


def test_norm_between_two() -> None:
    """At 0 a norm uses what it has kept, at 1 what it hears: zero mean and unit variance, of each example."""
    torch.manual_seed(0)
    found = torch.randn(2, 8, 24, 40) * 5 + 3
    kept, own, half = (Norm(8, share).eval() for share in (0.0, 1.0, 0.5))
    assert torch.allclose(kept(found), found, atol=1e-3)
    assert torch.allclose(own(found).mean(dim=(2, 3)), torch.zeros(2, 8), atol=1e-3)
    assert torch.allclose(own(found).var(dim=(2, 3)), torch.ones(2, 8), atol=1e-2)
    spread = half(found).std(dim=(2, 3))
    assert (own(found).std(dim=(2, 3)) < spread).all()
    assert (spread < found.std(dim=(2, 3))).all()


def test_norm_learns_what_it_keeps() -> None:
    """Trained with own statistics a norm keeps those of all batches, and gives in training what it gives in serving."""
    torch.manual_seed(0)
    norm, found = Norm(8, 0.5), torch.randn(4, 8, 24, 40) * 5 + 3
    for _ in range(100):
        trained = norm.train()(found)
    assert norm.running_mean is not None
    assert norm.running_var is not None
    assert torch.allclose(norm.running_mean, found.mean(dim=(0, 2, 3)), atol=1e-3)
    assert torch.allclose(norm.running_var, found.var(dim=(0, 2, 3), unbiased=False), rtol=1e-3)
    assert torch.allclose(norm.eval()(found), trained, atol=1e-3)


def test_spectra_invert() -> None:
    """Samples survive their spectrum."""
    samples = torch.randn(3, 2, 128 * 31)
    assert torch.allclose(samples_of(spectrum(samples, SMALL), SMALL, samples.shape[-1]), samples, atol=1e-5)


def test_silence_is_safe() -> None:
    """A silent stem, and a silent mix, give finite losses and gradients."""
    mix = torch.randn(2, 4, SMALL.bins, 32)
    mix[1] = 0
    stems = torch.zeros(2, 4, 4, SMALL.bins, 32)
    stems[:, 1] = mix
    estimates = (stems + 0.1).requires_grad_()
    loss, _ = separation_loss(estimates, stems, mix, torch.ones(2, 4))
    loss.backward()
    assert estimates.grad is not None
    assert torch.isfinite(loss)
    assert torch.isfinite(estimates.grad).all()


def test_orthogonal_directions() -> None:
    """Every direction of an update is brought to about the same size."""
    torch.manual_seed(0)
    sizes = torch.linalg.svdvals(orthogonal(torch.randn(24, 60)))
    assert sizes.min() > 0.5
    assert sizes.max() < 1.5


def test_dealt_mixtures_are_sums() -> None:
    """After dealing and equalising, the mix is still the sum of its stems."""
    random = torch.Generator().manual_seed(3)
    parts = torch.randn(3, 5, 4, SMALL.bins, 16)
    mix, stems, known = treated_spectra(parts, torch.zeros(3, dtype=torch.bool), random, SMALL, 1)
    assert torch.allclose(mix, stems.sum(dim=1), atol=1e-4)
    assert known.all()
    assert equaliser(6, SMALL.bins, random).shape == (6, SMALL.bins)


def test_backing_stays_whole() -> None:
    """However a batch is dealt, a backing meets no drums or bass, and of its mixture only the voice is known."""
    random = torch.Generator().manual_seed(3)
    backed = torch.tensor([True, False, False, True])
    parts = torch.ones(4, 5, 4, SMALL.bins, 16)
    parts[backed, 1:3] = 0
    # The last stem of an example tells which it was.
    parts[:, 3] = torch.arange(4.0)[:, None, None, None] + 1
    for round_number in range(6):
        _, stems, known = treated_spectra(parts, backed, random, SMALL, round_number)
        silent = (stems[:, 1:3] == 0).flatten(1).all(dim=1)
        assert silent.sum() == backed.sum()
        assert torch.equal(known, torch.where(silent[:, None], torch.tensor([1.0, 0, 0, 0]), torch.ones(4)))


def test_unknown_stems_teach_nothing() -> None:
    """An example of which the voice alone is known gives the voice's error, and no gradient to anything else."""
    torch.manual_seed(0)
    stems = torch.randn(2, 4, 4, SMALL.bins, 16)
    estimates = torch.randn(2, 4, 4, SMALL.bins, 16).requires_grad_()
    known = torch.tensor([[1.0, 0, 0, 0], [1, 1, 1, 1]])
    loss, _ = separation_loss(estimates, stems, stems.sum(dim=1), known)
    loss.backward()
    assert estimates.grad is not None
    assert (estimates.grad[0, 1:] == 0).all()
    assert (estimates.grad[known.bool()].flatten(1).abs().sum(dim=1) > 0).all()


def test_grown_network_does_almost_the_same() -> None:
    """More convolutions change little at first, all of them learn, and a network does not shrink by growing."""
    torch.manual_seed(0)
    network, mix = Network(SMALL).eval(), torch.randn(2, 4, SMALL.bins, 32)
    deep = replace(SMALL, down=tuple(count + 1 for count in SMALL.down), up=tuple(count + 2 for count in SMALL.up))
    deeper = grown(network, deep).eval()
    with torch.inference_mode():
        before, after = masked(network(mix), mix), masked(deeper(mix), mix)
    assert (after - before).square().sum() < 0.05 * before.square().sum()
    deeper.train()(mix).square().sum().backward()
    assert all(
        weight.grad is not None and weight.grad.any() for name, weight in deeper.named_parameters() if "conv" in name
    )
    with pytest.raises(ValueError, match="no deeper"):
        grown(deeper, SMALL)
    with pytest.raises(ValueError, match="only `down` and `up`"):
        grown(network, replace(deep, recurrent=2 * SMALL.recurrent))


def test_codec_keeps_time() -> None:
    """A song sold as a file is aligned to the original, whichever codec."""
    random = np.random.default_rng(0)
    times = np.arange(66_150) / 44_100
    sweep = np.sin(2 * np.pi * (300 * times + 800 * times**2)) * 0.4
    song = np.stack((sweep, sweep * 0.5), axis=1).astype(np.float32)
    for _ in range(8):
        found = sold_as_a_file(song, random)
        # A coder at its lowest rate is far from the song, and still nearer than a song of another moment.
        assert np.sum(np.square(found - song)) < 0.25 * np.sum(np.square(song))


def test_compression_turns_down() -> None:
    """A compressor never turns anything up."""
    random = np.random.default_rng(0)
    gain = compressing_gain(random.standard_normal((20_000, 2)).astype(np.float32) * 0.1, random)
    assert gain.max() <= 1
    assert gain.min() > 0.01


def test_held_out_song() -> None:
    """The song that is scored has no label to train with."""
    assert HELD_OUT not in LABELS


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with two songs of noise."""
    random = np.random.default_rng(0)
    for song in ("1", "2", "25"):
        for stem in STEMS:
            store(tmp_path / "songs" / song, stem, random.standard_normal((60_000, 2)).astype(np.float32) * 0.1)
    return tmp_path


def test_examples_repeat(data: Path) -> None:
    """The same seed draws the same examples, and validation songs are never among them."""
    first, second = (Mixer(Corpus(data).scan(), 30_000, seed=7).example() for _ in range(2))
    assert first.parts.shape == (5, 2, 30_000)
    assert np.array_equal(first.parts, second.parts)
    assert not first.over_a_backing
    assert all("25" not in str(path.parent.name) for paths in Corpus(data).scan().stems.values() for path in paths)


def test_voice_over_a_backing(data: Path) -> None:
    """Recorded music without known stems is sung over; it is the whole accompaniment, in the last stem's place."""
    store(data / "backings" / "tune", BACKING, np.ones((60_000, 2), np.float32) * 0.1)
    mixer = Mixer(Corpus(data).scan(), 30_000, seed=7)
    backed = [example.parts for example in (mixer.example() for _ in range(40)) if example.over_a_backing]
    assert 2 <= len(backed) <= 20
    assert all(not parts[1:3].any() and parts[3].any() for parts in backed)
    assert any(parts[0].any() for parts in backed)


def test_what_is_had_elsewhere_is_accounted_for() -> None:
    """What comes from elsewhere has an author, an origin with its state and a licence that asks no more than a name."""
    licences = {"CC0", "CC BY 3.0", "CC BY 4.0", "MIT", "public domain"}
    for recording in ledger():
        assert recording.licence in licences, recording
        assert recording.author, recording
        assert recording.role in (*STEMS, BACKING), recording
        assert re.fullmatch(r"Debian \S+ \S+|github\.com/\S+@[0-9a-f]{7,}", recording.origin), recording


def test_resumed_run(tmp_path: Path) -> None:
    """A run that is cut off and goes on learns what an uncut one does."""
    examples = [torch.randn(1, 4, 4, SMALL.bins, 32, generator=torch.Generator().manual_seed(at)) for at in range(4)]

    def run(folder: str) -> Run:
        plan = Plan(tmp_path, tmp_path / folder, 1, 0, 1, 32, 1, 0.02, 1e-3, 1, 1, "cpu", 1, compile=False)
        return Run(plan, SMALL)

    whole, cut = run("whole"), run("cut")
    for at, stems in enumerate(examples):
        whole.learn(stems.sum(dim=1), stems, torch.ones(1, 4), 1.0)
        if at == 2:
            cut.save(whole=True)
            cut = run("cut")
        cut.learn(stems.sum(dim=1), stems, torch.ones(1, 4), 1.0)
    for name, value in whole.network.state_dict().items():
        assert torch.equal(value, cut.network.state_dict()[name]), name


def test_fresh_run_from_a_checkpoint(tmp_path: Path) -> None:
    """A new run may begin with another's averaged weights, and counts on from its steps."""
    plan = Plan(tmp_path, tmp_path / "first", 1, 0, 1, 32, 1, 0.02, 1e-3, 1, 1, "cpu", 1, compile=False)
    first = Run(plan, SMALL)
    stems = torch.randn(1, 4, 4, SMALL.bins, 32)
    first.learn(stems.sum(dim=1), stems, torch.ones(1, 4), 1.0)
    first.save(whole=False)
    second = Run(replace(plan, run=tmp_path / "second", start_from=tmp_path / "first" / "ema.pt"), SMALL)
    assert second.step == 1
    for name, value in first.ema.items():
        assert torch.equal(value, second.network.state_dict()[name]), name


def test_two_layouts() -> None:
    """What is learnt with channels last is what is served with rows last."""
    torch.manual_seed(0)
    wide, found = Wide(8, 24, 2), torch.randn(2, 8, 24, 6)
    assert torch.allclose(wide.in_training_layout(found), wide.in_serving_layout(found), atol=1e-5)


def test_rights_are_of_what_was_heard() -> None:
    """Authors of what is had elsewhere are named by models that heard them, and by no other."""
    without, all_of_them = rights(elsewhere=False), rights(elsewhere=True)
    assert set(without) < set(all_of_them)
    for name in ("Tatsuya Iwama", "Carlos Viola Iborra", "Kevin MacLeod"):
        assert any(name in line for line in all_of_them), name
        assert not any(name in line for line in without), name


def test_a_song_from_elsewhere_is_whole(tmp_path: Path) -> None:
    """Instruments of one role are added up, all stems get one length, and what is not there is told."""
    song = [recording for recording in ledger() if recording.song]
    for at, recording in enumerate(song):
        (tmp_path / recording.file).parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(tmp_path / "one.wav", np.full((44_100 + at, 2), 0.1, np.float32), 44_100)
        (tmp_path / "one.wav").rename(tmp_path / recording.file)
    missing = take(tmp_path, tmp_path / "data")
    assert len(missing) == len(ledger()) - len(song)
    (folder,) = (tmp_path / "data" / "songs-recorded").iterdir()
    stems = {path.stem: np.load(path) for path in folder.iterdir()}
    assert set(stems) == {recording.role for recording in song}
    assert len({len(samples) for samples in stems.values()}) == 1
    for role, samples in stems.items():
        layers = sum(recording.role == role for recording in song)
        assert np.allclose(samples / 32768, 0.1 * layers, atol=1e-3), role
