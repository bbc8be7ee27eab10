// Package checks lets tests ask third parties about what the project writes: Microsoft's own libraries for cards, activities and
// app packages, run by Node.js from the scripts beside this file, and the programs that show them, a browser and the Agents
// Playground. See README.md for what each script judges by.
//
// It is for tests alone. A test that needs something besides Go asks here for it: the test is skipped by name when the thing is
// missing, and fails instead when the environment variable DOCKET_TEST_REQUIRE, a comma-separated list of things, names it.
//
// A judge's scripts count as files that the test has read, so the go command's cache notices when they change.
package checks
