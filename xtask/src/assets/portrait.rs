//! The test pictures: invented people at a table, drawn from shapes, who breathe, sway, blink and talk. Each loop ends where
//! it began, so that it can be played for hours.

use std::f32::consts::TAU;

use super::canvas::{Colour, Pixel, Point, at, ellipse, lit, melt, mix, polygon, rectangle, rgb, smooth, stroke};

/// The full size; the other layers are half and a quarter of it.
pub(super) const WIDTH: usize = 640;
pub(super) const HEIGHT: usize = 360;

/// How the hair is worn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hair {
    Bald,
    Bob,
    Bun,
    Cropped,
    Parted,
    Swept,
}

/// What is behind the person, out of focus.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Room {
    Books,
    Panels,
    Window,
}

/// What is worn under the jacket.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Collar {
    Blouse,
    Tie,
}

/// One invented person in one room.
pub(super) struct Portrait {
    /// The name of the file.
    pub(super) name: &'static str,
    skin: u32,
    hair: (Hair, u32),
    beard: bool,
    glasses: bool,
    jacket: u32,
    collar: (Collar, u32),
    room: (Room, u32),
    /// Where in its loop of motions the person begins, 0 to 1, so that no two move alike.
    phase: f32,
}

/// All of them.
pub(super) const PORTRAITS: [Portrait; 6] = [
    Portrait {
        name: "aster",
        skin: 0xd9a27f,
        hair: (Hair::Parted, 0x8b8d92),
        beard: false,
        glasses: true,
        jacket: 0x232c40,
        collar: (Collar::Tie, 0x7a1f2b),
        room: (Room::Books, 0x3b4a57),
        phase: 0.0,
    },
    Portrait {
        name: "birch",
        skin: 0xe6b795,
        hair: (Hair::Bob, 0x4a2f20),
        beard: false,
        glasses: false,
        jacket: 0x5c2333,
        collar: (Collar::Blouse, 0xf1ece4),
        room: (Room::Window, 0x59687a),
        phase: 0.37,
    },
    Portrait {
        name: "cedar",
        skin: 0x8a5a3c,
        hair: (Hair::Cropped, 0x1d1715),
        beard: true,
        glasses: false,
        jacket: 0x33363b,
        collar: (Collar::Tie, 0x2a5d8f),
        room: (Room::Panels, 0x5a4634),
        phase: 0.61,
    },
    Portrait {
        name: "dahlia",
        skin: 0xc68a63,
        hair: (Hair::Bun, 0x201817),
        beard: false,
        glasses: true,
        jacket: 0x1f4a4a,
        collar: (Collar::Blouse, 0xe9dcc5),
        room: (Room::Books, 0x4a3f4d),
        phase: 0.18,
    },
    Portrait {
        name: "elder",
        skin: 0xe2ab8d,
        hair: (Hair::Bald, 0xb9b4ab),
        beard: false,
        glasses: false,
        jacket: 0x3a3228,
        collar: (Collar::Tie, 0x27543a),
        room: (Room::Window, 0x4f6257),
        phase: 0.83,
    },
    Portrait {
        name: "fern",
        skin: 0x6b432d,
        hair: (Hair::Swept, 0x17110f),
        beard: false,
        glasses: false,
        jacket: 0x2b3f6b,
        collar: (Collar::Blouse, 0xf4efe6),
        room: (Room::Panels, 0x3d4f4a),
        phase: 0.49,
    },
];

/// Where everything is at one moment of the loop.
struct Pose {
    /// The middle of the head.
    head: Point,
    /// How the head leans, in radians.
    lean: f32,
    /// The middle of the shoulders.
    shoulders: Point,
    /// How far the mouth is open, 0 to 1.
    mouth: f32,
    /// How far the eyes are open, 0 to 1.
    eyes: f32,
    /// Where the eyes look, sideways.
    gaze: f32,
}

