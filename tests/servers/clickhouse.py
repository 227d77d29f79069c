"""ClickHouse's HTTP interface, as much of it as the tests need, before the real engine inside this process.

usage: clickhouse.py FOLDER    writes its URL to FOLDER/url when it listens; data lies in FOLDER/data
"""

import base64
import re
import secrets
import select
import socket
import sys
import tempfile
import threading
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import chdb

# What is no setting in the URL of a request.
NO_SETTINGS = {"query", "database", "default_format", "query_id", "wait_end_of_query", "buffer_size"}
INSERT = re.compile(r"\s*(INSERT\s+INTO\s+.*?)\s+FORMAT\s+(\w+)\s*", re.IGNORECASE | re.DOTALL)
CODE = re.compile(r"Code: (\d+)\.")
UNKNOWN_DATABASE, AUTHENTICATION_FAILED = 81, 516


class Refused(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class Request:
    """What one request asks for."""

    def __init__(self, target, content_type, body):
        self.options = parse_qsl(urlsplit(target).query, keep_blank_values=True)
        given = dict(self.options)
        self.database = given.get("database", "default")
        self.format = given.get("default_format", "TabSeparated")
        self.params = {name[len("param_"):]: value for name, value in self.options if name.startswith("param_")}
        self.settings = {
            name: value
            for name, value in self.options
            if name not in NO_SETTINGS and not name.startswith("param_")
        }
        self.query = given.get("query", "")
        self.rows = b""
        if content_type.startswith("multipart/form-data"):
            self.read_form(content_type, body)
        elif INSERT.fullmatch(self.query):
            self.rows = body
        else:
            self.query += body.decode()

    def read_form(self, content_type, body):
        header = f"Content-Type: {content_type}\r\n\r\n".encode()
        boundary = BytesParser(policy=HTTP).parsebytes(header).get_boundary().encode()
        for part in body.split(b"--" + boundary)[1:-1]:
            head, value = part.removeprefix(b"\r\n").split(b"\r\n\r\n", 1)
            name = re.search(rb'name="([^"]*)"', head).group(1).decode()
            value = value.removesuffix(b"\r\n").decode()
            if len(value) > 128 * 1024:
                raise Refused(190, f"Field value of {name} is too long")
            if name == "query":
                self.query += value
            elif name.startswith("param_"):
                self.params[name[len("param_"):]] = value

    def stops_with_its_client(self):
        return self.settings.get("cancel_http_readonly_queries_on_client_close") == "1"


class Engine:
    def __init__(self, folder):
        self.path = str(folder)
        # As long as one connection is open the engine stays.
        self.keeper = chdb.connect(self.path)

    def run(self, request, tag):
        """The answer to a request; `tag` is how the engine's list of statements calls it."""
        connection = chdb.connect(self.path)
        try:
            if request.database != "default":
                self.use(connection, request.database)
            # Reading only comes last: before, settings may change.
            settings = {**request.settings, "log_comment": tag}
            readonly = settings.pop("readonly", None)
            connection.query("SET " + ", ".join(f"{name} = {quoted(value)}" for name, value in settings.items()))
            if readonly:
                connection.query(f"SET readonly = {int(readonly)}")
            insert = INSERT.fullmatch(request.query)
            if insert:
                return self.insert(connection, *insert.groups(), request.rows)
            return connection.query(request.query, request.format, params=request.params).bytes() or b""
        finally:
            connection.close()

    def use(self, connection, database):
        found = connection.query(
            "SELECT count() FROM system.databases WHERE name = {name:String}", "TabSeparated", params={"name": database}
        )
        if found.bytes().strip() != b"1":
            raise Refused(UNKNOWN_DATABASE, f"Code: {UNKNOWN_DATABASE}. Database {database} does not exist.")
        connection.query(f"USE `{database}`")

    def insert(self, connection, statement, format_name, rows):
        with tempfile.NamedTemporaryFile(dir=Path(self.path).parent) as file:
            file.write(rows)
            file.flush()
            connection.query(f"{statement} FROM INFILE {quoted(file.name)} FORMAT {format_name}")
        return b""

    def stop(self, tag):
        connection = chdb.connect(self.path)
        try:
            connection.query(f"KILL QUERY WHERE Settings['log_comment'] = {quoted(tag)} ASYNC")
        finally:
            connection.close()


def quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


class Running:
    """A request at work in a thread of its own, so that somebody can see whether its client is still there."""

    def __init__(self, engine, request):
        self.engine = engine
        self.tag = secrets.token_hex(8)
        self.answer = b""
        self.error = None
        self.thread = threading.Thread(target=self.work, args=(request,))
        self.thread.start()

    def work(self, request):
        try:
            self.answer = self.engine.run(request, self.tag)
        except Exception as error:  # whatever it is, the client is told
            self.error = error

    def wait(self, connection, stops_with_its_client):
        """The answer; nothing where the client is gone."""
        is_there = True
        while self.thread.is_alive():
            self.thread.join(0.02)
            if stops_with_its_client and is_there and not is_open(connection):
                is_there = False
            if not is_there and self.thread.is_alive():
                self.engine.stop(self.tag)
        if self.error:
            raise self.error
        return self.answer if is_there else None


def is_open(connection):
    readable, _, _ = select.select([connection], [], [], 0)
    return not readable or connection.recv(1, socket.MSG_PEEK) != b""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            self.check_who_asks()
            request = Request(self.path, self.headers.get("Content-Type", ""), body)
            running = Running(self.server.engine, request)
            answer = running.wait(self.connection, request.stops_with_its_client())
        except (ConnectionError, TimeoutError):
            answer = None
        except Exception as error:
            self.refuse(error)
            return
        if answer is None:
            self.close_connection = True
            return
        self.reply(200, answer)

    do_GET = do_POST

    def check_who_asks(self):
        expected = "Basic " + base64.b64encode(b"datapulse:" + self.server.password.encode()).decode()
        if self.headers.get("Authorization") != expected:
            raise Refused(AUTHENTICATION_FAILED, f"Code: {AUTHENTICATION_FAILED}. Authentication failed.")

    def refuse(self, error):
        message = str(error)
        code = getattr(error, "code", None) or next((int(code) for code in CODE.findall(message)), 1001)
        self.reply(403 if code == AUTHENTICATION_FAILED else 500, message.encode(), code)

    def reply(self, status, body, code=None):
        try:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if code is not None:
                self.send_header("X-ClickHouse-Exception-Code", str(code))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()
        except ConnectionError:
            self.close_connection = True

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 512

    def __init__(self, folder):
        super().__init__(("127.0.0.1", 0), Handler)
        self.password = secrets.token_hex(8)
        self.engine = Engine(folder / "data")


def main():
    folder = Path(sys.argv[1])
    server = Server(folder)
    url = f"clickhouse://datapulse:{server.password}@127.0.0.1:{server.server_port}/default"
    written = folder / "url.part"
    written.write_text(url)
    written.rename(folder / "url")
    server.serve_forever()


main()
