/** A key and a self-signed certificate for `localhost` and 127.0.0.1, made anew for each run. */
import { createSelfSigned } from '../../kit/certificates.ts';

export const { cert, key } = await createSelfSigned();