impl Portrait {
    /// Draws the picture at `time`, 0 to 1 of the loop, as rows of red, green, blue.
    pub(super) fn draw(&self, time: f32) -> Vec<u8> {
        let pose = Pose::at(time + self.phase);
        let mut bytes = Vec::with_capacity(WIDTH * HEIGHT * 3);
        let height = HEIGHT as f32;
        for row in 0..HEIGHT {
            for column in 0..WIDTH {
                let point = at((column as f32 + 0.5 - WIDTH as f32 / 2.0) / height, (row as f32 + 0.5) / height);
                let mut pixel = Pixel::new(point, rgb(self.room.1), height);
                self.draw_room(&mut pixel);
                self.draw_person(&mut pixel, &pose);
                draw_table(&mut pixel);
                let corner = 1.0 - 0.34 * smooth(0.45, 1.15, at(point.x, point.y - 0.45).length());
                bytes.extend(lit(pixel.colour, corner).map(|part| (part * 255.0).round() as u8));
            }
        }
        bytes
    }

    fn draw_room(&self, pixel: &mut Pixel) {
        let point = pixel.point;
        let wall = rgb(self.room.1);
        let light = 1.18 - 0.45 * point.y - 0.22 * point.x;
        pixel.colour = lit(wall, light);
        match self.room.0 {
            Room::Books => draw_books(pixel, wall),
            Room::Panels => draw_panels(pixel, wall),
            Room::Window => draw_window(pixel, wall),
        }
        // A lamp's glow behind the shoulder.
        pixel.lay_soft(ellipse(point, at(-0.35, 0.18), at(0.12, 0.12)), rgb(0xffe2b0), 0.42, 0.22);
    }

    fn draw_person(&self, pixel: &mut Pixel, pose: &Pose) {
        // A soft shadow lifts the person off the wall.
        let outline = ellipse(pixel.point, at(pose.head.x + 0.05, 0.62), at(0.34, 0.5));
        pixel.lay_soft(outline, rgb(0x0c0d12), 0.2, 0.26);
        let turned = pixel.point.turned(at(pose.head.x, pose.head.y + 0.2), pose.lean);
        self.draw_back_hair(pixel, turned, pose.head);
        self.draw_body(pixel, pose);
        self.draw_head(pixel, turned, pose);
    }

    fn draw_body(&self, pixel: &mut Pixel, pose: &Pose) {
        let point = pixel.point;
        let (x, y) = (pose.shoulders.x, pose.shoulders.y);
        let skin = rgb(self.skin);
        let neck = stroke(point, at(pose.head.x, pose.head.y + 0.1), at(x, y + 0.06), 0.058);
        pixel.lay(neck, lit(skin, 0.83));
        let chin_shadow = ellipse(point, at(pose.head.x + 0.01, pose.head.y + 0.185), at(0.075, 0.045));
        if neck < 0.004 {
            pixel.lay_soft(chin_shadow, lit(skin, 0.58), 0.03, 0.8);
        }
        let torso = melt(
            ellipse(point, at(x, y + 0.3), at(0.335, 0.265)),
            rectangle(point, at(x, y + 0.6), at(0.33, 0.3), 0.05),
            0.08,
        );
        let collar_dip = ellipse(point, at(x, y - 0.025), at(0.073, 0.085));
        let torso = torso.max(-collar_dip);
        let cloth = rgb(self.jacket);
        let fold = 1.0 + 0.2 * (-(point.x - x) * 2.2).clamp(-1.0, 1.0) - 0.25 * smooth(y + 0.1, y + 0.55, point.y);
        pixel.lay(torso, lit(cloth, fold));
        self.draw_collar(pixel, at(x, y), fold);
        for side in [-1.0, 1.0] {
            let sleeve = stroke(point, at(x + side * 0.235, y + 0.26), at(x + side * 0.25, y + 0.6), 0.004);
            pixel.lay_soft(sleeve, lit(cloth, 0.55), 0.012, 0.7);
        }
    }

