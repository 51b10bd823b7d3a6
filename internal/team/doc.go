// Package team holds threads that share the tasks of one call after the other, without the cost of
// starting and waking them.
//
// A team changes no number: how work is cut into tasks and how their results are joined is the
// caller's, and depends on shapes alone. Nothing of ours may be imported here.
package team
