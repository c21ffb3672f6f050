import { Suspense } from 'react';
import { cacheLife } from 'next/cache';
import { connection } from 'next/server';

async function Lines() {
  'use cache';
  cacheLife('max');
  return (
    <ul>
      {['main', 'branch'].map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

async function Turn() {
  await connection();
  return <p>{typeof Math.random()}</p>;
}

export default function Page() {
  return (
    <main>
      <h1>Signals</h1>
      <Lines />
      <Suspense fallback={<p>waiting</p>}>
        <Turn />
      </Suspense>
    </main>
  );
}