    fn draw_collar(&self, pixel: &mut Pixel, neck: Point, fold: f32) {
        let point = pixel.point;
        let corner = |x: f32, y: f32| at(neck.x + x, neck.y + y);
        let (kind, colour) = self.collar;
        let colour = rgb(colour);
        let shirt = if kind == Collar::Tie { rgb(0xe9ebef) } else { colour };
        let opening = polygon(point, &[corner(-0.085, 0.035), corner(0.085, 0.035), corner(0.0, 0.36)]);
        let dip = ellipse(point, corner(0.0, -0.005), at(0.05, 0.06));
        pixel.lay(opening.max(-dip), lit(shirt, 0.93 * fold.min(1.05)));
        if kind == Collar::Tie {
            let knot = polygon(
                point,
                &[corner(-0.024, 0.052), corner(0.024, 0.052), corner(0.015, 0.095), corner(-0.015, 0.095)],
            );
            let blade = polygon(
                point,
                &[corner(-0.015, 0.095), corner(0.015, 0.095), corner(0.036, 0.32), corner(-0.036, 0.32)],
            );
            pixel.lay(blade.max(opening), lit(colour, fold));
            pixel.lay(knot, lit(colour, 1.18));
            for side in [-1.0, 1.0] {
                let tip = stroke(point, corner(side * 0.058, 0.035), corner(side * 0.032, 0.078), 0.017);
                pixel.lay(tip, rgb(0xf6f7f9));
            }
        } else {
            let chain =
                (ellipse(point, corner(0.0, 0.03), at(0.058, 0.075)).abs() - 0.0022).max(neck.y + 0.045 - point.y);
            pixel.lay(chain, rgb(0xd8b466));
        }
        self.draw_lapels(pixel, neck, fold);
    }

    fn draw_lapels(&self, pixel: &mut Pixel, neck: Point, fold: f32) {
        let point = pixel.point;
        let cloth = rgb(self.jacket);
        for side in [-1.0_f32, 1.0] {
            // Drawn on the right half and mirrored: the corners go round clockwise there.
            let here = at((point.x - neck.x) * side, point.y - neck.y);
            let lapel = polygon(here, &[at(0.07, 0.015), at(0.125, 0.06), at(0.135, 0.17), at(0.004, 0.37)]);
            pixel.lay_soft(lapel - 0.004, lit(cloth, 0.6), 0.006, 0.6);
            pixel.lay(lapel, lit(cloth, fold * 1.16));
        }
    }

    fn draw_back_hair(&self, pixel: &mut Pixel, point: Point, head: Point) {
        let colour = lit(rgb(self.hair.1), 0.8);
        let place = |x: f32, y: f32| at(head.x + x, head.y + y);
        match self.hair.0 {
            Hair::Bob => {
                let cap = ellipse(point, place(0.0, -0.03), at(0.158, 0.185));
                let sides = rectangle(point, place(0.0, 0.085), at(0.15, 0.115), 0.06);
                pixel.lay(melt(cap, sides, 0.05), colour);
            }
            Hair::Bun => pixel.lay(ellipse(point, place(0.0, -0.215), at(0.062, 0.055)), colour),
            Hair::Swept => {
                let cap = ellipse(point, place(0.0, -0.05), at(0.185, 0.185));
                pixel.lay(melt(cap, ellipse(point, place(0.0, 0.07), at(0.16, 0.13)), 0.06), colour);
            }
            Hair::Bald | Hair::Cropped | Hair::Parted => {}
        }
    }

