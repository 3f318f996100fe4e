"""Bring a file from its address or its folder, whole or not at all.

A fetched file is kept under the SHA-256 of its bytes, so the same bytes are one file and a copy never changes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import html
import os
import re
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Literal

import httpx
import tenacity

from belvedere.errors import FetchError
from belvedere.sources.raw import GIBIBYTE
from belvedere.sources.text_inspection import recognise

READ_BYTES = 64 << 10
HEAD_BYTES = 4096
TRY_AGAIN_STATUS = {408, 425, 429}  # and every 5xx
UNFINISHED = (".part", ".partial", ".tmp", ".crdownload", ".download")
_TITLE = re.compile(rb"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class FetchLimits:
    """How long and how much to try. Seconds and bytes; attempt_s bounds one attempt however slowly the bytes drip in."""

    max_bytes: int = 2 * GIBIBYTE
    max_redirects: int = 5
    attempts: int = 5
    first_wait_s: float = 1.0
    max_wait_s: float = 120.0
    silence_s: float = 30.0
    attempt_s: float = 1800.0


@dataclass(frozen=True)
class Fetched:
    """A kept copy and what the server said of it.

    fetched_at: UTC, when the answer came. status: "unchanged" if the bytes are those of the previous fetch.
    name: what the file is called at the address that redirects led to; stable addresses often lead to a dated name.
    """

    path: Path
    sha256: str
    bytes: int
    etag: str | None
    last_modified: str | None
    fetched_at: dt.datetime
    status: Literal["new", "unchanged"]
    name: str | None = None


class _TryAgain(FetchError):
    """A failure that may pass; wait_s is what the server asked for."""

    def __init__(self, message: str, wait_s: float | None = None) -> None:
        super().__init__(message)
        self.wait_s = wait_s


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def fetch(
    url: str,
    into: Path,
    *,
    previous: Fetched | None = None,
    transport: httpx.BaseTransport | None = None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], dt.datetime] = utc_now,
    limits: FetchLimits = FetchLimits(),
) -> Fetched:
    """Bring `url` (http or https) into the folder `into`, as `<sha256><suffix>`, unless it is what `previous` says is held.

    A kept copy that no longer has its checksum is fetched anew. Server errors, 429, silence and short bodies are tried again,
    waiting longer each time or as long as Retry-After asks; other 4xx are not. A web page is never taken for data.
    Raises FetchError; then nothing new is in `into`.
    """
    _check_scheme(httpx.URL(url), None)
    into.mkdir(parents=True, exist_ok=True)
    held = previous if previous and _still_held(previous) else None
    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(_TryAgain),
        stop=tenacity.stop_after_attempt(limits.attempts),
        wait=lambda state: _wait(state, limits),
        sleep=sleep,
        reraise=True,
    )
    with httpx.Client(
        transport=transport,
        follow_redirects=True,
        max_redirects=limits.max_redirects,
        timeout=limits.silence_s,
        headers={"Accept-Encoding": "identity"},  # so that Content-Length counts the bytes kept
        event_hooks={"request": [lambda request: _check_scheme(request.url, url)]},
    ) as client:
        try:
            return retrying(_attempt, client, url, into, held, clock, limits)
        except _TryAgain as error:
            tries = retrying.statistics.get("attempt_number", 1)
            raise FetchError(f"{error} ({tries} {'attempt' if tries == 1 else 'attempts'})") from error


def list_folder(folder: Path, pattern: str = "*") -> list[Path]:
    """Files of a folder that match, sorted by path; hidden, temporary and unfinished ones left out.

    Raises FetchError if the folder is not there.
    """
    if not folder.is_dir():
        raise FetchError(f"found no folder {str(folder)!r}, expected one that holds files such as {pattern!r}")
    return sorted(path for path in folder.glob(pattern) if path.is_file() and not _is_passing(path.relative_to(folder)))


def _is_passing(path: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.parts)
    return hidden or path.name.startswith(("~$", ".~")) or path.name.endswith("~") or path.name.lower().endswith(UNFINISHED)


def _attempt(
    client: httpx.Client, url: str, into: Path, held: Fetched | None, clock: Callable[[], dt.datetime], limits: FetchLimits
) -> Fetched:
    try:
        with client.stream("GET", url, headers=_conditions(held)) as response:
            _check_status(response, url, held, clock(), limits)
            if response.status_code == httpx.codes.NOT_MODIFIED:
                return _renewed(held, response, clock())
            return _keep(response, url, into, held, clock, limits)
    except httpx.TooManyRedirects:
        raise FetchError(f"{_shown(url)}: found more than {limits.max_redirects} redirects, expected the file") from None
    except httpx.TimeoutException:
        raise _TryAgain(f"{_shown(url)}: no answer within {limits.silence_s:g} s") from None
    except httpx.RemoteProtocolError as error:
        raise _TryAgain(f"{_shown(url)}: the answer broke off ({error})") from None
    except httpx.TransportError as error:
        raise _TryAgain(f"{_shown(url)}: the server could not be reached ({error})") from None
    except (httpx.InvalidURL, httpx.DecodingError) as error:
        raise FetchError(f"{_shown(url)}: {error}") from None


def _conditions(held: Fetched | None) -> dict[str, str]:
    if held is None:
        return {}
    given = {"If-None-Match": held.etag, "If-Modified-Since": held.last_modified}
    return {name: value for name, value in given.items() if value}


def _check_status(response: httpx.Response, url: str, held: Fetched | None, now: dt.datetime, limits: FetchLimits) -> None:
    status = response.status_code
    answer = f"{_shown(url)}: the server answered {status} {response.reason_phrase}".rstrip()
    if status == httpx.codes.OK or (status == httpx.codes.NOT_MODIFIED and held is not None):
        return
    if status not in TRY_AGAIN_STATUS and status < 500:
        raise FetchError(f"{answer}, expected 200 OK; check the address")
    wait_s = _retry_after(response.headers.get("Retry-After"), now)
    if wait_s is not None and wait_s > limits.max_wait_s:
        raise FetchError(f"{answer} and asks to wait {wait_s:,.0f} s, more than {limits.max_wait_s:,.0f} s; try later")
    raise _TryAgain(answer, wait_s)


def _renewed(held: Fetched, response: httpx.Response, now: dt.datetime) -> Fetched:
    etag, modified = response.headers.get("ETag", held.etag), response.headers.get("Last-Modified", held.last_modified)
    return Fetched(held.path, held.sha256, held.bytes, etag, modified, now, "unchanged", _name(response))


def _keep(
    response: httpx.Response, url: str, into: Path, held: Fetched | None, clock: Callable[[], dt.datetime], limits: FetchLimits
) -> Fetched:
    """Write the body beside its final place, check it, and only then give it its name."""
    part_descriptor, part_name = tempfile.mkstemp(prefix=".", suffix=".part", dir=into)
    part = Path(part_name)
    try:
        with os.fdopen(part_descriptor, "wb") as file:
            sha256, size = _download(response, file, url, clock, limits)
            file.flush()
            os.fsync(file.fileno())
        unchanged = held is not None and held.sha256 == sha256
        path = held.path if unchanged else into / f"{sha256}{_suffix(url)}"
        if not unchanged:
            part.replace(path)
    except OSError as error:
        raise FetchError(f"{_shown(url)}: the copy cannot be written to {str(into)!r} ({error})") from error
    finally:
        part.unlink(missing_ok=True)
    headers = response.headers
    status = "unchanged" if unchanged else "new"
    return Fetched(path, sha256, size, headers.get("ETag"), headers.get("Last-Modified"), clock(), status, _name(response))


def _name(response: httpx.Response) -> str | None:
    return PurePosixPath(response.url.path).name or None


def _download(
    response: httpx.Response, file: BinaryIO, url: str, clock: Callable[[], dt.datetime], limits: FetchLimits
) -> tuple[str, int]:
    """Checksum and length of the body, once it is known to be whole, within the limits, and no web page."""
    declared = response.headers.get("Content-Length", "")
    if declared.isdigit() and int(declared) > limits.max_bytes:
        raise FetchError(f"{_shown(url)}: found {int(declared):,} bytes, expected at most {limits.max_bytes:,}")
    deadline = clock() + dt.timedelta(seconds=limits.attempt_s)
    digest, size, head = hashlib.sha256(), 0, b""
    for chunk in response.iter_bytes(READ_BYTES):
        size += len(chunk)
        if size > limits.max_bytes:
            raise FetchError(f"{_shown(url)}: found more than {limits.max_bytes:,} bytes, expected at most that")
        if clock() > deadline:
            raise _TryAgain(f"{_shown(url)}: not finished within {limits.attempt_s:,.0f} s")
        head += chunk[: HEAD_BYTES - len(head)]
        digest.update(chunk)
        file.write(chunk)
    if declared.isdigit() and response.num_bytes_downloaded != int(declared):
        came = response.num_bytes_downloaded
        raise _TryAgain(f"{_shown(url)}: the answer broke off after {came:,} of {int(declared):,} bytes")
    _check_content(response, head, url)
    return digest.hexdigest(), size


def _check_content(response: httpx.Response, head: bytes, url: str) -> None:
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind in ("text/html", "application/xhtml+xml") or recognise(head) == "an HTML page":
        title = _TITLE.search(head)
        shown = html.unescape(title[1].decode("utf-8", errors="replace")).strip() if title else "without title"
        raise FetchError(f"{_shown(url)}: found a web page ({shown}), expected a data file; check the address")
    if not head:
        raise _TryAgain(f"{_shown(url)}: the answer was empty")


def _wait(state: tenacity.RetryCallState, limits: FetchLimits) -> float:
    """Seconds to the next attempt: twice the last, or what the server asked for if that is more."""
    error = state.outcome.exception()
    doubled = limits.first_wait_s * 2 ** (state.attempt_number - 1)
    return min(limits.max_wait_s, max(doubled, error.wait_s or 0.0))


def _retry_after(value: str | None, now: dt.datetime) -> float | None:
    """Seconds asked for by a Retry-After header, given as seconds or as a date; None if there is none to understand."""
    if value is None:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (when.replace(tzinfo=when.tzinfo or dt.UTC) - now).total_seconds())


def _still_held(held: Fetched) -> bool:
    if not held.path.is_file() or held.path.stat().st_size != held.bytes:
        return False
    with held.path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == held.sha256


def _check_scheme(url: httpx.URL, asked: str | None) -> None:
    """Only the web, and no step down from https on the way."""
    if url.scheme not in ("http", "https") or not url.host:
        raise FetchError(f"{_shown(str(url))}: found the scheme {url.scheme!r}, expected an http or https address")
    if asked is not None and url.scheme == "http" and httpx.URL(asked).scheme == "https":
        raise FetchError(f"{_shown(asked)}: found a redirect to {_shown(str(url))} without encryption, expected https")


def _suffix(url: str) -> str:
    """The file's ending as the address has it, if it is a plain one."""
    suffix = PurePosixPath(httpx.URL(url).path).suffix.lower()
    return suffix if re.fullmatch(r"\.[a-z0-9]{1,8}", suffix) else ""


def _shown(url: str) -> str:
    """The address without the name and password it may carry."""
    return re.sub(r"(?<=://)[^/@]*@", "", url)
