// Lets a customer in who has the code that came with the last letter.
import { userMetrics } from 'signalbox/metrics';

const users = userMetrics();

export function signIn(code = '') {
  const isRight = /^\d{6}$/.test(code);
  users.loggedIn('code', isRight ? 'success' : 'failure');
  return isRight ? 'You are signed in.' : 'That is not the code of your letter.';
}
