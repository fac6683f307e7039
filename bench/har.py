"""How long a whole diagnosis of a trace takes, beside what others need to read the file alone.

Usage: python bench/har.py [megabytes …, default 1 25 180]

Every figure comes from a process of its own: time without start-up and imports, and the peak of
its memory over what it had before it read the file. Needs the extra `bench`.
"""

import json
import multiprocessing
import sys
from collections.abc import Callable, Iterator
from mmap import ACCESS_READ, mmap
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter

MEGABYTE = 1_000_000
ENTRIES_PER_MEGABYTE = 12  # as in exports of a Dynamics org: 2,200 entries in 180 MB
GOAL_OF_JSON = 0.6
GOAL_MEGABYTES = 64
ROUNDS = 3

ORG = "https://fabrikam.crm.dynamics.com"
REFUSED = json.dumps(
    {
        "error": {
            "code": "0x80040220",
            "message": "Principal user (Id=4b1f7a52-7c3e-4d10-9a8b-2f6c1e0d9b35, type=8, "
            "roleCount=2, privilegeCount=310, accessMode=0), is missing prvReadInvoice privilege "
            "(Id=7c1a2b3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d) on OTC=1090 for entity 'invoice'.",
        }
    }
)

Reader = Callable[[Path], object]


def ours() -> Reader:
    """Our whole diagnosis: reading, redaction, verdict, resolution."""
    from classifiers import Diagnoser  # noqa: PLC0415 -- each process imports what it measures

    diagnoser = Diagnoser.load()
    diagnoser.diagnose(REFUSED)

    def diagnosed(path: Path) -> object:
        with path.open("rb") as file:
            raw = memoryview(mmap(file.fileno(), 0, access=ACCESS_READ))  # as the service does
            answer = diagnoser.diagnose_trace(raw).to_dict()
        if answer["cause"] != "missing_security_role":
            raise SystemExit(f"a wrong answer: {answer['cause']}")
        return answer

    return diagnosed


def json_load() -> Reader:
    """Python's own parser, and nothing else."""

    def loaded(path: Path) -> object:
        with path.open(encoding="utf-8") as file:
            return json.load(file)

    return loaded


def haralyzer() -> Reader:
    """The reader that most Python programs use; the refused requests are looked up."""
    from haralyzer import HarParser  # noqa: PLC0415

    def refused(path: Path) -> object:
        with path.open(encoding="utf-8") as file:
            parser = HarParser(json.load(file))
        return [e for page in parser.pages for e in page.entries if e.response.status == 403]  # noqa: PLR2004

    return refused


READERS = {"ours, whole": ours, "json.load": json_load, "haralyzer": haralyzer}


def main() -> int:
    """Print one table per size; 1 where a goal is missed at the largest size."""
    sizes = [int(size) for size in sys.argv[1:]] or [1, 25, 180]
    missed = False
    with TemporaryDirectory() as folder:
        for size in sizes:
            path = Path(folder) / f"{size}.har"
            written = write(path, size * MEGABYTE)
            figures = {name: measured(name, path) for name in READERS}
            missed = report(figures, written)
            path.unlink()
    return int(missed)


def report(figures: dict[str, tuple[float, float]], size: int) -> bool:
    """Print the figures of one file; whether ours miss the goals."""
    base = figures["json.load"][0]
    print(f"\n{size / MEGABYTE:.1f} MB      seconds   of json.load   peak MB   file +")
    for name, (seconds, peak) in figures.items():
        beside = peak - size / MEGABYTE
        print(f"{name:12} {seconds:9.3f} {seconds / base:14.2f} {peak:9.0f} {beside:8.0f}")
    seconds, peak = figures["ours, whole"]
    return seconds > GOAL_OF_JSON * base or peak > size / MEGABYTE + GOAL_MEGABYTES


def measured(name: str, path: Path) -> tuple[float, float]:
    """Best time of some processes in seconds, and their highest peak in megabytes."""
    context = multiprocessing.get_context("spawn")
    figures = []
    for _ in range(ROUNDS):
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_measure, args=(name, path, sender))
        process.start()
        sender.close()
        figures.append(receiver.recv())
        process.join()
    return min(seconds for seconds, _ in figures), max(peak for _, peak in figures)


