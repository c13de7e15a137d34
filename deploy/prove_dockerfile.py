"""The steps of `prove-dockerfile.sh`: read the Dockerfile, run each instruction in a clean root, ask the container.

Standard library only: it runs before anything is installed, as root, inside its own mount and process namespaces.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import re
import shlex
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NoReturn

QUESTION = "làm sao kích hoạt VNeID mức 2"
GUIDE = "kich-hoat-vneid-muc-2"
ELSEWHERE = "127.0.0.2"  # loopback too, but only a service that listens on every address answers there
READY_WITHIN_S = 60
STOPPED_WITHIN_S = 10
WORDS = re.compile("ARG|FROM|ENV|RUN|COPY|WORKDIR|USER|VOLUME|EXPOSE|HEALTHCHECK|ENTRYPOINT|CMD|LABEL")
BASE_ENV = {"PATH": "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
HANDED_DOWN = re.compile(r"PIP_\w+|(https?|no|all)_proxy|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE", re.IGNORECASE)
HOST_FILES = ("/etc/resolv.conf", "/etc/hosts", "/etc/pip.conf", "/etc/ssl/certs")
CERTIFICATES = ("/usr/share/ca-certificates", "/usr/local/share/ca-certificates")  # /etc/ssl/certs links to them
BUILD_TOOLS = ("cc", "gcc", "g++", "make", "ld", "cargo", "rustc")
NEW_NETWORK = 0x40000000


def stop(message: str) -> NoReturn:
    sys.exit(f"KHÔNG ĐẠT: {message}")


# --- reading ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Instruction:
    line: int
    word: str
    flags: dict[str, str]
    value: str

    def words(self) -> list[str]:
        """The value as a list: a JSON array, or words."""
        return [str(word) for word in json.loads(self.value)] if self.value.startswith("[") else shlex.split(self.value)

    def command(self) -> list[str]:
        return self.words() if self.value.startswith("[") else ["/bin/sh", "-c", self.value]


@dataclass
class Stage:
    base: str
    name: str
    instructions: list[Instruction] = field(default_factory=list)

    def last(self, word: str) -> Instruction:
        found = [each for each in self.instructions if each.word == word]
        return found[-1] if found else stop(f"Dockerfile thiếu {word} ở tầng cuối")


def parse(text: str) -> tuple[dict[str, str], list[Stage]]:
    """The ARGs before the first FROM, and the stages. Stops at what this small reader does not know."""
    arguments: dict[str, str] = {}
    stages: list[Stage] = []
    for line, whole in logical_lines(text):
        word, _, rest = whole.partition(" ")
        flags = {}
        while found := re.match(r"\s*--([\w-]+)=(\S+)\s+", rest):
            flags[found[1]] = found[2]
            rest = rest[found.end() :]
        each = Instruction(line, word.upper(), flags, rest.strip())
        if not WORDS.fullmatch(each.word) or "<<" in each.value or not each.value:
            stop(f"Dockerfile dòng {line}: chưa đọc được {word}")
        if each.word == "FROM":
            base, _, name = re.sub(r"\s+", " ", each.value).partition(" ")
            stages.append(Stage(expand(base, arguments), re.sub(r"(?i)^as ", "", name)))
        elif stages:
            stages[-1].instructions.append(each)
        elif each.word == "ARG":
            arguments.update(pairs(each, {}))
        else:
            stop(f"Dockerfile dòng {line}: {word} đứng trước FROM")
    return arguments, stages


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Each instruction on one line, with the number of its first line; no comments."""
    parts: list[str] = []
    first = 0
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("#") or not line.strip():
            continue
        first = first if parts else number
        parts.append(line.strip().removesuffix("\\").strip())
        if not line.rstrip().endswith("\\"):
            yield first, " ".join(parts)
            parts = []


