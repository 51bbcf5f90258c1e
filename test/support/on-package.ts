/** Has the tests of a file start the npm package's program, whatever the others start. */
delete process.env.AUTOTMPL_BIN;
