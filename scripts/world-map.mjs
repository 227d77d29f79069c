// Makes crates/charts/src/map/world.txt from Natural Earth's outlines (npm world-atlas) and the names of ISO 3166-1.
// npm install world-atlas d3-geo topojson-client topojson-simplify i18n-iso-countries && node world-map.mjs > world.txt
import { createRequire } from 'node:module';
import { geoNaturalEarth1, geoCentroid, geoStream } from 'd3-geo';
import { feature } from 'topojson-client';
import { presimplify, quantile, simplify } from 'topojson-simplify';

const require = createRequire(import.meta.url);
const iso = require('i18n-iso-countries');
iso.registerLocale(require('i18n-iso-countries/langs/en.json'));

const WIDTH = 1000;
const ANTARCTICA = '010';
const KEPT = 0.42;

const weighted = presimplify(require('world-atlas/countries-110m.json'));
const coarse = simplify(weighted, quantile(weighted, 1 - KEPT));
const outlined = feature(coarse, coarse.objects.countries).features.filter((one) => one.id !== ANTARCTICA);
const fine = require('world-atlas/countries-50m.json');
const all = feature(fine, fine.objects.countries).features.filter((one) => one.id && one.id !== ANTARCTICA);

const projection = geoNaturalEarth1().fitWidth(WIDTH, { type: 'FeatureCollection', features: outlined });

/** The rings of a country on the projected plane, cut where the map ends. */
function rings(country) {
  const found = [];
  let ring = [];
  geoStream(country, projection.stream({
    polygonStart() {}, polygonEnd() {},
    lineStart() { ring = []; },
    lineEnd() { found.push(ring); },
    point(x, y) { ring.push([Math.round(x), Math.round(y)]); },
  }));
  return found
    .map((ring) => ring.filter(([x, y], at) => at === 0 || x !== ring[at - 1][0] || y !== ring[at - 1][1]))
    .filter((ring) => ring.length > 3);
}

/** Steps of at most 46 in each direction, two letters each. */
function steps(ring) {
  let text = '';
  for (let at = 1; at < ring.length; at += 1) {
    let [x, y] = [ring[at][0] - ring[at - 1][0], ring[at][1] - ring[at - 1][1]];
    const parts = Math.max(1, Math.ceil(Math.max(Math.abs(x), Math.abs(y)) / 46));
    for (let left = parts; left > 0; left -= 1) {
      const [dx, dy] = [Math.round(x / left), Math.round(y / left)];
      text += String.fromCharCode(79 + dx, 79 + dy);
      x -= dx;
      y -= dy;
    }
  }
  return `${ring[0][0]},${ring[0][1]}:${text}`;
}

const shapes = new Map(outlined.map((one) => [one.id, one]));
const lines = [];
let points = 0;
for (const id of new Set([...all.map((one) => one.id), ...shapes.keys()])) {
  const two = iso.numericToAlpha2(id);
  if (!two) continue;
  const shape = shapes.get(id);
  const drawn = shape ? rings(shape) : [];
  points += drawn.reduce((sum, ring) => sum + ring.length, 0);
  const place = projection(geoCentroid(all.find((one) => one.id === id) ?? shape)).map(Math.round);
  const names = [iso.getName(two, 'en', { select: 'official' }), ...[iso.getName(two, 'en', { select: 'all' })].flat()];
  const unique = [...new Set(names)];
  lines.push(`${two}\t${iso.alpha2ToAlpha3(two)}\t${unique.join('|')}\t${place.join(',')}\t${drawn.map(steps).join(' ')}`);
}
lines.sort();
process.stderr.write(`${lines.length} countries, ${points} points, height ${Math.max(...outlined.flatMap(rings).flat().map(([, y]) => y))}\n`);
process.stdout.write(`${lines.join('\n')}\n`);
