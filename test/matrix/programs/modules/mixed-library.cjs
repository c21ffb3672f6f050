// A library of CommonJS, which asks for the same packages as the application.
module.exports = (name) => require(name);
