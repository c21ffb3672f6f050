// A binding that is assigned after its module was linked, beside a package that is instrumented.
import 'node:http';
import express from 'express';
import { default as later, logger, prepare } from './live-binding.mjs';

prepare();
console.log(typeof express, logger, later);
