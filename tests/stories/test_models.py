"""Models of an operator's own: any number of stems, chosen by song, by plan and by default, without a line of code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from stack.layout import Layout
from tests.stories.house import House, Listener
from tests.stories.songs import noise_wav, residual
from tests.unit.inference.cores import register, spectrogram, spectrogram_core, waveform_core

DUO = ["vocals", "instrumental"]
SEXTET = ["vocals", "drums", "bass", "guitar", "piano", "other"]
QUARTET = ["vocals", "drums", "bass", "other"]


@pytest.fixture(scope="module")
def own_models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house with a duo for everybody, a sextet without a licence for the studio plan, and a spoiled model.

    The first model of the pro plan is not there any more.
    """
    settings = {"STRIPSESSION_BILLING__PLAN_MODELS": "home=duo,baseline studio=sextet,* pro=removed,duo"}
    house = House(tmp_path_factory.mktemp("models") / "data", settings=settings)
    folder = Layout(house.data).models
    register(folder, spectrogram_core(2), DUO, spectrogram(rest=1), name="duo", licence="MIT")
    register(folder, waveform_core(6), SEXTET, {"kind": "waveform", "batch": 2}, name="sextet", licence="")
    spoiled = register(folder, waveform_core(2), DUO, {"kind": "waveform"}, name="spoiled")
    (spoiled / "network.onnx").write_bytes(b"another")
    house.start()
    yield house
    house.stop()


@pytest.fixture
def player(own_models: House) -> Iterator[Listener]:
    """A person on the plan of everybody."""
    listener = Listener(own_models)
    yield listener
    listener.http.close()


def stems_of(listener: Listener, song: bytes, model: str = "") -> dict[str, Path | bytes]:
    """The song's stems, by name, once they are ready."""
    track_id = listener.add_track("noise.wav", song, model)
    track = listener.wait(track_id)
    return {stem: listener.download(track_id, stem) for stem in track["stems"]}


def test_the_catalogue_names_title_stems_and_licence(own_models: House, player: Listener) -> None:
    """Whoever chooses a model sees its title, its stems and its licence; a spoiled one is not on offer."""
    models = {model["name"]: model for model in player.http.get("/v1/models").json()["models"]}
    assert set(models) >= {"baseline", "duo", "sextet"}
    assert "spoiled" not in models
    assert (models["duo"]["stems"], models["duo"]["licence"]) == (DUO, "MIT")
    assert (models["sextet"]["stems"], models["sextet"]["licence"]) == (SEXTET, "")
    assert models["baseline"]["title"]
    assert "spoiled is not what its card says" in own_models.log.read_text()


@pytest.mark.timeout(300)
def test_two_and_six_stems_come_by_plan_and_by_song(own_models: House, player: Listener) -> None:
    """A plan's own model is taken when none is named, another by its name, and its stems sum to the song exactly."""
    song = noise_wav(3, seed=21)
    duo = stems_of(player, song)
    assert list(duo) == DUO
    assert residual(duo, song) == 0
    refused = player.add("noise.wav", song, "sextet")
    assert refused.status_code == 422
    assert refused.json()["detail"] == "The Home plan does not have the model sextet; it has duo, baseline."
    assert player.add("noise.wav", song, "absent").status_code == 422
    assert own_models.command("plan", "studio", "--email", player.email).returncode == 0
    sextet = stems_of(player, song, "sextet")
    assert list(sextet) == SEXTET
    assert residual(sextet, song) == 0
    assert residual(stems_of(player, song, "baseline"), song) == 0


@pytest.mark.timeout(300)
def test_a_plans_first_model_must_be_there_and_licensed_to_be_its_default(own_models: House, player: Listener) -> None:
    """A plan's model that is unlicensed or gone is nobody's default: the house's is taken, or told what to name."""
    song = noise_wav(3, seed=22)
    assert own_models.command("plan", "studio", "--email", player.email).returncode == 0
    default = stems_of(player, song)
    assert list(default) == QUARTET
    assert residual(default, song) == 0
    assert own_models.command("plan", "pro", "--email", player.email).returncode == 0
    for _ in range(2):
        refused = player.add("noise.wav", song)
        assert (refused.status_code, refused.json()["reason"]) == (409, "PLAN_WITHOUT_DEFAULT")
        assert refused.json()["action"] == "Name one of its models: duo."
    assert list(stems_of(player, song, "duo")) == DUO
    log = (Layout(own_models.data).logs / "separation.log").read_text()
    assert log.count("a plan's default passed over") == 2
    assert log.count('"model": "removed"') == 1


def test_the_operator_sees_and_verifies_the_models(own_models: House) -> None:
    """The command line lists every model of the house, and says which one is spoiled."""
    listed = own_models.command("models", "list")
    assert listed.returncode == 0
    for word in ("baseline", "duo", "sextet", "none named"):
        assert word in listed.stdout
    verified = own_models.command("models", "verify")
    assert verified.returncode == 1
    assert "network.onnx: 7 bytes, and the card says" in verified.stdout
    assert own_models.command("models", "verify", "duo").returncode == 0
    refused = own_models.command("models", "default", "sextet")
    assert refused.returncode == 1
    assert "names no licence" in refused.stderr
