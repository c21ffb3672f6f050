export async function GET(request, { params }) {
  const { line } = await params;
  return Response.json({ line, aspect: 'clear' });
}
