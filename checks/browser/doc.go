// Package browser is a tab of a headless Chromium for a test: it opens pages, waits for what they come to show, presses keys and
// buttons as a person does, and keeps pictures. Whatever a page complains of on its console fails the test.
//
// It is for tests alone: no program imports it. Where there is no Chromium, a test that asks for a tab is skipped by name, as
// package checks says.
package browser
