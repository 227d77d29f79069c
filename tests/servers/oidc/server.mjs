// An OpenID provider for the tests: anybody signs in under any name, which is the account. Names that begin with `unverified`
// have an address that nobody has shown to be theirs.
// usage: node server.mjs FOLDER REDIRECT_URI    writes its URL to FOLDER/url when it listens; nothing is kept
import { createServer } from "node:http";
import { renameSync, writeFileSync } from "node:fs";
import { Provider } from "oidc-provider";

const [folder, redirectUri] = process.argv.slice(2);
const server = createServer();
server.listen(0, "127.0.0.1", () => {
    const url = `http://127.0.0.1:${server.address().port}`;
    const provider = new Provider(url, {
        clients: [{
            client_id: "datapulse",
            client_secret: "a word between servers",
            redirect_uris: [redirectUri],
            response_types: ["code"],
            grant_types: ["authorization_code"],
        }],
        claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
        findAccount: (_, id) => ({
            accountId: id,
            claims: () => ({
                sub: id,
                name: id,
                email: `${id}@example.org`,
                email_verified: !id.startsWith("unverified"),
            }),
        }),
        pkce: { required: () => true },
        cookies: { keys: ["for the tests alone"] },
    });
    server.on("request", provider.callback());
    writeFileSync(`${folder}/url.part`, url);
    renameSync(`${folder}/url.part`, `${folder}/url`);
});
