// Package storetest is the suite that every store.Engine passes. An engine's own tests call Run and add what only that
// engine has: files, servers, locks.
//
// Each check opens an engine of its own through the function it was given, and knows nothing about it but the contract in
// package store. Checks that wait, wait for a condition; a failing wait ends with the test's own deadline.
//
// Memory is an engine without a disk that passes the suite, for tests that want a store to fail where they say.
package storetest
