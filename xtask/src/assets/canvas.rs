//! The little geometry that the portraits are drawn with: shapes as signed distances, laid over one another with soft
//! edges. Lengths are in heights of the picture; the origin is the middle of its upper edge, y grows downwards.

/// A colour, each part 0 to 1.
pub(super) type Colour = [f32; 3];

/// A point.
#[derive(Clone, Copy)]
pub(super) struct Point {
    pub(super) x: f32,
    pub(super) y: f32,
}

/// Shorthand for a point.
pub(super) fn at(x: f32, y: f32) -> Point {
    Point { x, y }
}

/// A colour written as 0xrrggbb.
pub(super) fn rgb(hex: u32) -> Colour {
    let part = |shift: u32| (hex >> shift & 0xff) as f32 / 255.0;
    [part(16), part(8), part(0)]
}

/// The colour between two.
pub(super) fn mix(from: Colour, to: Colour, share: f32) -> Colour {
    let share = share.clamp(0.0, 1.0);
    [0, 1, 2].map(|part| from[part] + (to[part] - from[part]) * share)
}

/// A colour made lighter (above 1) or darker (below 1).
pub(super) fn lit(colour: Colour, light: f32) -> Colour {
    colour.map(|part| (part * light).clamp(0.0, 1.0))
}

/// 0 below `from`, 1 above `to`, smooth between.
pub(super) fn smooth(from: f32, to: f32, value: f32) -> f32 {
    let share = ((value - from) / (to - from)).clamp(0.0, 1.0);
    share * share * (3.0 - 2.0 * share)
}

impl Point {
    pub(super) fn minus(self, other: Point) -> Point {
        at(self.x - other.x, self.y - other.y)
    }

    pub(super) fn length(self) -> f32 {
        self.x.hypot(self.y)
    }

    /// Turned around `centre` by `angle` in radians.
    pub(super) fn turned(self, centre: Point, angle: f32) -> Point {
        let from = self.minus(centre);
        let (sin, cos) = angle.sin_cos();
        at(centre.x + from.x * cos - from.y * sin, centre.y + from.x * sin + from.y * cos)
    }
}

/// Distance to an ellipse; negative inside.
pub(super) fn ellipse(point: Point, centre: Point, radii: Point) -> f32 {
    let from = point.minus(centre);
    let scaled = at(from.x / radii.x, from.y / radii.y).length();
    (scaled - 1.0) * radii.x.min(radii.y)
}

/// Distance to a line with round ends.
pub(super) fn stroke(point: Point, from: Point, to: Point, radius: f32) -> f32 {
    let (along, line) = (point.minus(from), to.minus(from));
    let share = ((along.x * line.x + along.y * line.y) / (line.x * line.x + line.y * line.y)).clamp(0.0, 1.0);
    along.minus(at(line.x * share, line.y * share)).length() - radius
}

/// Distance to a rectangle with round corners.
pub(super) fn rectangle(point: Point, centre: Point, half: Point, corner: f32) -> f32 {
    let from = point.minus(centre);
    let over = at(from.x.abs() - half.x + corner, from.y.abs() - half.y + corner);
    at(over.x.max(0.0), over.y.max(0.0)).length() + over.x.max(over.y).min(0.0) - corner
}

/// Distance to a convex polygon whose corners go round clockwise on the screen.
pub(super) fn polygon(point: Point, corners: &[Point]) -> f32 {
    let edges = corners.iter().zip(corners.iter().cycle().skip(1));
    edges.fold(f32::MIN, |distance, (from, to)| {
        let (edge, to_point) = (to.minus(*from), point.minus(*from));
        distance.max((edge.y * to_point.x - edge.x * to_point.y) / edge.length())
    })
}

/// Two shapes melted together over `width`.
pub(super) fn melt(one: f32, other: f32, width: f32) -> f32 {
    let share = (0.5 + 0.5 * (other - one) / width).clamp(0.0, 1.0);
    other + (one - other) * share - width * share * (1.0 - share)
}

/// One pixel under the brush.
pub(super) struct Pixel {
    pub(super) point: Point,
    pub(super) colour: Colour,
    /// Half the width of an edge, so that it looks smooth.
    edge: f32,
}

impl Pixel {
    /// A pixel of a picture that is `height` pixels high.
    pub(super) fn new(point: Point, ground: Colour, height: f32) -> Self {
        Self { point, colour: ground, edge: 0.75 / height }
    }

    /// Lays a shape over what is there.
    pub(super) fn lay(&mut self, distance: f32, colour: Colour) {
        self.lay_soft(distance, colour, 0.0, 1.0);
    }

    /// Lays a shape whose edge fades over `blur`, covering at most `share`.
    pub(super) fn lay_soft(&mut self, distance: f32, colour: Colour, blur: f32, share: f32) {
        let edge = self.edge + blur;
        let cover = 1.0 - smooth(-edge, edge, distance);
        if cover > 0.0 {
            self.colour = mix(self.colour, colour, cover * share);
        }
    }
}
