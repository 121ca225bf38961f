import { createHallwayClient } from '@hallway/client';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import './styles/app.css';
import { startSpanExport } from './traces/span-export.ts';

const onSpan = startSpanExport(window);
const client = createHallwayClient(onSpan ? { onSpan } : {});
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

createRoot(root).render(
  <StrictMode>
    <App client={client} />
  </StrictMode>,
);
// What restoring finds is told by the session's state, refusals included.
void client.restore();
