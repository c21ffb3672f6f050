async function Lines() {
  'use cache';
  return <p>every line is clear</p>;
}

export default function Page() {
  return <Lines />;
}
