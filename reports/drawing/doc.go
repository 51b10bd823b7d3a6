// Package drawing holds what the report's figures are drawn of: styles, panels, axes, legends,
// curves, maps, and their encoding as PNG, SVG and PDF.
//
// It knows numbers, texts and places on a canvas. What sweeps, arms and metrics are, what a figure
// shows and what its caption says is package figure's. The axes, grids, lines and texts of all
// figures are set here alone, so that figures beside each other on a page look alike. Lengths are
// points (1/72 inch) unless a comment says otherwise, and equal input gives equal bytes.
package drawing