    fn draw_head(&self, pixel: &mut Pixel, point: Point, pose: &Pose) {
        let head = pose.head;
        let skin = rgb(self.skin);
        let place = |x: f32, y: f32| at(head.x + x, head.y + y);
        for side in [-1.0, 1.0] {
            pixel.lay(ellipse(point, place(side * 0.128, 0.015), at(0.022, 0.036)), lit(skin, 0.85));
        }
        let skull = ellipse(point, place(0.0, -0.03), at(0.13, 0.155));
        let jaw = ellipse(point, place(0.0, 0.06), at(0.102, 0.122));
        let face = melt(skull, jaw, 0.05);
        let shade = 1.04 - 0.75 * (point.x - head.x) - 0.3 * (point.y - head.y).max(0.0);
        pixel.lay(face, lit(skin, shade));
        if face < 0.0 {
            for side in [-1.0, 1.0] {
                let cheek = ellipse(point, place(side * 0.065, 0.058), at(0.03, 0.022));
                pixel.lay_soft(cheek, lit(mix(skin, rgb(0xd0564a), 0.45), shade), 0.03, 0.4);
            }
            if self.beard {
                self.draw_beard(pixel, point, head, face);
            }
            draw_mouth(pixel, point, pose, skin);
            draw_nose(pixel, point, head, skin, shade);
        }
        self.draw_eyes(pixel, point, pose, shade);
        self.draw_hair(pixel, point, head, face);
    }

    fn draw_beard(&self, pixel: &mut Pixel, point: Point, head: Point, face: f32) {
        let colour = rgb(self.hair.1);
        let lower = head.y + 0.055 + 0.06 * smooth(0.1, 0.03, (point.x - head.x).abs());
        let cover = (lower - point.y).max(face);
        let lips = ellipse(point, at(head.x, head.y + 0.108), at(0.037, 0.018));
        pixel.lay_soft(cover.max(-lips), colour, 0.008, 0.88);
        let moustache = stroke(point, at(head.x - 0.032, head.y + 0.086), at(head.x + 0.032, head.y + 0.086), 0.009);
        pixel.lay_soft(moustache, colour, 0.004, 0.88);
    }

    fn draw_eyes(&self, pixel: &mut Pixel, point: Point, pose: &Pose, shade: f32) {
        let head = pose.head;
        let skin = rgb(self.skin);
        let brow = mix(rgb(self.hair.1), rgb(0x2a211d), 0.45);
        for side in [-1.0_f32, 1.0] {
            let eye = at(head.x + side * 0.052, head.y + 0.004);
            let socket = ellipse(point, at(eye.x, eye.y - 0.004), at(0.03, 0.02));
            pixel.lay_soft(socket, lit(skin, shade * 0.8), 0.012, 0.55);
            let open = 0.0135 * pose.eyes + 0.0006;
            let white = ellipse(point, eye, at(0.0235, open));
            pixel.lay(white, rgb(0xf3f1ee));
            let iris = at(eye.x + pose.gaze * 0.006, eye.y);
            pixel.lay(ellipse(point, iris, at(0.0108, 0.0108)).max(white), rgb(0x4a3322));
            pixel.lay(ellipse(point, iris, at(0.0052, 0.0052)).max(white), rgb(0x100c0a));
            pixel.lay(ellipse(point, at(iris.x - 0.003, iris.y - 0.004), at(0.0022, 0.0022)).max(white), rgb(0xffffff));
            let lid = (white.abs() - 0.0022).max(point.y - eye.y + open * 0.25).max((point.x - eye.x).abs() - 0.023);
            pixel.lay_soft(lid, lit(skin, 0.38), 0.001, 0.85);
            let (inner, outer) = (at(eye.x - side * 0.023, eye.y - 0.036), at(eye.x + side * 0.027, eye.y - 0.035));
            pixel.lay_soft(stroke(point, inner, outer, 0.0052), brow, 0.002, 0.9);
            if self.glasses {
                let rim = rectangle(point, at(eye.x, eye.y + 0.002), at(0.037, 0.027), 0.016).abs() - 0.0022;
                pixel.lay(rim, rgb(0x1c1a1b));
            }
        }
        if self.glasses {
            let bridge = stroke(point, at(head.x - 0.016, head.y), at(head.x + 0.016, head.y), 0.0022);
            pixel.lay(bridge, rgb(0x1c1a1b));
        }
    }

