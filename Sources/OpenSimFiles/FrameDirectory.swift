internal import Foundation
internal import Musculoskeletal

/// A frame fixed in a body: the body and where the frame sits in it.
struct FixedFrame {
  /// The body that carries it; nil is the ground (index into bodies).
  var body: Int?
  /// Where the frame sits in the body.
  var placement = Placement()
}

/// Finds the body or offset frame that a socket's path means.
struct FrameDirectory {
  /// Names of the bodies, in model order (bodyCount).
  let bodyNames: [String]
  private let bodies: [String: Int]
  private var offsets: [String: FixedFrame] = [:]

  /// A directory of these bodies and of the offset frames that the joints own.
  init(bodyNames: [String], joints: [OpenSimElement]) throws(OpenSimError) {
    self.bodyNames = bodyNames
    bodies = Dictionary(uniqueKeysWithValues: zip(bodyNames, bodyNames.indices))
    for joint in joints {
      guard let frames = try joint.property("frames") else { continue }
      try requireUniqueNames(frames.children, kind: "frame")
      for frame in frames.children {
        guard frame.tag == "PhysicalOffsetFrame" else {
          throw frame.error(
            "\(frame.label) of \(joint.label) is a kind of frame that is not supported",
            remedy: "replace it by a PhysicalOffsetFrame")
        }
        let socket = try frame.requiredProperty(
          "socket_parent", holding: "/bodyset/NAME or /ground")
        let key = try joint.requiredName() + "/" + frame.requiredName()
        offsets[key] = FixedFrame(
          body: try body(of: socket),
          placement: Placement(
            rotation: Rotation(
              bodyFixedXYZ: try frame.vector("orientation", unit: "rad", fallback: .zero)),
            translation: try frame.vector("translation", unit: "m", fallback: .zero)))
      }
    }
  }

  /// The body that `socket` names; nil is the ground.
  func body(of socket: OpenSimElement, joint: String? = nil) throws(OpenSimError) -> Int? {
    let steps = steps(of: socket)
    guard let last = steps.last else { throw unknown(socket, joint: joint) }
    let isPlain = steps.count == 1 || steps[steps.count - 2].lowercased() == "bodyset"
    if last == "ground", steps.count == 1 { return nil }
    guard isPlain, let body = bodies[last] else { throw unknown(socket, joint: joint) }
    return body
  }

  /// The frame that `socket` of `joint`, or of anything else, names: an offset frame or a body.
  func frame(of socket: OpenSimElement, joint: String? = nil) throws(OpenSimError) -> FixedFrame {
    let steps = steps(of: socket)
    if let last = steps.last {
      let owner = steps.count > 1 ? steps[steps.count - 2] : joint
      if let owner, let offset = offsets[owner + "/" + last] { return offset }
    }
    return FixedFrame(body: try body(of: socket, joint: joint))
  }

  /// The path's names, without the climbing.
  private func steps(of socket: OpenSimElement) -> [String] {
    socket.trimmed.split(separator: "/").map(String.init).filter { $0 != "." && $0 != ".." }
  }

  private func unknown(_ socket: OpenSimElement, joint: String?) -> OpenSimError {
    let own = joint.map { $0 + "/" } ?? "/"
    let frames = offsets.keys.filter { $0.hasPrefix(own) }.map { String($0.dropFirst(own.count)) }
    let candidates = bodyNames.map { "/bodyset/" + $0 } + ["/ground"] + frames.sorted()
    let asked = steps(of: socket).last ?? ""
    let suggestion = spellingSuggestion(
      for: asked, among: candidates.map { String($0.split(separator: "/").last ?? "") })
    let full = candidates.first { $0.split(separator: "/").last.map(String.init) == suggestion }
    return socket.error(
      "<\(socket.tag)> is \(quoted(socket.trimmed)), and no body or frame is called so",
      remedy: full.map { "did you mean \(quoted($0))?" } ?? "write one of: \(listed(candidates))")
  }
}

extension Rotation {
  /// R = Rx(a) Ry(b) Rz(c): turned about x, then about the new y, then about the new z [rad].
  init(bodyFixedXYZ angles: Vector3) {
    let (ca, sa) = (cos(angles.x), sin(angles.x))
    let (cb, sb) = (cos(angles.y), sin(angles.y))
    let (cc, sc) = (cos(angles.z), sin(angles.z))
    self.init(
      x: Vector3(cb * cc, ca * sc + sa * sb * cc, sa * sc - ca * sb * cc),
      y: Vector3(-cb * sc, ca * cc - sa * sb * sc, sa * cc + ca * sb * sc),
      z: Vector3(sb, -sa * cb, ca * cb))
  }

  /// The vector `v` of the turned frame, seen from outside.
  func applied(to v: Vector3) -> Vector3 {
    x * v.x + y * v.y + z * v.z
  }
}
