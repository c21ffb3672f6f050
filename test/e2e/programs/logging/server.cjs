require('./server.app.cjs')(require('signalbox/logging'));
