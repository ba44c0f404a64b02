internal import Foundation
public import Musculoskeletal

/// A model in its default pose as an SVG drawing: from the side and from the front.
///
/// Bones are lines from each joint to the joints that hang on the same body, or to its centre of mass
/// at the end of a chain. Muscles run straight through their points; wrap objects are drawn as large as
/// they are, not followed.
public struct StickFigure: Sendable {
  /// A stroke or dot in the ground frame.
  private enum Mark {
    case bone(Vector3, Vector3)
    /// Path of a muscle [m].
    case muscle(String, [Vector3])
    case joint(String, Vector3)
    /// Centre of mass and mass [kg].
    case mass(String, Vector3, Double)
    /// Ends of the axis, the same for what is round, and radius [m].
    case surface(String, Vector3, Vector3, Double)
  }

  private let name: String
  private let marks: [Mark]
  /// Which way is up in the ground frame: y, or z where gravity says so [1].
  private let up: Vector3
  /// Which way is forwards [1].
  private let forwards: Vector3
  /// Which way is to the right [1].
  private let rightwards: Vector3

  /// Draws `model`.
  public init(_ model: ModelDescription) {
    name = model.name
    let pose = model.defaultPose
    let bodies = model.bodyPlacements(at: pose)
    var marks: [Mark] = []
    for object in model.wrapObjects where object.isActive {
      let frame = (object.body.map { bodies[$0] } ?? Placement()) * object.placement
      let (half, radius): (Double, Double) =
        switch object.shape {
        case .cylinder(let radius, let length): (length / 2, radius)
        case .sphere(let radius): (0, radius)
        case .ellipsoid(let radii): (0, (radii.x + radii.y + radii.z) / 3)
        case .torus(_, let outer): (0, outer)
        }
      marks.append(
        .surface(
          object.name, frame.apply(Vector3(0, 0, -half)), frame.apply(Vector3(0, 0, half)), radius))
    }
    for joint in model.joints {
      let here = bodies[joint.child].apply(joint.frameInChild.translation)
      let next = model.joints.filter { $0.parent == joint.child }
      for other in next {
        marks.append(
          .bone(here, bodies[joint.child].apply(other.frameInParent.translation)))
      }
      let body = model.bodies[joint.child]
      let center = bodies[joint.child].apply(body.massCenter)
      if next.isEmpty { marks.append(.bone(here, center)) }
      if body.mass > 0 { marks.append(.mass(body.name, center, body.mass)) }
    }
    for muscle in model.muscles where !muscle.path.isEmpty {
      marks.append(
        .muscle(muscle.name, model.pathPoints(of: muscle, at: pose, bodies: bodies)))
    }
    for joint in model.joints {
      marks.append(
        .joint(joint.name, bodies[joint.child].apply(joint.frameInChild.translation)))
    }
    self.marks = marks
    let isUpZ = abs(model.gravity.z) > abs(model.gravity.y)
    up = isUpZ ? Vector3(0, 0, 1) : Vector3(0, 1, 0)
    forwards = Vector3(1, 0, 0)
    rightwards = isUpZ ? Vector3(0, -1, 0) : Vector3(0, 0, 1)
  }

