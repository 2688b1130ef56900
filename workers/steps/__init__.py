"""The steps of the pipeline by name: each works on one `Job` and gives back an `Outcome`."""

from collections.abc import Callable, Mapping

from workers.pipeline.job import Job, Outcome
from workers.steps import chapters, clips, cut, fetch, index, notify, outline, play, probe, scan, transcript

WORK: Mapping[str, Callable[[Job], Outcome]] = {
    "fetch": fetch.work,
    "probe": probe.work,
    "scan": scan.work,
    "outline": outline.work,
    "play": play.work,
    "transcript": transcript.work,
    "chapters": chapters.work,
    "clips": clips.work,
    "index": index.work,
    "notify": notify.work,
    "cut": cut.work,
}
