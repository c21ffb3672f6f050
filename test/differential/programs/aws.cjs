// node --require signalbox/register test/differential/programs/aws.cjs
void require('./aws.app.cjs')(require('@aws-sdk/client-sqs'), require('@aws-sdk/client-sns'));
