"""TLS before a server that does not speak it.

usage: tls.py FOLDER HOST PORT    FOLDER holds certificate.pem and key.pem; writes its port to FOLDER/port when it listens
"""

import socket
import ssl
import sys
import threading
from pathlib import Path


def pass_on(source, target):
    try:
        while piece := source.recv(65536):
            target.sendall(piece)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(client, context, place):
    try:
        secure = context.wrap_socket(client, server_side=True)
        server = socket.create_connection(place)
    except OSError:
        client.close()
        return
    threading.Thread(target=pass_on, args=(server, secure), daemon=True).start()
    pass_on(secure, server)


def main():
    folder, place = Path(sys.argv[1]), (sys.argv[2], int(sys.argv[3]))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    listener = socket.create_server(("127.0.0.1", 0))
    written = folder / "port.part"
    written.write_text(str(listener.getsockname()[1]))
    written.rename(folder / "port")
    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve, args=(client, context, place), daemon=True).start()


main()
