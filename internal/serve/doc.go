// Package serve shows run directories to a browser on this machine: a list of all runs below some
// folders, the page of each, which renews itself while its run is at work, and any cells side by side.
//
// It reads and never writes. Pages are made from the runs' results by package reports, and no file of
// a run directory is passed on as it is, since a run directory may come from anywhere. It answers the
// loopback alone unless it is told otherwise, and only to a browser that asked for this machine by
// its address or by a name of its own: a page elsewhere that lets a foreign name point here gets
// nothing.
package serve
