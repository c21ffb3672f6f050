import express, { type Request, type Response } from 'express';

enum Aspect {
  Stop = 'stop',
  Clear = 'clear',
}

const app = express();
const lines = express.Router();
lines.get(
  '/:line/aspect',
  (request: Request, response: Response) => void response.json({ line: request.params['line'], aspect: Aspect.Clear }),
);
lines.get('/:line/broken', () => {
  throw new Error('broken');
});
app.use('/lines', lines);
app.use(
  (error: Error, request: Request, response: Response, _next: () => void) =>
    void response.status(500).json({ error: error.message, aspect: Aspect.Stop }),
);
app.listen(Number(process.env['PORT']), '127.0.0.1', () => console.log('ready'));
