"""A mail server for tests: takes mail from anybody who knows the password, and keeps each letter as a file.

usage: smtp.py FOLDER [PORT]   writes its URL into FOLDER/url, and letters into FOLDER/mail/NUMBER.eml. It has no mailbox for
nobody@…
"""

import asyncio
import email
import email.policy
import itertools
import pathlib
import sys

from aiosmtpd.smtp import SMTP, AuthResult

folder = pathlib.Path(sys.argv[1])
port = int(sys.argv[2]) if len(sys.argv) > 2 else 0
letters = folder / "mail"
letters.mkdir(parents=True)
numbers = itertools.count(1)


class Keeper:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server, session, envelope):
        number = next(numbers)
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        text = f"To: {', '.join(envelope.rcpt_tos)}\nFrom: {letter['From']}\nSubject: {letter['Subject']}\n\n{letter.get_content()}"
        # Whole, or not there.
        unfinished = folder / f"{number}.part"
        unfinished.write_text(text)
        unfinished.rename(letters / f"{number}.eml")
        return "250 kept"


def authenticator(server, session, envelope, mechanism, auth_data):
    return AuthResult(success=auth_data.login == b"datapulse" and auth_data.password == b"a word for mail")


async def serve():
    loop = asyncio.get_running_loop()
    options = {"authenticator": authenticator, "auth_required": True, "auth_require_tls": False}
    server = await loop.create_server(lambda: SMTP(Keeper(), **options), "127.0.0.1", port)
    bound = server.sockets[0].getsockname()[1]
    unfinished = folder / "url.part"
    unfinished.write_text(f"smtp://datapulse:a%20word%20for%20mail@127.0.0.1:{bound}")
    unfinished.rename(folder / "url")
    await server.serve_forever()


asyncio.run(serve())