def _measure(name: str, path: Path, sender: "multiprocessing.connection.Connection") -> None:
    reader = READERS[name]()
    before = _reset_peak()
    start = perf_counter()
    reader(path)
    seconds = perf_counter() - start
    sender.send((seconds, (_memory("VmHWM") - before) / MEGABYTE))


def _reset_peak() -> int:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # proc(5): sets VmHWM to VmRSS
    return _memory("VmRSS")


def _memory(kind: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(kind))


def write(path: Path, size: int) -> int:
    """Write a HAR of about `size` bytes and return its size; the same every time."""
    count = max(size * ENTRIES_PER_MEGABYTE // MEGABYTE, 10)
    random = Random(size)  # noqa: S311 -- no secret
    with path.open("w", encoding="utf-8") as file:
        file.write('{"log":{"version":"1.2","creator":{"name":"WebInspector","version":"537.36"},')
        file.write('"pages":[{"id":"page_1","title":"Invoices","startedDateTime":')
        file.write('"2026-11-16T08:00:00.000Z","pageTimings":{}}],"entries":[')
        for index, (url, mime, status, body) in enumerate(_answers(count, size // count, random)):
            file.write("," if index else "")
            json.dump(_entry(url, mime, status, body), file)
        file.write("]}}")
    return path.stat().st_size


def _answers(count: int, chars: int, random: Random) -> Iterator[tuple[str, str, int, str]]:
    """Scripts, tables and pages, and among them one refusal and a few missing pages."""
    script = "function a(b,c){return b?c.map(d=>d.id):'\\n'}/* \u00e9 */ "
    row = json.dumps(
        {
            "@odata.etag": 'W/"1048576"',
            "invoiceid": "4b1f7a52-7c3e-4d10-9a8b-2f6c1e0d9b35",
            "name": 'Contoso "North"',
            "statuscode": 1,
            "statuscode@OData.Community.Display.V1.FormattedValue": "Active",
            "totalamount": 1280.5,
            "totalamount@OData.Community.Display.V1.FormattedValue": "1,280.50 €",
            "_ownerid_value": "7c1a2b3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d",
            "createdon": "2026-11-16T08:00:00Z",
        }
    )
    page = "<!DOCTYPE html><div class='panel'>No error here</div>\n"
    for index in range(count):
        length = int(chars * random.uniform(0.2, 1.6))
        if index == count * 2 // 3:
            yield f"{ORG}/api/data/v9.2/invoices?$top=20", "application/json", 403, REFUSED
        elif index % 200 == 7:  # noqa: PLR2004 -- some
            yield f"{ORG}/api/data/v9.2/hints({index})", "application/json", 404, "{}"
        elif index % 4 == 0:
            yield (
                f"{ORG}/api/data/v9.2/rows({index})",
                "application/json",
                200,
                '{"value":[' + (row + ",") * (length // len(row)) + "{}]}",
            )
        elif index % 25 == 1:
            yield f"{ORG}/main.aspx?{index}", "text/html", 200, page * (length // len(page))
        else:
            url = f"{ORG}/uclient/scripts/{index}.js"
            yield url, "text/javascript", 200, script * (length // len(script))


def _entry(url: str, mime: str, status: int, body: str) -> dict[str, object]:
    names = [f"x-header-{number}" for number in range(20)]
    headers = [{"name": name, "value": "a value of ordinary length, as most"} for name in names]
    return {
        "_initiator": {"type": "script", "stack": {"callFrames": []}},
        "_priority": "High",
        "_resourceType": "xhr",
        "cache": {},
        "pageref": "page_1",
        "request": {
            "method": "GET",
            "url": url,
            "httpVersion": "h2",
            "headers": headers,
            "queryString": [],
            "cookies": [],
            "headersSize": -1,
            "bodySize": 0,
        },
        "response": {
            "status": status,
            "statusText": "",
            "httpVersion": "h2",
            "headers": headers,
            "cookies": [],
            "content": {"size": len(body), "mimeType": mime, "text": body},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": -1,
        },
        "startedDateTime": "2026-11-16T08:00:00.000Z",
        "time": 12.5,
        "timings": {"send": 1, "wait": 10, "receive": 1.5},
    }


if __name__ == "__main__":
    sys.exit(main())
