// Package admintest is a server with admin pages for a test: a store, a desk, the pages behind the real door, clients and a
// browser that are signed in, and a judge of accessibility. It is part of no program.
package admintest
