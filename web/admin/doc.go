// Package admin is the admin's side: the pages under /admin/ where people sign in, connect channels, set agents up and see
// what happens. It is plain HTML from templates, one stylesheet and, where a page needs it, one small script; nothing comes
// from elsewhere.
//
// # Contract
//
// Who may do what: every route says in its table what it needs (nothing, a viewer, an admin), and nothing is served that is
// not in the table. A viewer sees; an admin changes. Whoever is on no list gets in nowhere.
//
// Sessions: a token of 256 bits in a cookie that no script and no foreign page can use; the store holds its hash alone. A
// sign-in always makes a new one. They end after 12 idle hours, after 7 days, by signing out, or when somebody ends them,
// at once.
//
// Written down: who signed in, who was refused and every change stand in the audit log, in the transaction of the change
// itself.
//
// Forged requests: a request that a foreign page sent, or that names a foreign host, is refused before anything is read.
//
// Errors: what a person can mend stands beside the field, and what they typed is kept. What went wrong inside is logged
// under an incident id and never shown.
//
// Closing: New starts nothing. A Server is an http.Handler, safe for concurrent use; its stores belong to whoever opened
// them. A request's RemoteAddr is taken for the caller's address: whoever mounts the handler behind a proxy sets it.
package admin
