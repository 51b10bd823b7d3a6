// Package page writes a report as one HTML file that needs nothing else: no request, no other file,
// no server. It works from a disk and is what `protobench serve` shows.
//
// It knows texts, tables, pictures and what lies in a cell's folder. What arms and findings are, and
// what stands in which table, is package reports'. Whatever comes from a sweep, a result or a
// picture is foreign: text is escaped by its context, pictures are taken apart and put together again
// from what is known to be harmless, and a content security policy forbids every request and every
// script but the page's own.
package page
