import { MongoBinary } from 'mongodb-memory-server-core';

// Run as a process of its own, so that a download that hangs can be ended: `fetch-mongod.ts <folder> <version>`.
// The last line of the output is the path of the binary.
const [downloadDir, version] = process.argv.slice(2);
if (downloadDir === undefined || version === undefined) throw new Error('usage: fetch-mongod.ts <folder> <version>');
console.log(`\n${await MongoBinary.getPath({ downloadDir, version })}`);
