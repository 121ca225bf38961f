import { createHallwayClient } from '@hallway/client';

const [origin = 'http://localhost:3000', username = 'john', password = 'hallway-demo', to = 'sarah'] =
  process.argv.slice(2);
const client = createHallwayClient({ origin });
await client.signIn(username, password);

const { people } = await client.people({ query: to });
const person = people.find((found) => found.username === to);
if (person === undefined) throw new Error(`Nobody called ${to} may be messaged.`);
const chatRoom = await client.openDirectRoom(person.id);

const timeline = client.openTimeline(chatRoom.id);
timeline.subscribe(() => {
  const last = timeline.getSnapshot().messages.at(-1);
  if (last?.seq == null) return; // Drawn already, and not stored yet.
  process.stdout.write(`${client.person(last.senderId)?.name}: ${last.content}\n`);
  client.destroy(); // Closes the socket and every timer, so that the process ends.
});
timeline.send(`Hi ${person.name}!`);
