// Package docket is the root of Docket Handoff and holds no code: the rooms beside it do.
//
// A website's AI agent hands a visitor's conversation to people in a Microsoft Teams channel and takes it back when they are
// done. Command cmd/docket is the server. Packages activity, auth, cards, bot, bot/bottest and manifest are a Bot Framework
// SDK for Go that can be used without the server. Package handoff is the relay between the two, store is where it keeps its
// rows, teams joins it to Teams, agent answers for the AI, and web is the visitor's door.
//
// Imports run downwards only. arch_test.go, beside this file, holds them to that.
package docket
