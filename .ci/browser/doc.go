// Package browser looks at the report's page in a real browser. It is a module of its own, so that
// the product's stays lean; .ci/run runs it where Chromium is installed.
package browser
