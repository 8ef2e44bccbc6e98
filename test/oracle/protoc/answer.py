"""Says what protoc makes of .proto files.

Each line of the input is a JSON object {"main": path, "files": {path: text}}.
The answer is a line with "ok " and the serialized FileDescriptorProto of the
main file in base64, or with "fail " and what protoc said. Files below
google/protobuf/ are those of protoc.
"""

import base64
import importlib.resources
import json
import os
import pathlib
import sys
import tempfile

from google.protobuf import descriptor_pb2
from grpc_tools import protoc


def compiled(main, files, well_known):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder, "in")
        for path, text in files.items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text.encode("utf-8"))
        out, said = os.path.join(folder, "out"), os.path.join(folder, "said")
        code = quietly(said, ["protoc", f"-I{root}", f"-I{well_known}", "--retain_options", f"--descriptor_set_out={out}", main])
        if code != 0:
            return "fail " + " ".join(pathlib.Path(said).read_text(errors="replace").split())
        files = descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(out).read_bytes())
        return "ok " + base64.b64encode(files.file[-1].SerializeToString()).decode()


def quietly(said, arguments):
    """Runs protoc in a process of its own: it ends the process over some files,
    and writes to its standard error."""
    child = os.fork()
    if child == 0:
        with open(said, "wb") as to:
            os.dup2(to.fileno(), 2)
        os._exit(protoc.main(arguments))
    return os.waitpid(child, 0)[1]


def run():
    well_known = importlib.resources.files("grpc_tools") / "_proto"
    for line in sys.stdin:
        question = json.loads(line)
        print(compiled(question["main"], question["files"], well_known), flush=True)


if __name__ == "__main__":
    run()