    fn draw_hair(&self, pixel: &mut Pixel, point: Point, head: Point, face: f32) {
        let (style, colour) = self.hair;
        let shine = 1.1 - 1.3 * (point.x - head.x) - 1.2 * (point.y - head.y + 0.15);
        let colour = lit(rgb(colour), shine.clamp(0.75, 1.4));
        let place = |x: f32, y: f32| at(head.x + x, head.y + y);
        let cap = ellipse(point, place(0.0, -0.035), at(0.139, 0.167));
        let hair = match style {
            Hair::Bald => {
                let sides = (face.abs() - 0.006).max(point.y - head.y - 0.02).max(head.y - 0.055 - point.y);
                return pixel.lay_soft(sides, colour, 0.007, 0.7);
            }
            Hair::Bob => cap.max(-ellipse(point, place(0.035, 0.06), at(0.125, 0.165))),
            Hair::Bun => cap.max(-ellipse(point, place(0.0, 0.055), at(0.122, 0.17))),
            Hair::Cropped => cap.max(-ellipse(point, place(0.0, 0.06), at(0.128, 0.178))),
            Hair::Parted => {
                let wave = ellipse(point, place(0.03, -0.15), at(0.118, 0.062));
                melt(cap, wave, 0.02).max(-ellipse(point, place(-0.018, 0.055), at(0.133, 0.168)))
            }
            Hair::Swept => {
                let crown = ellipse(point, place(0.0, -0.075), at(0.168, 0.15));
                crown.max(-ellipse(point, place(0.0, 0.065), at(0.122, 0.17)))
            }
        };
        pixel.lay(hair, colour);
    }
}

fn draw_mouth(pixel: &mut Pixel, point: Point, pose: &Pose, skin: Colour) {
    let middle = at(pose.head.x, pose.head.y + 0.108);
    // A faint smile: the corners are higher than the middle.
    let point = at(point.x, point.y + 5.0 * (point.x - middle.x).powi(2) - 0.002);
    let lips = mix(lit(skin, 0.7), rgb(0x9c3b3b), 0.45);
    let width = 0.038 - 0.006 * pose.mouth;
    pixel.lay(ellipse(point, middle, at(width, 0.0085 + 0.013 * pose.mouth)), lips);
    pixel.lay(ellipse(point, middle, at(width - 0.006, 0.0016 + 0.0125 * pose.mouth)), rgb(0x3b1616));
    if pose.mouth > 0.25 {
        let teeth = rectangle(point, at(middle.x, middle.y - 0.0075 * pose.mouth), at(0.02, 0.0035), 0.003);
        pixel.lay_soft(teeth, rgb(0xe8e2da), 0.001, 0.9);
    }
    let below = ellipse(point, at(middle.x, middle.y + 0.033), at(0.026, 0.005));
    pixel.lay_soft(below, lit(skin, 0.72), 0.012, 0.4);
}

fn draw_nose(pixel: &mut Pixel, point: Point, head: Point, skin: Colour, shade: f32) {
    let side = stroke(point, at(head.x + 0.013, head.y + 0.01), at(head.x + 0.019, head.y + 0.056), 0.006);
    pixel.lay_soft(side, lit(skin, shade * 0.78), 0.01, 0.55);
    let ridge = stroke(point, at(head.x - 0.003, head.y + 0.005), at(head.x - 0.004, head.y + 0.05), 0.004);
    pixel.lay_soft(ridge, lit(skin, shade * 1.14), 0.008, 0.6);
    let tip = stroke(point, at(head.x - 0.015, head.y + 0.066), at(head.x + 0.016, head.y + 0.066), 0.003);
    pixel.lay_soft(tip, lit(skin, 0.6), 0.006, 0.6);
}

