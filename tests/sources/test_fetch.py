import datetime as dt
import hashlib
import socket
import time
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest

from belvedere.errors import FetchError
from belvedere.sources.fetch import Fetched, FetchLimits, fetch, list_folder

BODY = b"dep,n\n75,1\n"
NOW = dt.datetime(2020, 3, 18, 12, tzinfo=dt.UTC)


def says(body=BODY, status=200, **headers):
    """An answer with that body; header names with _ for -."""

    def answer(handler):
        handler.send_response(status)
        usual = {"Content-Type": "text/csv", "Content-Length": str(len(body))}
        for name, value in (usual | {name.replace("_", "-"): value for name, value in headers.items()}).items():
            if value is not None:
                handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def not_modified(handler):
    handler.send_response(304)
    handler.end_headers()


def redirect(to):
    return says(b"", 302, Location=to)


class Caller:
    """fetch with a recorded sleep, a fixed clock and short limits."""

    def __init__(self, into: Path) -> None:
        self.into, self.slept = into, []

    def __call__(self, url: str, **given) -> Fetched:
        limits = FetchLimits(**({"attempts": 3, "silence_s": 5.0} | given.pop("limits", {})))
        transport = httpx.HTTPTransport(verify=False)  # spares the reading of certificates
        usual = {"transport": transport, "sleep": self.slept.append, "clock": lambda: NOW, "limits": limits}
        return fetch(url, self.into, **(usual | given))

    def files(self) -> list[str]:
        return sorted(path.name for path in self.into.iterdir())


@pytest.fixture
def get(tmp_path):
    return Caller(tmp_path / "kept")


def test_a_new_file_is_kept_under_its_checksum(server, get):
    server.answers = [says(ETag='"v1"', Last_Modified="Wed, 18 Mar 2020 10:00:00 GMT")]
    got = get(server.url("/files/dep.CSV?x=1"))
    digest = hashlib.sha256(BODY).hexdigest()
    assert got == Fetched(
        get.into / f"{digest}.csv", digest, len(BODY), '"v1"', "Wed, 18 Mar 2020 10:00:00 GMT", NOW, "new", "dep.CSV"
    )
    assert got.path.read_bytes() == BODY
    assert get.files() == [got.path.name]


def test_what_is_held_is_asked_for_conditionally(server, get):
    server.answers = [says(ETag='"v1"', Last_Modified="Wed, 18 Mar 2020 10:00:00 GMT"), not_modified]
    first = get(server.url())
    later = NOW + dt.timedelta(hours=1)
    second = get(server.url(), previous=first, clock=lambda: later)
    assert server.requests[1]["If-None-Match"] == '"v1"'
    assert server.requests[1]["If-Modified-Since"] == "Wed, 18 Mar 2020 10:00:00 GMT"
    assert (second.status, second.path, second.etag, second.fetched_at) == ("unchanged", first.path, '"v1"', later)


def test_the_same_bytes_under_a_new_etag_are_unchanged(server, get):
    server.answers = [says(ETag='"v1"'), says(ETag='"v2"')]
    first = get(server.url())
    second = get(server.url(), previous=first)
    assert (second.status, second.etag, second.path) == ("unchanged", '"v2"', first.path)
    assert get.files() == [first.path.name]


def test_new_bytes_are_kept_beside_the_old(server, get):
    server.answers = [says(ETag='"v1"'), says(BODY + b"13,2\n", ETag='"v2"')]
    first = get(server.url())
    second = get(server.url(), previous=first)
    assert second.status == "new"
    assert get.files() == sorted([first.path.name, second.path.name])


@pytest.mark.parametrize("harm", [lambda path: path.unlink(), lambda path: path.write_bytes(b"x" * len(BODY))])
def test_a_kept_copy_lost_or_altered_is_fetched_anew(server, get, harm):
    server.answers = [says(ETag='"v1"')]
    first = get(server.url())
    harm(first.path)
    second = get(server.url(), previous=first)
    assert "If-None-Match" not in server.requests[1]
    assert second.status == "new" and second.path.read_bytes() == BODY


