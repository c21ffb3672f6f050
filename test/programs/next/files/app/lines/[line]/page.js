import { Suspense } from 'react';
import { notFound } from 'next/navigation';

async function Line({ params }) {
  const { line } = await params;
  if (line === 'none') notFound();
  return <p>line {line}</p>;
}

export default function Page({ params }) {
  return (
    <Suspense fallback={<p>waiting</p>}>
      <Line params={params} />
    </Suspense>
  );
}
