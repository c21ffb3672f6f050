import { createLightship } from 'lightship';
import express from 'express';

const lightship = await createLightship({ port: 0, detectKubernetes: false, gracefulShutdownTimeout: 5_000, shutdownDelay: 1 });
const app = express();
app.get('/signals/:name', (request, response) => response.json({ name: request.params.name }));
app.get('/slow', (request, response) => setImmediate(() => response.send('late')));
const server = app.listen(process.env.PORT, '127.0.0.1', () => {
  lightship.signalReady();
  console.log('ready');
});
lightship.registerShutdownHandler(async () => {
  await new Promise((resolve) => server.close(resolve));
  console.log('closed');
});