def test_not_modified_without_a_condition_is_an_error(server, get):
    server.answers = [not_modified]
    with pytest.raises(FetchError, match="304"):
        get(server.url())


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_passing_failures_are_tried_again_waiting_longer_each_time(server, get, status):
    server.answers = [says(b"", status), says(b"", status), says()]
    assert get(server.url()).status == "new"
    assert get.slept == [1.0, 2.0]


def test_it_gives_up_after_the_last_attempt_and_says_so(server, get):
    server.answers = [says(b"", 503)]
    with pytest.raises(FetchError, match=r"answered 503 Service Unavailable \(3 attempts\)"):
        get(server.url())
    assert (len(server.requests), get.slept, get.files()) == (3, [1.0, 2.0], [])


@pytest.mark.parametrize("asked", ["7", format_datetime(NOW + dt.timedelta(seconds=7), usegmt=True)])
def test_retry_after_is_honoured_in_seconds_and_as_a_date(server, get, asked):
    server.answers = [says(b"", 429, Retry_After=asked), says()]
    assert get(server.url()).status == "new"
    assert get.slept == [7.0]


def test_a_wait_beyond_the_limit_is_not_waited_for(server, get):
    server.answers = [says(b"", 503, Retry_After="3600")]
    with pytest.raises(FetchError, match="asks to wait 3,600 s"):
        get(server.url())
    assert (len(server.requests), get.slept) == (1, [])


def test_an_unreadable_retry_after_is_passed_over(server, get):
    server.answers = [says(b"", 503, Retry_After="soon"), says()]
    assert get(server.url()).status == "new" and get.slept == [1.0]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 204, 206])
def test_lasting_failures_are_not_tried_again(server, get, status):
    server.answers = [says(b"" if status == 204 else b"no", status)]
    with pytest.raises(FetchError, match=f"answered {status}"):
        get(server.url())
    assert (len(server.requests), get.files()) == (1, [])


def test_a_short_body_is_tried_again_and_never_kept(server, get):
    server.answers = [says(Content_Length="999"), says()]
    got = get(server.url())
    assert (got.path.read_bytes(), get.slept, get.files()) == (BODY, [1.0], [got.path.name])
    server.requests.clear()
    server.answers = [says(BODY + b"more", Content_Length="999")]
    with pytest.raises(FetchError, match=r"broke off.*3 attempts"):
        get(server.url())
    assert get.files() == [got.path.name]


def test_a_chunked_body_that_breaks_off_is_tried_again(server, get):
    def broken(handler):
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"b\r\n" + BODY + b"\r\n")

    server.answers = [broken, says()]
    assert get(server.url()).path.read_bytes() == BODY
    assert get.slept == [1.0]


def test_a_connection_closed_without_an_answer_is_tried_again(server, get):
    server.answers = [lambda handler: setattr(handler, "close_connection", True), says()]
    assert get(server.url()).status == "new" and get.slept == [1.0]


def test_silence_is_tried_again(server, get):
    server.answers = [lambda handler: time.sleep(0.6), says()]
    assert get(server.url(), limits={"silence_s": 0.2}).status == "new"
    assert get.slept == [1.0]


def test_bytes_that_drip_for_ever_meet_the_deadline_of_an_attempt(server, get):
    ticks = iter(NOW + dt.timedelta(minutes=i) for i in range(1000))
    server.answers = [says(b"x" * 1_000_000)]
    with pytest.raises(FetchError, match=r"not finished within 60 s \(1 attempt\)"):
        get(server.url(), clock=lambda: next(ticks), limits={"attempts": 1, "attempt_s": 60.0})
    assert get.files() == []


