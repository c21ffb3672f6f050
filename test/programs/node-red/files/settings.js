module.exports = {
  uiHost: '127.0.0.1',
  credentialSecret: false,
  httpAdminRoot: '/admin',
  telemetry: { enabled: false, updateNotification: false },
  logging: { console: { level: 'info', metrics: false, audit: false } },
};
