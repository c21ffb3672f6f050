// node --import signalbox/register express4.mjs, copied to where `express` is version 4
import { createServer } from 'http';
import express from 'express';
const [, , folder] = process.argv;
const { default: createApp } = await import(`${folder}/express.app.cjs`);
const { default: serve } = await import(`${folder}/serve.cjs`);
serve(createServer(createApp(express, { anything: '/*' })));