def test_an_unreachable_server_is_named(get):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(FetchError, match=rf"http://127.0.0.1:{port}/x.csv: the server could not be reached"):
        get(f"http://127.0.0.1:{port}/x.csv")
    assert get.slept == [1.0, 2.0]


@pytest.mark.parametrize("length", [None, "2000000"])
def test_the_size_limit_holds_whether_or_not_the_length_is_declared(server, get, length):
    server.answers = [says(b"x" * 2_000_000, Content_Length=length)]
    with pytest.raises(FetchError, match=r"expected at most"):
        get(server.url(), limits={"max_bytes": 1_000_000})
    assert (len(server.requests), get.files()) == (1, [])


def test_a_web_page_is_not_data_whatever_it_calls_itself(server, get):
    page = b"<!DOCTYPE html><html><head><title>Sign in &amp; go on</title></head></html>"
    server.answers = [says(page, Content_Type="text/html; charset=utf-8"), says(page, Content_Type="text/csv")]
    for _ in range(2):
        with pytest.raises(FetchError, match="found a web page \\(Sign in & go on\\), expected a data file"):
            get(server.url())
    assert (len(server.requests), get.files()) == (2, [])


def test_an_empty_answer_is_tried_again(server, get):
    server.answers = [says(b""), says()]
    assert get(server.url()).bytes == len(BODY)


def test_redirects_are_followed_to_a_bound(server, get):
    server.answers = [redirect("/there.csv"), says()]
    assert get(server.url()).status == "new"
    assert [r["path"] for r in server.requests] == ["/data.csv", "/there.csv"]
    server.requests.clear()
    server.answers = [redirect("/again")]
    with pytest.raises(FetchError, match="more than 5 redirects"):
        get(server.url())
    assert len(server.requests) == 6


@pytest.mark.parametrize("target", ["file:///etc/hostname", "ftp://127.0.0.1/x.csv"])
def test_redirects_leave_the_web_nowhere(server, get, target):
    server.answers = [redirect(target)]
    with pytest.raises(FetchError, match="expected an http or https address"):
        get(server.url())


def test_no_redirect_from_https_to_http(get):
    transport = httpx.MockTransport(lambda request: httpx.Response(302, headers={"Location": "http://example.org/x.csv"}))
    with pytest.raises(FetchError, match="without encryption"):
        get("https://example.org/x.csv", transport=transport)


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://example.org/x.csv", "data.csv", "http:///x.csv"])
def test_only_web_addresses_are_fetched(get, url):
    with pytest.raises(FetchError, match="expected an http or https address"):
        get(url)


def test_a_password_in_the_address_is_not_repeated(server, get):
    server.answers = [says(b"", 404)]
    with pytest.raises(FetchError) as error:
        get(server.url().replace("http://", "http://me:secret@"))
    assert "secret" not in str(error.value) and "127.0.0.1" in str(error.value)


def test_the_kept_name_takes_only_a_plain_ending_from_the_address(server, get):
    server.answers = [says()]
    for path in ("/dep", "/dep.%2e%2e", "/dep.averyveryverylongending"):
        assert get(server.url(path)).path.name == hashlib.sha256(BODY).hexdigest()


def test_a_folder_lists_its_finished_files_in_order(tmp_path):
    for name in ("b.csv", "a.csv", "c.CSV.part", "~$a.csv", ".a.csv", "d.csv.tmp", "e.csv~", "f.txt"):
        (tmp_path / name).write_text("x")
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "g.csv").write_text("x")
    (tmp_path / "folder.csv" / "h.csv").write_text("x")
    assert [p.name for p in list_folder(tmp_path, "*.csv")] == ["a.csv", "b.csv"]
    assert [p.name for p in list_folder(tmp_path, "**/*.csv")] == ["a.csv", "b.csv", "h.csv"]
    assert [p.name for p in list_folder(tmp_path)] == ["a.csv", "b.csv", "f.txt"]


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(FetchError, match="found no folder"):
        list_folder(tmp_path / "none", "*.csv")
