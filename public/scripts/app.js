// What pages do beside WASM: what the pointer does to charts and cards, and small things that need no more than a few lines.
// Every part listens on the document, so that it works on whatever is drawn later.
import './charts.js';
import './board.js';
import './page.js';
import './wall.js';
import './keys.js';
import './palette.js';
import './switches.js';
import './dialogs.js';
