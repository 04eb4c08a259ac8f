// Draws a profile with speedscope in headless Chromium, and says what functions it lists.
//
// usage: speedscope.mjs NPM_FOLDER CHROMIUM PROFILE NAME FUNCTION...
//
// Prints one line, `ok` or `FAILED`: every FUNCTION must be listed, and the page must say nothing of an error. A profile
// that speedscope cannot read leaves its welcome page.

import { createReadStream, existsSync } from "node:fs";
import { createRequire } from "node:module";
import http from "node:http";
import path from "node:path";

const [npm, executablePath, profile, name, ...functions] = process.argv.slice(2);
const { chromium } = createRequire(path.join(npm, "package.json"))("playwright-core");
const release = path.join(npm, "node_modules/speedscope/dist/release");
const types = { ".js": "text/javascript", ".css": "text/css", ".html": "text/html" };

/** Serves speedscope and the profile, on loopback. */
function serve(request, response) {
  const asked = new URL(request.url, "http://loopback").pathname;
  const file = asked === "/profile" ? profile : path.join(release, asked === "/" ? "index.html" : asked);
  if (!existsSync(file)) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { "Content-Type": types[path.extname(file)] ?? "application/octet-stream" });
  createReadStream(file).pipe(response);
}

/** Opens the profile in the view that lists functions, and gives back what stands on the page. */
async function draw(port) {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"];
  const browser = await chromium.launch({ executablePath, headless: true, args });
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    const errors = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.goto(`http://127.0.0.1:${port}/#profileURL=/profile&title=${name}&view=sandwich`);
    await page.waitForFunction(() => document.body.innerText.includes("Symbol Name"), null, { timeout: 20000 });
    return { text: await page.innerText("body"), errors };
  } finally {
    await browser.close();
  }
}

const server = http.createServer(serve).listen(0, "127.0.0.1", async () => {
  const shown = `speedscope draws ${name}`;
  try {
    const { text, errors } = await draw(server.address().port);
    const missing = functions.filter((known) => !text.includes(known));
    const good = missing.length === 0 && errors.length === 0 && functions.length > 0;
    console.log(good ? `ok      ${shown}` : `FAILED  ${shown}: missing ${missing}, errors ${errors}, text ${text.slice(0, 400)}`);
  } catch (error) {
    console.log(`FAILED  ${shown}: ${String(error).split("\n")[0]}`);
  }
  server.close();
});
