"""The end of programs that run for as long as a session does."""

import subprocess

import psutil

from workers.media.live.process import end

STUBBORN = "(trap '' TERM; exec sleep 60) & echo $!; wait"
"""What is started there does not end when it is asked to; a box that is just being set up does not, either."""


def test_what_it_has_started_ends_with_it_even_where_it_does_not_end_when_asked():
    process = subprocess.Popen(["sh", "-c", STUBBORN], stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdout is not None
    with process.stdout:
        started = psutil.Process(int(process.stdout.readline()))
    end(process)
    _, alive = psutil.wait_procs([started], timeout=10)
    assert [one for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []
