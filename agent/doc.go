// Package agent is who answers a visitor before and after a person does.
//
// The built-in agent needs no model and is honest about it: it answers from a small list of questions and answers, asks
// for a person when the visitor wants one, when the admin's Instruction names what the visitor writes about, or when the
// visitor has to ask the same thing twice, and says so when it has no answer. Its summaries are extracts: every sentence
// points at the message it was taken from.
//
// What it decides is pure (Decide, Try, Brief, Close); Run reads turns from the desk and gives the answers back. An answer and
// the end of its turn are one transaction of the desk's, so a turn is answered once, whatever dies in between.
package agent
