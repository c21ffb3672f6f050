// A preload: the application listens to SIGHUP itself.
process.on('SIGHUP', () => process.stdout.write('heard\n'));
