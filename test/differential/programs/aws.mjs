// node --import signalbox/register test/differential/programs/aws.mjs
import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import run from './aws.app.cjs';

void run(sqs, sns);