def expand(text: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\$(?:(\w+)|\{(\w+)\})", lambda found: values.get(found[1] or found[2], ""), text)


def pairs(each: Instruction, values: Mapping[str, str]) -> dict[str, str]:
    """NAME=VALUE words; a bare NAME (an ARG without a default) gives nothing."""
    split = (word.partition("=") for word in shlex.split(each.value))
    return {name: expand(value, values) for name, equals, value in split if equals}


def ignore_rules(text: str) -> list[tuple[bool, re.Pattern[str]]]:
    """(kept?, pattern) for each line of a .dockerignore, in order; the last that matches decides."""
    rules = []
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            kept, pattern = line.startswith("!"), line.strip().removeprefix("!").strip("/")
            regex = re.escape(pattern).replace(r"\[", "[").replace(r"\]", "]")
            regex = regex.replace(r"\*\*/", "(?:.*/)?").replace(r"\*\*", ".*")
            rules.append((kept, re.compile(regex.replace(r"\*", "[^/]*").replace(r"\?", "[^/]"))))
    return rules


def context_files(root: Path) -> list[str]:
    """The files of `root` that an engine would be sent."""
    text = (root / ".dockerignore").read_text(encoding="utf-8")
    rules = ignore_rules(text)
    reopened = [line[1:].strip().strip("/") for line in text.splitlines() if line.startswith("!")]

    def kept(path: str) -> bool:
        names = path.split("/")
        heads = ["/".join(names[: count + 1]) for count in range(len(names))]
        decisions = [keep for keep, pattern in rules if any(pattern.fullmatch(head) for head in heads)]
        return not decisions or decisions[-1]

    files = []
    for folder, folders, names in os.walk(root):
        here = Path(folder).relative_to(root)
        paths = {name: (here / name).as_posix() for name in folders}
        folders[:] = [n for n, p in paths.items() if kept(p) or any(o.startswith(f"{p}/") for o in reopened)]
        files += [path for name in names if kept(path := (here / name).as_posix())]
    return sorted(files)


# --- running ---------------------------------------------------------------------------------------------------------


def call(*words: object) -> None:
    subprocess.run([str(word) for word in words], check=True)


def output(words: Sequence[str], env: Mapping[str, str] | None = None) -> str:
    return subprocess.run(words, check=True, text=True, stdout=subprocess.PIPE, env=env).stdout


def megabytes(folder: Path) -> float:
    return int(output(["du", "-skx", str(folder)]).split()[0]) / 1024


def inside(root: Path, user: str, folder: str, command: Sequence[str]) -> list[str]:
    """`command` in `root` as `user`, in `folder`; the process becomes the command."""
    owner = user if ":" in user else f"{user}:{user}"
    enter = ["/bin/sh", "-c", 'cd "$0" && exec "$@"', folder]
    return ["chroot", f"--userspec={owner}", "--groups=", str(root), *enter, *command]


@contextmanager
def mounted(binds: Mapping[str, str], root: Path) -> Iterator[None]:
    """Host paths (or "proc", "tmpfs") shown read-only in `root` for a while; mount points made for it go with it."""
    with ExitStack() as undo:
        for target, source in binds.items():
            place = root / target.lstrip("/")
            make_place(place, Path(source).is_file(), undo)
            if source in ("proc", "tmpfs"):
                call("mount", "-t", source, source, place)
            else:
                call("mount", "--bind", source, place)
            undo.callback(call, "umount", "--recursive", "--lazy", place)
            if source not in ("proc", "tmpfs"):
                call("mount", "-o", "remount,bind,ro", place)
            if target == "/dev":
                devices(place)
        yield


def make_place(place: Path, is_file: bool, undo: ExitStack) -> None:
    if place.exists():
        return
    missing = [folder for folder in place.parents if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir()
        undo.callback(folder.rmdir)
    if is_file:
        place.touch()
        undo.callback(place.unlink)
    else:
        place.mkdir()
        undo.callback(place.rmdir)


def devices(place: Path) -> None:
    for name in ("null", "zero", "full", "random", "urandom"):
        (place / name).touch()
        call("mount", "--bind", f"/dev/{name}", place / name)
    (place / "shm").mkdir(mode=0o1777)
    call("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", place / "shm")
    call("mount", "-o", "remount,ro", place)


def index_access() -> tuple[dict[str, str], dict[str, str]]:
    """How this machine reaches its package index: variables and paths that only the build's RUN steps see."""
    handed = {name: value for name, value in os.environ.items() if HANDED_DOWN.fullmatch(name)}
    binds = {path: path for path in (*HOST_FILES, *CERTIFICATES) if Path(path).exists()}
    for name in (".config/pip/pip.conf", ".pip/pip.conf"):
        if (own := Path.home() / name).exists():
            binds[f"/root/{name}"] = str(own)
    texts = [Path(path).read_text(encoding="utf-8") for path in binds.values() if path.endswith("pip.conf")]
    for word in re.split(r"[\s=]+", " ".join([*texts, *handed.values()])):
        path = Path(re.sub(r"^file://", "", word))
        if path.is_absolute() and path.is_dir() and str(path) not in binds:
            folder = path.parent if path.name == "simple" else path  # a package index keeps its files beside its pages
            binds[str(folder)] = str(folder)
    return handed, binds


@dataclass
class Container:
    """What the instructions read so far have made: the files, and how a process in them starts."""

    root: Path
    upper: Path
    env: dict[str, str]
    arguments: dict[str, str]
    user: str = "0:0"
    folder: str = "/"
    volumes: list[str] = field(default_factory=list)


def build(stage: Stage, base: Path, work: Path, made: Mapping[str, Container]) -> Container:
    """Execute a stage's instructions over `base`; print what each took and added."""
    root, upper, scratch = (work / kind for kind in ("root", "upper", "scratch"))
    for folder in (root, upper, scratch):
        folder.mkdir(parents=True)
    layers = f"lowerdir={base},upperdir={upper},workdir={scratch}"
    call("mount", "-t", "overlay", "overlay", "-o", layers, root)
    box = Container(root, upper, dict(BASE_ENV), {})
    size = 0.0
    for each in stage.instructions:
        started = time.monotonic()
        execute(each, box, made, work.parent / "context")
        if each.word in ("RUN", "COPY"):
            grown = megabytes(upper)
            print(f"  {time.monotonic() - started:6.1f} s {grown - size:+8.1f} MB  {each.word} {each.value[:70]}")
            size = grown
    return box


def execute(each: Instruction, box: Container, made: Mapping[str, Container], context: Path) -> None:
    known = box.arguments | box.env
    if each.word == "RUN":
        handed, binds = index_access()
        env = box.arguments | handed | box.env
        with mounted({"/proc": "proc", "/dev": "tmpfs", **binds}, box.root):
            done = subprocess.run(inside(box.root, box.user, box.folder, each.command()), env=env, check=False)
        if done.returncode:
            stop(f"Dockerfile dòng {each.line}: RUN thoát với mã {done.returncode}")
    elif each.word == "COPY":
        copy(each, box, made, context)
    elif each.word == "ARG":
        box.arguments.update(pairs(each, known))
    elif each.word == "ENV":
        box.env.update(pairs(each, known))
    elif each.word == "USER":
        box.user = each.value
    elif each.word == "VOLUME":
        box.volumes += each.words()
    elif each.word == "WORKDIR":
        box.folder = os.path.join(box.folder, expand(each.value, known))
        (box.root / box.folder.lstrip("/")).mkdir(parents=True, exist_ok=True)


def copy(each: Instruction, box: Container, made: Mapping[str, Container], context: Path) -> None:
    if set(each.flags) - {"from"}:
        stop(f"Dockerfile dòng {each.line}: chưa biết cờ {each.flags} của COPY")
    *sources, target = each.words()
    origin = made[each.flags["from"]].root if each.flags else context
    place = box.root / os.path.join(box.folder, target).lstrip("/")
    for name in sources:
        source = origin / name.lstrip("/")
        if not source.exists():
            stop(f"Dockerfile dòng {each.line}: không có {name} (thiếu, hoặc .dockerignore bỏ qua)")
        into_folder = source.is_dir() or target.endswith("/") or len(sources) > 1
        (place if into_folder else place.parent).mkdir(parents=True, exist_ok=True)
        call("cp", "-a", "--no-preserve=ownership", f"{source}/." if source.is_dir() else source, place)


# --- the proof -------------------------------------------------------------------------------------------------------


def make_base(image: str, work: Path) -> Path:
    """A Debian standing in for the official image: same release, same Python series, nothing else of use."""
    found = re.fullmatch(r"python:(\d+\.\d+)-slim-(\w+)", image)
    if not found:
        stop(f"không biết dựng bản thay thế cho {image}")
    base = work / "base"
    packages = "python3,python3-venv,python3-distutils,ca-certificates,netbase,tzdata"
    command = ["debootstrap", "--variant=minbase", f"--include={packages}", found[2], str(base)]
    with (work / "debootstrap.log").open("w+", encoding="utf-8") as log:
        if subprocess.run(command, stdout=log, stderr=log, check=False).returncode:
            log.seek(0)
            stop("debootstrap:\n" + "".join(log.readlines()[-5:]))
    for folder in ("usr/share/doc", "usr/share/man", "usr/share/locale", "var/cache/apt", "var/lib/apt/lists"):
        shutil.rmtree(base / folder, ignore_errors=True)
    (base / "usr/local/bin/python").symlink_to("/usr/bin/python3")
    version = output(["chroot", str(base), "python", "--version"], BASE_ENV).strip()
    if not version.startswith(f"Python {found[1]}."):
        stop(f"bản thay thế có {version}, {image} cần {found[1]}")
    print(f"Bản thay thế cho {image}: Debian {found[2]}, {version}, {megabytes(base):.0f} MB")
    return base


def check_files(box: Container) -> None:
    """Nothing to build with, nothing the user may change, every shared library found."""
    search = box.env["PATH"].split(":")
    tools = [t for t in BUILD_TOOLS for folder in search if (box.root / folder.lstrip("/") / t).exists()]
    tools += [str(pip) for pip in box.root.glob("opt/venv/lib/*/site-packages/pip")]
    if tools:
        stop(f"ảnh cuối còn công cụ dựng: {tools}")
    find = ["sh", "-c", "find /srv /opt /usr /etc ! -type l -writable 2>/dev/null || true"]
    writable = output(inside(box.root, box.user, "/", find), box.env)
    if writable:
        stop(f"người dùng của ảnh sửa được: {writable[:300]}")
    linked = "find /opt/venv -name '*.so*' -type f -exec ldd {} +"
    shown = output(inside(box.root, "0:0", "/", ["sh", "-c", linked]), box.env)
    bundled = {path.name for path in box.root.glob("opt/venv/lib/**/*.so*")}  # found through whoever loads them
    missing = sorted(set(re.findall(r"(\S+) => not found", shown)) - bundled)
    if missing:
        stop(f"thiếu thư viện hệ thống: {missing}")
    needed = sorted(set(re.findall(r"=> /(?:usr/)?lib\S*/(\S+)", shown)))
    print(f"Thư viện hệ thống mà các gói cần: {' '.join(needed)}")


class Running:
    """The container's command, started as an engine would: first process of its own, read-only root, a volume."""

    def __init__(self, box: Container, command: Sequence[str], volume: Path, work: Path) -> None:
        self.box = box
        self.root = work / "run"
        self.root.mkdir(exist_ok=True)
        self.undo = ExitStack()
        call("mount", "--bind", box.root, self.root)
        self.undo.callback(call, "umount", "--recursive", "--lazy", self.root)
        call("mount", "-o", "remount,bind,ro", self.root)
        for path in box.volumes:
            call("mount", "--bind", volume, self.root / path.lstrip("/"))
        call("mount", "-t", "tmpfs", "tmpfs", self.root / "dev")
        devices(self.root / "dev")
        own_processes = ["unshare", "--pid", "--fork", "--kill-child", f"--mount-proc={self.root / 'proc'}"]
        self.log = (work / "container.log").open("w+", encoding="utf-8")
        self.started = time.monotonic()
        start = [*own_processes, *inside(self.root, box.user, box.folder, command)]
        self.process = subprocess.Popen(start, env=box.env, stdout=self.log, stderr=self.log)

    def first_process(self) -> int:
        """Its number as seen from here."""
        parent = self.process.pid
        return int(Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()[0])

    def healthy(self, check: Sequence[str]) -> float:
        """Seconds until the health check passed."""
        command = inside(self.root, self.box.user, self.box.folder, check)
        while time.monotonic() - self.started < READY_WITHIN_S:
            if self.process.poll() is not None:
                stop(f"container thoát với mã {self.process.returncode}:\n{self.output()}")
            if subprocess.run(command, env=self.box.env, stderr=subprocess.DEVNULL, check=False).returncode == 0:
                return time.monotonic() - self.started
            time.sleep(0.1)
        stop(f"chưa sẵn sàng sau {READY_WITHIN_S} giây:\n{self.output()}")

    def status(self, name: str) -> str:
        text = Path(f"/proc/{self.first_process()}/status").read_text(encoding="utf-8")
        return next(line.partition(":")[2].strip() for line in text.splitlines() if line.startswith(f"{name}:"))

    def output(self) -> str:
        self.log.seek(0)
        return self.log.read()[-3000:]

    def stop(self) -> float:
        """SIGTERM, as `docker stop`; seconds until it ended."""
        asked = time.monotonic()
        os.kill(self.first_process(), signal.SIGTERM)
        try:
            self.process.wait(STOPPED_WITHIN_S)
        except subprocess.TimeoutExpired:
            stop(f"không dừng trong {STOPPED_WITHIN_S} giây sau SIGTERM")
        return time.monotonic() - asked

    def clean(self) -> None:
        self.process.kill()
        self.process.wait()
        self.log.close()
        self.undo.close()


def leave_network() -> None:
    """From here on, this process and its children see nothing but a loopback of their own."""
    if ctypes.CDLL(None, use_errno=True).unshare(NEW_NETWORK):
        stop(f"không tách được mạng: {os.strerror(ctypes.get_errno())}")
    with socket.socket() as any_socket:
        up_and_running = struct.pack("16sh14x", b"lo", 0x41)
        fcntl.ioctl(any_socket, 0x8914, up_and_running)  # SIOCSIFFLAGS


def ask(port: int) -> dict[str, object]:
    body = json.dumps({"text": QUESTION}).encode()
    request = urllib.request.Request(f"http://{ELSEWHERE}:{port}/v1/ask", body, {"Content-Type": "application/json"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=15) as response:
            answer: dict[str, object] = json.load(response)
    except OSError as error:
        stop(f"hỏi ở {ELSEWHERE}:{port} không được (dịch vụ phải nghe trên mọi địa chỉ): {error}")
    return answer


def check_service(box: Container, stage: Stage, work: Path) -> None:
    command = stage.last("ENTRYPOINT").words() + stage.last("CMD").words()
    found = re.fullmatch(r"CMD\s+(.*)", stage.last("HEALTHCHECK").value)
    health = [str(w) for w in json.loads(found[1])] if found else stop("HEALTHCHECK không phải CMD [...]")
    port = int(stage.last("EXPOSE").value)
    volume = work / "volume"
    call("cp", "-a", box.root / box.volumes[0].lstrip("/"), volume)  # an engine fills a new volume from the image
    for start in ("Volume mới", "Khởi động lại"):
        running = Running(box, command, volume, work)
        try:
            ready = running.healthy(health)
            if "0" in running.status("Uid").split() or running.status("Groups") or running.status("Gid")[0] == "0":
                stop("container chạy bằng root")
            answer = ask(port)
            guide = answer["guide"]
            if not isinstance(guide, dict) or guide["id"] != GUIDE:
                stop(f"trả lời sai hướng dẫn: {json.dumps(answer, ensure_ascii=False)[:500]}")
            who, memory = running.status("Uid").split()[0], int(running.status("VmHWM").split()[0]) / 1024
            stopped = running.stop()
        finally:
            running.clean()
        print(
            f"{start}: sẵn sàng sau {ready:.1f} s, trả lời {answer['status']} {GUIDE}, người dùng số {who}, "
            f"bộ nhớ cao nhất {memory:.0f} MB, dừng trong {stopped:.1f} s"
        )


def check_refusal(box: Container, stage: Stage, work: Path) -> None:
    """A volume the user may not write to is named in plain words, not in a traceback."""
    command = stage.last("ENTRYPOINT").words() + stage.last("CMD").words()
    volume = work / "locked"
    volume.mkdir(mode=0o755)
    running = Running(box, command, volume, work)
    try:
        running.process.wait(READY_WITHIN_S)
        said = running.output()
        if running.process.returncode == 0 or "Không ghi được" not in said or "Traceback" in said:
            stop(f"volume không ghi được mà container lại nói:\n{said}")
    finally:
        running.clean()
    print(f"Volume không ghi được: thoát mã {running.process.returncode}, «{said.splitlines()[0]}»")


def prove(source: Path, work: Path) -> None:
    started = time.monotonic()
    _, stages = parse((source / "Dockerfile").read_text(encoding="utf-8"))
    for name in context_files(source):
        (work / "context" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source / name, work / "context" / name)
    print(f"Gửi đi dựng: {megabytes(work / 'context'):.1f} MB")
    bases: dict[str, Path] = {}
    made: dict[str, Container] = {}
    for number, stage in enumerate(stages):
        if stage.base not in bases:
            bases[stage.base] = make_base(stage.base, work)
        print(f"Tầng {stage.name or number}:", flush=True)
        made[stage.name or str(number)] = box = build(stage, bases[stage.base], work / f"stage{number}", made)
    print(f"Ảnh cuối: {megabytes(box.root):.0f} MB, trong đó các lớp của Dockerfile {megabytes(box.upper):.0f} MB")
    check_files(box)
    leave_network()
    check_service(box, stages[-1], work)
    check_refusal(box, stages[-1], work)
    print(f"ĐẠT, cả thảy {time.monotonic() - started:.0f} s")


def main() -> None:
    here = Path.cwd()
    if sys.argv[1] == "--parse":
        arguments, stages = parse((here / "Dockerfile").read_text(encoding="utf-8"))
        read = {"arguments": arguments, "stages": [asdict(s) for s in stages], "context": context_files(here)}
        print(json.dumps(read, ensure_ascii=False, indent=1))
    else:
        sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
        prove(here, Path(sys.argv[1]))


main()
