// Runs under whatever Node the machine has, so this file keeps to syntax that an old one can read too: it only looks
// at the version, and leaves everything else to a module that an old Node never sees.
const OLDEST_NODE = 20;

if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
  console.error(
    `Hallway needs Node ${OLDEST_NODE} or later to begin with, and this is ${process.version}: install a newer one from https://nodejs.org.`,
  );
  process.exit(1);
}

void import('./bootstrap/run-command.mjs').then(({ runCommand }) => runCommand(process.argv.slice(2)));
