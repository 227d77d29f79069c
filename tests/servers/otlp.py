"""A collector of traces for tests: takes OTLP over HTTP, reads it with the official messages, and keeps each span as a line.

usage: otlp.py FOLDER   writes its URL into FOLDER/url, and spans into FOLDER/spans.ndjson
"""

import http.server
import json
import pathlib
import sys

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

folder = pathlib.Path(sys.argv[1])
spans = (folder / "spans.ndjson").open("a")


def value(any_value):
    return getattr(any_value, any_value.WhichOneof("value"))


def attributes(pairs):
    return {pair.key: value(pair.value) for pair in pairs}


def told(span, resource):
    return {
        "name": span.name,
        "kind": Span.SpanKind.Name(span.kind),
        "trace_id": span.trace_id.hex(),
        "span_id": span.span_id.hex(),
        "parent": span.parent_span_id.hex(),
        "status": Status.StatusCode.Name(span.status.code),
        "nanos": span.end_time_unix_nano - span.start_time_unix_nano,
        "events": [event.name for event in span.events],
        "attributes": attributes(span.attributes),
        "resource": attributes(resource.attributes),
    }


class Collector(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path != "/v1/traces" or self.headers["content-type"] != "application/x-protobuf":
            self.send_error(404)
            return
        request = ExportTraceServiceRequest.FromString(body)
        for of_resource in request.resource_spans:
            for of_scope in of_resource.scope_spans:
                for span in of_scope.spans:
                    spans.write(json.dumps(told(span, of_resource.resource)) + "\n")
        spans.flush()
        answer = ExportTraceServiceResponse().SerializeToString()
        self.send_response(200)
        self.send_header("content-type", "application/x-protobuf")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
unfinished = folder / "url.part"
unfinished.write_text(f"http://127.0.0.1:{server.server_port}")
unfinished.rename(folder / "url")
server.serve_forever()
