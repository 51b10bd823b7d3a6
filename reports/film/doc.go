// Package film pictures how the prototypes of one cell moved while it trained: a strip of panels and
// a moving picture, in one fixed plane.
//
// It is given the prototypes at the measurements and draws with package drawing. It trains nothing.
package film