/// Shelves with book spines, out of focus.
fn draw_books(pixel: &mut Pixel, wall: Colour) {
    let point = pixel.point;
    const SPINES: [u32; 7] = [0x6b3a32, 0x2f4d5a, 0x7a6a45, 0x3c3f57, 0x54634a, 0x7d4d3c, 0x4a3548];
    let case = rectangle(point, at(0.5, 0.36), at(0.36, 0.42), 0.01);
    pixel.lay_soft(case, lit(wall, 0.5), 0.03, 0.85);
    if case > 0.03 {
        return;
    }
    for shelf in 0..3_u8 {
        let base = 0.17 + 0.27 * f32::from(shelf);
        for book in 0..11_u8 {
            let number = usize::from(shelf) * 5 + usize::from(book) * 3;
            let tall = 0.085 + 0.008 * ((number % 5) as f32);
            let left = 0.185 + 0.062 * f32::from(book);
            let spine = rectangle(point, at(left, base + 0.07 - tall), at(0.024, tall), 0.004);
            let light = 1.0 - 0.35 * (point.x - 0.1);
            pixel.lay_soft(spine, lit(rgb(SPINES[number % SPINES.len()]), light), 0.012, 0.8);
        }
        pixel.lay_soft(rectangle(point, at(0.5, base + 0.085), at(0.36, 0.009), 0.0), lit(wall, 0.85), 0.012, 0.9);
    }
}

/// Wooden panelling with a plain flag-like hanging, out of focus.
fn draw_panels(pixel: &mut Pixel, wall: Colour) {
    let point = pixel.point;
    for panel in 0..5_u8 {
        let middle = -0.76 + 0.38 * f32::from(panel);
        let outer = rectangle(point, at(middle, 0.3), at(0.15, 0.36), 0.01);
        pixel.lay_soft(outer.abs() - 0.004, lit(wall, 1.35), 0.012, 0.5);
        pixel.lay_soft(outer + 0.022, lit(wall, 0.86), 0.02, 0.5);
    }
    pixel.lay_soft(rectangle(point, at(0.0, 0.74), at(1.0, 0.012), 0.0), lit(wall, 1.4), 0.015, 0.5);
    let frame = rectangle(point, at(0.56, 0.27), at(0.15, 0.12), 0.006);
    pixel.lay_soft(frame, rgb(0xa98a52), 0.012, 0.85);
    let canvas = rectangle(point, at(0.56, 0.27), at(0.13, 0.1), 0.004);
    let sky = mix(rgb(0x9fb3bd), rgb(0x5d6f5b), smooth(0.22, 0.34, point.y + 0.12 * (point.x - 0.56)));
    pixel.lay_soft(canvas, sky, 0.012, 0.9);
}

/// A tall window with daylight and a curtain, out of focus.
fn draw_window(pixel: &mut Pixel, wall: Colour) {
    let point = pixel.point;
    let glass = rectangle(point, at(-0.56, 0.3), at(0.2, 0.4), 0.01);
    pixel.lay_soft(glass, mix(rgb(0xdfe9f2), rgb(0xa9bcae), smooth(0.2, 0.65, point.y)), 0.035, 0.9);
    for bar in [-0.56, -0.36, -0.76] {
        pixel.lay_soft(rectangle(point, at(bar, 0.3), at(0.008, 0.4), 0.0), lit(wall, 1.5), 0.012, 0.85);
    }
    pixel.lay_soft(rectangle(point, at(-0.56, 0.3), at(0.2, 0.008), 0.0), lit(wall, 1.5), 0.012, 0.85);
    let curtain = rectangle(point, at(-0.27, 0.38), at(0.085, 0.5), 0.01);
    let pleat = 0.86 + 0.16 * (point.x * 110.0).sin();
    pixel.lay_soft(curtain, lit(rgb(0x8d8174), pleat), 0.02, 0.95);
    // A plant by the other wall.
    for leaf in 0..7_u8 {
        let spread = f32::from(leaf) - 3.0;
        let tip = at(0.62 + 0.055 * spread, 0.36 + 0.012 * spread * spread);
        pixel.lay_soft(stroke(point, at(0.62, 0.68), tip, 0.018), lit(rgb(0x3f5f45), 1.0 - 0.06 * spread), 0.015, 0.85);
    }
    pixel.lay_soft(rectangle(point, at(0.62, 0.76), at(0.075, 0.09), 0.02), rgb(0x8a8177), 0.02, 0.95);
}

