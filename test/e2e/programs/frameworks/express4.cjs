// node --require signalbox/register express4.cjs, copied to where `express` is version 4
const [, , folder] = process.argv;
const express = require('express');
const { createServer } = require('node:http');
require(`${folder}/serve.cjs`)(createServer(require(`${folder}/express.app.cjs`)(express, { anything: '/*' })));