  /// The drawing.
  public var svg: String {
    let points = marks.flatMap(Self.points)
    let height = extent(points, up)
    let widths = [extent(points, forwards), extent(points, rightwards)]
    let margin = 40.0
    let tallest = max(height.upperBound - height.lowerBound, 1e-3)
    let widest = widths.map { $0.upperBound - $0.lowerBound }.max() ?? 0
    // as large as fits into 700 by 500
    let scale = min(500 / tallest, 700 / max(widest, 1e-3))
    var x = margin
    var panels: [String] = []
    for (title, axis, range) in [
      ("side", forwards, widths[0]), ("front", rightwards, widths[1]),
    ] {
      func place(_ point: Vector3) -> (Double, Double) {
        (
          x + (project(point, axis) - range.lowerBound) * scale,
          margin + (height.upperBound - project(point, up)) * scale
        )
      }
      panels.append("  <g><title>\(title)</title>")
      panels += marks.map { "    " + Self.element($0, place: place, scale: scale) }
      panels.append(
        "    <text x=\"\(fixed(x, 1))\" y=\"20\">\(title)</text>\n  </g>")
      x += (range.upperBound - range.lowerBound) * scale + 2 * margin
    }
    let size = (fixed(x, 0), fixed(tallest * scale + 2 * margin, 0))
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(size.0)" height="\(size.1)" \
      viewBox="0 0 \(size.0) \(size.1)" font-family="sans-serif" font-size="12">
        <title>\(Self.escaped(name)) in its default pose</title>
        <rect width="100%" height="100%" fill="white"/>
      \(panels.joined(separator: "\n"))
      </svg>
      """
  }

  private static func points(_ mark: Mark) -> [Vector3] {
    switch mark {
    case .bone(let start, let end): [start, end]
    case .muscle(_, let points): points
    case .joint(_, let point), .mass(_, let point, _): [point]
    case .surface(_, let start, let end, _): [start, end]
    }
  }

  private static func element(
    _ mark: Mark, place: (Vector3) -> (Double, Double), scale: Double
  ) -> String {
    func line(_ start: Vector3, _ end: Vector3, _ style: String, _ title: String = "") -> String {
      let (a, b) = (place(start), place(end))
      return "<line x1=\"\(fixed(a.0, 2))\" y1=\"\(fixed(a.1, 2))\" x2=\"\(fixed(b.0, 2))\""
        + " y2=\"\(fixed(b.1, 2))\" \(style)>\(title)</line>"
    }
    func circle(_ center: Vector3, _ radius: Double, _ style: String, _ title: String) -> String {
      let point = place(center)
      return "<circle cx=\"\(fixed(point.0, 2))\" cy=\"\(fixed(point.1, 2))\""
        + " r=\"\(fixed(radius, 2))\" \(style)>\(title)</circle>"
    }
    func title(_ text: String) -> String { "<title>\(escaped(text))</title>" }
    switch mark {
    case .bone(let start, let end):
      return line(start, end, "stroke=\"#444\" stroke-width=\"5\" stroke-linecap=\"round\"")
    case .muscle(let name, let points):
      let list = points.map { point in
        let (x, y) = place(point)
        return "\(fixed(x, 2)),\(fixed(y, 2))"
      }
      return "<polyline points=\"\(list.joined(separator: " "))\" fill=\"none\""
        + " stroke=\"#c0392b\" stroke-width=\"1.5\">\(title(name))</polyline>"
    case .joint(let name, let point):
      return circle(point, 4, "fill=\"white\" stroke=\"#444\" stroke-width=\"1.5\"", title(name))
    case .mass(let name, let point, let mass):
      // the area shows the mass
      return circle(
        point, 3 * mass.squareRoot(), "fill=\"#2471a3\" fill-opacity=\"0.35\"",
        title("\(name): \(plain(mass)) kg"))
    case .surface(let name, let start, let end, let radius):
      let style = "#27ae60"
      if start == end {
        return circle(start, radius * scale, "fill=\"\(style)\" fill-opacity=\"0.2\"", title(name))
      }
      return line(
        start, end,
        "stroke=\"\(style)\" stroke-opacity=\"0.2\" stroke-width=\"\(fixed(2 * radius * scale, 2))\"",
        title(name))
    }
  }

  private func project(_ point: Vector3, _ axis: Vector3) -> Double {
    point.x * axis.x + point.y * axis.y + point.z * axis.z
  }

  private func extent(_ points: [Vector3], _ axis: Vector3) -> ClosedRange<Double> {
    let values = points.map { project($0, axis) }.filter(\.isFinite)
    return (values.min() ?? 0)...(values.max() ?? 0)
  }

  private static func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;")
      .replacingOccurrences(of: "<", with: "&lt;").replacingOccurrences(of: ">", with: "&gt;")
  }
}