/// The table in front, with a microphone, a sheet of paper and a glass.
fn draw_table(pixel: &mut Pixel) {
    let point = pixel.point;
    let top = 0.885;
    pixel.lay_soft(top - 0.012 - point.y, rgb(0x0b0a0a), 0.03, 0.35);
    let wood = mix(rgb(0x5d3d27), rgb(0x2b1a10), smooth(top, 1.02, point.y));
    let sheen = 1.0 + 0.25 * smooth(0.5, 0.0, (point.x + 0.25).abs());
    pixel.lay(top - point.y, lit(wood, sheen));
    pixel.lay_soft((point.y - top - 0.003).abs() - 0.002, rgb(0x9c7350), 0.003, 0.7);
    let sheet = polygon(point, &[at(0.18, 0.915), at(0.42, 0.908), at(0.5, 0.962), at(0.22, 0.972)]);
    pixel.lay(sheet, rgb(0xdcd8cf));
    let (base, neck) = (at(-0.36, 0.93), at(-0.27, 0.75));
    pixel.lay(ellipse(point, base, at(0.06, 0.018)), rgb(0x16161a));
    pixel.lay(stroke(point, at(-0.36, 0.92), at(-0.345, 0.84), 0.0055), rgb(0x1d1d22));
    pixel.lay(stroke(point, at(-0.345, 0.84), neck, 0.0055), rgb(0x1d1d22));
    pixel.lay(stroke(point, neck, at(-0.235, 0.72), 0.014), rgb(0x101013));
    pixel.lay(ellipse(point, at(-0.268, 0.753), at(0.007, 0.007)), rgb(0xc94b3f));
    let glass = polygon(point, &[at(0.555, 0.79), at(0.64, 0.79), at(0.628, 0.935), at(0.567, 0.935)]);
    pixel.lay_soft(glass, rgb(0xcfdde2), 0.002, 0.28);
    let water = polygon(point, &[at(0.559, 0.84), at(0.636, 0.84), at(0.628, 0.93), at(0.567, 0.93)]);
    pixel.lay_soft(water, rgb(0xe6f1f4), 0.002, 0.3);
    pixel.lay_soft(glass.abs() - 0.0015, rgb(0xffffff), 0.001, 0.4);
}

impl Pose {
    /// The pose at `time` of the loop; every motion repeats a whole number of times in it.
    fn at(time: f32) -> Self {
        let wave = |times: f32, shift: f32| (TAU * (times * time + shift)).sin();
        let sway = 0.010 * wave(1.0, 0.0) + 0.004 * wave(3.0, 0.2);
        let nod = 0.004 * wave(2.0, 0.1) + 0.002 * wave(5.0, 0.6);
        let breath = 0.003 * wave(2.0, 0.3);
        // Talks in phrases: syllables while the phrase lasts, a closed mouth between.
        let phrase = smooth(-0.1, 0.35, wave(2.0, 0.05) + 0.4 * wave(3.0, 0.4));
        let syllable = (0.5 + 0.5 * wave(26.0, 0.0)) * (0.55 + 0.45 * wave(11.0, 0.3));
        let blink = |moment: f32| smooth(0.006, 0.014, ((time - moment).rem_euclid(1.0) - 0.014).abs());
        Self {
            head: at(sway, 0.385 + nod),
            lean: 0.022 * wave(1.0, 0.15) + 0.01 * wave(4.0, 0.5),
            shoulders: at(sway * 0.45, 0.575 + breath),
            mouth: phrase * syllable.max(0.0),
            eyes: blink(0.21).min(blink(0.58)).min(blink(0.9)),
            gaze: smooth(0.3, 0.6, wave(2.0, 0.7)) - smooth(0.5, 0.8, wave(1.0, 0.45)),
        }
    }
}
