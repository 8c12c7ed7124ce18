"""What a track came to, as the gateway tells it."""

from __future__ import annotations

from stripsession.library.v1 import report_pb2
from tests.integration.gateway.conftest import OWNER, Door
from tests.integration.gateway.test_routes import check_schema


async def test_a_ready_track_shows_what_it_came_to(door: Door) -> None:
    """The report and what was heard are told with the track; the beats' times are told in the manifest alone."""
    track = door.library.add_track(OWNER)
    door.library.reports[track.track_id] = report_pb2.Report(
        clipped_samples=7,
        stems=[report_pb2.StemReport(stem="vocals", clipped_samples=1)],
        model_residual_db=-31.5,
        total_samples=441_000,
        making=report_pb2.Making(model="quartet", version="1", weights_sha256="ab" * 32, device="cpu"),
        engine_s=3.1,
        attempts=2,
    )
    heard = report_pb2.Analysis(
        bpm=92.0, bpm_confidence=0.6, beats_s=[0.5, 1.152], key="A minor", integrated_lufs=-14.2
    )
    door.library.analyses[track.track_id] = heard
    path, signed = f"/v1/tracks/{track.track_id}", door.bearer()
    read = (await door.http.get(path, headers=signed)).json()
    check_schema(door, "TrackDetail", read)
    assert read["report"]["sum"] == {"differing_samples": 0, "difference_max": 0}
    assert read["report"]["alignment"] == {
        "offset_samples": 0,
        "total_samples": 441_000,
        "sample_rate_hz": 44100,
        "channels": 2,
        "depth_bits": 16,
    }
    assert read["report"]["clipping"] == {"upload_samples": 7, "stems": [{"stem": "vocals", "samples": 1}]}
    assert (read["analysis"]["tempo_bpm"], read["analysis"]["key"]) == (92.0, "A minor")
    assert (read["analysis"]["true_peak_dbtp"], "beats_s" in read["analysis"]) == (None, False)
    manifest = (await door.http.get(f"{path}/manifest", headers=signed)).json()
    check_schema(door, "Manifest", manifest)
    assert manifest["analysis"] == read["analysis"] | {"beats_s": [0.5, 1.152]}
    assert manifest["report"] == read["report"]
